"""``state.db``: what a service keeps that belongs to no article; by now the keys of the HTTP interface.

Above ``directory.py``, which names the file. It stands apart from ``archive.db``, which people may open and pass on. Of a key its
SHA-256 is kept. A slow hash protects secrets that people choose; a key is 256 random bits, which nobody finds by trying, however
fast each try is, so a slow hash would cost every request and protect nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from indexer.directory import STATE_NAME
from indexer.errors import StateError
from indexer.store import make_folder

__all__ = [
    "SCOPES",
    "TOKEN_PREFIX",
    "Key",
    "KeyRing",
    "Scope",
    "add_key",
    "includes",
    "match_key",
    "revoke_key",
]

Scope = Literal["search", "write", "desk"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""Each includes those before it."""

TOKEN_PREFIX = "as_"  # noqa: S105  no secret: scanners of leaked keys know ours by it
TOKEN_BYTES = 32
MAX_NAME_CHARS = 100
SCHEMA_VERSION = 1
BUSY_TIMEOUT_MS = 10_000

_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS key (
    -- Keys of the HTTP interface, revoked ones too.
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN {SCOPES}),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32), -- SHA-256 of the key, which itself is not kept
    created TEXT NOT NULL,
    revoked TEXT
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS key_name ON key (name) WHERE revoked IS NULL;
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key without its secret: ``hash`` is the SHA-256 of it, ``created`` and ``revoked`` are moments as RFC 3339."""

    name: str
    scope: Scope
    hash: bytes
    created: str
    revoked: str | None


def includes(scope: Scope, needed: Scope) -> bool:
    """Whether who has ``scope`` may do what needs ``needed``."""
    return SCOPES.index(scope) >= SCOPES.index(needed)


def match_key(keys: Sequence[Key], token: str) -> Key | None:
    """The key that ``token`` is, None where it is none or was revoked. The time it takes says nothing of how near it came."""
    digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
    found = None
    for key in keys:
        if hmac.compare_digest(key.hash, digest) and key.revoked is None:
            found = key
    return found


def add_key(data: str | Path, name: str, scope: Scope) -> str:
    """The secret of a new key, which is told this once.

    Raises:
        StateError: there is a key of that name, the name cannot be used, or ``state.db`` cannot be written.
    """
    path = Path(data) / STATE_NAME
    if not 0 < len(name) <= MAX_NAME_CHARS or not name.isprintable() or name != name.strip():
        raise StateError(
            f"a key cannot be named {name!r}; take 1 to {MAX_NAME_CHARS} characters that can be printed", path=path
        )
    token = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    row = (name, scope, hashlib.sha256(token.encode()).digest(), _now())
    with _changing(data) as db:
        if db.execute("SELECT 1 FROM key WHERE name = ? AND revoked IS NULL", (name,)).fetchone():
            raise StateError(f"there is a key {name!r} already; revoke it first, or choose another name", path=path)
        db.execute("INSERT INTO key (name, scope, hash, created) VALUES (?, ?, ?, ?)", row)
    return token


def revoke_key(data: str | Path, name: str) -> None:
    """Makes a key useless from now on; its name stays in the list, and may be given to another.

    Raises:
        StateError: no key has that name, or ``state.db`` cannot be written.
    """
    path = Path(data) / STATE_NAME
    missing = StateError(f"there is no key {name!r}; see those there are: article-search key list", path=path)
    if not path.exists():
        raise missing
    with _changing(data) as db:
        if db.execute("UPDATE key SET revoked = ? WHERE name = ? AND revoked IS NULL", (_now(), name)).rowcount == 0:
            raise missing


class KeyRing:
    """The keys of a data directory as they are whenever it is asked, for any number of threads.

    Opened when first asked, which must be after a fork. A directory that cannot be written to is no hindrance.
    """

    def __init__(self, data: str | Path) -> None:
        self._path = Path(data) / STATE_NAME
        self._name = str(self._path)
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._stamp: tuple[int, ...] | None = None
        self._version = -1
        self._keys: tuple[Key, ...] = ()

    def read(self) -> tuple[Key, ...]:
        """All keys, revoked ones too, in the order in which they were made; none where there never was one.

        Raises:
            StateError: the file cannot be read, is none of ours, or of a later version.
        """
        with self._lock:
            try:
                with _explained(self._path, "read"):
                    return self._latest()
            except StateError:
                self._drop()
                raise

    def close(self) -> None:
        """Lets go of the file until it is asked again."""
        with self._lock:
            self._drop()

    def _latest(self) -> tuple[Key, ...]:
        stamp = _stamp(self._name)
        if stamp is None or stamp != self._stamp:
            self._drop()
        if stamp is None:
            return ()
        if self._db is None:
            self._db, self._stamp, self._version = _connect_to_read(self._path), stamp, -1
        # PERF: SQLite says in 4 µs whether anyone has changed the file; reading one key takes 15.
        version = self._db.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            self._keys = _read(self._db, self._path)
            self._version = version
        return self._keys

    def _drop(self) -> None:
        if self._db is not None:
            self._db.close()
        self._db = self._stamp = None


def _stamp(path: str) -> tuple[int, ...] | None:
    try:
        found = os.stat(path)  # noqa: PTH116  PERF: 2 µs instead of 5, each write
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def _read(db: sqlite3.Connection, path: Path) -> tuple[Key, ...]:
    if _check_version(db, path) == 0:
        return ()
    rows = db.execute("SELECT name, scope, hash, created, revoked FROM key ORDER BY number").fetchall()
    return tuple(
        Key(name=name, scope=scope, hash=digest, created=created, revoked=revoked)
        for name, scope, digest, created, revoked in rows
    )


def _connect_to_read(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        db.close()
        if path.with_name(f"{path.name}-wal").exists():
            raise
        # NOTE: to read a database with a WAL, SQLite makes files beside it; where it may not, nobody has it open for writing.
        db = sqlite3.connect(f"{uri}&immutable=1", uri=True, isolation_level=None, check_same_thread=False)
    return db


def _check_version(db: sqlite3.Connection, path: Path) -> int:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise StateError(
            f"{path} was written by a later version (format {version}, known is {SCHEMA_VERSION}); upgrade", path=path
        )
    if version == 0 and db.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise StateError(f"{path} is the database of another program; choose another directory with --data", path=path)
    return version


@contextmanager
def _changing(data: str | Path) -> Iterator[sqlite3.Connection]:
    """A transaction on the state, which is made where it is missing."""
    path = Path(data) / STATE_NAME
    with _explained(path, "write to"):
        make_folder(path.parent)
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            db.execute("PRAGMA synchronous = FULL")
            if _check_version(db, path) == 0:
                db.execute("PRAGMA journal_mode = WAL")
                db.executescript(_SCHEMA)
            db.execute("BEGIN IMMEDIATE")
            yield db  # closing without COMMIT takes all of it back
            db.execute("COMMIT")


@contextmanager
def _explained(path: Path, what: str) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
        raise StateError(f"cannot {what} {path}: {error}", path=path) from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
