"""Search over projects, tasks and comments: by words and their beginnings, forgiving of typos.

Owns no table: it reads the rooms below in one statement each, and only what the caller is a member
of.
"""
