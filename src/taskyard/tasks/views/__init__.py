"""Saved views: a name for which tasks of a project are shown, and how."""
