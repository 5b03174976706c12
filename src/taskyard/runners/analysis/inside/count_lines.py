"""Runs inside the sandbox, by each_file.py: lines of JavaScript and TypeScript that hold code.

By lizard's tokenizers, which know comments from strings, patterns and templates. What it makes of
functions is not asked for: it loses its way in some files, and ends in others.
"""

from lizard_languages import get_reader_for

WHO = "lizard"

Answer = dict[str, object]

#: lizard goes by the name's ending, and knows fewer.
_ENDINGS = {".mts": ".ts", ".cts": ".ts"}
_COMMENTS = ("//", "/*")


def look(root: str, name: str) -> Answer:
    """Count the lines of a file that are neither blank nor comments."""
    with open(f"{root}/{name}", encoding="utf-8") as file:  # noqa: PTH123
        text = file.read()
    for ending, known in _ENDINGS.items():
        name = name.removesuffix(ending) + known if name.endswith(ending) else name
    line = 1
    code: set[int] = set()
    for token in get_reader_for(name.lower()).generate_tokens(text):
        last = line + token.count("\n")
        if not token.isspace() and not token.startswith(_COMMENTS):
            code.update(range(line, last + 1))
        line = last
    return {"ncloc": len(code)}
