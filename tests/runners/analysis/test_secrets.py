"""Secrets: found where they stand, and nowhere to be read afterwards."""

import importlib.util
import json
import random
import string
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
from detect_secrets.core import scan
from detect_secrets.settings import default_settings

from taskyard.runners.analysis.excerpts import Excerpts
from taskyard.runners.analysis.finding import Finding
from taskyard.runners.analysis.html import to_html
from taskyard.runners.analysis.languages import copy_of
from taskyard.runners.analysis.masking import MASK, Redactor, masked, without_quotes
from taskyard.runners.analysis.report import AnalysisParameters, AnalysisReport
from taskyard.runners.analysis.runner import analyse
from taskyard.runners.analysis.sarif import to_sarif
from taskyard.runners.analysis.searched import MAX_BYTES, how_to_search
from taskyard.runners.analysis.survey import write_copy
from taskyard.runners.analysis.tools import bench, secrets
from taskyard.runners.analysis.tools.answer import Answer, ToolRun
from taskyard.runners.folder import folder_run
from taskyard.runners.sandbox import Sandbox
from tests.runners.analysis.conftest import Analyse, Tree, lay_out
from tests.runners.analysis.sarif_schema import LOG

# Made up for each run, so that no scanner of this repository has anything to find.
_CHANCE = random.Random(19)
LETTERS = string.ascii_letters + string.digits
CAPITALS = string.ascii_uppercase + string.digits


def word(length: int, alphabet: str = LETTERS) -> str:
    return "".join(_CHANCE.choice(alphabet) for _ in range(length))


AWS = "AKIA" + word(16, CAPITALS)
GITHUB = "ghp_" + word(36)
STRIPE = "sk_live_" + word(24)
SLACK = "xoxb-1234-5678-" + word(24, string.ascii_lowercase + string.digits)
RANDOM = "Zq" + word(46)
PASSWORD = "tr0mb-" + word(9)
URL_PASSWORD = "Pw" + word(10)
KEY_LINES = [word(64), word(64), word(30)]
PEM = "\n".join(
    ["-----BEGIN RSA PRIVATE KEY-----", *KEY_LINES, "-----END RSA PRIVATE KEY-----", ""]
)
SECRETS = (AWS, GITHUB, STRIPE, SLACK, RANDOM, PASSWORD, URL_PASSWORD, *KEY_LINES)

TREE: Tree = {
    ".env": f"AWS_KEY={AWS}\nDB_PASSWORD={PASSWORD}\n",
    "config.yaml": f"github:\n  token: {GITHUB}\n",
    "settings.toml": f'[database]\nurl = "postgres://app:{URL_PASSWORD}@db.internal/app"\n',
    "data.json": f'{{"stripe": "{STRIPE}",\n "blob": "{RANDOM}"}}\n',
    "deploy/server.pem": PEM,
    "app/__init__.py": "",
    "app/mail.py": f'import os\nPASSWORD = "{PASSWORD}"\nimport sys\n\n\n'
    f'def check(word: str) -> bool:\n    if word == "{PASSWORD}":\n        return eval(word)\n'
    f"    token = '{RANDOM}'\n    return connect('{AWS}', token)\n",
    "web/keys.ts": f"export const client = connect('{SLACK}');\n"
    f"export const key = `{PEM}`;\ndebugger;\n",
    "tests/test_mail.py": f'from app import mail\nKEY = "{GITHUB}"\n\n'
    f"def test_it():\n    print('it says', mail.PASSWORD)\n    assert mail.PASSWORD == ''\n",
}
WANTED = {
    (".env", 1): ("aws-access-key", "high"),
    (".env", 2): ("secret-keyword", "medium"),
    ("config.yaml", 2): ("github-token", "high"),
    ("settings.toml", 2): ("basic-auth-credentials", "medium"),
    ("data.json", 1): ("stripe-access-key", "high"),
    ("data.json", 2): ("base64-high-entropy-string", "low"),
    ("deploy/server.pem", 1): ("private-key", "high"),
    ("app/mail.py", 2): ("secret-keyword", "medium"),
    ("app/mail.py", 10): ("aws-access-key", "high"),
    ("web/keys.ts", 1): ("slack-token", "high"),
    ("web/keys.ts", 2): ("private-key", "high"),
    ("tests/test_mail.py", 2): ("github-token", "high"),
}


