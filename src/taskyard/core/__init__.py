"""Shared I/O: the database, the event spine, access, problems, routing. Imports kit only."""
