"""`python -m taskyard.entry.cli`, which is how `taskyard up` starts its own processes."""

from taskyard.entry.cli import main

if __name__ == "__main__":
    main()
