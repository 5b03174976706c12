"""The team of a project: members and their roles, invitations and what becomes of them.

Owns invitations, and writes memberships. Emits `member.*` and `invitation.*`.

Invariants: an active owner remains, whoever leaves at the same moment; a seat is counted from the
invitation on, so that accepting one never meets a limit; each change holds the project's row, and
only then an invitation's.
"""
