"""Fetching one commit from Git's own server: what arrives, and what is refused."""

import asyncio
import io
import tarfile
import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import pytest

from taskyard.core.outgoing.address import Address
from taskyard.core.outgoing.errors import AddressForbidden, HostUnreachable
from taskyard.core.outgoing.http import Outgoing
from taskyard.files.archive.limits import MIB, ArchiveLimits, Deadline
from taskyard.files.archive.tree import Tree, gather
from taskyard.files.errors import ArchiveUnreadable, ArchiveUnsafe
from taskyard.runners.source import errors
from taskyard.runners.source.git.deltas import resolve
from taskyard.runners.source.git.discovery import Found, find
from taskyard.runners.source.git.listing import commit_of, entries
from taskyard.runners.source.git.pack import Pack, PackReader
from taskyard.runners.source.git.receiving import receive
from tests.files.archives import read, zip_of
from tests.world.git_server import GitServer, Repository

LIMITS = ArchiveLimits(whole="the repository")
PROGRAM: Mapping[str, bytes] = {
    "README.md": b"# A thing\n",
    "src/thing/__init__.py": b"",
    "src/thing/main.py": b"print('hello')\n" * 200,
    "src/thing/other.py": b"print('hello')\n" * 199,
    "run.sh": b"#!/bin/sh\n",
    "na\u00efve caf\u00e9.txt": b"ol\xe9\n",
}
EXECUTABLE = frozenset({"run.sh"})


class Fetched:
    """What a fetch gave."""

    def __init__(self, found: Found, pack: Pack, commit: str, tree: Tree, raw: bytes) -> None:
        self.found, self.pack, self.commit, self.tree = found, pack, commit, tree
        self.contents = {
            file.path: raw[file.offset : file.offset + file.size_bytes] for file in tree.files
        }
        self.skipped = {item.path: item.reason for item in tree.skipped}


async def fetch(
    git: GitServer,
    url: str,
    ref: str | None = None,
    *,
    limits: ArchiveLimits = LIMITS,
    allow: str | None = None,
) -> Fetched:
    """Fetch as the runner does, in memory."""
    outgoing = Outgoing([allow or git.allow])
    found = await find(outgoing, Address.parse(url), ref)
    pack = Pack(io.BytesIO(), limits, found.object_format, is_filtered=found.can_filter)
    reader = PackReader(pack)
    said: list[str] = []
    async for piece in receive(
        outgoing, found, limit_bytes=64 * MIB, largest_blob=limits.file_bytes, say=said.append
    ):
        reader.feed(piece)
    assert all(line.startswith("remote: ") for line in said)
    spool = io.BytesIO()
    commit, tree = unpacked(reader.finish(), found.want, spool)
    return Fetched(found, pack, commit, tree, spool.getvalue())


def unpacked(pack: Pack, want: str, spool: io.BytesIO) -> tuple[str, Tree]:
    """Make a tree of a pack."""
    deadline = Deadline(60)
    resolve(pack, deadline)
    commit, root = commit_of(pack, want)
    found = entries(pack, root, pack.limits, deadline)
    return commit, gather(found, spool, pack.limits, strip=False)


