"""Root of all errors, with the branches for reading input and for keeping it.

The tree (search/errors.py adds the branches for queries and engines)::

    ArticleSearchError
    ├── SettingsError           a setting has a value that cannot be used
    ├── IngestError             one input is rejected, the rest goes on
    │   ├── ArticleError        a field of an article breaks the contract
    │   └── UnreadableError     a file, or a line of it, could not be read at all
    ├── StorageError            something on disk stops the work
    │   ├── ArchiveError        the archive cannot be opened, read or written
    │   ├── StateError          state.db cannot be used, or not as was asked
    │   ├── IndexMissingError   there is no index yet
    │   ├── IndexDamagedError   the index on disk cannot be read
    │   │   └── IndexOutdatedError  it is of an earlier format; the next run builds it anew
    │   ├── AnalysisMismatchError   the index was built by another analysis
    │   ├── BackupError         a backup cannot be written, or what is given as one cannot be restored
    │   └── DataLockedError     another process is writing to the data directory
    ├── EditorialError          a file of the editor's own words has lines that cannot be used
    └── AnalysisError           a dictionary or segmenter cannot be used

A message says what is wrong, where, and what to do; the same facts are attributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

__all__ = [
    "AnalysisError",
    "AnalysisMismatchError",
    "ArchiveError",
    "ArticleError",
    "ArticleSearchError",
    "BackupError",
    "DataLockedError",
    "EditorialError",
    "IndexDamagedError",
    "IndexMissingError",
    "IndexOutdatedError",
    "IngestError",
    "SettingsError",
    "StateError",
    "StorageError",
    "UnreadableError",
]


class ArticleSearchError(Exception):
    """Anything this project raises on purpose."""


class SettingsError(ArticleSearchError):
    """A setting has a value that cannot be used; ``setting`` names it."""

    def __init__(self, message: str, *, setting: str) -> None:
        super().__init__(message)
        self.setting = setting


class IngestError(ArticleSearchError):
    """One input was rejected; ``reason`` says why, ``path`` and ``line`` where."""

    def __init__(self, reason: str, *, path: str | Path | None = None, line: int | None = None) -> None:
        self.reason = reason
        self.path = None if path is None else str(path)
        self.line = line
        super().__init__(reason)

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line) if part is not None)
        return f"{place}: {self.reason}" if place else self.reason

    def at(self, path: str | Path, line: int | None = None) -> IngestError:
        """The same error, with the place it gained on its way up."""
        self.path = self.path or str(path)
        self.line = self.line if self.line is not None else line
        return self


class ArticleError(IngestError):
    """A field of an article breaks the contract; ``field`` names it."""

    def __init__(
        self,
        reason: str,
        *,
        field: str,
        path: str | Path | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(reason, path=path, line=line)
        self.field = field


class UnreadableError(IngestError):
    """A file, or a line of it, could not be read at all."""


class StorageError(ArticleSearchError):
    """Something on disk stops the work; ``path`` is where."""

    def __init__(self, message: str, *, path: str | Path) -> None:
        super().__init__(message)
        self.path = Path(path)

    def __reduce__(self) -> tuple[partial[StorageError], tuple[str]]:
        """What it takes to hand the error from a worker's process to the one that started it."""
        return partial(type(self), path=self.path), (str(self),)


class ArchiveError(StorageError):
    """The archive cannot be opened, read or written."""


class StateError(StorageError):
    """What a service keeps beside the archive cannot be read or written, or holds no such key."""


class IndexMissingError(StorageError):
    """There is no index yet."""


class IndexDamagedError(StorageError):
    """The index on disk cannot be read."""


class IndexOutdatedError(IndexDamagedError):
    """The index on disk is of an earlier format; the next run that writes builds it anew."""


class AnalysisMismatchError(StorageError):
    """The index was built by another analysis than this program's."""


class BackupError(StorageError):
    """A backup cannot be written, or what is given as one cannot be restored."""


class DataLockedError(StorageError):
    """Another process is writing to the data directory."""


class EditorialError(ArticleSearchError):
    """A file of the editor's own words cannot be used; ``problems`` names every line at fault."""

    def __init__(self, problems: Sequence[UnreadableError]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


class AnalysisError(ArticleSearchError):
    """A dictionary or a segmenter cannot be used."""
