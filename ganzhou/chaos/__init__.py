"""The inside half of ``./portal chaos``: what is prepared, and what must be true afterwards.

Installed by ``ganzhou.chaos.settings`` alone, on a database of its own; the portal itself never loads it.
The outside half, which starts and kills processes, is ``bootstrap/chaos.py``.
"""
