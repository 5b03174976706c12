"""The database's history, by date. The wheel carries it; it imports models only to compare."""
