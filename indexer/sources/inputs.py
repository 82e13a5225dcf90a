"""Paths to pages and articles: files and folders are found, opened, and given to the reader that their content asks for.

The edge of ``sources``: it finds and opens what is read. A folder is walked in sorted order, without
hidden files and README.md; a folder that was seen already (a loop of links) is not entered again. Containers are
opened in ``contents.py``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from indexer.article import Article
from indexer.cleaning import RawPage, Removal, explain_raw
from indexer.errors import IngestError, UnreadableError
from indexer.sources.containers import is_passed_over
from indexer.sources.contents import Place, read_content
from indexer.sources.jsonl import read_jsonl
from indexer.sources.limits import ReadLimits

__all__ = ["STDIN_NAME", "STDIN_PLACE", "explain_removals", "find_files", "read_inputs"]

STDIN_NAME: Final = "-"
"""The path that stands for standard input."""
STDIN_PLACE: Final = "standard input"
"""What standard input is called where files have their path."""

Item = TypeVar("Item")


def read_inputs(
    paths: Sequence[str | Path],
    *,
    limits: ReadLimits | None = None,
    stdin: BinaryIO | None = None,
    on_file: Callable[[str], None] = lambda _path: None,
    roots: Sequence[str | Path] | None = None,
    without: str | Path | None = None,
) -> Iterator[Article | RawPage | IngestError]:
    """The pages and articles under ``paths``, in order; an input that is neither is in the stream as an ``IngestError``.

    Crawled text, HTML and the responses of a crawl are pages, for ``extract_raw``; records of every kind are articles.

    A path is a file, a folder, or ``-`` for JSONL on ``stdin`` (standard input by default). The error carries path,
    line where there is one, and reason. The same article twice is not noticed here; ``on_file`` is called with each path
    before what is read from it, for those who notice. A file that lies in several of the paths is read in the nearest.

    Where ``roots`` are given, ``paths`` are a part of them: what names no id of its own gets the one it has when they are read.
    The folder ``without``, where our own data lie, is passed over in others.
    """
    bounds = limits or ReadLimits()
    folders = {Path(root).absolute(): Path(root) for root in (paths if roots is None else roots)}
    for path in paths:
        if str(path) == STDIN_NAME:
            on_file(STDIN_PLACE)
            yield from _placed(read_jsonl(stdin or sys.stdin.buffer, limits=bounds), STDIN_PLACE)
            continue
        for found in find_files(Path(path), without):
            if isinstance(found, IngestError):
                yield found
                continue
            folder = _nearest(found, folders)
            if roots is None and found != Path(path) and folder != Path(path):
                continue  # it is read in that folder
            on_file(str(found))
            yield from _placed(_read_file(found, folder, bounds, on_file), str(found))


def explain_removals(page: RawPage) -> tuple[Removal, ...]:
    """What the cleaning took out of ``page``.

    Raises:
        IngestError: nothing of the page is an article.
    """
    return explain_raw(page).removed


def find_files(path: Path, without: str | Path | None = None) -> Iterator[Path | IngestError]:
    """The files of ``path``: itself, or those below a folder, sorted by name; what cannot be read is an error.

    The folder ``without`` is passed over where it lies below.
    """
    try:
        if path.is_dir():
            passed_over = without is not None and Path(without).is_dir() and not path.samefile(without)
            yield from _walk(path, frozenset({_identity(Path(without).stat())} if passed_over and without else ()))
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
    identity = _identity(status)
    if identity in above:
        return
    for entry in entries:
        if is_passed_over(entry.name):
            continue
        below = folder / entry.name
        if entry.is_dir():
            yield from _walk(below, above | {identity})
        elif entry.is_file():
            yield below
        elif entry.is_symlink():
            yield UnreadableError("the link leads nowhere; remove it or restore its target", path=below)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _read_file(
    path: Path, root: Path | None, limits: ReadLimits, on_file: Callable[[str], None]
) -> Iterator[Article | RawPage | IngestError]:
    place = Place(name=str(path), seed=_seed(path, root), folder=path.parent.as_posix())
    try:
        with path.open("rb") as stream:
            yield from read_content(stream, place, limits, on_file)
    except OSError as error:
        yield UnreadableError(_os_reason(error))


def _placed(items: Iterator[Item], path: str) -> Iterator[Item]:
    for item in items:
        if isinstance(item, IngestError):
            item.at(path)
        yield item


def _nearest(path: Path, folders: Mapping[Path, Path]) -> Path | None:
    """The deepest of ``folders`` (by absolute path) that ``path`` lies in; a link is where it is, not where it leads."""
    return next((folders[above] for above in path.absolute().parents if above in folders), None)


def _seed(path: Path, root: Path | None) -> str:
    """What ids are made from where an article names none: the path below the folder given, or the file's name."""
    return path.name if root is None else path.absolute().relative_to(root.absolute()).as_posix()


def _os_reason(error: OSError | ValueError) -> str:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return f"it cannot be read: {reason}; check that it exists and that you may read it"
