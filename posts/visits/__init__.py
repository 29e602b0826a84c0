"""入格日志: who went to which village for what.  One sentence is a record; nobody checks in, nothing is counted per person.

What was said in 心理疏导 is sealed in the database and opened for two people only: whoever wrote it, and the mediator
of the case it belongs to.  Lists, files, the audit trail and searches know that a visit took place and nothing more.
"""
