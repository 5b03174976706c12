"""Markdown that people write, as HTML that is safe to show.

CommonMark with tables, strikethrough, boxes to tick, bare links and single line breaks kept. Two
locks on one door: the reader takes no HTML (it comes out as text), and whatever the reader wrote is
reduced to the few tags below by a sanitiser made of a browser's parser (ammonia).
"""

import asyncio
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

#: Beyond this many characters it is rendered on another thread.
_AT_ONCE: Final = 4_000
#: With more brackets it is no text, and they stand for themselves: measured, to find out which of
#: 50,000 begin a link takes 16 s.
_MOST_BRACKETS: Final = 2_000
_TAGS: Final = {
    *(
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "ul",
    ),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "tbody", "td", "th", "thead", "tr"),
    *("input", "label"),
}
_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "code": {"class"},
    "input": {"type", "checked", "disabled", "data-line"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align"},
}
_SCHEMES: Final = {"http", "https", "mailto"}
#: Where a link leads learns nothing of us, gets no hold on the page and no credit.
_REL: Final = "nofollow noopener noreferrer ugc"
#: What a list item begins with that can be ticked (GitHub's task lists).
_BOX: Final = re.compile(r"\[([ xX])\]\s+")
#: Somebody's username (accounts.schemas.Username); what follows a letter is an e-mail address.
_MENTION: Final = re.compile(r"(?<![\w@/.+-])@([A-Za-z0-9][A-Za-z0-9._-]{1,39})")


def render(source: str, people: Collection[str] = ()) -> str:
    """Return Markdown as sanitised HTML; text that is blank gives an empty string.

    Names after an @ that are among `people` (usernames in lower case) stand out.
    """
    if not source.strip():
        return ""
    return nh3.clean(
        _reader_for(source).render(source, {"people": people}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes=_SCHEMES,
        link_rel=_REL,
    )


async def rendered(source: str, people: Collection[str] = ()) -> str:
    """Return what `render` does; a long text keeps nobody else waiting."""
    if len(source) <= _AT_ONCE:
        return render(source, people)
    return await asyncio.to_thread(render, source, people)


def mentioned(source: str) -> frozenset[str]:
    """Return the usernames a text may name after an @, in lower case; code names nobody.

    A name may end in what ends a sentence as well, so both readings are among them.
    """
    if "@" not in source:
        return frozenset()
    found = (
        name.lower()
        for block in _reader_for(source).parse(source)
        for token in block.children or ()
        if token.type == "text"
        for name in _MENTION.findall(token.content)
    )
    return frozenset(reading for name in found for reading in _readings(name))


async def named_in(source: str) -> frozenset[str]:
    """Return what `mentioned` does; a long text keeps nobody else waiting."""
    if len(source) <= _AT_ONCE:
        return mentioned(source)
    return await asyncio.to_thread(mentioned, source)


def _readings(name: str) -> tuple[str, ...]:
    return (name, name.rstrip("._-"))


def _reader_for(source: str) -> MarkdownIt:
    return _READER if source.count("[") <= _MOST_BRACKETS else _WITHOUT_LINKS


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """Let a code block say its language, and an input be a box that says its line.

    Other classes belong to the page and could cover it.
    """
    if (tag, attribute) == ("input", "type"):
        return value if value == "checkbox" else None
    if (tag, attribute) == ("input", "data-line"):
        return value if value.isascii() and value.isdigit() else None
    if (tag, attribute) == ("code", "class"):
        language = value.removeprefix("language-")
        plain = language.replace("-", "").replace("+", "").replace("#", "").isalnum()
        return value if language != value and plain and len(language) <= 30 else None
    return value


def _shape(state: StateCore) -> None:
    """Make pictures links, since a page loads none from elsewhere; align cells without a style."""
    people = state.env.get("people", ())
    for place, token in enumerate(state.tokens):
        if place > 1 and state.tokens[place - 2].type == "list_item_open":
            _box(token)
        if token.children:
            token.children = list(_without_pictures(token.children))
        if token.children and people:
            token.children = list(_with_people(token.children, people))
        style = token.attrGet("style") if token.type in {"th_open", "td_open"} else None
        if style is not None:
            token.attrs = {"align": str(style).removeprefix("text-align:")}


def _box(token: Token) -> None:
    """Draw the box of a list item that begins with one; `data-line` is where its source stands."""
    children = token.children or []
    first = children[0] if children else None
    found = _BOX.match(first.content) if first is not None and first.type == "text" else None
    if first is None or found is None or token.map is None:
        return
    if len(children) == 1 and not first.content[found.end() :]:
        return
    first.content = first.content[found.end() :]
    checked = "" if found[1] == " " else " checked"
    box = f'<label><input type="checkbox" disabled{checked} data-line="{token.map[0]}"> '
    token.children = [
        Token("html_inline", "", 0, content=box),
        *children,
        Token("html_inline", "", 0, content="</label>"),
    ]


def _without_pictures(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type != "image":
            yield token
            continue
        attributes: dict[str, Any] = {"href": token.attrGet("src") or ""}
        yield Token("link_open", "a", 1, attrs=attributes)
        yield Token("text", "", 0, content=token.content or str(attributes["href"]))
        yield Token("link_close", "a", -1)


def _with_people(tokens: Sequence[Token], people: Collection[str]) -> Iterator[Token]:
    for token in tokens:
        if token.type != "text":
            yield token
            continue
        done = 0
        for found in _MENTION.finditer(token.content):
            name = next((one for one in _readings(found[1]) if one.lower() in people), None)
            if name is None:
                continue
            yield Token("text", "", 0, content=token.content[done : found.start()])
            yield Token("strong_open", "strong", 1)
            yield Token("text", "", 0, content=f"@{name}")
            yield Token("strong_close", "strong", -1)
            done = found.start() + 1 + len(name)
        yield Token("text", "", 0, content=token.content[done:])


def _reader() -> MarkdownIt:
    options = {"html": False, "linkify": True, "breaks": True, "maxNesting": 20}
    reader = MarkdownIt("js-default", options)
    # `example.py` and `a@b` in prose are rarely meant as addresses; what names its scheme is.
    reader.linkify.set({"fuzzy_link": False, "fuzzy_email": False})  # type: ignore[union-attr]
    reader.core.ruler.push("shape", _shape)
    return reader


_READER: Final = _reader()
_WITHOUT_LINKS: Final = _reader().disable(["link", "image"])
