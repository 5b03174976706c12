"""Signed links, and the headers of what is handed out."""

import base64
import json
from datetime import timedelta

import pytest

from taskyard.core.downloads import (
    TOKEN_LENGTH,
    Link,
    LinkSigner,
    SignedUrlExpired,
    SignedUrlInvalid,
    byte_range,
    content_disposition,
)
from taskyard.core.logs import redact_text

LINK = Link(resource="source:1", user_id="u", name="thing.zip")
SIGNER = LinkSigner([b"k" * 32])
MINUTE = timedelta(minutes=1)


def test_a_link_opens_as_it_was_made() -> None:
    token = SIGNER.sign(LINK, expires_in=MINUTE)
    assert SIGNER.open(token, method="GET") == LINK
    assert token.isascii()


@pytest.mark.parametrize(
    "char", ["a", '"', "\u00e9", "\U0001f40d"], ids=["a", "quote", "e", "snake"]
)
def test_a_link_to_the_longest_path_there_is_opens(char: str) -> None:
    part = char * (255 // len(char.encode()))
    path = "/".join([part] * 4)
    assert len(path.encode()) <= 1024
    snapshot = f"{'0' * 36}:{'0' * 36}"
    link = Link(resource=f"source-file:{snapshot}:{path}", user_id="0" * 36, name=part)
    token = SIGNER.sign(link, expires_in=MINUTE)
    assert len(token) <= TOKEN_LENGTH
    assert SIGNER.open(token, method="GET") == link


def test_a_link_ends() -> None:
    with pytest.raises(SignedUrlExpired):
        SIGNER.open(SIGNER.sign(LINK, expires_in=timedelta(seconds=-1)), method="GET")


@pytest.mark.parametrize(
    "claim", ["resource", "user_id", "name", "disposition", "method", "expires"]
)
def test_every_claim_is_under_the_signature(claim: str) -> None:
    body, mac, key_id = SIGNER.sign(LINK, expires_in=MINUTE).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims[claim] = 9_999_999_999 if claim == "expires" else "other"
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    with pytest.raises(SignedUrlInvalid):
        SIGNER.open(f"{changed}.{mac}.{key_id}", method="GET")


def test_a_link_never_reaches_a_log() -> None:
    token = SIGNER.sign(LINK, expires_in=MINUTE)
    assert token not in redact_text(f"GET /api/v1/files/download/{token} - 200")
    assert token.split(".")[1] not in redact_text(f"GET /api/v1/files/download/{token} - 200")


def test_another_method_is_refused() -> None:
    token = SIGNER.sign(LINK, expires_in=MINUTE)
    with pytest.raises(SignedUrlInvalid):
        SIGNER.open(token, method="DELETE")


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "é" * 60, "A" * 30 + "." + "A" * 43 + ".00000000"]
)
def test_what_was_never_a_link_is_refused(token: str) -> None:
    with pytest.raises(SignedUrlInvalid):
        SIGNER.open(token, method="GET")


def test_every_single_changed_character_is_noticed() -> None:
    token = SIGNER.sign(LINK, expires_in=MINUTE)
    for at, char in enumerate(token):
        changed = token[:at] + ("B" if char == "A" else "A") + token[at + 1 :]
        with pytest.raises(SignedUrlInvalid):
            SIGNER.open(changed, method="GET")


def test_keys_rotate() -> None:
    old = SIGNER.sign(LINK, expires_in=MINUTE)
    rotated = LinkSigner([b"n" * 32, b"k" * 32])
    assert rotated.open(old, method="GET") == LINK
    new = rotated.sign(LINK, expires_in=MINUTE)
    with pytest.raises(SignedUrlInvalid):
        SIGNER.open(new, method="GET")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.zip", "attachment; filename=\"a.zip\"; filename*=UTF-8''a.zip"),
        ("../../etc/passwd", "attachment; filename=\"passwd\"; filename*=UTF-8''passwd"),
        ("a\\b.txt", "attachment; filename=\"b.txt\"; filename*=UTF-8''b.txt"),
        (
            "a\r\nSet-Cookie: x=1",
            "attachment; filename=\"aSet-Cookie_ x_1\"; filename*=UTF-8''aSet-Cookie%3A%20x%3D1",
        ),
        ('q"uote;.txt', "attachment; filename=\"q_uote_.txt\"; filename*=UTF-8''q%22uote%3B.txt"),
        (
            "café 日.txt",
            "attachment; filename=\"cafe .txt\"; filename*=UTF-8''caf%C3%A9%20%E6%97%A5.txt",
        ),
        ("", "attachment; filename=\"download\"; filename*=UTF-8''download"),
        ("...", "attachment; filename=\"download\"; filename*=UTF-8''download"),
    ],
)
def test_a_name_in_a_header(name: str, header: str) -> None:
    assert content_disposition(name) == header
    assert "\r" not in header


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-9", (0, 10)),
        ("bytes=5-", (5, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes=90-1000", (90, 100)),
        ("bytes=100-", None),
        ("bytes=9-3", None),
        ("bytes=-", None),
        ("bytes=-0", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
        ("bytes=" + "9" * 40 + "-", None),
    ],
)
def test_ranges(header: str | None, expected: tuple[int, int] | None) -> None:
    assert byte_range(header, 100) == expected
