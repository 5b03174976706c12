"""The verbs of tasks, a file for each kind."""
