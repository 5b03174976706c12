"""The verbs of accounts, a file each for registering, signing in, sessions and profiles."""
