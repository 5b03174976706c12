"""A large archive goes up in parts: what is there survives a lost connection and this command.

A folder packs to the same bytes as long as nothing in it changes. So the next run finds by their
hash what this one began, and sends only what is missing.
"""

import base64
import hashlib
import time
from typing import BinaryIO, Final

from taskyard.entry.cli.client.answers import Project, Snapshot, Upload
from taskyard.entry.cli.client.api import Api
from taskyard.entry.cli.client.exits import ClientError, Exit
from taskyard.entry.cli.client.packing import Packed, in_units
from taskyard.entry.cli.client.screen import Bar, Screen
from taskyard.entry.cli.client.wire import ApiRefused, not_understood

#: What is smaller goes in one request.
LARGE_BYTES: Final = 8 * 1024 * 1024
_PATH: Final = "/files/uploads"
_CHUNK_BYTES: Final = 1024 * 1024
#: How often the server may find a part missing that it had.
_ROUNDS: Final = 3
_ASK_AGAIN_S: Final = 2.0
#: Longer than the server takes at the worst to put 500 MB together.
_PATIENCE_S: Final = 600.0


def send(api: Api, project: Project, archive: Packed, screen: Screen) -> Snapshot:
    """Give a project the source in an archive. Raises ClientError."""
    sha256 = _hash(archive.content)
    upload = _begun(api, project, archive, sha256)
    if upload is None:
        body = {
            "name": archive.name,
            "size_bytes": archive.size_bytes,
            "sha256": sha256,
            "project_id": str(project.id),
            "purpose": "source",
        }
        upload = api.post(Upload, _PATH, body)
    elif upload.parts:
        here = in_units(len(upload.parts) * upload.part_size_bytes)
        screen.say(f"Going on with an upload that was broken off: {here} are there.")
    with screen.upload_bar(archive.name, archive.size_bytes) as bar:
        return _all(api, upload, archive, bar)


def _hash(content: BinaryIO) -> str:
    content.seek(0)
    digest = hashlib.sha256()
    while chunk := content.read(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _begun(api: Api, project: Project, archive: Packed, sha256: str) -> Upload | None:
    """Return an upload of the same bytes for the same project that takes parts."""
    # No account has more under way than a page holds.
    page = api.page(Upload, _PATH, project_id=str(project.id), purpose="source", page_size=50)
    return next(
        (
            upload
            for upload in page.items
            if upload.sha256 == sha256 and upload.size_bytes == archive.size_bytes
        ),
        None,
    )


def _all(api: Api, upload: Upload, archive: Packed, bar: Bar) -> Snapshot:
    """Send what is missing and have it put together, until nothing is missing any more."""
    for _ in range(_ROUNDS):
        try:
            _missing(api, upload, archive.content, bar)
            return _completed(api, upload)
        except ClientError as error:
            if error.exit_code is Exit.UNREACHABLE:
                hint = "Run it again within a day: it goes on where it stopped."
                raise ClientError(f"{error.message}\n{hint}", error.exit_code) from None
            if not isinstance(error, ApiRefused) or error.code != "UPLOAD_PARTS_MISSING":
                raise
            upload = api.get(Upload, f"{_PATH}/{upload.id}")
    message = f"{api.server} keeps losing what is sent to it; its log says why."
    raise ClientError(message, Exit.UNREACHABLE)


def _missing(api: Api, upload: Upload, content: BinaryIO, bar: Bar) -> None:
    here = {part.number for part in upload.parts}
    size = upload.part_size_bytes
    done = len(here) * size
    bar.move(min(done, upload.size_bytes))
    for number in range(1, upload.parts_expected + 1):
        if number in here:
            continue
        content.seek((number - 1) * size)
        part = content.read(size)
        digest = base64.b64encode(hashlib.sha256(part).digest()).decode()
        path = f"{_PATH}/{upload.id}/parts/{number}"
        api.put(path, part, {"Content-Digest": f"sha-256=:{digest}:"})
        done += size
        bar.move(min(done, upload.size_bytes))


def _completed(api: Api, upload: Upload) -> Snapshot:
    """Have the parts put together; wait where the server is at it already."""
    ends = time.monotonic() + _PATIENCE_S
    while True:
        try:
            done = api.finish(Upload, f"{_PATH}/{upload.id}/complete")
        except ApiRefused as refused:
            if refused.code != "UPLOAD_COMPLETING" or time.monotonic() > ends:
                raise
            time.sleep(_ASK_AGAIN_S)
            continue
        if done.snapshot is None:
            not_understood(api.server)
        return done.snapshot
