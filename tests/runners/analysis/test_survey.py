"""Which files count, and which are left out and why."""

import os
from pathlib import Path

from taskyard.runners.analysis import layout
from taskyard.runners.analysis.languages import language_of
from taskyard.runners.analysis.survey import MAX_BYTES, Survey, Surveyor
from taskyard.runners.analysis.tools.types import module_name
from tests.runners.analysis.conftest import Tree, lay_out


def survey(tmp_path: Path, tree: Tree, *only: str) -> Survey:
    source = lay_out(tmp_path / "source", tree)
    return Surveyor(source, tmp_path / "copies", only).survey()


def roles(found: Survey) -> dict[str, str]:
    return {file.path: file.role for file in found.python}


def test_tests_are_told_from_code(tmp_path: Path) -> None:
    found = survey(
        tmp_path,
        {
            "app/__init__.py": "", "app/core.py": "x = 1", "app/test/client.py": "x = 1",
            "app/tests/test_core.py": "", "app/testing.py": "", "tests/util.py": "",
            "test/a.py": "", "conftest.py": "", "app/core_test.py": "", "app/tests.py": "",
            "stubs/core.pyi": "",
        },
    )  # fmt: skip
    assert {path for path, role in roles(found).items() if role == "test"} == {
        "app/tests/test_core.py", "tests/util.py", "test/a.py", "conftest.py",
        "app/core_test.py", "app/tests.py",
    }  # fmt: skip


def test_where_all_is_tests_all_is_judged(tmp_path: Path) -> None:
    assert roles(survey(tmp_path, {"test_only.py": "x = 1"})) == {"test_only.py": "code"}


def test_installed_and_made_things_are_left_out_and_named(tmp_path: Path) -> None:
    found = survey(
        tmp_path,
        {
            "a.py": "", "node_modules/x.js": "", ".git/config": "", "env/pyvenv.cfg": "",
            "env/lib/evil.py": "", "build/made.py": "",
        },
    )  # fmt: skip
    assert set(roles(found)) == {"a.py", "build/made.py"}
    assert {(one.file, one.expected) for one in found.skipped} == {
        ("node_modules", True), (".git", True), ("env", True),
    }  # fmt: skip


def test_what_is_too_big_is_named(tmp_path: Path) -> None:
    found = survey(
        tmp_path,
        {
            "good.py": "x = 1\n",
            "heavy.py": b"#" + b"x" * MAX_BYTES,
            "long.py": "x = 1\n" * 20_001,
            "wide.py": "x = '" + "y" * 10_000 + "'\n",
        },
    )
    assert set(roles(found)) == {"good.py"}
    assert {one.file: one.reason for one in found.skipped} == {
        "heavy.py": "larger than 1 MiB",
        "long.py": "more than 20,000 lines",
        "wide.py": "a line of more than 10,000 characters",
    }


def test_links_and_fifos_are_not_followed(tmp_path: Path) -> None:
    source = lay_out(tmp_path / "source", {"a.py": "x = 1"})
    secret = lay_out(tmp_path, {"outside.py": "SECRET = 1"}) / "outside.py"
    (source / "link.py").symlink_to(secret)
    (source / "folder").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(source / "pipe.py")
    found = Surveyor(source, tmp_path / "copies").survey()
    assert set(roles(found)) == {"a.py"}
    assert {one.file for one in found.skipped} == {"link.py", "folder", "pipe.py"}
    assert not (tmp_path / "copies/python/link.py").exists()


def test_names_that_are_no_text_are_left_out(tmp_path: Path) -> None:
    source = lay_out(tmp_path / "source", {"a.py": "x = 1"})
    (source / os.fsdecode(b"bad\xff.py")).write_text("x = 1")
    (source / "new\nline.py").write_text("x = 1")
    found = Surveyor(source, tmp_path / "copies").survey()
    assert set(roles(found)) == {"a.py"}
    assert len(found.skipped) == 2
    found.model_dump_json()


