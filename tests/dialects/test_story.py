"""A client that knows nothing but the contracts, against the address of a real server."""

import asyncio
import io
import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from taskyard.core.settings import Settings
from tests.analyses.conftest import BAD
from tests.jobs.hands import ROOT, WorkerProcess, environment, until
from tests.world import World
from tests.world.accounts import PASSWORD


@dataclass
class Client:
    """What somebody writes who has read a contract: a base address, a token, JSON."""

    base: str
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Call a path of the contract; return status and body."""
        content = None if body is None else json.dumps(body).encode()
        return self.send(method, self.base + path, content, "application/json")

    def send(self, method: str, url: str, content: bytes | None, media: str) -> tuple[int, Any]:
        """Send a request; return status and body."""
        headers = {"Content-Type": media, **self.headers}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(url, content, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def upload(self, url: str, files: Mapping[str, str]) -> int:
        """Send files as one archive in a form; return the status."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        edge = uuid.uuid4().hex
        head = (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="s.zip"\r\n'
            "Content-Type: application/zip\r\n\r\n"
        )
        content = head.encode() + packed.getvalue() + f"\r\n--{edge}--\r\n".encode()
        return self.send("POST", url, content, f"multipart/form-data; boundary={edge}")[0]

    def listen(self, path: str) -> list[dict[str, Any]]:
        """Return everything a socket says until it closes."""
        address = f"{self.base.replace('http', 'ws', 1)}{path}?token={self.token}"
        heard: list[dict[str, Any]] = []
        with connect(address) as connection:
            try:
                while True:
                    heard.append(json.loads(connection.recv(timeout=90)))
            except ConnectionClosed:
                return heard


@dataclass
class Server:
    """A server process, and what it logged."""

    address: str
    log: Path


@pytest.fixture(scope="module")
def running(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as an operator starts it."""
    log = tmp_path_factory.mktemp("server") / "server.log"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "taskyard.entry.cli", "serve", f"--port={port}"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(settings), stdout=out, stderr=out
        )
    server = Server(f"http://127.0.0.1:{port}", log)
    until(lambda: b"startup complete" in log.read_bytes(), what="the server is ready")
    yield server
    process.terminate()
    process.wait(30)


async def test_a_client_of_builds_signs_in_brings_source_and_follows_its_analysis(
    running: Server, worker: WorkerProcess, world: World
) -> None:
    assert worker.process is not None
    maya = await world.account()
    # In a thread: the session's own application stands for election in this loop.
    client = await asyncio.to_thread(_analyse, Client(running.address), maya.username)
    log = running.log.read_text()
    assert "token=[redacted]" in log, "the server logs a socket's address"
    assert client.token not in log
    assert client.token.rpartition(".")[2] not in log


def _analyse(client: Client, username: str) -> Client:
    status, ready = client.call("GET", "/api/health/ready")
    assert (status, ready["status"]) == (200, "ready")
    login = {"username": username, "password": PASSWORD}
    status, tokens = client.call("POST", "/auth/login", login)
    assert status == 200
    client.token = tokens["access_token"]

    wanted = {"project_name": "shop", "analysis_types": ["quality", "security", "types"]}
    status, refusal = client.call("POST", "/api/analysis/", wanted)
    assert (status, refusal["error"]) == (404, "not_found")
    found = re.search(r"https?://\S+/source", refusal["detail"])
    assert found, refusal["detail"]
    assert client.upload(found[0], BAD) == 201

    status, asked = client.call("POST", "/api/analysis/", wanted)
    assert (status, asked["quality_score"]) == (202, None)
    heard = client.listen(f"/api/ws/analysis/{asked['analysis_id']}")
    kinds = [message["type"] for message in heard]
    assert (kinds[0], kinds[-1]) == ("connected", "completion")
    assert kinds.count("progress") >= 3
    status, record = client.call("GET", f"/api/analysis/{asked['analysis_id']}")
    assert (status, record) == (200, heard[-1]["results"])
    assert [issue["severity"] for issue in record["security_issues"]].count("high") == 1
    return client


async def test_a_client_of_jobs_asks_polls_and_fetches(
    running: Server, worker: WorkerProcess, world: World
) -> None:
    assert worker.process is not None
    maya = await world.account()
    await asyncio.to_thread(_fetch, running.address, maya.token)


def _fetch(address: str, token: str) -> None:
    web = Client(address, token=token, headers={"X-Idempotency-Key": "once"})
    assert web.call("GET", "/api/health")[1]["checks"] == {"database": "ok"}
    wanted = {"jobType": "analysis", "parameters": {"project_name": "shop"}}
    status, refusal = web.call("POST", "/api/jobs", wanted)
    assert (status, refusal["error"]["code"]) == (409, "SOURCE_MISSING")
    project_id = refusal["error"]["details"]["project_id"]
    assert web.upload(f"{address}/api/v1/projects/{project_id}/source", BAD) == 201
    asked = [web.call("POST", "/api/jobs", wanted) for _ in range(2)]
    assert asked[0] == asked[1]
    assert asked[0][0] == 200
    job_id = asked[0][1]["jobId"]
    job: dict[str, Any] = {}
    deadline = time.monotonic() + 90
    while job.get("status") not in {"completed", "failed"} and time.monotonic() < deadline:
        time.sleep(0.2)
        job = web.call("GET", f"/api/jobs/{job_id}")[1]
    assert (job["status"], job["progress"]) == ("completed", 100)

    server = Client(f"{address}/dialects/jobs", token=token)
    listed = server.call("GET", "/api/v1/jobs?status=completed")[1]["jobs"]
    assert [one["id"] for one in listed] == [job_id]
    assert server.call("GET", f"/api/v1/jobs/{job_id}")[1]["result"] == job["result"]
    (asset,) = server.call("GET", f"/api/v1/jobs/{job_id}/assets")[1]["assets"]
    with urllib.request.urlopen(asset["url"], timeout=30) as file:
        assert len(file.read()) == asset["file_size"]
    assert server.call("GET", "/api/v1/users/me")[1]["monthly_usage"] == 1
