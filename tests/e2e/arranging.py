"""What a test needs to be there before it opens a page."""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import dataclass
from typing import Any

from tests.e2e.browsing import Somebody

SHOP = {
    "shop/pay.py": (
        "import subprocess\n\n\n"
        "def pay(amount: int, card: str) -> int:\n"
        '    """Take the money."""\n'
        '    return subprocess.call(f"charge {card} {amount}", shell=True)\n'
    ),
    "shop/__init__.py": '"""A shop."""\n',
    "README.md": "# Shop\n",
}


@dataclass(frozen=True)
class Shop:
    """A project that has been analysed, for tests that only look."""

    owner: Somebody
    project_id: str
    snapshot_id: str
    run_id: str

    @property
    def report(self) -> str:
        """Where its report is."""
        return f"/app/projects/{self.project_id}/analyses/{self.run_id}"


def archive(files: dict[str, str]) -> bytes:
    """Return a zip of these files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        for name, text in files.items():
            out.writestr(name, text)
    return packed.getvalue()


def upload(name: str, content: bytes) -> Any:
    """Return what a file field is set to."""
    return {"name": name, "mimeType": "application/zip", "buffer": content}


def project(somebody: Somebody, name: str = "Checkout rewrite") -> str:
    """Make a project; return its id."""
    with somebody.client() as client:
        answer = client.post("/api/v1/projects", json={"name": name}).raise_for_status()
    return str(answer.json()["data"]["id"])


def join(owner: Somebody, project_id: str, somebody: Somebody, role: str = "member") -> None:
    """Bring somebody into a project, past the pages."""
    with somebody.client() as client:
        me = client.get("/api/v1/auth/me").raise_for_status().json()["data"]
    with owner.client() as client:
        body = {"username": me["username"], "role": role}
        address = f"/api/v1/projects/{project_id}/team/invite"
        client.post(address, json=body).raise_for_status()
    with somebody.client() as client:
        [asked] = client.get("/api/v1/invitations").raise_for_status().json()["items"]
        client.post(f"/api/v1/invitations/{asked['id']}/accept").raise_for_status()


def give_source(somebody: Somebody, project_id: str, files: dict[str, str]) -> str:
    """Give a project source; return the snapshot's id."""
    with somebody.client() as client:
        answer = client.post(
            f"/api/v1/projects/{project_id}/source", files={"file": ("shop.zip", archive(files))}
        ).raise_for_status()
    return str(answer.json()["data"]["id"])


def log_of(somebody: Somebody, run_id: str) -> list[str]:
    """Return the lines of a run's log."""
    with somebody.client() as client:
        return client.get(f"/api/v1/jobs/{run_id}/log").raise_for_status().text.splitlines()


def analyse(somebody: Somebody, project_id: str, *, within_s: float = 90, **body: object) -> str:
    """Have a project's newest source analysed to the end; return the run's id."""
    with somebody.client() as client:
        address = f"/api/v1/projects/{project_id}/analyses"
        asked = client.post(address, json=body).raise_for_status()
        run_id = str(asked.json()["data"]["id"])
        deadline = time.monotonic() + within_s
        while True:
            job = client.get(f"/api/v1/jobs/{run_id}").raise_for_status().json()["data"]
            if job["status"] == "completed":
                return run_id
            assert job["status"] in {"waiting", "queued", "running"}, job
            assert time.monotonic() < deadline, job
            time.sleep(0.2)
