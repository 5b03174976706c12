"""Run once by `taskyard up` before API and worker: migrations, and who may set the platform up.

A process of its own, so that the libraries it needs are not kept in the supervisor's memory.
Prints one JSON object, `{"setup_link": "https://…" | null}`, or says why it cannot and exits 1.
"""

import json
import sys

from taskyard.kit.loading import without_collection


def main() -> int:
    """Bring the database to the newest revision; returns the exit code."""
    with without_collection():
        from taskyard.accounts import bootstrap
        from taskyard.entry import migrations
        from taskyard.entry.configured import ConfigurationError, read_settings

    # Standard output carries the answer; what libraries log goes beside it.
    answer, sys.stdout = sys.stdout, sys.stderr
    try:
        settings = read_settings()
        migrations.upgrade(settings)
    except (ConfigurationError, migrations.MigrationError) as error:
        answer.write(f"{error}\n")
        return 1
    answer.write(json.dumps({"setup_link": bootstrap.setup_link(settings)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
