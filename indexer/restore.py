"""A backup back into a data directory: all of it or nothing, whenever the process is ended.

Every file is unpacked beside its place and compared with its checksum in the manifest, and the archive is opened; until then
nothing has changed. The decision is one rename, of the folder with the files; bringing them to their places comes after it, by
this process or, when it dies, by whoever gets the lock next (``directory.py``). The index goes: it is made anew of what is there.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import orjson

from indexer.archive import ARCHIVE_NAME, Archive
from indexer.backup import FORMAT, MANIFEST_NAME, BackupManifest, Member
from indexer.directory import DATABASE_NAMES, KEPT_FILES, RESTORED_LIST, RESTORED_NAME, put_in_place, write_lock
from indexer.errors import ArchiveError, BackupError
from indexer.store import index_folder, sync_file, sync_folder

__all__ = ["RestoreReport", "read_backup", "restore"]

STAGED_NAME = f"{RESTORED_NAME}.new"
LOCK_WAIT_S = 10.0
MAX_MANIFEST_BYTES = 1 << 20
_BLOCK = 1 << 20
_ADVICE = "use another backup; nothing was changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """What is in the data directory now; it has no index until ``sync`` makes one."""

    created: str
    change: int
    articles: int
    members: tuple[str, ...]
    seconds: float


def restore(data: str | Path, file: str | Path, *, replace: bool = False) -> RestoreReport:
    """Makes a data directory what it was when the backup was taken; with ``replace`` instead of what it holds.

    Raises:
        BackupError: the backup is damaged or of a later version, or the directory holds something and ``replace`` is off.
        DataLockedError: another process is writing to the data directory.
        StorageError: the files cannot be brought to their places; the next command tries again.
    """
    begin = perf_counter()
    data, file = Path(data), Path(file)
    manifest = read_backup(file)
    held = [name for name in KEPT_FILES if (data / name).exists()]
    if (held or index_folder(data).exists()) and not replace:
        raise BackupError(
            f"{data} holds {', '.join(held) or 'an index'}, which a restore replaces; say so with --yes, or restore into another "
            "directory with --data",
            path=data,
        )
    with write_lock(data, wait_s=LOCK_WAIT_S):
        _stage(data, file, manifest)
        (data / STAGED_NAME).rename(data / RESTORED_NAME)
        sync_folder(data)
        put_in_place(data)
    return RestoreReport(
        created=manifest.created,
        change=manifest.change,
        articles=manifest.articles,
        members=tuple(member.name for member in manifest.members),
        seconds=perf_counter() - begin,
    )


def read_backup(file: str | Path) -> BackupManifest:
    """What a backup says of itself; its files are not read.

    Raises:
        BackupError: it is no backup, damaged, or of a later version.
    """
    file = Path(file)
    with _explained(file), zipfile.ZipFile(file) as packed:
        if packed.getinfo(MANIFEST_NAME).file_size > MAX_MANIFEST_BYTES:
            raise ValueError("its manifest is too large")
        record = orjson.loads(packed.read(MANIFEST_NAME))
        if record["format"] > FORMAT:
            raise BackupError(
                f"the backup {file} was written by a later version (format {record['format']}, known is {FORMAT}); upgrade",
                path=file,
            )
        members = tuple(Member(**member) for member in record.pop("members"))
        manifest = BackupManifest(**record, members=members)
        names = [member.name for member in members]
        # Names come from outside: only those that have a place are taken.
        if not set(names) <= set(KEPT_FILES) or len(set(names)) < len(names) or ARCHIVE_NAME not in names:
            raise ValueError("its manifest names files that no backup has, or no archive")
    return manifest


def _stage(data: Path, file: Path, manifest: BackupManifest) -> None:
    """Lays the files of the backup, which are what the manifest says and durable on return, into the folder ``STAGED_NAME``."""
    staged = data / STAGED_NAME
    shutil.rmtree(staged, ignore_errors=True)
    try:
        with _explained(file), zipfile.ZipFile(file) as packed:
            staged.mkdir()
            for member in manifest.members:
                _unpack(packed, member, staged / member.name)
        _look_through(file, staged, manifest)
        names = [member.name for member in manifest.members]
        (staged / RESTORED_LIST).write_bytes(orjson.dumps(names))
        for name in (*names, RESTORED_LIST):
            sync_file(staged / name)
        sync_folder(staged)
        sync_folder(data)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise


def _unpack(packed: zipfile.ZipFile, member: Member, place: Path) -> None:
    digest = hashlib.sha256()
    length = 0
    with packed.open(member.name) as content, place.open("wb") as written:
        while length <= member.bytes and (block := content.read(_BLOCK)):
            length += len(block)
            digest.update(block)
            written.write(block)
    if (length, digest.hexdigest()) != (member.bytes, member.sha256):
        raise ValueError(f"{member.name} is not what was backed up: it has another checksum")


def _look_through(file: Path, staged: Path, manifest: BackupManifest) -> None:
    """Passes when the databases can be read by this program; an archive of an older version is brought up to date."""
    try:
        with Archive(staged, create=False) as archive:
            change = archive.last_change()
    except ArchiveError as error:
        raise BackupError(f"the backup {file} cannot be used: {error}; {_ADVICE}", path=file) from error
    with _explained(file):
        if change < manifest.change:  # more is what bringing it up to date has written
            raise ValueError(f"its archive ends with change {change}, and should end with {manifest.change}")
        for name in DATABASE_NAMES:
            if (staged / name).exists():
                with closing(sqlite3.connect(staged / name)) as database:
                    # NOTE: as new databases are made; the copy of a backup keeps no journal beside it.
                    database.execute("PRAGMA journal_mode = WAL")
                    (problem,) = database.execute("PRAGMA quick_check (1)").fetchone()
                if problem != "ok":
                    raise ValueError(f"{name} is damaged: {problem}")


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    """Turns what reading a damaged file raises into our error."""
    try:
        yield
    except FileNotFoundError as error:
        raise BackupError(
            f"there is no backup {file}; name the file that article-search backup wrote", path=file
        ) from error
    except OSError as error:
        raise BackupError(f"cannot restore {file}: {error}; nothing was changed", path=file) from error
    except (
        zipfile.BadZipFile, zlib.error, sqlite3.Error, EOFError, KeyError, TypeError, ValueError, AttributeError,
        NotImplementedError, RuntimeError,
    ) as error:  # fmt: skip
        what = str(error).strip("'\"") or type(error).__name__
        raise BackupError(f"{file} cannot be restored: {what}; {_ADVICE}", path=file) from error
