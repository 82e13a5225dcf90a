"""Paths to articles: files and folders are found, opened, and given to the reader that their content asks for.

The edge of ``sources``: the only module here that touches the file system. A folder is walked in sorted order, without
hidden files and README.md; a folder that was seen already (a loop of links) is not entered again.
"""

from __future__ import annotations

import gzip
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, cast

from indexer.article import Article, derive_id
from indexer.cleaning import Removal, extract_page
from indexer.errors import IngestError, UnreadableError
from indexer.sources.decode import decode
from indexer.sources.detect import GZIP_MAGIC, PEEK_BYTES, Format, detect
from indexer.sources.jsonl import read_jsonl
from indexer.sources.limits import ReadLimits
from indexer.sources.plain import read_page

__all__ = ["explain_removals", "find_files", "read_inputs"]

STDIN_NAME: Final = "-"

_SKIPPED_NAMES = frozenset({"readme.md"})


def read_inputs(
    paths: Sequence[str | Path],
    *,
    limits: ReadLimits | None = None,
    stdin: BinaryIO | None = None,
    on_file: Callable[[str], None] = lambda _path: None,
) -> Iterator[Article | IngestError]:
    """The articles under ``paths``, in order; an input that is none is in the stream as an ``IngestError``.

    A path is a file, a folder, or ``-`` for JSONL on ``stdin`` (standard input by default). The error carries path,
    line where there is one, and reason. The same article twice is not noticed here; ``on_file`` is called with each path
    before what is read from it, for those who notice.
    """
    bounds = limits or ReadLimits()
    for path in paths:
        if str(path) == STDIN_NAME:
            on_file("standard input")
            yield from _placed(read_jsonl(stdin or sys.stdin.buffer, limits=bounds), "standard input")
            continue
        for found in find_files(Path(path)):
            if isinstance(found, IngestError):
                yield found
            else:
                on_file(str(found))
                yield from _placed(_read_file(found, Path(path), bounds), str(found))


def explain_removals(path: str | Path, *, limits: ReadLimits | None = None) -> tuple[Removal, ...]:
    """What the cleaning took out of the page in the file ``path``; nothing for a format that is no page.

    Raises:
        IngestError: the page cannot be read.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise UnreadableError(_os_reason(error), path=path) from error
    if detect(data[:PEEK_BYTES]) is not Format.PLAIN or len(data) > (limits or ReadLimits()).max_article_bytes:
        return ()
    return extract_page(decode(data)).removed


def find_files(path: Path) -> Iterator[Path | IngestError]:
    """The files of ``path``: itself, or those below a folder, sorted by name; what cannot be read is an error."""
    try:
        if path.is_dir():
            yield from _walk(path, frozenset())
        elif path.is_file():
            yield path
        elif path.exists():
            yield UnreadableError("it is neither a file nor a folder; give one of these", path=path)
        else:
            yield UnreadableError("there is no such file or folder; check the path", path=path)
    except (OSError, ValueError) as error:
        yield UnreadableError(_os_reason(error), path=path)


def _walk(folder: Path, above: frozenset[tuple[int, int]]) -> Iterator[Path | IngestError]:
    try:
        status = folder.stat()
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield UnreadableError(_os_reason(error), path=folder)
        return
    identity = (status.st_dev, status.st_ino)
    if identity in above:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name.lower() in _SKIPPED_NAMES:
            continue
        below = folder / entry.name
        if entry.is_dir():
            yield from _walk(below, above | {identity})
        elif entry.is_file():
            yield below
        elif entry.is_symlink():
            yield UnreadableError("the link leads nowhere; remove it or restore its target", path=below)


def _read_file(path: Path, given: Path, limits: ReadLimits) -> Iterator[Article | IngestError]:
    try:
        with path.open("rb") as stream:
            yield from _read_stream(stream, _seed(path, given), limits)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield UnreadableError(f"the gzip data is damaged or breaks off: {error}")
    except OSError as error:
        yield UnreadableError(_os_reason(error))


def _read_stream(stream: BinaryIO, seed: str, limits: ReadLimits) -> Iterator[Article | IngestError]:
    head = stream.read(PEEK_BYTES)
    stream.seek(0)
    try:
        kind = detect(head)
        if kind is Format.EMPTY and len(head) < PEEK_BYTES:
            raise UnreadableError("the file is empty: there is nothing to index")
        content = cast(BinaryIO, gzip.GzipFile(fileobj=stream)) if head.startswith(GZIP_MAGIC) else stream
        if kind is Format.JSON:
            yield from read_jsonl(content, limits=limits, seed=seed)
        else:
            yield read_page(content, limits=limits, fallback_id=derive_id(seed))
    except IngestError as error:
        yield error


def _placed(items: Iterator[Article | IngestError], path: str) -> Iterator[Article | IngestError]:
    for item in items:
        yield item.at(path) if isinstance(item, IngestError) else item


def _seed(path: Path, given: Path) -> str:
    """What ids are made from where an article names none: the path below the folder given, or the file's name."""
    relative = path.relative_to(given) if path != given else Path(path.name)
    return relative.as_posix()


def _os_reason(error: OSError | ValueError) -> str:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return f"it cannot be read: {reason}; check that it exists and that you may read it"
