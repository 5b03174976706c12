"""`taskyard up`: the whole platform on one machine, in the foreground."""
