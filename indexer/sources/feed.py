"""The reader of feeds: RSS 0.9 to 2.0 and Atom, an entry an article.

Called by ``inputs.py``. The XML is read as a stream by expat with handlers of our own, which hold one entry at a
time; entities that a feed declares are refused, so none is fetched and none grows. What an entry holds as HTML becomes lines.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from html import escape
from typing import Any, BinaryIO, Final
from xml.parsers import expat

from indexer.article import Article, article_from_record, derive_id, parse_published
from indexer.cleaning import read_markup
from indexer.errors import IngestError, UnreadableError
from indexer.sources.decode import detect_encoding
from indexer.sources.limits import ReadLimits

__all__ = ["read_feed"]

CHUNK_BYTES: Final = 64 * 1024
MAX_TAG_DEPTH: Final = 200

_ENTRIES = frozenset({"item", "entry"})
_BODIES = ("encoded", "content", "description", "summary")
_DATES = ("pubdate", "published", "date", "issued", "updated")
_AUTHORS = ("creator", "author", "name")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
_MAILBOX = re.compile(r"[^\s@、]{1,100}@[^\s@、]{1,100}\s*\(([^()]{1,60})\)")
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([\w.-]{1,30})[\"']")


def read_feed(stream: BinaryIO, *, limits: ReadLimits, seed: str) -> Iterator[Article | IngestError]:
    """The articles of the entries, in order; an entry that is none is an ``IngestError`` with the line on which it begins.

    An entry without an address gets an id from ``seed``, the path of the file, and its own id or number.
    """
    reader = _FeedReader(limits, seed)
    head = stream.read(CHUNK_BYTES)
    encoding = _encoding(head)
    decoder = codecs.getincrementaldecoder(encoding)()
    first = True
    chunk = head
    while True:
        try:
            text = decoder.decode(chunk, final=not chunk)
            if first:
                # NOTE: expat knows neither GB18030 nor Big5: it is given UTF-8 and told so, whatever the declaration says.
                first, text = False, _DECLARATION.sub("", text.removeprefix("\ufeff"), count=1)
            reader.feed(text, final=not chunk)
        except expat.ExpatError as error:
            yield from reader.take()
            yield UnreadableError(
                f"broken XML: {expat.ErrorString(error.code)}; the entries before it were read", line=error.lineno
            )
            return
        except UnicodeError as error:
            yield from reader.take()
            yield UnreadableError(f"the text from here on is not {encoding.upper()}: {error}", line=reader.line)
            return
        yield from reader.take()
        if not chunk:
            return
        chunk = stream.read(CHUNK_BYTES)


def _encoding(head: bytes) -> str:
    if declared := _DECLARED.match(head):
        name = declared[1].decode("ascii").lower()
        if name in ("gb2312", "gbk", "gb18030"):
            return "gb18030"
        if name in ("big5", "big5-hkscs"):
            return "big5hkscs"
    return detect_encoding(head, complete=len(head) < CHUNK_BYTES)


class _FeedReader:
    """Collects one entry at a time from the events of the parser, and makes it an article at its end."""

    def __init__(self, limits: ReadLimits, seed: str) -> None:
        self.line = 1
        self._limit = limits.max_article_bytes
        self._seed = seed
        self._done: list[Article | IngestError] = []
        self._channel: dict[str, str] = {}
        self._entry: dict[str, str] | None = None
        self._count = 0
        self._size = 0
        self._path: list[str] = []
        self._field: str | None = None
        self._field_depth = 0
        self._pieces: list[str] = []
        parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.EntityDeclHandler = self._refuse
        self._parser = parser

    def feed(self, text: str, *, final: bool) -> None:
        """Give the next piece of the feed to the parser."""
        self._parser.Parse(text.encode("utf-8", "replace"), final)

    def take(self) -> Iterator[Article | IngestError]:
        """What was completed since the last time."""
        done, self._done = self._done, []
        yield from done

    def _refuse(self, *_declaration: Any) -> None:
        raise UnreadableError(
            "the feed declares entities, which are not read; save it without a DOCTYPE",
            line=self._parser.CurrentLineNumber,
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2].lower()
        self._path.append(name)
        if len(self._path) > MAX_TAG_DEPTH:
            raise UnreadableError("its elements are nested too deep for a feed", line=self._parser.CurrentLineNumber)
        if self._field is not None:
            if self._field != "author":
                self._pieces.append(f"<{name}>")
            return
        if name in _ENTRIES and self._entry is None:
            self._entry, self._size = {}, 0
            self._count += 1
            self.line = self._parser.CurrentLineNumber
        elif name == "link" and attributes.get("href"):
            if attributes.get("rel", "alternate") == "alternate":
                self._store("link", attributes["href"])
        elif name == "category" and attributes.get("term"):
            self._store("category", attributes.get("label") or attributes["term"])
        else:
            self._field, self._field_depth, self._pieces = self._leaf(name), len(self._path), []

    def _leaf(self, name: str) -> str | None:
        """The name under which the element's text is kept; none for an element that holds others."""
        if self._entry is not None:
            return name
        return name if name in ("title", "link") and self._path[-2:-1] in (["channel"], ["feed"]) else None

    def _end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2].lower()
        depth = len(self._path)
        self._path.pop()
        if self._field is not None and depth > self._field_depth:
            if self._field != "author" and name not in ("br", "img"):
                self._pieces.append(f"</{name}>")
        elif self._field is not None:
            self._store(self._field, "".join(self._pieces).strip())
            self._field = None
        elif name in _ENTRIES and self._entry is not None:
            self._done.append(self._finished(self._entry))
            self._entry = None

    def _data(self, data: str) -> None:
        if self._field is None:
            return
        if self._field == "author" and len(self._path) > self._field_depth and self._path[-1] != "name":
            return
        self._size += len(data.encode("utf-8", "replace"))
        if self._size <= self._limit:
            nested = len(self._path) > self._field_depth and self._field != "author"
            self._pieces.append(escape(data, quote=False) if nested else data)

    def _store(self, name: str, value: str) -> None:
        target = self._channel if self._entry is None else self._entry
        if value and name in _AUTHORS and name in target:
            target[name] += "、" + value
        elif value:
            target.setdefault(name, value)

    def _finished(self, entry: dict[str, str]) -> Article | IngestError:
        try:
            if self._size > self._limit:
                raise UnreadableError(
                    f"the entry is larger than max_article_bytes ({self._limit:,} bytes); raise the limit"
                )
            key = entry.get("guid") or entry.get("id") or str(self._count)
            record = _record(entry, self._channel)
            return article_from_record(record, fallback_id=derive_id(f"{self._seed}:{key}"))
        except IngestError as error:
            error.line = self.line
            return error


def _record(entry: dict[str, str], channel: dict[str, str]) -> dict[str, Any]:
    texts = {name: entry[name] for name in _BODIES if name in entry}
    body = next(iter(texts.values()), "")
    markup = read_markup(body)
    summary = next((text for name, text in texts.items() if name in ("description", "summary") and text != body), "")
    link = entry.get("link") or entry.get("guid", "")
    return {
        "title": " ".join(read_markup(entry.get("title", "")).lines),
        "body": "\n".join(markup.lines),
        "summary": " ".join(read_markup(summary).lines),
        "captions": list(markup.captions),
        "section": entry.get("category", ""),
        "authors": _MAILBOX.sub(r"\1", next((entry[name] for name in _AUTHORS if name in entry), "")),
        "source": " ".join(read_markup(entry.get("source") or channel.get("title", "")).lines),
        "published": next((_published(entry[name]) for name in _DATES if name in entry), None),
        "url": link if link.startswith(("http://", "https://")) else None,
    }


def _published(value: str) -> str:
    """A feed's date as the contract writes it: RFC 822 (RSS) or RFC 3339 (Atom); another is left for the check to refuse."""
    try:
        return parse_published(value)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(value).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return value
