"""The content of one file: opened while it is a container, then given to the reader of its format.

Between ``inputs.py``, which finds files, and the readers. What lies in a container is read as a file is, so formats
and containers nest freely, to a bounded depth. A file in an archive is named ``archive.zip!folder/page.html``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final
from urllib.parse import urlsplit

from indexer.article import Article, derive_id
from indexer.cleaning import RawPage
from indexer.errors import IngestError, UnreadableError
from indexer.sources.containers import ARCHIVE_DAMAGE, Member, read_tar, read_zip
from indexer.sources.decode import decode
from indexer.sources.delimited import read_table
from indexer.sources.detect import PEEK_BYTES, Format, detect
from indexer.sources.feed import read_feed
from indexer.sources.jsonl import read_jsonl
from indexer.sources.limits import ReadLimits
from indexer.sources.markdown import markdown_article
from indexer.sources.streams import DAMAGE, Budget, open_gzip, peeked
from indexer.sources.warc import read_warc

__all__ = ["Place", "read_content"]

CHARSET_WITHIN: Final = 4096

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_CONTAINERS = frozenset({Format.GZIP, Format.ZIP, Format.TAR})

Item = Article | RawPage | IngestError


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is read: its ``name`` in messages, the ``seed`` of its id, and the ``folder`` its pages share."""

    name: str
    seed: str
    folder: str

    def member(self, path: str) -> Place:
        """A file of this archive."""
        folder = path.rpartition("/")[0]
        return Place(name=f"{self.name}!{path}", seed=f"{self.seed}!{path}", folder=f"{self.name}!{folder}")


def read_content(
    stream: BinaryIO, place: Place, limits: ReadLimits, on_file: Callable[[str], None]
) -> Iterator[Article | RawPage | IngestError]:
    """The pages and articles in ``stream``; what cannot be read is an error with its place.

    ``on_file`` is called with the place of every file in an archive.

    Raises:
        OSError: the file itself cannot be read.
    """
    yield from _Reader(limits, on_file).read(stream, place, 0)


class _Reader:
    """Reads one file and all that lies in it, within one budget."""

    def __init__(self, limits: ReadLimits, on_file: Callable[[str], None]) -> None:
        self._limits = limits
        self._on_file = on_file
        self._budget = Budget(limits)

    def read(self, stream: BinaryIO, place: Place, depth: int) -> Iterator[Item]:
        """What ``stream`` holds, ``depth`` containers deep; every error has its place."""
        for item in self._read(stream, place, depth):
            yield item.at(place.name) if isinstance(item, IngestError) else item

    def _read(self, stream: BinaryIO, place: Place, depth: int) -> Iterator[Item]:
        try:
            head, content = peeked(stream, PEEK_BYTES)
            kind = detect(head)
            if kind is Format.EMPTY and len(head) < PEEK_BYTES:
                raise UnreadableError("the file is empty: there is nothing to index")
            if kind not in _CONTAINERS:
                yield from self._read_format(kind, head, content, place)
            elif depth == self._limits.max_archive_depth:
                raise UnreadableError(f"archives lie deeper in each other than max_archive_depth ({depth})")
            elif kind is Format.GZIP:
                yield from self.read(open_gzip(content, self._budget), place, depth + 1)
            else:
                archive = stream if kind is Format.ZIP and stream.seekable() else content
                yield from self._read_archive(kind, archive, place, depth + 1)
        except IngestError as error:
            yield error
        except DAMAGE as error:
            yield UnreadableError(f"the gzip data is damaged or breaks off: {error}")

    def _read_archive(self, kind: Format, stream: BinaryIO, place: Place, depth: int) -> Iterator[Item]:
        members = read_zip(stream, self._budget) if kind is Format.ZIP else read_tar(stream, self._budget)
        for member in _guarded(members, place):
            if isinstance(member, Member):
                inner = place.member(member.path)
                self._on_file(inner.name)
                yield from self.read(member.stream, inner, depth)
            else:
                yield member

    def _read_format(self, kind: Format, head: bytes, content: BinaryIO, place: Place) -> Iterator[Item]:
        limits = self._limits
        if kind is Format.JSON:
            yield from read_jsonl(content, limits=limits, seed=place.seed)
        elif kind is Format.DELIMITED:
            yield from read_table(content, limits=limits, seed=place.seed)
        elif kind is Format.FEED:
            yield from read_feed(content, limits=limits, seed=place.seed)
        elif kind is Format.WARC:
            yield from self._read_crawl(content, place)
        else:
            text = decode(_bounded(content, limits), declared=_declared(head) if kind is Format.HTML else None)
            text = text.removeprefix("\ufeff")
            if kind is Format.MARKDOWN:
                yield markdown_article(text, fallback_id=derive_id(place.seed))
            else:
                yield RawPage(text=text, fallback_id=derive_id(place.seed), host=place.folder)

    def _read_crawl(self, content: BinaryIO, place: Place) -> Iterator[Item]:
        for page in read_warc(content, limits=self._limits):
            if isinstance(page, IngestError):
                yield page
                continue
            try:
                text = decode(page.data, declared=page.encoding or _declared(page.data))
            except UnreadableError as error:
                yield UnreadableError(f"the page at offset {page.offset:,} ({page.url}): {error.reason}")
                continue
            seed = f"{place.seed}:{page.offset}"
            host = _host(page.url) or place.folder
            yield RawPage(text=text, url=page.url or None, fallback_id=derive_id(seed), host=host)


def _guarded(members: Iterator[Member | IngestError], place: Place) -> Iterator[Member | IngestError]:
    """The members of an archive with the archive's own damage as the last one; the errors say in which archive they are."""
    try:
        for member in members:
            if isinstance(member, IngestError):
                member.path = f"{place.name}!{member.path}" if member.path else place.name
            yield member
    except ARCHIVE_DAMAGE as error:
        yield UnreadableError(f"the archive is damaged or breaks off: {error}", path=place.name)


def _bounded(stream: BinaryIO, limits: ReadLimits) -> bytes:
    data = stream.read(limits.max_article_bytes + 1)
    if len(data) > limits.max_article_bytes:
        raise UnreadableError(
            f"the page is larger than max_article_bytes ({limits.max_article_bytes:,} bytes); raise the limit"
        )
    return data


def _declared(head: bytes) -> str | None:
    """The encoding that a page's own meta tag names."""
    match = _META_CHARSET.search(head[:CHARSET_WITHIN])
    return match[1].decode("ascii") if match else None


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
