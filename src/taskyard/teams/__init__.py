"""Named teams: people with roles who are granted projects together.

Owns teams, who is in them and who is invited, and what they are granted. What that gives each
person in a project is worked out here and written into `memberships` in the same transaction
(`projects.team.granting`), so that every check of access in a project stays as it is. Emits
`team.*` and `member.granted`.

Invariants: an active owner remains, whoever leaves at the same moment; a seat is counted from the
invitation on; each change holds the team's row, and only then the projects', in the order of ids.
"""
