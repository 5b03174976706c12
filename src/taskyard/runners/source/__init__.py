"""Giving a project its source: by an archive at once, or by a repository's address as a job.

    git/         a Git client that fetches the files of one commit
    runner.py    the steps: find the commit, fetch its files
    kind.py      the job kind `source`: the runner, hosted
    service.py   asking for it, and the snapshot that comes of it
    routes.py    the one address for both ways

docs/source.md has the rules and limits.
"""