def marked(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files as `Repository.commit` takes them."""
    return {f"{path}*" if path in EXECUTABLE else path: data for path, data in files.items()}


@pytest.fixture(params=["sha1", "sha256"])
def repository(git: GitServer, request: pytest.FixtureRequest) -> Repository:
    """A repository with some history, a branch beside main and two kinds of tag."""
    made = git.repository(object_format=request.param)
    made.commit({"old.py": "x = 1\n"})
    made.commit(marked(PROGRAM))
    made.commit({"other.py": "y = 2\n"}, branch="topic/other")
    made.git("tag", "light", "main")
    made.git("tag", "-a", "v1.0", "-m", "The first", "main")
    made.git("tag", "-a", "again", "-m", "A tag of a tag", "v1.0")
    return made


@pytest.mark.parametrize("old", [False, True], ids=["version-2", "version-0"])
@pytest.mark.parametrize(
    ("ref", "shown"),
    [
        (None, "main"),
        ("main", "main"),
        ("light", "light"),
        ("v1.0", "v1.0"),
        ("again", "again"),
        ("refs/tags/v1.0", "v1.0"),
        ("refs/heads/main", "main"),
        ("COMMIT", None),
    ],
)
async def test_a_commit_is_fetched_by_whatever_names_it(
    git: GitServer, repository: Repository, ref: str | None, shown: str | None, old: bool
) -> None:
    git.old = old
    commit = repository.git("rev-parse", "main")
    got = await fetch(git, git.url(repository.name), commit if ref == "COMMIT" else ref)
    assert got.commit == commit
    assert got.found.ref == shown
    assert got.found.version == (0 if old else 2)
    assert got.contents == PROGRAM
    assert {file.path for file in got.tree.files if file.executable} == EXECUTABLE
    assert got.pack.deltas, "two files that differ by a line come as one and a difference"
    # One commit without those before it, two folders and the root, the files, up to two tags.
    assert len(got.pack.objects) <= 1 + 3 + len(PROGRAM) + 2


async def test_another_branch_and_an_older_commit(git: GitServer, repository: Repository) -> None:
    url = git.url(repository.name)
    assert (await fetch(git, url, "topic/other")).contents == {"other.py": b"y = 2\n"}
    older = await fetch(git, url, repository.git("rev-parse", "main~1"))
    assert older.contents == {"old.py": b"x = 1\n"}


async def test_the_same_tree_is_the_same_source_however_it_comes(
    git: GitServer, repository: Repository
) -> None:
    got = await fetch(git, git.url(repository.name))
    zipped = read(zip_of(PROGRAM, executable=EXECUTABLE)).tree
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path, data in PROGRAM.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(data), 0o755 if path in EXECUTABLE else 0o644
            archive.addfile(entry, io.BytesIO(data))
    by_git = repository.git("archive", "--format=zip", "-o", f"{repository.folder}.zip", "main")
    assert not by_git
    archived = read(await asyncio.to_thread(Path(f"{repository.folder}.zip").read_bytes)).tree
    tarred = read(packed.getvalue()).tree
    ids = {got.tree.source_id, zipped.source_id, tarred.source_id, archived.source_id}
    assert len(ids) == 1


async def test_a_single_top_folder_of_a_repository_is_part_of_it(git: GitServer) -> None:
    repository = git.repository()
    repository.commit({"src/a.py": "1", "src/b.py": "2"})
    got = await fetch(git, git.url(repository.name))
    assert set(got.contents) == {"src/a.py", "src/b.py"}
    assert got.tree.stripped is None


@pytest.mark.parametrize("old", [False, True], ids=["version-2", "version-0"])
async def test_what_is_no_plain_file_is_left_out_and_named(git: GitServer, old: bool) -> None:
    git.old = old
    repository = git.repository()
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    repository.commit(
        {
            "a.py": "1",
            "node_modules/left/pad.js": "1",
            "large.bin": b"\0" * (21 * MIB),
            "photo.psd": pointer,
            "about-lfs.txt": pointer + b"x" * 1024,
        },
        odd={
            "link": ("120000", repository.blob(b"/etc/passwd")),
            "vendored": ("160000", "1" * 40),
        },
    )
    got = await fetch(git, git.url(repository.name))
    assert set(got.contents) == {"a.py", "about-lfs.txt"}
    assert got.skipped == {
        "link": "symbolic link",
        "vendored": "Git submodule",
        "node_modules": "installed packages",
        "large.bin": "larger than a source file may be",
        "photo.psd": "kept in Git LFS",
    }
    assert got.pack.came_out < MIB or old, "a server that can is asked to keep large files"


async def test_a_repository_that_has_moved_is_followed(git: GitServer) -> None:
    git.repository("new/place.git").commit({"a.py": "1"})
    git.moved = {"/old/place": git.url("new/place.git"), "/short": "/old/place"}
    got = await fetch(git, git.url("short"))
    assert got.found.url == git.url("new/place.git")
    assert set(got.contents) == {"a.py"}


@pytest.mark.parametrize(
    ("goal", "refusal", "reason"),
    [
        ("http://169.254.169.254", AddressForbidden, "only https"),
        ("https://169.254.169.254", AddressForbidden, "the local link"),
        ("https://[::ffff:7f00:1]", AddressForbidden, "no public host"),
        ("https://localhost", AddressForbidden, "this machine"),
        ("https://me:secret@example.com", AddressForbidden, "before '@'"),
        ("file:///etc", AddressForbidden, "write it as https"),
        ("https://[", errors.NoRepository, "an address that cannot be read"),
        ("/sign-in?next=", errors.NoRepository, "a page"),
        ("/round", errors.NoRepository, "from one address to the next"),
    ],
)
async def test_a_redirect_leads_nowhere_else(
    git: GitServer, goal: str, refusal: type[Exception], reason: str
) -> None:
    git.moved = {"/round": goal}
    with pytest.raises(refusal, match=reason):
        await fetch(git, git.url("round"))
    assert {line.partition("?")[0] for line in git.asked} <= {"GET /round/info/refs"}


@pytest.mark.slow
async def test_a_server_that_can_do_200_000_things_costs_no_memory(git: GitServer) -> None:
    able = b"".join(b"000c%07d\n" % number for number in range(200_000))
    git.advertised = b"000eversion 2\n" + able + b"0000"
    outgoing = Outgoing([git.allow])
    tracemalloc.start()
    with pytest.raises(errors.RepositoryNotFound):
        await find(outgoing, Address.parse(git.url("any.git")), None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * MIB


async def test_only_the_first_request_is_redirected(git: GitServer) -> None:
    repository = git.repository()
    repository.commit({"a.py": "1"})
    service = f"{repository.name}/git-upload-pack"
    git.moved = {f"/{service}": git.url(f"other/{service}")}
    with pytest.raises(errors.NoRepository, match="its status is 301"):
        await fetch(git, git.url(repository.name))
    assert git.asked[-1] == f"POST /{service}"


@pytest.mark.parametrize("old", [False, True], ids=["version-2", "version-0"])
@pytest.mark.parametrize("ref", ["mian", "v9", "refs/heads/v1", "HEAD~1", "a" * 7, "f" * 40])
async def test_what_is_not_there_is_said(git: GitServer, ref: str, old: bool) -> None:
    git.old = old
    repository = git.repository()
    repository.commit({"a.py": "1"})
    with pytest.raises(errors.RefNotFound, match=ref):
        await fetch(git, git.url(repository.name), ref)


@pytest.mark.parametrize("old", [False, True], ids=["version-2", "version-0"])
async def test_an_empty_repository_says_so(git: GitServer, old: bool) -> None:
    git.old = old
    repository = git.repository()
    with pytest.raises(errors.RepositoryEmpty, match="no commit"):
        await fetch(git, git.url(repository.name))


async def test_a_tag_of_something_else_is_no_commit(git: GitServer) -> None:
    repository = git.repository()
    repository.commit({"a.py": "1"})
    repository.git("tag", "-a", "file", "-m", "x", repository.blob(b"only a file"))
    repository.git("tag", "folder", "main^{tree}")
    for ref in ("file", "folder"):
        with pytest.raises(errors.RefNotFound):
            await fetch(git, git.url(repository.name), ref)


async def test_a_branch_comes_before_a_tag_of_its_name(git: GitServer) -> None:
    repository = git.repository()
    repository.git("update-ref", "refs/tags/main", repository.commit({"tag.py": "1"}))
    repository.commit({"branch.py": "1"})
    url = git.url(repository.name)
    assert set((await fetch(git, url, "main")).contents) == {"branch.py"}
    assert set((await fetch(git, url, "refs/tags/main")).contents) == {"tag.py"}


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (401, errors.RepositoryNotFound),
        (403, errors.RepositoryNotFound),
        (404, errors.RepositoryNotFound),
        (410, errors.RepositoryNotFound),
        (400, errors.NoRepository),
        (204, errors.NoRepository),
        (429, errors.RepositoryBusy),
        (500, errors.RepositoryBusy),
        (503, errors.RepositoryBusy),
    ],
)
async def test_a_status_says_what_is_wrong(
    git: GitServer, status: int, refusal: type[Exception]
) -> None:
    git.refusals = [status]
    with pytest.raises(refusal):
        await fetch(git, git.url("any.git"))


async def test_a_server_that_is_away_may_come_back(git: GitServer) -> None:
    with pytest.raises(HostUnreachable, match="refused"):
        await fetch(git, "http://127.0.0.1:9/x", allow="127.0.0.1:9")


async def test_a_page_is_no_repository(git: GitServer) -> None:
    repository = git.repository()
    # Git's program serves single files, too, as servers without any program do.
    (repository.folder / "info" / "refs").write_bytes(b"")
    with pytest.raises(errors.NoRepository, match="it sends text/plain"):
        await fetch(git, f"{git.url(repository.name)}/info/refs?x=")


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (ArchiveLimits(entries=3, whole="the repository"), "the limit is 3"),
        (ArchiveLimits(passed_bytes=1024, whole="the repository"), "unpacks to more than"),
    ],
)
async def test_too_much_is_refused_while_it_arrives(
    git: GitServer, limits: ArchiveLimits, reason: str
) -> None:
    repository = git.repository()
    repository.commit(marked(PROGRAM))
    with pytest.raises(errors.RepositoryUnsafe, match=reason):
        await fetch(git, git.url(repository.name), limits=limits)


@pytest.mark.parametrize(
    ("limits", "rule"),
    [
        (ArchiveLimits(files=3, whole="the repository"), "files"),
        (ArchiveLimits(total_bytes=2000, whole="the repository"), "total_bytes"),
        (ArchiveLimits(depth=2, whole="the repository"), "depth"),
    ],
)
async def test_a_tree_has_the_limits_of_an_archive(
    git: GitServer, limits: ArchiveLimits, rule: str
) -> None:
    repository = git.repository()
    repository.commit(marked(PROGRAM))
    with pytest.raises(ArchiveUnsafe) as refused:
        await fetch(git, git.url(repository.name), limits=limits)
    assert refused.value.fields["rule"] == rule
    assert "archive" not in refused.value.fields["entry"]


@pytest.mark.parametrize("name", [b"..", b"a\\b", b"C:x", b"a\nb", b"\xe2\x80\xae.py"])
async def test_hostile_names_are_refused(git: GitServer, name: bytes) -> None:
    repository = git.repository()
    blob = repository.blob(b"1")
    repository.commit_tree(repository.tree(("100644", name, blob)))
    with pytest.raises(ArchiveUnsafe):
        await fetch(git, git.url(repository.name))
    inner = repository.tree(("100644", b"a.py", blob))
    repository.commit_tree(repository.tree(("40000", name, inner)))
    with pytest.raises(ArchiveUnsafe):
        await fetch(git, git.url(repository.name))


@pytest.mark.parametrize("name", [b".", b"../../etc/passwd", b"/etc/passwd", b"a/b"])
async def test_a_name_that_is_none_damages_the_tree(git: GitServer, name: bytes) -> None:
    repository = git.repository()
    repository.commit_tree(repository.tree(("100644", name, repository.blob(b"1"))))
    with pytest.raises(errors.RepositoryDamaged, match="cannot be read"):
        await fetch(git, git.url(repository.name))


async def test_two_files_in_one_place_are_refused(git: GitServer) -> None:
    repository = git.repository()
    repository.commit({"Makefile": "1", "makefile": "2"})
    with pytest.raises(ArchiveUnsafe, match="at the same place"):
        await fetch(git, git.url(repository.name))


async def test_a_tree_of_trees_of_trees_is_not_walked_for_ever(git: GitServer) -> None:
    """Ten folders, each ten times the one below: ten thousand million files in 12 objects."""
    repository = git.repository()
    tree = repository.tree(("100644", b"a.py", repository.blob(b"1")))
    for _ in range(10):
        tree = repository.tree(*(("40000", b"f%d" % number, tree) for number in range(10)))
    repository.commit_tree(tree)
    with pytest.raises(ArchiveUnsafe) as refused:
        await fetch(git, git.url(repository.name))
    assert refused.value.fields["rule"] in {"entries", "files"}


async def test_folders_without_end_are_refused(git: GitServer) -> None:
    repository = git.repository()
    tree = repository.tree(("100644", b"a.py", repository.blob(b"1")))
    for _ in range(60):
        tree = repository.tree(("40000", b"f", tree))
    repository.commit_tree(tree)
    with pytest.raises(ArchiveUnsafe) as refused:
        await fetch(git, git.url(repository.name))
    assert refused.value.fields["rule"] == "depth"


async def test_a_commit_of_nothing_has_no_files(git: GitServer) -> None:
    repository = git.repository()
    repository.commit({})
    with pytest.raises(ArchiveUnreadable):
        await fetch(git, git.url(repository.name))


async def test_odd_modes_are_no_files(git: GitServer) -> None:
    repository = git.repository()
    blob = repository.blob(b"1")
    repository.commit_tree(
        repository.tree(
            ("100644", b"a.py", blob),
            ("100664", b"b.py", blob),
            ("020644", b"device", blob),
            ("010644", b"pipe", blob),
        )
    )
    got = await fetch(git, git.url(repository.name))
    assert set(got.contents) == {"a.py", "b.py"}
    assert got.skipped == {"device": "not a regular file", "pipe": "not a regular file"}


async def test_names_that_are_not_utf8_are_read_as_in_a_tar(git: GitServer) -> None:
    repository = git.repository()
    repository.commit_tree(repository.tree(("100644", b"ol\xe9.py", repository.blob(b"1"))))
    assert set((await fetch(git, git.url(repository.name))).contents) == {"ol\u00e9.py"}
