"""Links that give a file to whoever holds them, without an account.

A link ends by its time, by its number of downloads, by hand, with its file, and with its maker's
right to share that file, which is asked for again at every use. What comes by it is an attachment
that can run nothing here.
"""
