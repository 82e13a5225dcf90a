"""The reader of JSON: one object a line, or one array or one object over several lines.

Called by ``inputs.py`` for what ``detect.py`` finds to be JSON. Lines are read as a stream, each bounded, so a file
of any size takes the memory of one line; a line that is too long is skipped without being held. An error names its
line.
"""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import orjson

from indexer.article import Article, article_from_record, derive_id
from indexer.errors import ArticleError, IngestError, UnreadableError
from indexer.sources.decode import decode
from indexer.sources.limits import ReadLimits

__all__ = ["read_jsonl"]

SKIP_BYTES: Final = 1024 * 1024

_WHOLE_FILE_START = re.compile(rb"\s*(?:\{|\[\s*(?:\{\s*)?)\s*$")
_ARRAY_START = re.compile(rb"\s*\[")


def read_jsonl(stream: BinaryIO, *, limits: ReadLimits, seed: str | None = None) -> Iterator[Article | IngestError]:
    """The articles in ``stream``, in order; a line that is none is an ``IngestError`` with its number.

    A record without ``id`` and ``url`` gets one from ``seed``, the path of the file, and its line; where there is no
    ``seed`` it is rejected.
    """
    number = 0
    for line in _lines(stream, limits.max_article_bytes):
        number += 1
        if isinstance(line, IngestError):
            yield _placed(line, number)
            continue
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if not line.strip():
            continue
        if number == 1 and (_WHOLE_FILE_START.match(line) or _ARRAY_START.match(line)):
            yield from _read_whole(line, stream, limits, seed)
            return
        yield _article(line, number, seed)


def _lines(stream: BinaryIO, limit: int) -> Iterator[bytes | IngestError]:
    """Lines up to ``limit`` bytes, an error for each longer one and for damage, which also ends the stream."""
    try:
        while line := stream.readline(limit + 2):
            if len(line.rstrip(b"\r\n")) <= limit:
                yield line
                continue
            while not line.endswith(b"\n") and (line := stream.readline(SKIP_BYTES)):
                pass
            yield UnreadableError(
                f"the line is longer than max_article_bytes ({limit:,} bytes) and was skipped; raise the limit"
            )
    except (EOFError, OSError, zlib.error) as error:
        yield UnreadableError(f"the input ends or breaks here, the lines before it were read: {error}")


def _placed(error: IngestError, line: int) -> IngestError:
    error.line = line
    return error


def _article(line: bytes, number: int, seed: str | None) -> Article | IngestError:
    try:
        return _from_value(_parsed(line), None if seed is None else f"{seed}:{number}")
    except IngestError as error:
        return _placed(error, number)


def _parsed(data: bytes) -> object:
    """The JSON value in ``data``, UTF-8 or another encoding that is known.

    Raises:
        UnreadableError: it is no JSON; the reason names the position in characters, from 1.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if "utf-8" not in str(error).lower() and _is_utf8(data):
            raise UnreadableError(_reason(error)) from None
    try:
        return orjson.loads(decode(data))
    except orjson.JSONDecodeError as error:
        raise UnreadableError(_reason(error)) from None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _reason(error: orjson.JSONDecodeError) -> str:
    where = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno}, column {error.colno}"
    return f"broken JSON at {where}: {error.msg}"


def _from_value(value: object, seed: str | None) -> Article:
    if not isinstance(value, dict):
        raise UnreadableError(f"a JSON object is expected, and this is {_KINDS.get(type(value), 'null')}")
    record: dict[str, Any] = value
    return article_from_record(record, fallback_id=None if seed is None else derive_id(seed))


_KINDS: dict[type, str] = {list: "an array", str: "a string", int: "a number", float: "a number", bool: "true or false"}


def _read_whole(
    first: bytes, stream: BinaryIO, limits: ReadLimits, seed: str | None
) -> Iterator[Article | IngestError]:
    """An array of objects, or one object written over several lines; it is read whole, within the limit."""
    limit = limits.max_article_bytes
    try:
        data = first + stream.read(max(0, limit + 1 - len(first)))
    except (EOFError, OSError, zlib.error) as error:
        yield UnreadableError(f"the input breaks off: {error}", line=1)
        return
    if len(data) > limit:
        yield UnreadableError(
            f"one JSON value over several lines is longer than max_article_bytes ({limit:,} bytes); "
            "write one object a line",
            line=1,
        )
        return
    try:
        value = _parsed(data)
    except IngestError as error:
        yield _placed(error, 1)
        return
    items = value if isinstance(value, list) else [value]
    for number, item in enumerate(items, start=1):
        item_seed = seed if seed is None or not isinstance(value, list) else f"{seed}:{number}"
        try:
            yield _from_value(item, item_seed)
        except ArticleError as error:
            yield ArticleError(f"object {number}: {error.reason}", field=error.field, line=1)
        except IngestError as error:
            yield UnreadableError(f"object {number}: {error.reason}", line=1)
