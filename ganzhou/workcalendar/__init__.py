"""工作日历: the year as people read it, and the few who may change it.  The arithmetic is ``common.workdays``."""
