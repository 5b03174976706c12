"""Comments: what people say about a project, a run or a task, in threads one reply deep.

Owns comments with their edit history, stars and mentions. Emits `comment.*`; who is told of it is
for notifications to decide.

Invariants: a reply answers a comment on the same thing, never another reply; whoever was mentioned
in a comment once is not told of it again; of a deleted comment only the trace stays, without text.
"""
