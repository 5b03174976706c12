"""The verbs of named teams."""
