"""Reading archives that nobody vouches for.

Zip and tar are read by our own parsers, not by `zipfile` and `tarfile`: those take in a whole
directory or header extension before anyone can say stop, and the releases of Python 3.11 that
people run have known endless loops in them (CVE-2024-0450, CVE-2024-6232, CVE-2025-8194). Here
every length is checked before it is believed, every byte is counted after it was unpacked, and
nothing is written under a name that came from the archive.

`limits | names` <- `streams` <- `zipped | tarred` <- `tree`, whose `unpack` is the one way in.
"""
