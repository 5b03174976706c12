"""Small sums on text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskyard.kit.text import initials_key, leaves_a_mark, same_name, slugify


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Checkout rewrite", "checkout-rewrite"),
        ("  Ünïcödé -- & more!  ", "unicode-more"),
        ("a/b\\c.d_e", "a-b-c-d-e"),
        ("日本語", "item"),
        ("", "item"),
        ("---", "item"),
        ("ﬁne", "fine"),
    ],
)
def test_a_slug_is_lower_case_ascii_words(text: str, slug: str) -> None:
    assert slugify(text) == slug


def test_a_slug_that_is_cut_does_not_end_in_a_hyphen() -> None:
    assert slugify("abcde fghij", max_length=6) == "abcde"


def test_text_without_a_letter_gets_the_fallback() -> None:
    assert slugify("!!!", fallback="project") == "project"


@given(st.text(max_size=200))
def test_every_text_has_a_slug(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slugify(text))
    assert len(slugify(text)) <= 60


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Checkout rewrite", "CR"),
        ("Checkout", "CHE"),
        ("one two three four five", "OTTF"),
        ("X", "XX"),
        ("Émile", "EMI"),
        ("2 fast 2 furious", "FF"),
        ("42", "TY"),
        ("日本語", "TY"),
        ("", "TY"),
    ],
)
def test_a_key_is_made_of_the_names_first_letters(name: str, key: str) -> None:
    assert initials_key(name) == key


@given(st.text(max_size=200))
def test_every_name_has_a_key_that_the_schema_takes(name: str) -> None:
    assert re.fullmatch(r"[A-Z][A-Z0-9]{1,3}", initials_key(name))


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Checkout Rewrite", "  checkout -- rewrite! "),
        ("Café", "cafe"),
        ("ﬁne", "Fine"),
        ("STRASSE", "straße"),
        ("a.b", "a b"),
    ],
)
def test_names_people_would_take_for_one(name: str, other: str) -> None:
    assert same_name(name) == same_name(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Проект один", "Проект два"),
        ("C", "C++"),
        ("C", "C#"),
        ("हिन्दी", "हिन्द"),
        ("日本", "日本語"),
        ("v1", "v2"),
        ("🐴", "🐎"),
        ("...", "!!!"),
    ],
)
def test_names_people_would_not(name: str, other: str) -> None:
    assert same_name(name) != same_name(other)


@pytest.mark.parametrize("text", ["a", "  a", "日本", "!", "👩‍💻", "١", "\u200ba"])
def test_what_can_be_seen_leaves_a_mark(text: str) -> None:
    assert leaves_a_mark(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\u200b", "\u200d\u2060", "\ufeff", "\u3164", "\u2800", "\u00ad", "\u202e", "\ufe0f"],
    ids=ascii,
)
def test_what_nobody_sees_leaves_none(text: str) -> None:
    assert not leaves_a_mark(text)
