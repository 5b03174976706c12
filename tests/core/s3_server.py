"""A small S3: enough of the protocol over HTTP for the real client to be tried against it."""

import hashlib
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class S3Server(ThreadingHTTPServer):
    """Keeps objects in memory; `failing` makes every request answer 503."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.requests: list[str] = []
        self.failing = False
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Run a server for the length of the block."""
    server = S3Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: S3Server

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def _route(self) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        body = self._read_body()
        with self.server.lock:
            self.server.requests.append(f"{self.command} {parts.path}")
            if self.server.failing:
                self._answer(503)
            else:
                getattr(self, f"_{self.command.lower()}")(parts.path, query, body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _route  # noqa: N815

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _put(self, path: str, query: dict[str, Any], body: bytes) -> None:
        if "uploadId" in query:
            self.server.parts[query["uploadId"][0]][int(query["partNumber"][0])] = body
        elif self.headers.get("If-None-Match") == "*" and path in self.server.objects:
            self._answer(412)
            return
        else:
            self.server.objects[path] = body
        self._answer(200, headers={"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"'})

    def _post(self, path: str, query: dict[str, Any], body: bytes) -> None:
        if b"<Delete" in body:
            keys = [part.split("</Key>")[0] for part in body.decode().split("<Key>")[1:]]
            for key in keys:
                self.server.objects.pop(f"{path.rstrip('/')}/{key}", None)
            deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
            self._answer(200, f"<DeleteResult>{deleted}</DeleteResult>".encode())
        elif "uploads" in query:
            upload = uuid.uuid4().hex
            self.server.parts[upload] = {}
            xml = f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId>"
            self._answer(200, f"{xml}</InitiateMultipartUploadResult>".encode())
        else:
            parts = self.server.parts.pop(query["uploadId"][0])
            self.server.objects[path] = b"".join(parts[number] for number in sorted(parts))
            tag = "CompleteMultipartUploadResult"
            self._answer(200, f'<{tag}><ETag>"x"</ETag></{tag}>'.encode())

    def _get(self, path: str, query: dict[str, Any], _body: bytes) -> None:
        if "list-type" in query:
            self._list(path, query.get("prefix", [""])[0])
            return
        content = self.server.objects.get(path)
        if content is None:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        headers = {"ETag": '"x"', "Last-Modified": "Sat, 21 Nov 2026 10:00:00 GMT"}
        if asked := self.headers.get("Range"):
            first, _, last = asked.removeprefix("bytes=").partition("-")
            start, end = int(first), min(int(last), len(content) - 1) if last else len(content) - 1
            headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
            self._answer(206, content[start : end + 1], headers)
        else:
            self._answer(200, content, headers)

    _head = _get

    def _list(self, bucket: str, prefix: str) -> None:
        root = f"{bucket.rstrip('/')}/"
        with_prefix = sorted(key for key in self.server.objects if key.startswith(root + prefix))
        contents = "".join(
            f"<Contents><Key>{key.removeprefix(root)}</Key>"
            f"<LastModified>2026-11-21T10:00:00.000Z</LastModified><ETag>x</ETag>"
            f"<Size>{len(self.server.objects[key])}</Size></Contents>"
            for key in with_prefix
        )
        told = f"<KeyCount>{len(with_prefix)}</KeyCount><IsTruncated>false</IsTruncated>{contents}"
        self._answer(200, f"<ListBucketResult>{told}</ListBucketResult>".encode())

    def _delete(self, path: str, _query: dict[str, Any], _body: bytes) -> None:
        self.server.objects.pop(path, None)
        self._answer(204)

    def _answer(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Keep the tests' output clean."""
