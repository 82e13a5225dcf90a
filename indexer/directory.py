"""The data directory: what lies where in it, who may write to it, and a restore that was decided and not yet finished.

Beside ``archive.db`` and ``index/`` it holds files that programs or editors put there. One process at a time writes: it holds a
kernel lock on ``write.lock``, which dies with its holder. A restore lays all files beside their places and then renames the
folder they are in (``restore.py``): from that moment on they count, and whoever gets the lock next brings them to their places.
"""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import IO

import orjson

from indexer.archive import ARCHIVE_NAME
from indexer.editorial import EDITORIAL_NAMES
from indexer.errors import DataLockedError, StorageError
from indexer.store import make_folder, remove_index, sync_folder

__all__ = [
    "DATABASE_NAMES",
    "KEPT_FILES",
    "RESTORED_LIST",
    "RESTORED_NAME",
    "SETTINGS_NAME",
    "STATE_NAME",
    "finish_restore",
    "put_in_place",
    "write_lock",
]

STATE_NAME = "state.db"
SETTINGS_NAME = "settings.toml"
DATABASE_NAMES = (ARCHIVE_NAME, STATE_NAME)
KEPT_FILES = (*DATABASE_NAMES, SETTINGS_NAME, *EDITORIAL_NAMES)
"""All that cannot be made from anything else: what a backup holds."""
LOCK_NAME = "write.lock"
RESTORED_NAME = ".restored"
"""The folder in which the files of a restore lie from its decision until they are in their places."""
RESTORED_LIST = "files.json"
"""In that folder, the names of the files it had at first."""
BUSY_TIMEOUT_MS = 10_000
LOCK_RETRY_S = 0.005
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@contextmanager
def write_lock(data: str | Path, *, wait_s: float = 0) -> Iterator[None]:
    """The right to write to a data directory, which is made where it is missing.

    Raises:
        DataLockedError: another process has it, and kept it for ``wait_s``.
        StorageError: the directory cannot be written to.
    """
    path = Path(data) / LOCK_NAME
    try:
        make_folder(path.parent)
        file = path.open("a")
    except OSError as error:
        raise StorageError(
            f"cannot write to the data directory {path.parent}: {error.strerror}; choose another with --data", path=path
        ) from error
    with file:
        until = monotonic() + wait_s
        while not _locked(file):
            if monotonic() >= until:
                raise DataLockedError(
                    f"another process is writing to {path.parent}; try again when it has ended", path=path
                )
            sleep(LOCK_RETRY_S)
        if _restored(data).is_dir():
            put_in_place(data)
        yield


def finish_restore(data: str | Path) -> None:
    """Finishes a restore whose process died after its decision; does nothing where there is none, or it is at work still.

    Raises:
        StorageError: the files cannot be brought to their places.
    """
    if not _restored(data).is_dir():
        return
    try:
        with write_lock(data):
            pass
    except DataLockedError:
        return  # whoever has the lock finished it on getting it, or is the restore itself


def put_in_place(data: str | Path) -> None:
    """Brings restored files to their places, under the lock. Ended at any point, it goes on when it is called again.

    The index goes first: it was made of another archive, and may hold more than this one. Databases are written over within
    one transaction of their own, so that a process that has them open sees the old content or the new.

    Raises:
        StorageError: a file cannot be brought to its place.
    """
    data, restored = Path(data), _restored(data)
    try:
        listing = restored / RESTORED_LIST
        if listing.exists():  # else all is in place, and the folder was about to go
            remove_index(data)
            names = orjson.loads(listing.read_bytes())
            for name in KEPT_FILES:
                _place(restored / name, data / name, wanted=name in names)
        sync_folder(data)
        shutil.rmtree(restored)
        sync_folder(data)
    except OSError as error:
        raise StorageError(
            f"cannot bring restored files to their places in {data}: {error}; mend that and run any command again",
            path=data,
        ) from error


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _restored(data: str | Path) -> Path:
    return Path(data) / RESTORED_NAME


def _place(restored: Path, place: Path, *, wanted: bool) -> None:
    if not wanted:
        for name in (place.name, *_beside(place.name)):
            place.with_name(name).unlink(missing_ok=True)
    elif not restored.exists():
        pass  # an earlier attempt has placed it
    elif place.name in DATABASE_NAMES:
        _place_database(restored, place)
    else:
        restored.replace(place)


def _place_database(restored: Path, place: Path) -> None:
    """Writes a database over the one at its place; one that cannot be written over, because it is damaged, is replaced."""
    try:
        if place.exists() and place.stat().st_size:
            _write_over(restored, place)
            return
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if isinstance(error, sqlite3.DatabaseError) and error.sqlite_errorcode & 0xFF not in _DAMAGED:
            raise StorageError(
                f"cannot restore {place}: {error}; run any command again when it is free", path=place
            ) from error
    for name in _beside(place.name):
        # NOTE: the journal of another database would be read into this one.
        place.with_name(name).unlink(missing_ok=True)
    sync_folder(place.parent)
    restored.replace(place)


def _write_over(restored: Path, place: Path) -> None:
    with closing(sqlite3.connect(restored)) as source, closing(sqlite3.connect(place, isolation_level=None)) as target:
        target.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        target.execute("PRAGMA synchronous = FULL")
        source.backup(target)
        target.execute("PRAGMA wal_checkpoint (TRUNCATE)")
    restored.unlink()


def _beside(name: str) -> tuple[str, ...]:
    return f"{name}-wal", f"{name}-shm", f"{name}-journal"
