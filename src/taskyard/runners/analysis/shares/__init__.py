"""Links that show a report to whoever holds them, without an account.

A link ends by its time, by hand, with its project, and with its maker's right to share the report,
which is asked for again at every use. The page that comes by it can run nothing and load nothing.
"""
