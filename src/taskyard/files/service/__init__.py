"""The verbs of files, a file each: taking in, keeping blobs, reading, writing out, links."""

from taskyard.files.service.blobs import Collected, collect_garbage, keep_blob
from taskyard.files.service.links import Download, open_download, opens, sign_download
from taskyard.files.service.reading import Text, entries, file_at, snapshot, snapshots, text_of
from taskyard.files.service.taking import (
    Kept,
    Taken,
    add_snapshot,
    keep_source,
    read_in_thread,
    take_archive,
    take_files,
)
from taskyard.files.service.writing import manifest, materialise, zip_chunks

__all__ = [
    "Collected",
    "Download",
    "Kept",
    "Taken",
    "Text",
    "add_snapshot",
    "collect_garbage",
    "entries",
    "file_at",
    "keep_blob",
    "keep_source",
    "manifest",
    "materialise",
    "open_download",
    "opens",
    "read_in_thread",
    "sign_download",
    "snapshot",
    "snapshots",
    "take_archive",
    "take_files",
    "text_of",
    "zip_chunks",
]
