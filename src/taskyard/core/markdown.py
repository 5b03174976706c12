"""Markdown that people write, as HTML that is safe to show.

CommonMark with tables, strikethrough, bare links and single line breaks kept. Two locks on one
door: the reader takes no HTML (it comes out as text), and whatever the reader wrote is reduced to
the few tags below by a sanitiser made of a browser's parser (ammonia).
"""

import asyncio
from collections.abc import Iterator, Sequence
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
}
_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "code": {"class"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align"},
}
_SCHEMES: Final = {"http", "https", "mailto"}
#: Where a link leads learns nothing of us, gets no hold on the page and no credit.
_REL: Final = "nofollow noopener noreferrer ugc"


def render(source: str) -> str:
    """Return Markdown as sanitised HTML; text that is blank gives an empty string."""
    if not source.strip():
        return ""
    reader = _READER if source.count("[") <= _MOST_BRACKETS else _WITHOUT_LINKS
    return nh3.clean(
        reader.render(source),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes=_SCHEMES,
        link_rel=_REL,
    )


async def rendered(source: str) -> str:
    """Return what `render` does; a long text keeps nobody else waiting."""
    if len(source) <= _AT_ONCE:
        return render(source)
    return await asyncio.to_thread(render, source)


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """Let a code block say its language; other classes belong to the page and could cover it."""
    if (tag, attribute) == ("code", "class"):
        language = value.removeprefix("language-")
        plain = language.replace("-", "").replace("+", "").replace("#", "").isalnum()
        return value if language != value and plain and len(language) <= 30 else None
    return value


def _shape(state: StateCore) -> None:
    """Make pictures links, since a page loads none from elsewhere; align cells without a style."""
    for token in state.tokens:
        if token.children:
            token.children = list(_without_pictures(token.children))
        style = token.attrGet("style") if token.type in {"th_open", "td_open"} else None
        if style is not None:
            token.attrs = {"align": str(style).removeprefix("text-align:")}


def _without_pictures(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type != "image":
            yield token
            continue
        attributes: dict[str, Any] = {"href": token.attrGet("src") or ""}
        yield Token("link_open", "a", 1, attrs=attributes)
        yield Token("text", "", 0, content=token.content or str(attributes["href"]))
        yield Token("link_close", "a", -1)


def _reader() -> MarkdownIt:
    options = {"html": False, "linkify": True, "breaks": True, "maxNesting": 20}
    reader = MarkdownIt("js-default", options)
    # `example.py` and `a@b` in prose are rarely meant as addresses; what names its scheme is.
    reader.linkify.set({"fuzzy_link": False, "fuzzy_email": False})  # type: ignore[union-attr]
    reader.core.ruler.push("shape", _shape)
    return reader


_READER: Final = _reader()
_WITHOUT_LINKS: Final = _reader().disable(["link", "image"])
