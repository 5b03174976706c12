"""Files: blobs and source snapshots.

Owns what people give the platform as bytes. A blob is content named by its SHA-256; a source is a
tree of blobs named by the hash of its manifest; a snapshot says that a project was given a source.

Invariants: a blob's row is committed before its content is stored, so that everything in the
store can be found and collected; a source and its files are written in one transaction, after all
of its blobs are stored; one content is one source, and one source is at most one snapshot of a
project.

`library/` keeps people's files, `uploads/` takes large ones in parts, `shares/` gives them to
whoever holds a link.

Emits `source.snapshot_created.v1`, `file.uploaded.v1`, `file.deleted.v1`, `file.restored.v1`,
`file.shared.v1`, `file.share_revoked.v1`.
"""
