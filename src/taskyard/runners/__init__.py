"""What a job does: one folder a kind of work, and what they share (context, sandbox).

A runner is a plain function of typed parameters and a `RunContext`; it knows no database, no
HTTP and no queue. Code that is not ours runs in `runners.sandbox` or not at all.
"""
