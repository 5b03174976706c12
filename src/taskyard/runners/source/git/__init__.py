"""A Git client that can do one thing: fetch the files of one commit, from anybody's server.

It speaks the smart HTTP protocol, versions 2 and 0, asks for a single commit without its history,
and reads what comes as `files.archive` reads archives: every length is checked before it is
believed, every byte counted after it was unpacked, every object known by the hash of its content,
and nothing is written under a name from the repository. There is no work tree, no hook, no filter,
no configuration and no child process, so that none of them can be turned against us; and no
program that would have to be installed.

`packets` <- `discovery` | `receiving` -> `pack` <- `deltas`; `listing` turns a pack into entries.
"""
