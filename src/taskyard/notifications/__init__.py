"""Telling people what happened: by e-mail, and in their inbox (`inbox`).

Reads the spine: nothing that happens below knows of it. What is to be told becomes a row and a
job of the platform's own in the listener's transaction; the job hands the letter to the mail
server, and the row says what became of it (docs/email.md).
"""