def test_languages_are_counted(tmp_path: Path) -> None:
    found = survey(tmp_path, {"a.py": "1\n2\n3\n", "b.ts": "1\n", "c.md": "#\n", "d.png": b"\x89"})
    assert [(one.name, one.files, one.lines, one.share_percent) for one in found.languages] == [
        ("Python", 1, 3, 75.0), ("TypeScript", 1, 1, 25.0),
    ]  # fmt: skip
    assert language_of("Makefile") is None


def test_only_the_paths_asked_for(tmp_path: Path) -> None:
    found = survey(tmp_path, {"a/x.py": "", "b/y.py": ""}, "a/")
    assert set(roles(found)) == {"a/x.py"}


def test_copies_are_utf8_and_open_to_the_sandbox(tmp_path: Path) -> None:
    os.umask(0o077)
    try:
        survey(tmp_path, {"p/a.py": b"# coding: latin-1\nx = '\xe9'\r\n"})
    finally:
        os.umask(0o022)
    copy = tmp_path / "copies/python/p/a.py"
    assert copy.read_bytes() == "# coding: latin-1\nx = 'é'\n".encode()
    assert copy.stat().st_mode & 0o777 == 0o644
    assert copy.parent.stat().st_mode & 0o777 == 0o755


class TestLayout:
    def test_a_wrapping_folder_and_src_are_seen_through(self, tmp_path: Path) -> None:
        found = survey(
            tmp_path,
            {
                "shop-1.0/src/shop/__init__.py": "", "shop-1.0/src/shop/a.py": "",
                "shop-1.0/tests/test_a.py": "", "shop-1.0/setup.py": "",
                "shop-1.0/docs/conf.py": "",
            },
        )  # fmt: skip
        assert found.wrapper == "shop-1.0/"
        roots = layout.import_roots(found)
        assert roots == ("shop-1.0/src/", "shop-1.0/")
        assert set(layout.measured(found, roots)) == {
            "shop-1.0/src/shop/__init__.py", "shop-1.0/src/shop/a.py",
        }  # fmt: skip
        assert roles(found)["shop-1.0/tests/test_a.py"] == "test"

    def test_a_lone_package_is_no_wrapper(self, tmp_path: Path) -> None:
        assert survey(tmp_path, {"shop/__init__.py": "", "shop/a.py": ""}).wrapper == ""

    def test_the_fewest_folders_are_traced(self) -> None:
        roots = ("p/src/", "p/")
        assert layout.folders_of(["p/src/a/x.py", "p/src/a/b/y.py", "p/src/c/z.py"], roots) == (
            "p/src/a/", "p/src/c/",
        )  # fmt: skip
        assert layout.folders_of(["app.py", "lib/x.py"], ("",)) == ("",)
        assert layout.folders_of([], ("",)) == ()

    def test_modules_without_a_package_are_measured(self, tmp_path: Path) -> None:
        found = survey(tmp_path, {"a.py": "", "setup.py": "", "test_a.py": ""})
        assert layout.measured(found, layout.import_roots(found)) == ("a.py",)

    def test_modules_are_named_as_mypy_names_them(self) -> None:
        roots = ("p/src/", "p/")
        assert module_name("p/src/shop/cart.py", roots) == "shop.cart"
        assert module_name("p/src/shop/__init__.py", roots) == "shop"
        assert module_name("p/scripts/run-me.py", roots) == "scripts.run-me"
        assert module_name("p/my-app/main.py", roots) == "main"
        assert module_name("p/my-app/__init__.py", roots) is None

    def test_the_project_says_its_name(self, tmp_path: Path) -> None:
        lay_out(tmp_path / "a", {"PKG-INFO": "Name: shop\nVersion: 1.2\n\nText"})
        lay_out(tmp_path / "b", {"pyproject.toml": '[project]\nname = "b"\nversion = "3"\n'})
        lay_out(tmp_path / "c", {"pyproject.toml": "[project]\nname = '../../evil'\n"})
        lay_out(tmp_path / "d", {"pyproject.toml": "[[[["})
        lay_out(tmp_path / "e", {"pyproject.toml": "a = " + "[" * 5000})
        named = [layout.name_and_version(tmp_path / name) for name in "abcdef"]
        assert named == [("shop", "1.2"), ("b", "3"), None, None, None, None]