class Run:
    """An analysis and all that it left."""

    def __init__(self, report: AnalysisReport, lines: list[str], kept: dict[str, str]) -> None:
        self.report, self.lines, self.kept = report, lines, kept

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield everything that is stored, shown or exported."""
        yield "report", self.report.model_dump_json()
        yield "sarif", json.dumps(to_sarif(self.report))
        yield "page", to_html(self.report, title="Leaky")
        yield "log", "\n".join(self.lines)
        yield from self.kept.items()


@pytest.fixture(scope="module")
async def run(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Run:
    lines: list[str] = []
    folder = lay_out(tmp_path_factory.mktemp("leaky"), TREE)
    with folder_run(folder, sandbox, on_log=lines.append) as context:
        report = await analyse(AnalysisParameters(), context)
        return Run(report, lines, context.kept)


def of_secrets(report: AnalysisReport) -> dict[tuple[str, int | None], Finding]:
    return {(one.file, one.line): one for one in report.findings if one.tool == secrets.NAME}


async def test_each_is_found_where_it_stands(run: Run) -> None:
    found = of_secrets(run.report)
    assert {place: (one.rule, one.severity) for place, one in found.items()} == WANTED
    for one in found.values():
        assert (one.kind, one.cwe) == ("security", "CWE-798")
        assert one.recommendation
        assert one.excerpt, "the line is shown, the secret is not"
    assert found[".env", 1].title == "AWS access key in the code"


async def test_no_secret_is_left_anywhere(run: Run) -> None:
    for name, text in run.texts():
        for secret in SECRETS:
            assert secret not in text, name
            assert secret[:12] not in text, name


async def test_other_findings_show_no_secret_either(run: Run) -> None:
    (evil,) = [one for one in run.report.findings if one.rule == "B307"]
    shown = "\n".join(line.text for line in evil.excerpt)
    assert f'if word == "{MASK}":' in shown
    assert f"token = '{MASK}'" in shown
    (unused,) = [one for one in run.report.findings if one.rule == "no-debugger"]
    assert [line.text for line in unused.excerpt][:2] == ["-----END RSA PRIVATE KEY-----", "`;"]
    (key,) = [one for one in run.report.findings if (one.file, one.line) == ("web/keys.ts", 2)]
    assert [line.text for line in key.excerpt][1:] == [
        "export const key = `-----BEGIN RSA PRIVATE KEY-----", MASK, MASK,
    ]  # fmt: skip


async def test_output_of_tests_is_redacted(run: Run) -> None:
    assert f"it says {MASK}" in run.lines
    assert run.report.coverage.tests is not None
    assert run.report.coverage.tests.failed == 1


async def test_one_password_is_one_finding(run: Run) -> None:
    """bandit sees it as well; where only bandit does, its word stands, and the line is masked."""
    rules = [one.rule for one in run.report.findings if one.file == "app/mail.py" and one.line == 2]
    assert rules == ["secret-keyword"]
    (compared,) = [one for one in run.report.findings if one.rule == "B105" and one.line == 9]
    assert compared.tool == "bandit"
    counts = {tool.name: tool.findings for tool in run.report.tools}
    for name in ("bandit", "detect-secrets"):
        assert counts[name] == sum(one.tool == name for one in run.report.findings)


async def test_it_counts_and_is_exported(run: Run) -> None:
    jsonschema.validate(json.loads(json.dumps(to_sarif(run.report))), LOG)
    spots = {one.file: one for one in run.report.hot_spots}
    assert (spots[".env"].ncloc, spots[".env"].debt_minutes) == (0, 150)
    assert run.report.score_basis is not None
    assert run.report.score_basis.minutes_by_class["security"] >= 6 * 120


async def test_where_security_is_not_asked_for_excerpts_are_masked_all_the_same(
    analyse_tree: Analyse,
) -> None:
    report = await analyse_tree(TREE, "quality")
    assert of_secrets(report) == {}
    assert not any(secret in report.model_dump_json() for secret in SECRETS)


async def test_a_fingerprint_says_nothing_of_the_secret(analyse_tree: Analyse) -> None:
    """Neither moved lines nor another secret change it: it is made of what is shown."""

    async def names(text: str) -> list[str]:
        report = await analyse_tree({"a.py": text}, "security")
        return [one.fingerprint for one in report.findings]

    before = await names(f'PASSWORD = "{PASSWORD}"\nkey = "{AWS}"\n')
    moved = await names(f'\n\n# more\nPASSWORD = "{PASSWORD}"\n\nkey = "{AWS}"\n')
    other = await names(f'PASSWORD = "{word(14)}-x"\nkey = "{"AKIA" + word(16, CAPITALS)}"\n')
    assert len(set(before)) == 2
    assert before == moved == other


async def test_comments_may_allow_one(analyse_tree: Analyse) -> None:
    report = await analyse_tree(
        {
            "a.js": f"const a = '{AWS}'; // pragma: allowlist secret\n"
            f"// pragma: allowlist nextline secret\nconst b = '{AWS}';\ndebugger;\n"
            f"const c = '{AWS}';\n",
        },
        "security",
        "quality",
    )
    assert {line for _, line in of_secrets(report)} == {5}
    assert AWS not in report.model_dump_json(), "an allowed one is not shown either"


async def test_what_stands_for_a_secret_is_none(analyse_tree: Analyse) -> None:
    report = await analyse_tree(
        {
            "a.py": "PASSWORD_FIELD = 'password'\npassword_hasher = 'argon2id'\n"
            "password = get_password('x')\nSECRET_KEY = os.environ['SECRET_KEY']\n"
            "api_key = '<your key>'\nsecret = '${SECRET}'\nuuid = "
            "'0b1f3c6e-93c5-4f0e-a5f8-0d7c5c1b2a10'\n",
            "b.ts": "const labels = { password: 'Your password', secret: 'Wrong password' };\n"
            "const url = 'https://user:password@example.com/';\n",
            ".env.example": "DB_PASSWORD=changeme\nAPI_KEY=your-key-here\nPWD=${HOME}\n",
            "docker-compose.yml": "environment:\n  POSTGRES_PASSWORD: ${PASSWORD}\n",
        },
        "security",
    )
    assert of_secrets(report) == {}


async def test_tests_are_asked_for_keys_of_a_known_shape_alone(analyse_tree: Analyse) -> None:
    tree = {"a.py": "x = 1\n", "tests/test_a.py": f"PASSWORD = '{PASSWORD}'\nKEY = '{AWS}'\n"}
    usual = await analyse_tree(tree, "security")
    asked = await analyse_tree(tree, "security", include_tests=True)
    assert set(of_secrets(usual)) == {("tests/test_a.py", 2)}
    assert set(of_secrets(asked)) == {("tests/test_a.py", 1), ("tests/test_a.py", 2)}


async def test_what_is_too_big_to_search_is_named(analyse_tree: Analyse) -> None:
    report = await analyse_tree(
        {
            "data.json": '{"a": 1}\n' * (MAX_BYTES // 8),
            "wide.yaml": "a: " + "x" * 10_001 + "\n",
            "package-lock.json": f'{{"integrity": "sha512-{RANDOM}"}}\n',
            "README.md": f"Use {AWS}.\n",
            "picture.pem": b"\x00\x01",
        },
        "security",
    )
    reasons = {one.file: (one.reason, one.expected) for one in report.skipped}
    assert reasons == {
        "data.json": ("larger than 256 KiB: not searched for secrets", True),
        "wide.yaml": ("a line of more than 10,000 characters: not searched for secrets", True),
    }
    assert report.findings == []


async def test_of_a_file_nobody_could_search_nothing_is_shown(
    analyse_tree: Analyse, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = dict(bench._TEXTS)
    broken["find_secrets.py"] += "\nreal = look\ndef look(root, name):\n"
    broken["find_secrets.py"] += "    if 'fatal' in name: raise RecursionError\n"
    broken["find_secrets.py"] += "    return real(root, name)\n"
    monkeypatch.setattr(bench, "_TEXTS", broken)
    tree = {"fatal.py": f"import os\nx = '{AWS}'\n", "good.py": "import os\n"}
    report = await analyse_tree(tree, "quality", "security")
    shown = {one.file: bool(one.excerpt) for one in report.findings}
    assert shown == {"fatal.py": False, "good.py": True}
    assert [(one.file, one.by) for one in report.skipped] == [("fatal.py", "detect-secrets")]
    assert report.partial


@pytest.fixture(scope="module")
def search() -> Iterator[ModuleType]:
    """The script as the sandbox runs it."""
    path = Path(secrets.__file__).parents[1] / "inside" / "find_secrets.py"
    spec = importlib.util.spec_from_file_location("find_secrets", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["find_secrets"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["find_secrets"]


CODE = f"""
aws = "{AWS}"; other = f("{AWS}")
stripe = '{STRIPE}'
{GITHUB} {SLACK}
password = "{PASSWORD}"
data = {{"api_key": '{word(20)}', "n": 1}}
if secret == "{PASSWORD}": pass
token = "{RANDOM}"
digest = "{word(40, "0123456789abcdef")}"
url = "amqp://worker:{URL_PASSWORD}@queue.internal//"
npm = "//registry.npmjs.org/:_authToken=npm_{word(36)}"
jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtYXlhIn0.{word(43)}"
softlayer_api_key = "{word(64, string.ascii_lowercase + string.digits)}"
ibm_cloud_iam_key = "{word(44)}"
cloudant_password = "{word(64, "0123456789abcdef")}"
ibm_cos_secret_access_key = "{word(48, "0123456789abcdef")}"
-----BEGIN EC PRIVATE KEY-----
telegram = "110201543:{word(35)}"
mailchimp = "{word(32, "0123456789abcdef")}-us5"
nothing = 1
"""


@pytest.mark.parametrize("name", ["a.py", "a.js", "a.ts", "a.go", "a.json"])
def test_no_line_is_missed_for_speed(search: ModuleType, tmp_path: Path, name: str) -> None:
    """What detect-secrets itself finds in code, asked about every line, is found."""
    (tmp_path / name).write_text(CODE)
    ours = {
        (one["kind"], one["line"]) for one in search.look(str(tmp_path), f"code {name}")["found"]
    }
    with default_settings():
        theirs = {(one.type, one.line_number) for one in scan.scan_file(str(tmp_path / name))}
    assert len(theirs) > 16
    assert theirs <= ours


def places(search: ModuleType, folder: Path, name: str, text: str) -> list[Any]:
    (folder / name).write_text(text)
    seen = search.look(str(folder), f"code {name}")
    lines = text.split("\n")
    return [lines[line - 1][start:end] for line, start, end in seen["masks"]]


def test_the_whole_key_is_masked(search: ModuleType, tmp_path: Path) -> None:
    assert places(search, tmp_path, "a.js", f"x = '{GITHUB}';") == [GITHUB]
    assert places(search, tmp_path, "k.pem", PEM) == KEY_LINES
    one_line = PEM.replace("\n", "\\n")
    (masked_part,) = places(search, tmp_path, "b.js", f'k = "{one_line}"; y = 1;')
    assert all(line in masked_part for line in KEY_LINES)
    assert places(search, tmp_path, "c.js", f"f('{AWS}', '{AWS}')") == [AWS, AWS]
    endless = "-----BEGIN PRIVATE KEY-----\n" + "\n".join([word(64)] * 500)
    assert len(places(search, tmp_path, "d.pem", endless)) == 200


def test_masks_may_overlap() -> None:
    assert masked("abcdefghij", [(1, 2, 5), (1, 4, 8)]) == f"ab{MASK}ij"
    assert masked("abcdefghij", [(1, 0, 3), (1, 0, 9), (1, 5, 6)]) == f"{MASK}j"
    assert masked("ab", [(1, 0, 1), (1, 1, 2)]) == MASK
    assert masked("ab", []) == "ab"


def test_what_stands_in_quotes_can_be_masked() -> None:
    assert without_quotes("f('a\\'b', \"c\")") == f"f('{MASK}', \"{MASK}\")"
    assert without_quotes("f('open") == f"f('{MASK}'"
    assert without_quotes("no quotes") == "no quotes"


def test_words_are_redacted_only_in_quotes() -> None:
    redactor = Redactor(["trombone", "tr0mb-one", "abc"])
    assert redactor.text("trombone tr0mb-one 'trombone' abc") == (f"trombone {MASK} '{MASK}' abc")
    assert Redactor().text("anything") == "anything"


@pytest.mark.parametrize(
    ("path", "how"),
    [
        (".env", "config"), (".env.local", "config"), ("a/.npmrc", "config"), ("a.yml", "config"),
        ("Dockerfile", "code"), ("id_rsa", "code"), ("a.go", "code"), ("package.json", "code"),
        ("package-lock.json", None), ("yarn.lock", None), ("pnpm-lock.yaml", None),
        ("a.css", None), ("README.md", None), ("a.png", None), ("__snapshots__/a.snap", None),
    ],
)  # fmt: skip
def test_files_are_searched_by_their_names(path: str, how: str | None) -> None:
    assert how_to_search(path) == how


def test_of_two_secrets_that_begin_alike_the_longer_is_taken_out() -> None:
    redactor = Redactor(["q7-key", "q7-key-of-two", "y-of"])
    assert (
        redactor.text("q7-key-of-two, q7-key-of-one, any-of") == f"{MASK}, {MASK}-of-one, an{MASK}"
    )


def test_a_hundred_thousand_secrets_are_masked_as_fast_as_a_few() -> None:
    """A source of test vectors is full of what looks like keys."""
    values = [f"{number:06x}{'d4' * 9}" for number in range(100_000)]
    began = time.perf_counter()
    redactor = Redactor(values)
    sentences = [f"Possible hardcoded password: '{value}', says a tool" for value in values[:1000]]
    told = f"Possible hardcoded password: '{MASK}', says a tool"
    assert {redactor.text(sentence) for sentence in sentences} == {told}
    assert time.perf_counter() - began < 3


def test_a_file_of_secrets_alone_is_shown_with_masks(tmp_path: Path) -> None:
    count = 19_000
    lines = [f"key_{number} = {'d4' * 9}{number:06x}" for number in range(count)]
    write_copy(tmp_path / copy_of("keys.env"), "\n".join(lines))
    places = tuple((n + 1, line.index("=") + 2, len(line)) for n, line in enumerate(lines))
    run = ToolRun(name="detect-secrets", version="1")
    found = secrets.Secrets(answer=Answer(tool=run), masks={"keys.env": places}, unseen=())
    began = time.perf_counter()
    excerpts = Excerpts(tmp_path, found, ())
    assert excerpts.line("keys.env", count) == f"key_{count - 1} = {MASK}"
    assert time.perf_counter() - began < 3
