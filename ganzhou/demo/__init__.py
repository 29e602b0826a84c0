"""Invented data for the demo: people, organisations, and a year or five of cases.

``people`` and ``narratives`` are vocabularies, ``organisations`` the bodies and accounts of the district, ``lives``
decides what happens to a case and when, ``record`` does to rows in memory what ``disputes.services`` does to rows in
the database, ``writing`` copies them into their tables, ``verify`` looks whether it all agrees.
"""
