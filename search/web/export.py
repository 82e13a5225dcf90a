"""``GET /api/v1/export``: all hits of a search as CSV for people and their spreadsheets, or as JSONL for programs; streamed."""

from __future__ import annotations

import csv
import io
import re
import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import quote

import falcon
import orjson

from indexer.article import SECTION_SEPARATOR
from search.engines.base import Engine, Export
from search.errors import RequestError
from search.page import ARTICLE_FIELDS
from search.request import PARAMETERS, SearchRequest, request_from_parameters, unknown_parameter
from search.web.errors import RETRY_AFTER_S
from search.web.resources import query_parameters

__all__ = ["EXPORT_FIELDS", "EXPORT_PARAMETERS", "FORMATS", "ExportResource", "harmless", "write_csv", "write_jsonl"]

EXPORT_FIELDS = (
    "id",
    "title",
    "section",
    "authors",
    "source",
    "published",
    "url",
    "summary",
    "body",
    "captions",
    "also_at",
    "story",
)
"""Fields of an article in an export that asks for none."""

EXPORT_PARAMETERS = (
    "q", "match", "strict", "section", "author", "source", "not_section", "not_author", "not_source", "from", "to", "sort",
    "fields", "group",
)  # fmt: skip
"""Parameters of a search that decide which articles are found, in what order, and what of them is given."""

RECORDS_AT_ONCE = 50
"""So many articles are made one piece of the answer."""

_BOM = "\ufeff".encode()
# NOTE: a spreadsheet takes a cell that begins so for a formula, East Asian editions the full-width forms too (OWASP).
_FORMULA = re.compile("[=+\\-@\t\r\n＝＋－＠]")
_SEPARATORS = {"section": SECTION_SEPARATOR, "authors": "、", "captions": "\n", "also_at": "\n"}
_NOT_IN_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
MOST_NAME_CHARS = 60


class ExportResource:
    """``GET /api/v1/export``; ``most_at_once`` run in one process, so that slow readers leave threads to who searches."""

    def __init__(self, engine: Engine, *, most_at_once: int) -> None:
        self._engine = engine
        self._free = threading.BoundedSemaphore(most_at_once)

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """The whole result, its number of articles in ``X-Total-Count``."""
        form, search = _read(query_parameters(request))
        is_head = request.method == "HEAD"
        if not is_head and not self._free.acquire(blocking=False):
            raise falcon.HTTPServiceUnavailable(
                description="as many exports are being read as the service gives at once; try again in a moment",
                retry_after=RETRY_AFTER_S,
            )
        try:
            export = self._engine.export(search)
        except BaseException:
            if not is_head:
                self._free.release()
            raise
        _describe(response, form, search, export)
        if is_head:
            export.records.close()
            response.stream = iter(())  # else it would be said to be empty
        else:
            response.stream = _Stream(FORMATS[form][1](search.fields, export.records), export, self._free.release)

    on_head = on_get


class _Stream:
    """The pieces of an answer; whoever breaks off closes it, and so does its end."""

    def __init__(self, pieces: Generator[bytes, None, None], export: Export, done: Callable[[], None]) -> None:
        self._pieces = pieces
        self._export = export
        self._done: Callable[[], None] | None = done

    def __iter__(self) -> _Stream:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        """Lets go of the snapshot, and of the place among those that are read. May be called again."""
        self._pieces.close()
        self._export.records.close()
        done, self._done = self._done, None
        if done is not None:
            done()


def write_csv(fields: Sequence[str], records: Iterable[Mapping[str, Any]]) -> Generator[bytes, None, None]:
    """RFC 4180, a column for each field: a mark by which spreadsheets know UTF-8, the names, a line for each article."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(fields)
    yield _BOM + text.getvalue().encode()
    left = iter(records)
    while batch := list(islice(left, RECORDS_AT_ONCE)):
        text.seek(0)
        text.truncate()
        writer.writerows([_cell(name, record[name]) for name in fields] for record in batch)
        yield text.getvalue().encode()


def write_jsonl(_fields: Sequence[str], records: Iterable[Mapping[str, Any]]) -> Generator[bytes, None, None]:
    """An article a line, as the contract writes it."""
    left = iter(records)
    while batch := list(islice(left, RECORDS_AT_ONCE)):
        yield b"".join(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE) for record in batch)


FORMATS: dict[str, tuple[str, Callable[[Sequence[str], Iterable[Mapping[str, Any]]], Generator[bytes, None, None]]]] = {
    "csv": ("text/csv; charset=utf-8; header=present", write_csv),
    "jsonl": ("application/x-ndjson", write_jsonl),
}
"""Format → its media type and what writes it."""


def harmless(text: str) -> str:
    """``text`` as a cell that no spreadsheet takes for a formula: after an apostrophe where it begins like one."""
    return f"'{text}" if _FORMULA.match(text) else text


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    return harmless(value if isinstance(value, str) else _SEPARATORS[name].join(value))


def _read(given: dict[str, list[str]]) -> tuple[str, SearchRequest]:
    """Format and search of an export."""
    form = given.pop("format", ["jsonl"])[-1]
    if form not in FORMATS:
        raise RequestError(f"format must be one of {', '.join(FORMATS)}, and is {form!r}", parameter="format")
    for name in given:
        if name in EXPORT_PARAMETERS:
            continue
        if name in PARAMETERS:
            raise RequestError(
                f"an export holds all hits, each as an article: it takes no {name}; leave it out", parameter=name
            )
        raise unknown_parameter(name, dict.fromkeys((*EXPORT_PARAMETERS, "format")))
    given.setdefault("fields", [",".join(EXPORT_FIELDS)])
    search = request_from_parameters(given)
    if not search.fields:
        raise RequestError(f"fields must name some of {', '.join(ARTICLE_FIELDS)}", parameter="fields")
    return form, search


def _describe(response: falcon.Response, form: str, search: SearchRequest, export: Export) -> None:
    name = _NOT_IN_NAME.sub(" ", search.text)[:MOST_NAME_CHARS].strip(" .") or "articles"
    response.content_type = FORMATS[form][0]
    response.set_header(
        "Content-Disposition",
        f"attachment; filename=\"articles.{form}\"; filename*=UTF-8''{quote(f'{name}.{form}', safe='')}",
    )
    response.set_header("X-Total-Count", str(export.total))
    response.set_header("X-Robots-Tag", "noindex")
    for header, holds in (("X-Relaxed", export.relaxed), ("X-Partial", export.partial)):
        if holds:
            response.set_header(header, "true")
