"""Accounts: who people are, where they are signed in, and what they may do.

Owns users, sessions (a login on a device), refresh tokens and one-time links. Implements
`core.access.Authenticator`. Emits `account.*` and `session.*`.

Invariants: a refresh token works once, and its second use ends the session; an ended session's
access token dies with it; only the set-up link, the operator's settings or the command line make
an admin.
"""
