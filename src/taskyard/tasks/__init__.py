"""Tasks: what a team has to do, in columns, with an order, labels and dependencies.

Owns tasks, labels, dependencies and watchers. Emits `task.*`. A task lies in one project, and who
sees the project sees its tasks.

Invariants: numbers count from 1 in each project without a gap; no task waits for itself, whatever
lies between, nor is it a part of itself; a label is unique by name in its project; whoever does a
task is in its project; `blocked` is never stored: it is what the dependencies say now.

What orders a project's tasks (numbers, places in columns, dependencies, parts) is changed by one
transaction at a time: it holds the project's row of `task_books`.
"""
