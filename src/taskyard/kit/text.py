"""Small sums on text."""

import re
import unicodedata

_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_NOT_KEY = re.compile(r"[^A-Z0-9]+")


def slugify(text: str, *, max_length: int = 60, fallback: str = "item") -> str:
    """Return `text` as lower-case ASCII words joined by hyphens, at most `max_length` long."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = _NOT_SLUG.sub("-", ascii_text).strip("-")[:max_length].strip("-")
    return slug or fallback


def same_name(name: str) -> str:
    """Return what two names share that people would take for one: case, spacing, punctuation.

    Letters of every script count: `Проект один` and `Проект два` differ, as do `C`, `C#` and `C++`.
    """
    folded = unicodedata.normalize("NFKD", name).casefold()
    return "".join(filter(_tells_apart, folded)) or folded.strip()


def _tells_apart(char: str) -> bool:
    """Whether a name with this character is another name than one without it.

    Accents (combining classes from 200 on) do not; vowel signs of Indic scripts do.
    """
    kind = unicodedata.category(char)[0]
    return kind in "LNS" or char == "#" or (kind == "M" and unicodedata.combining(char) < 200)


#: Letters and symbols by category that leave no mark: Hangul fillers, the empty Braille cell.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def leaves_a_mark(text: str) -> bool:
    """Whether anything of a text can be seen: more than spaces, joiners, marks of direction."""
    return any(unicodedata.category(char)[0] in "LNPS" and char not in _BLANK for char in text)


def initials_key(name: str) -> str:
    """Return a short upper-case key for numbered things, such as `CR` for "Checkout rewrite".

    Two to four characters, starting with a letter; `TY` where the name gives none.
    """
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    words = [word for word in _NOT_KEY.split(ascii_name) if word and word[0].isalpha()]
    if not words:
        return "TY"
    key = "".join(word[0] for word in words[:4]) if len(words) > 1 else words[0][:3]
    return key if len(key) > 1 else f"{key}X"
