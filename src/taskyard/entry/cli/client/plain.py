"""Text that others wrote, made fit for a terminal."""


def printable(text: object) -> str:
    """Return text without what would move a terminal's cursor or reverse its direction.

    Titles and log lines hold pieces of the code that was looked at, which nobody vouches for.
    """
    return "".join(
        char if char.isprintable() else " " if char in "\t\n" else "�" for char in str(text)
    )
