"""Jobs: durable runs of machine work.

Owns the job rows, their events, steps and assets, and the engine that has them done. Emits
`job.*`. Knows no runner by name: `kinds` is a table that `entry` fills.

Invariants, whatever is killed and whenever:

- a job's row and its first event are written with the change that asked for it; nothing accepted
  is lost, and the broker holds nothing that matters;
- an attempt is owned by one process; whatever an older attempt still tries to write is refused
  (the fence), so an effect in PostgreSQL happens once;
- a job's events are numbered 1, 2, 3, … without a gap, in the order in which they were committed;
- progress never falls within a run, and a run ends in exactly one of completed, failed, cancelled.

    types, errors, events     words
    models, schemas           tables and bodies
    kinds, context            what a runner is, and what it gets
    repository, policy        queries and rules
    access, service           who may, and the verbs: enqueue, cancel, retry
    topics, routes            the live stream and HTTP
    engine/                   relay, sweeper, attempt, guardian (docs/jobs.md)
    background                starts the engine's part of a process
"""
