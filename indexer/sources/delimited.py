"""The reader of tables: CSV and TSV whose header names the fields, in English or Chinese.

Called by ``inputs.py`` for what ``is_delimited`` tells ``detect.py``. Rows are read as a stream; a row with a
column too few or too many is an error with the line on which it begins, and the next one follows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO, Final

from indexer.article import Article, article_from_record, derive_id
from indexer.cleaning.dates import read_published
from indexer.errors import IngestError, UnreadableError
from indexer.sources.decode import detect_encoding
from indexer.sources.limits import ReadLimits
from indexer.sources.streams import peeked

__all__ = ["is_delimited", "read_table"]

DELIMITERS: Final = (",", "\t", ";", "|")
MAX_NAME_CHARS: Final = 30
MIN_KNOWN_COLUMNS: Final = 2
SAMPLE_BYTES: Final = 64 * 1024
SKIP_CHARS: Final = 64 * 1024

_FIELDS = {
    **dict.fromkeys(("id", "编号", "編號", "文章编号", "文章編號"), "id"),
    **dict.fromkeys(("title", "headline", "标题", "標題", "题名", "題名", "篇名"), "title"),
    **dict.fromkeys(("body", "content", "text", "正文", "内容", "內容", "全文"), "body"),
    **dict.fromkeys(("summary", "abstract", "摘要", "导语", "導語", "提要"), "summary"),
    **dict.fromkeys(("section", "category", "column", "栏目", "欄目", "版块", "版塊", "频道", "頻道", "分类", "分類"), "section"),
    **dict.fromkeys(("authors", "author", "作者", "记者", "記者"), "authors"),
    **dict.fromkeys(("source", "来源", "來源", "出处", "出處", "媒体", "媒體"), "source"),
    **dict.fromkeys(("published", "date", "日期", "发布时间", "發布時間", "发布日期", "發布日期", "时间", "時間"), "published"),
    **dict.fromkeys(("url", "link", "网址", "網址", "链接", "連結", "鏈接", "地址"), "url"),
    **dict.fromkeys(("captions", "caption", "图片说明", "圖片說明"), "captions"),
}  # fmt: skip


def is_delimited(text: str) -> bool:
    """Whether ``text`` begins with a header: names alone, two of them known, title or body among these."""
    return _delimiter(text) is not None


def read_table(stream: BinaryIO, *, limits: ReadLimits, seed: str) -> Iterator[Article | IngestError]:
    """The articles of the rows, in order; a row that is none is an ``IngestError`` with its line.

    A row without id and address gets an id from ``seed``, the path of the file, and its line.
    """
    head, whole = peeked(stream, SAMPLE_BYTES)
    encoding = detect_encoding(head, complete=len(head) < SAMPLE_BYTES)
    delimiter = _delimiter(head.decode(encoding, "replace").removeprefix("\ufeff")) or ","
    text = io.TextIOWrapper(whole, encoding, newline="")
    lines = _Lines(text, limits.max_article_bytes)
    # NOTE: csv keeps its bound on a field for the whole process; it is the same for every table of a run.
    csv.field_size_limit(limits.max_article_bytes)
    rows = csv.reader(lines, delimiter=delimiter)
    names: list[str | None] = []
    while True:
        begin = lines.number + 1
        try:
            row = next(rows, None)
            if row is None:
                return
            if not names:
                names = [_field(name) for name in row]
            elif any(cell.strip() for cell in row):
                yield _article(row, names, f"{seed}:{begin}")
        except csv.Error as error:
            yield UnreadableError(
                f"the row cannot be read: {error}; check its quotes and max_article_bytes", line=begin
            )
        except UnicodeError as error:
            yield UnreadableError(f"the text from here on is not {encoding.upper()}: {error.reason}", line=begin)  # type: ignore[attr-defined]
            return
        except IngestError as error:
            error.line = error.line or begin
            yield error


def _article(row: list[str], names: list[str | None], seed: str) -> Article:
    if len(row) != len(names):
        fault = "is missing" if len(row) < len(names) else "is too many"
        raise UnreadableError(
            f"a column {fault}: the row has {len(row)}, the header {len(names)}; check its separators and quotes"
        )
    record = {name: cell.strip() for name, cell in zip(names, row, strict=True) if name and cell.strip()}
    if "published" in record:
        record["published"] = read_published(record["published"]) or record["published"]
    if "id" in record:
        record["id"] = record["id"].replace("/", "-")
    return article_from_record(record, fallback_id=derive_id(seed))


def _delimiter(text: str) -> str | None:
    first = text.lstrip("\r\n").split("\n", 1)[0].rstrip("\r")
    if not first or len(first) > MAX_NAME_CHARS * 4 * len(_FIELDS):
        return None
    for delimiter in DELIMITERS:
        names = [name.strip().strip('"').strip() for name in first.split(delimiter)]
        fields = [_field(name) for name in names]
        known = {field for field in fields if field}
        short = all(len(name) <= MAX_NAME_CHARS for name in names)
        if len(known) >= MIN_KNOWN_COLUMNS and short and known & {"title", "body"} and 2 * len(known) >= len(names):
            return delimiter
    return None


def _field(name: str) -> str | None:
    return _FIELDS.get(name.strip().lstrip("\ufeff").strip('"').strip().lower())


class _Lines:
    """Lines of a text with their number, none held that is longer than the limit: such a one is an error, once."""

    def __init__(self, text: io.TextIOWrapper, limit: int) -> None:
        self.number = 0
        self._text = text
        self._limit = limit

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._limit + 2)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) <= self._limit + 1:
            return line
        while not line.endswith(("\n", "\r")) and (line := self._text.readline(SKIP_CHARS)):
            pass
        raise UnreadableError(
            f"the line is longer than max_article_bytes ({self._limit:,}) and was skipped", line=self.number
        )
