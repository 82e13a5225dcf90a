"""The reader of web crawls: WARC, a response with a page in it is a page.

Called by ``inputs.py``. The file is cut into records here, by their lengths, so that a broken one is named with its offset and
reading goes on at the next; what a record holds (HTTP headers, chunks, compression) is read by warcio.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeadersParserException

from indexer.errors import IngestError, UnreadableError
from indexer.sources.limits import ReadLimits

__all__ = ["WebPage", "read_warc"]

MAX_LINE_BYTES: Final = 64 * 1024
MAX_HEADER_BYTES: Final = 256 * 1024
SKIP_BYTES: Final = 1024 * 1024

_INVALID = (
    ArchiveLoadFailed, StatusAndHeadersParserException, EOFError, OSError, ValueError, LookupError, TypeError, zlib.error,
)  # fmt: skip
"""What warcio raises for a record that is not as it should be."""
_LENGTH = re.compile(rb"(?im)^content-length:\s*(\d{1,18})\s*$")
_TYPE = re.compile(rb"(?im)^warc-type:\s*(\w+)\s*$")
_ADDRESS = re.compile(rb"(?im)^warc-target-uri:[ \t]*\S")
_PAGE_TYPES = re.compile(r"\s*(?:text/html|text/plain|application/xhtml\+xml)\b", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPage:
    """A page as a server sent it; ``encoding`` is what its HTTP header says, ``offset`` where its record begins."""

    data: bytes
    url: str
    encoding: str | None
    offset: int


@dataclass(frozen=True, slots=True)
class _Record:
    offset: int
    kind: bytes
    data: bytes


def read_warc(stream: BinaryIO, *, limits: ReadLimits) -> Iterator[WebPage | IngestError]:
    """The pages of the records with status 200 and text or HTML; a broken record is an error with its offset in bytes.

    Offsets count what was unpacked. Requests, images, redirects and the like are passed over.
    """
    for record in _Framing(stream, limits.max_article_bytes).records():
        if isinstance(record, IngestError):
            yield record
            continue
        try:
            page = _page(record, limits.max_article_bytes)
        except _INVALID as error:
            yield UnreadableError(f"the record at offset {record.offset:,} is invalid: {error}")
            continue
        except IngestError as error:
            yield error
            continue
        if page:
            yield page


class _Framing:
    """Cuts a stream into records; none is held that is larger than a page may be."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self._at = 0

    def records(self) -> Iterator[_Record | IngestError]:
        lost = False
        while True:
            offset = self._at
            line = self._line()
            if not line:
                return
            if not line.strip():
                continue
            if not line.startswith(b"WARC/"):
                if not lost:
                    yield UnreadableError(
                        f"no record begins at offset {offset:,}, where one should; the next one is looked for"
                    )
                lost = True
                continue
            lost = False
            header = line + self._header()
            length = _LENGTH.search(header)
            if not length:
                yield UnreadableError(f"the record at offset {offset:,} is invalid: it does not say its length")
                lost = True
                continue
            yield from self._block(offset, header, int(length[1]))

    def _block(self, offset: int, header: bytes, length: int) -> Iterator[_Record | IngestError]:
        kind = _TYPE.search(header)
        wanted = kind is not None and kind[1].lower() in (b"response", b"resource", b"conversion")
        # NOTE: warcio 1.8 asks a record's address for its scheme and fails where it has none.
        if wanted and not _ADDRESS.search(header):
            yield UnreadableError(f"the record at offset {offset:,} is invalid: it does not say its address")
            wanted = False
        if wanted and length <= self._limit + MAX_HEADER_BYTES:
            data = self._read(length)
            complete = len(data) == length
            if complete:
                yield _Record(offset, kind[1].lower() if kind else b"", header + data)
        else:
            complete = self._skip(length)
            if wanted and complete:
                yield UnreadableError(
                    f"the page at offset {offset:,} is larger than max_article_bytes ({self._limit:,} bytes); raise the limit"
                )
        if not complete:
            yield UnreadableError(f"the record at offset {offset:,} breaks off: the input ends within it")

    def _line(self) -> bytes:
        line = self._stream.readline(MAX_LINE_BYTES)
        self._at += len(line)
        return line

    def _header(self) -> bytes:
        lines = []
        size = 0
        while (line := self._line()) and size <= MAX_HEADER_BYTES:
            lines.append(line)
            size += len(line)
            if not line.strip():
                break
        return b"".join(lines)

    def _read(self, length: int) -> bytes:
        data = self._stream.read(length)
        self._at += len(data)
        return data

    def _skip(self, length: int) -> bool:
        while length and (piece := self._read(min(length, SKIP_BYTES))):
            length -= len(piece)
        return not length


def _page(record: _Record, limit: int) -> WebPage | None:
    parsed: ArcWarcRecord = ArcWarcRecordLoader().parse_record_stream(
        io.BytesIO(record.data), known_format="warc", no_record_parse=False
    )
    headers = parsed.http_headers
    if headers is not None and str(headers.get_statuscode()) != "200":
        return None
    kind = (headers or parsed.rec_headers).get_header("Content-Type") or ""
    if (record.kind == b"response" and headers is None) or not _PAGE_TYPES.match(kind):
        return None
    url = parsed.rec_headers.get_header("WARC-Target-URI") or ""
    data = parsed.content_stream().read(limit + 1)
    if len(data) > limit:
        raise UnreadableError(
            f"the page at offset {record.offset:,} is larger than max_article_bytes ({limit:,} bytes); raise the limit"
        )
    charset = _CHARSET.search(kind)
    return WebPage(data=data, url=url.strip("<> "), encoding=charset[1] if charset else None, offset=record.offset)
