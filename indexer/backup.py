"""A backup: one zip file with the archive, the state, the settings and the editor's files, and first in it a manifest.

The databases are copied at one moment each by SQLite, while others write; the copy of the archive is looked through before it
counts. The file is written beside its place and renamed into it. ``restore.py`` is the way back; the index is not in it, it is
derived. ``docs/operations.md`` describes the file.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import orjson

from indexer.archive import ARCHIVE_NAME, Archive
from indexer.archive.verification import verify_archive
from indexer.directory import DATABASE_NAMES, KEPT_FILES
from indexer.errors import ArchiveError, BackupError, DataLockedError
from indexer.store import sync_file, sync_folder

__all__ = ["FORMAT", "MANIFEST_NAME", "BackupManifest", "BackupReport", "Member", "back_up"]

FORMAT = 1
MANIFEST_NAME = "manifest.json"
COMPRESSION = 1
"""PERF: 53 MB of archive become 20 MB in .45 s; level 6 makes 19 MB of them in 1.0 s."""

_NO_DAMAGE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file of a backup: its name there and in the data directory, its size and its SHA-256 (hexadecimal)."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupManifest:
    """What a backup says of itself: the last ``change`` of its archive, how many ``articles`` that shows, and its files."""

    created: str
    change: int
    articles: int
    members: tuple[Member, ...]
    format: int = FORMAT


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What was written: ``bytes`` is the size of the file."""

    file: str
    bytes: int
    change: int
    articles: int
    members: tuple[str, ...]
    seconds: float


def back_up(data: str | Path, file: str | Path, *, replace: bool = False) -> BackupReport:
    """Writes a backup of a data directory; with ``replace`` in the place of an older file.

    Raises:
        ArchiveError: there is no archive, or it cannot be read.
        BackupError: the file is there already, cannot be written, or the archive is damaged.
    """
    begin = perf_counter()
    data, file = Path(data), Path(file)
    if not (data / ARCHIVE_NAME).exists():
        raise ArchiveError(f"there is no archive in {data}, so nothing to back up; name it with --data", path=data)
    if file.is_dir() or (file.exists() and not replace):
        raise BackupError(f"{file} is there already; name another file, or replace it with --yes", path=file)
    try:
        with _workplace(file) as folder:
            names = _copy(data, folder)
            manifest = _described(folder, names)
            if wrong := verify_archive(folder):
                raise _damaged(data / ARCHIVE_NAME, f"{len(wrong)} found in it")
            whole = folder / "backup.zip"
            _pack(whole, folder, manifest)
            sync_file(whole)
            whole.replace(file)
            sync_folder(file.parent)
    except OSError as error:
        raise BackupError(f"cannot write the backup {file}: {error}; nothing was changed", path=file) from error
    return BackupReport(
        file=str(file),
        bytes=file.stat().st_size,
        change=manifest.change,
        articles=manifest.articles,
        members=tuple(names),
        seconds=perf_counter() - begin,
    )


@contextmanager
def _workplace(file: Path) -> Iterator[Path]:
    """A folder beside ``file`` for what becomes it; what a run left there that was ended by force goes first."""
    folder = file.with_name(f".{file.name}.new")
    descriptor = _locked_folder(folder, file)
    try:
        for left in folder.iterdir():
            left.unlink()
        yield folder
        shutil.rmtree(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        os.close(descriptor)


def _locked_folder(folder: Path, file: Path) -> int:
    """The descriptor of ``folder``, which is there and locked by this process alone."""
    while True:
        folder.mkdir(exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Who had it before may have removed it meanwhile, and a third made another.
            if folder.exists() and os.path.samestat(folder.stat(), os.fstat(descriptor)):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            raise DataLockedError(
                f"another process is writing the backup {file}; wait for it to end", path=file
            ) from None
        os.close(descriptor)


def _copy(data: Path, folder: Path) -> list[str]:
    """The names of the files that a data directory has, which are in ``folder`` on return."""
    names = [name for name in KEPT_FILES if (data / name).exists()]
    for name in names:
        if name in DATABASE_NAMES:
            _copy_database(data / name, folder / name)
        else:
            shutil.copyfile(data / name, folder / name)
    return names


def _copy_database(place: Path, copy: Path) -> None:
    try:
        with closing(sqlite3.connect(place)) as source, closing(sqlite3.connect(copy, isolation_level=None)) as target:
            target.execute("PRAGMA synchronous = OFF")  # it is no more than a step on the way into the file
            source.backup(target)
            # NOTE: a copy says of itself that it keeps a journal beside it, and would have one made on opening.
            target.execute("PRAGMA journal_mode = DELETE")
            (problem,) = target.execute("PRAGMA quick_check (1)").fetchone()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if isinstance(error, sqlite3.Error) and error.sqlite_errorcode & 0xFF in _NO_DAMAGE:
            raise BackupError(
                f"cannot copy {place} ({error}): see whether the disk is full or failing; nothing was changed",
                path=place,
            ) from error
        problem = str(error)
    if problem != "ok":
        raise _damaged(place, " ".join(problem.split()))


def _described(folder: Path, names: Sequence[str]) -> BackupManifest:
    with Archive(folder, create=False) as archive:
        change, articles = archive.last_change(), archive.count()
    return BackupManifest(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        change=change,
        articles=articles,
        members=tuple(_member(folder / name) for name in names),
    )


def _member(path: Path) -> Member:
    with path.open("rb") as file:
        return Member(name=path.name, bytes=path.stat().st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest())


def _pack(whole: Path, folder: Path, manifest: BackupManifest) -> None:
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as packed:
        packed.writestr(MANIFEST_NAME, orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
        for member in manifest.members:
            packed.write(folder / member.name, member.name)


def _damaged(path: Path, what: str) -> BackupError:
    return BackupError(
        f"{path} is damaged and was not backed up ({what}); see what is wrong with article-search check, and keep the "
        "backups you have",
        path=path,
    )
