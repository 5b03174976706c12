"""What people write as Markdown, as HTML that can do no harm."""

import re
import time

import pytest

from taskyard.core.markdown import mentioned, render, rendered

ALLOWED = re.compile(
    r"</?(a|blockquote|br|code|del|em|h[1-6]|hr|li|ol|p|pre|s|strong|t[a-z]+|ul)\b"
)


def test_what_people_use_is_understood() -> None:
    html = render(
        "# Plan\n\n**Now** and ~~never~~\nsee https://example.org/x\n\n"
        "| a | b |\n|---|--:|\n| 1 | 2 |\n\n```python\nx < 1\n```\n"
    )
    assert "<h1>Plan</h1>" in html
    assert "<strong>Now</strong> and <s>never</s><br>" in html
    assert '<a href="https://example.org/x" rel="nofollow noopener noreferrer ugc">' in html
    assert '<td align="right">2</td>' in html
    assert '<code class="language-python">x &lt; 1\n</code>' in html


def test_items_that_begin_with_a_box_can_be_ticked() -> None:
    html = render("Plan\n\n- [ ] Dig, see [x](https://x.example)\n- [X] Build\n  1. [x] Roof\n")
    boxes = re.findall(r'<input type="checkbox" disabled=""( checked="")? data-line="(\d+)">', html)
    assert boxes == [("", "2"), (' checked=""', "3"), (' checked=""', "4")]
    assert html.count("<label>") == html.count("</label>") == 3
    assert ">x</a></label>" in html
    assert re.search("<label><input [^>]*> <code>key</code></label>", render("- [ ] `key`"))


@pytest.mark.parametrize(
    "source", ["[ ] alone", "- [ ]", "- [y] x", "- a [ ] b", "```\n- [ ] x\n```", "- `[ ] x`"]
)
def test_what_only_looks_like_a_box_is_text(source: str) -> None:
    assert "<input" not in render(source)


@pytest.mark.parametrize("blank", ["", " ", "\n\t\n"])
def test_nothing_gives_nothing(blank: str) -> None:
    assert render(blank) == ""


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<iframe srcdoc='<script>1</script>'></iframe>",
        "<style>*{display:none}</style>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java&#115;cript:alert(1))",
        "[x](vbscript:msgbox(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](javascript:alert(1))",
        "<javascript:alert(1)>",
        '[x](https://a.example "\\" onmouseover=alert(1) x=\\"")',
        '```"onmouseover=alert(1)\nx\n```',
        "```fixed inset-0\nx\n```",
        "<a href='https://a.example' style='position:fixed'>x</a>",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    ],
)
def test_nothing_that_runs_or_covers_the_page_comes_through(attack: str) -> None:
    html = render(attack)
    tags = re.findall(r"<[^>]*>", html)
    assert all(ALLOWED.match(tag) for tag in tags), html
    for tag in tags:
        names = re.findall(r"([\w-]+)=\"[^\"]*\"", tag)
        assert {*names} <= {"href", "title", "rel", "class", "align", "start"}, html
        assert "script:" not in tag.lower(), html
        assert 'href="data:' not in tag, html
    assert "inset-0" not in "".join(tags)


def test_a_picture_from_elsewhere_is_a_link() -> None:
    html = render("![a chart](https://example.org/x.png)")
    assert "<img" not in html
    assert ">a chart</a>" in html
    assert 'href="https://example.org/x.png"' in html


def test_prose_is_not_taken_for_addresses() -> None:
    assert "<a" not in render("see example.py, a@b.org and README.md")


@pytest.mark.parametrize(
    "unit", ["[", "![[", "*a **a ", "_a__b_", "> ", "`", "[a](", "&", "<!--", "~~a", "[a]: /x\n"]
)
def test_no_text_takes_long(unit: str) -> None:
    """Each took the square of its length in time in some reader or other."""
    began = time.process_time()
    render((unit * 50_000)[:50_000])
    assert time.process_time() - began < 5


async def test_a_long_text_is_rendered_the_same() -> None:
    text = "A *word*.\n\n" * 1_000
    assert await rendered(text) == render(text)


def test_people_who_are_named_stand_out() -> None:
    html = render("hi @Ana_b., **@bo** `@bo` x@bo @eve", {"ana_b", "bo"})
    assert html == (
        "<p>hi <strong>@Ana_b</strong>., <strong><strong>@bo</strong></strong>"
        " <code>@bo</code> x@bo @eve</p>\n"
    )


def test_names_are_read_as_a_sentence_may_end_them() -> None:
    assert mentioned("@Ana. `@code` a@mail.example\n\n    @block\n") == {"ana.", "ana"}
    assert mentioned("nobody") == frozenset()


def test_ten_thousand_signs_of_names_take_no_time() -> None:
    began = time.perf_counter()
    mentioned("@a" * 5_000)
    mentioned("@" * 10_000)
    mentioned("@" + "a." * 5_000)
    assert time.perf_counter() - began < 1
