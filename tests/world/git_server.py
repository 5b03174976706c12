"""A Git server on this machine: Git's own `http-backend`, and repositories to serve."""

import os
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from taskyard.kit.ids import uuid7

_AUTHOR = {
    "GIT_AUTHOR_NAME": "Maya",
    "GIT_AUTHOR_EMAIL": "maya@example.com",
    "GIT_COMMITTER_NAME": "Maya",
    "GIT_COMMITTER_EMAIL": "maya@example.com",
    "GIT_AUTHOR_DATE": "2026-11-01T12:00:00Z",
    "GIT_COMMITTER_DATE": "2026-11-01T12:00:00Z",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


class Repository:
    """A bare repository, written to without a work tree."""

    def __init__(self, folder: Path, *, object_format: str = "sha1") -> None:
        self.folder = folder
        #: Where it is served.
        self.name = folder.name
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", "-b", "main", f"--object-format={object_format}")
        self.git("config", "uploadpack.allowFilter", "true")

    def git(self, *arguments: str, given: bytes = b"", index: Path | None = None) -> str:
        """Run Git here; return what it says."""
        env = {**os.environ, **_AUTHOR, "GIT_DIR": str(self.folder)}
        if index is not None:
            env["GIT_INDEX_FILE"] = str(index)
        done = subprocess.run(
            ["git", *arguments], env=env, input=given, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def blob(self, content: bytes) -> str:
        """Keep a content; return its id."""
        return self.git("hash-object", "-w", "--stdin", given=content)

    def commit(
        self,
        files: Mapping[str, bytes | str],
        *,
        branch: str = "main",
        odd: Mapping[str, tuple[str, str]] | None = None,
    ) -> str:
        """Commit a tree of just these files to a branch; return the commit.

        A path that ends in `*` is executable. `odd` are entries of other modes: (mode, id).
        """
        lines = []
        for path, content in files.items():
            mode = "100755" if path.endswith("*") else "100644"
            data = content.encode() if isinstance(content, str) else content
            lines.append(f"{mode} {self.blob(data)}\t{path.rstrip('*')}")
        lines += [f"{mode} {oid}\t{path}" for path, (mode, oid) in (odd or {}).items()]
        index = self.folder / "index"
        index.unlink(missing_ok=True)
        self.git("update-index", "--index-info", given="\n".join(lines).encode(), index=index)
        tree = self.git("write-tree", index=index)
        return self.commit_tree(tree, branch=branch)

    def commit_tree(self, tree: str, *, branch: str = "main") -> str:
        """Commit a tree that is there already."""
        name = f"refs/heads/{branch}"
        before = self.git("for-each-ref", "--format=%(objectname)", name)
        parent = ["-p", before] if before else []
        commit = self.git("commit-tree", tree, *parent, "-m", "A commit")
        self.git("update-ref", name, commit)
        return commit

    def tree(self, *entries: tuple[str, bytes, str]) -> str:
        """Write a tree of (mode, name, id), however odd; return its id."""
        content = b"".join(
            mode.encode() + b" " + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries
        )
        return self.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", given=content)


@dataclass
class GitServer:
    """Where repositories are served, and what was asked."""

    root: Path
    port: int
    #: Speak the old protocol alone, as servers from before 2018 do.
    old: bool = False
    #: Statuses to answer with before anything else, each once.
    refusals: list[int] = field(default_factory=list)
    #: Where requests for a path go instead.
    moved: dict[str, str] = field(default_factory=dict)
    #: What it says of itself in place of what Git would say.
    advertised: bytes | None = None
    #: Bytes of an answer's body that are sent before it waits for `go_on`; None sends all.
    hold_after: int | None = None
    go_on: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)

    def reset(self) -> None:
        """Forget what a test had it do."""
        self.go_on.set()
        fresh = GitServer(self.root, self.port)
        vars(self).update(vars(fresh))

    @property
    def allow(self) -> str:
        """What an operator would allow to have this server reached."""
        return f"127.0.0.1:{self.port}"

    def repository(self, name: str | None = None, *, object_format: str = "sha1") -> Repository:
        """Make a repository that is served at `/<name>`; without a name, at one of its own."""
        name = name or f"{uuid7().hex}.git"
        return Repository(self.root / name, object_format=object_format)

    def url(self, name: str) -> str:
        """Return a repository's address."""
        return f"http://127.0.0.1:{self.port}/{name}"


@contextmanager
def git_server(root: Path, listening: socket.socket) -> Iterator[GitServer]:
    """Serve the repositories of a folder at a port."""
    served = GitServer(root, listening.getsockname()[1])

    class Handler(_Handler):
        server_of = served

    server = ThreadingHTTPServer(("127.0.0.1", served.port), Handler, bind_and_activate=False)
    server.daemon_threads = True
    server.socket.close()
    server.socket = listening.dup()
    thread = threading.Thread(target=server.serve_forever, name="git-server", daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Hands a request to Git's CGI program (git-http-backend(1))."""

    server_of: GitServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        served = self.server_of
        served.asked.append(f"{self.command} {self.path}")
        path, _, query = self.path.partition("?")
        if served.refusals:
            self._plain(served.refusals.pop(0))
            return
        for old, new in served.moved.items():
            if path.startswith(old):
                rest = path.removeprefix(old)
                self._plain(301, Location=f"{new}{rest}{'?' if query else ''}{query}")
                return
        if served.advertised is not None and path.endswith("/info/refs"):
            kind = "application/x-git-upload-pack-advertisement"
            self._send([f"Content-Type: {kind}"], served.advertised)
            return
        self._git(path, query)

    def _plain(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _git(self, path: str, query: str) -> None:
        served = self.server_of
        length = int(self.headers.get("Content-Length") or 0)
        env = {
            **os.environ,
            **_AUTHOR,
            "GIT_PROJECT_ROOT": str(served.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(length),
        }
        if not served.old:
            env["GIT_PROTOCOL"] = self.headers.get("Git-Protocol", "")
        # The repositories may belong to another account than the one that runs the tests.
        command = ["git", "-c", "safe.directory=*", "http-backend"]
        done = subprocess.run(
            command, env=env, input=self.rfile.read(length), capture_output=True, check=False
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        self._send(head.decode("latin-1").split("\r\n"), body)

    def _send(self, lines: list[str], body: bytes) -> None:
        served = self.server_of
        headers = dict(line.split(": ", 1) for line in lines if ": " in line)
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        hold = served.hold_after if self.command == "POST" else None
        try:
            self.wfile.write(body[:hold])
            self.wfile.flush()
            if hold is not None:
                served.go_on.wait(60)
                self.wfile.write(body[hold:])
        except OSError:
            self.close_connection = True
