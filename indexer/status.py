"""What the keeper of a data directory is about, for whoever asks: its lock, and a small file beside the archive.

``keeper.py`` writes it, the service reads it. The file is written over in place and has one length: where the disk is full it
can still be said that it is. Nothing depends on it.
"""

from __future__ import annotations

import fcntl
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import orjson

__all__ = ["STATUS_NAME", "KeeperStatus", "holding_keeper_lock", "keeper_runs", "now", "read_status", "write_status"]

STATUS_NAME = "keeper.json"
LOCK_NAME = "keeper.lock"
STATUS_BYTES = 4096
LONGEST_PROBLEM = 600
READ_ATTEMPTS = 3

State = Literal["following", "waiting", "rebuilding", "failing", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeeperStatus:
    """What the keeper is about, moments as RFC 3339.

    Attributes:
        pid: its process.
        state: ``following`` the archive, ``waiting`` for another process that writes, ``rebuilding`` the index, ``failing`` at
            what ``problem`` says and trying again, or ``ended``; since when.
        problem: what is wrong: why it fails, or why it rebuilds.
        damages, rebuilds, failures: how often the index was found damaged and was built anew, and attempts that failed, all since
            the file was made.
        scrub_began, scrub_ended: the present reading of all files, and the end of the last one that found nothing.
        scrub_bytes, scrub_total: of the present one, to a hundredth.
    """

    pid: int = 0
    state: State = "following"
    since: str = ""
    problem: str | None = None
    damages: int = 0
    rebuilds: int = 0
    failures: int = 0
    scrub_began: str | None = None
    scrub_ended: str | None = None
    scrub_bytes: int = 0
    scrub_total: int = 0


def now() -> str:
    """The present moment, as RFC 3339."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def write_status(data: str | Path, status: KeeperStatus) -> None:
    """Makes ``status`` what is read from now on.

    Raises:
        OSError: the file cannot be made.
    """
    record = asdict(status)
    record["problem"] = record["problem"] and record["problem"][:LONGEST_PROBLEM]
    content = orjson.dumps(record | {"checksum": zlib.crc32(orjson.dumps(record))})
    descriptor = os.open(Path(data) / STATUS_NAME, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.pwrite(descriptor, content.ljust(STATUS_BYTES - 1) + b"\n", 0)
    finally:
        os.close(descriptor)


def read_status(data: str | Path) -> KeeperStatus | None:
    """What the keeper was about last; None where none ever was, or the file cannot be read."""
    for _ in range(READ_ATTEMPTS):
        try:
            record = orjson.loads((Path(data) / STATUS_NAME).read_bytes())
            checksum = record.pop("checksum")
            if checksum == zlib.crc32(orjson.dumps(record)):
                return KeeperStatus(**record)
        except OSError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # it was being written over
    return None


def keeper_runs(data: str | Path) -> bool:
    """Whether a keeper, of whatever service, looks after the data directory now."""
    try:
        with (Path(data) / LOCK_NAME).open("rb") as file:
            return not _locked(file.fileno(), fcntl.LOCK_SH)
    except OSError:
        return False


@contextmanager
def holding_keeper_lock(data: str | Path) -> Iterator[bool]:
    """Whether this process is the keeper of the data directory from now on; another one may be.

    Raises:
        OSError: the directory cannot be written to.
    """
    with (Path(data) / LOCK_NAME).open("ab") as file:
        yield _locked(file.fileno(), fcntl.LOCK_EX)


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
