"""Runs inside the sandbox, by each_file.py: secrets, by detect-secrets' detectors.

A file's name comes with how to look at it: `code`, `config` (values need no quotes) or `tokens`
(tests, of which only keys of a shape that nobody invents are asked). Gives `found`, each with
`kind`, `line` and whether a comment `allowed` it, and `masks`, the places of the secrets as
[line, start, end]. What they say never leaves the sandbox.

detect-secrets' own loop asks every detector about every line, which takes half a minute for the
source of Django. Here a pattern over the whole file says first which lines a detector has to see;
the answers are the same.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import StringIO
from types import MappingProxyType
from typing import NamedTuple, cast

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.filters import heuristic
from detect_secrets.filters.allowlist import is_line_allowlisted
from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector
from detect_secrets.plugins.basic_auth import BasicAuthDetector
from detect_secrets.plugins.cloudant import CloudantDetector
from detect_secrets.plugins.high_entropy_strings import HighEntropyStringsPlugin
from detect_secrets.plugins.ibm_cloud_iam import IbmCloudIamDetector
from detect_secrets.plugins.ibm_cos_hmac import IbmCosHmacDetector
from detect_secrets.plugins.ip_public import IPPublicDetector
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.keyword import DENYLIST, KeywordDetector
from detect_secrets.plugins.private_key import PrivateKeyDetector
from detect_secrets.plugins.softlayer import SoftlayerDetector
from detect_secrets.transformers import get_transformed_file
from detect_secrets.types import NamedIO
from detect_secrets.util.code_snippet import get_code_snippet

WHO = "the search for secrets"

Answer = dict[str, object]

#: An address is none.
_NO_SECRETS = (IPPublicDetector,)
#: They go by what a value is called, or by how it looks; in files of our own words they guess.
_GUESSING = (BasicAuthDetector, HighEntropyStringsPlugin, KeywordDetector)
#: `name = value` with a long value; slow, so asked only where there is one.
_LONG_WORDS: Mapping[type, re.Pattern[str]] = MappingProxyType(
    {
        CloudantDetector: re.compile("[0-9A-Za-z]{24}"),
        IbmCloudIamDetector: re.compile(r"[A-z0-9_\-]{44}"),
        IbmCosHmacDetector: re.compile("[0-9A-Fa-f]{48}"),
        SoftlayerDetector: re.compile("[0-9A-Za-z]{64}"),
    }
)
#: Tests are full of invented ones.
_NOT_IN_TESTS = (
    *_GUESSING,
    *_LONG_WORDS,
    JwtTokenDetector,
    PrivateKeyDetector,
)
_HARMLESS: Sequence[Callable[[str], bool]] = (
    heuristic.is_not_alphanumeric_string,
    heuristic.is_potential_uuid,
    heuristic.is_prefixed_with_dollar_sign,
    heuristic.is_sequential_string,
    heuristic.is_templated_secret,
)
_WORDS = "|".join(DENYLIST)
#: `password_field = "password"`: what stands there is about a secret, or stands for one.
_ABOUT = re.compile(
    rf"(?:{_WORDS})\w*?_?"
    r"(?:hash(?:er)?|fields?|file|path|name|label|type|format|algorithm|url|header|prefix|hint)\b",
    re.IGNORECASE,
)
_STANDS_FOR_ONE = re.compile(
    rf".*(?:{_WORDS}).*|.{{0,3}}|(?:your|change|example|placeholder|dummy|sample|fake|xxx).*"
    r"|pass|token|user(?:name)?|guest|root|admin|test(?:ing)?|none|null|true|false|undefined"
    r"|(?-i:[A-Z]+(?:_[A-Z]+)+)",
    re.IGNORECASE | re.DOTALL,
)
_NOWHERE = re.compile(
    r"@(?:localhost|127\.|\[?::1|host\b|hostname\b|[\w.-]*example\.)", re.IGNORECASE
)
#: A file with more is a table of sums, and its first ones say so.
_MOST_OF_A_KIND = 20
#: Between them a private key stands.
_KEY_START = re.compile(r"PRIVATE KEY(?: BLOCK)?(?:-----)?")
_KEY_END = re.compile(r"-----END [A-Z ]*-----|Private-MAC:")
_LONGEST_KEY = 200


class _Detector(NamedTuple):
    plugin: BasePlugin
    #: Every line in which the plugin could find something has a match of one of these.
    patterns: Sequence[re.Pattern[str]]


class _Secret(NamedTuple):
    kind: str
    line: int
    value: str


def _detectors() -> Iterator[_Detector]:
    plugin_types: Iterable[type[BasePlugin]] = get_mapping_from_secret_type_to_class().values()
    for plugin_type in plugin_types:
        if not issubclass(plugin_type, _NO_SECRETS):
            plugin = plugin_type()
            yield _Detector(plugin, tuple(_patterns(plugin)))


def _patterns(plugin: BasePlugin) -> Iterator[re.Pattern[str]]:
    if isinstance(plugin, RegexBasedDetector):
        for pattern in plugin.denylist:
            yield re.compile(pattern.pattern, pattern.flags | re.MULTILINE)
    elif isinstance(plugin, HighEntropyStringsPlugin):
        # So many different characters it takes to be above the limit.
        least = int(2**plugin.entropy_limit)
        yield re.compile(f"['\"][{re.escape(plugin.charset)}]{{{least},}}['\"]")
    elif isinstance(plugin, KeywordDetector):
        # Looked for in small letters, which takes a twelfth of the time that IGNORECASE does.
        yield re.compile(_WORDS)
    else:
        yield re.compile("^.*$", re.MULTILINE)


DETECTORS = tuple(_detectors())


def look(root: str, name: str) -> Answer:
    """Search a file."""
    how, _, path = name.partition(" ")
    with open(f"{root}/{path}", encoding="utf-8") as file:  # noqa: PTH123
        text = file.read()
    lines = text.split("\n")
    secrets = {secret for view in _views(how, path, text) for secret in _search(path, view, how)}
    found: list[Answer] = []
    masks: set[tuple[int, int, int]] = set()
    count: Counter[str] = Counter()
    for secret in sorted(secrets):
        masks.update(_places(secret, lines))
        count[secret.kind] += 1
        if count[secret.kind] <= _MOST_OF_A_KIND:
            snippet = get_code_snippet(lines, secret.line)
            allowed = is_line_allowlisted(path, lines[secret.line - 1], snippet)
            found.append({"kind": secret.kind, "line": secret.line, "allowed": allowed})
    return {"found": found, "masks": sorted(masks)}


def _views(how: str, path: str, text: str) -> Iterator[str]:
    """Yield the text, and for settings the same with quotes round each value."""
    yield text
    if how == "config":
        for eager in (False, True):
            file = StringIO(text)
            file.name = path
            try:
                lines = get_transformed_file(cast(NamedIO, file), use_eager_transformers=eager)
            except (ValueError, TypeError, AttributeError, KeyError, IndexError):
                continue  # Not of the format that its name promises.
            if lines:
                yield "\n".join(line.rstrip("\n") for line in lines)


def _search(path: str, text: str, how: str) -> Iterator[_Secret]:
    lines = text.split("\n")
    for plugin, patterns in DETECTORS:
        if how == "tokens" and isinstance(plugin, _NOT_IN_TESTS):
            continue
        word = _LONG_WORDS.get(type(plugin))
        if word is not None and not word.search(text):
            continue
        searched = text.lower() if isinstance(plugin, KeywordDetector) else text
        for number in _candidates(patterns, searched):
            for value in _values(plugin, path, lines[number - 1].rstrip(), number):
                yield _Secret(plugin.secret_type, number, value)


def _candidates(patterns: Iterable[re.Pattern[str]], text: str) -> Sequence[int]:
    """Return the numbers of the lines that matches touch."""
    spans = [match.span() for pattern in patterns for match in pattern.finditer(text)]
    if not spans:
        return ()
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    numbers: set[int] = set()
    for start, end in spans:
        numbers.update(range(bisect_right(starts, start), bisect_right(starts, end) + 1))
    return sorted(numbers)


def _values(plugin: BasePlugin, path: str, line: str, number: int) -> Iterator[str]:
    if isinstance(plugin, KeywordDetector):
        # `password = ask()` names no secret; a token in a call's arguments is one all the same.
        if heuristic.is_indirect_reference(line) or _ABOUT.search(line):
            return
    elif isinstance(plugin, BasicAuthDetector) and _NOWHERE.search(line):
        return
    for one in plugin.analyze_line(filename=path, line=line, line_number=number):
        value = one.secret_value
        if not value or any(harmless(value) for harmless in _HARMLESS):
            continue
        if isinstance(plugin, _GUESSING) and _STANDS_FOR_ONE.fullmatch(value):
            continue
        if not heuristic.is_likely_id_string(value, line, plugin):
            yield value


def _places(secret: _Secret, lines: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Yield where the secret stands, as line, start and end."""
    line = lines[secret.line - 1]
    if secret.kind == PrivateKeyDetector.secret_type:
        yield from _key(secret.line, lines)
        return
    # A detector may give a part of what it found: the whole word is taken.
    word = re.compile(rf"[\w-]*{re.escape(secret.value)}[\w-]*")
    places = [found.span() for found in word.finditer(line)]
    # Written in another way than its value is, with escapes or over several lines: all of it.
    for start, end in places or [(0, len(line))]:
        yield secret.line, start, end


def _key(first: int, lines: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Yield all of a private key, from behind its first line's mark to its end."""
    begins = _KEY_START.search(lines[first - 1])
    start = begins.end() if begins else 0
    for number in range(first, min(first + _LONGEST_KEY, len(lines)) + 1):
        line = lines[number - 1]
        end = _KEY_END.search(line, start)
        stop = end.start() if end else len(line)
        if start < stop:
            yield number, start, stop
        if end:
            return
        start = 0
