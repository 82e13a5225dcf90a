"""What ``clock.py`` runs under a clock that it sets: steps of one process, told on standard output, begun by lines of its input.

``python -m tests.torture.clock_work DATA``, with libfaketime before the C library.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import orjson

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.backup import back_up
from indexer.build import sync
from indexer.store import index_folder
from tests.torture.ledger import State, build_options, live, made

__all__: list[str] = []


def main(data: Path) -> None:
    """Does a step a line."""
    options = build_options(Analyzer())
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        step = orjson.loads(line)
        changes: State = step["changes"]
        with Archive(data) as archive:
            archive.put(made(key, version) for key, version in live(changes).items())
            archive.delete(key for key, version in changes.items() if version is None)
        sync(data, options, anew=step["anew"])
        # The kernel's clock is not set: files get the times that they would have.
        for path in index_folder(data).rglob("*"):
            os.utime(path, (time.time(), time.time()))
        back_up(data, data.with_name("backup.zip"), replace=True)
        print(round(time.time()), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
