"""Projects: what a team works on, and who is in the team.

Owns projects and memberships. Emits `project.*`. Everything else that belongs to a project asks
this room whether the caller may see it (`access.CanReadProject` and its siblings).

Invariants: a project has at least one owner; a slug is unique per owner among live projects;
every account has exactly one personal project, which is not counted and cannot be deleted.
"""
