"""Taskyard: a self-hosted work platform for software teams. Plan work, and have it done."""


def __getattr__(name: str) -> str:
    """Return `__version__`, looked up when asked for: reading metadata takes 50 ms."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version

    return version("taskyard")
