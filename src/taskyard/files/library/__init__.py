"""People's files: kept as they are, for themselves or for a project, and handed out again.

A file is told by its content what it is, bears a name that is only a name, and leaves as an
attachment that can run nothing here. Whoever comes for one is written into its access log.
"""
