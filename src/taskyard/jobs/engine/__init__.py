"""Having jobs done. docs/jobs.md has the picture, the measured reasons and the failure table.

outcome      how an attempt can end, and what that makes of the row
states       the transitions: claim, settle; each under the row's lock
fence        what an attempt may write while it runs
journal      progress, log, steps and assets, batched through the fence
guardian     the thread that renews the lease and ends what must not go on
attempt      one try, from the claim to the end
child        a process of the pool: an event loop in a thread, attempts on it
dispatch     whose turn it is
sweep        what nobody ended: lost workers, deadlines, what is due
relay        the elected loop that does both, and lets listeners read the spine
workers      which workers are alive
"""
