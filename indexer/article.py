"""The article: the one record that every input format becomes.

First in the flow after the sources: ``file → source → cleaning → Article → archive``. The fields and
their rules are those of the contract in ``docs/http-api.md``.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from indexer.errors import ArticleError

__all__ = [
    "SECTION_SEPARATOR",
    "Article",
    "article_from_record",
    "article_from_stored",
    "article_to_record",
    "derive_id",
    "first_sentence",
    "parse_published",
    "split_section",
]

SECTION_SEPARATOR = " > "
MAX_ID_BYTES = 512
DERIVED_TITLE_CHARS = 60
KEPT_NAMES = 8192

_HOME_CRUMBS = frozenset({"首页", "首頁", "正文", "主页", "主頁"})
_BREAK = re.compile(r"[^\S \u3000]")
_BREAKS = re.compile(r"\s*[^\S \u3000]\s*")
_SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?]?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z")
_NOT_IN_ID = re.compile("[/\x00-\x1f\x7f-\x9f]")
_AUTHOR_SEPARATORS = re.compile(r"\s*[、,，;；/／|]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    r"""One article, cleaned. ``body`` has its paragraphs separated by ``\n``.

    ``published`` is ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD`` or RFC 3339. ``section`` runs from general to special.
    """

    id: str
    title: str
    body: str
    summary: str | None = None
    section: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    source: str | None = None
    published: str | None = None
    url: str | None = None
    captions: tuple[str, ...] = ()
    also_at: tuple[str, ...] = ()
    story: str | None = None


_FIELDS = tuple(field.name for field in fields(Article))
_KNOWN = frozenset(_FIELDS)
_ALIASES = {"author": "authors", "date": "published"}
_LISTS = frozenset({"section", "authors", "captions", "also_at"})


def derive_id(seed: str) -> str:
    """Sixteen hexadecimal digits that stand for ``seed`` (an address or a relative path)."""
    return hashlib.blake2b(seed.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def split_section(value: str) -> tuple[str, ...]:
    """The section path written as one string joined by `` > ``, without home and 正文."""
    trimmed = (crumb.strip() for crumb in re.split(r"\s*[>＞›»]+\s*", value))
    return tuple(crumb for crumb in trimmed if crumb and crumb not in _HOME_CRUMBS)


def first_sentence(body: str) -> str:
    """The first sentence of ``body``, at most 60 characters: the title of an article that has none."""
    line = body.lstrip().split("\n", 1)[0].strip()
    match = _SENTENCE.match(line)
    sentence = match.group() if match and match.group() else line
    if len(sentence) > DERIVED_TITLE_CHARS:
        return sentence[:DERIVED_TITLE_CHARS] + "…"
    return sentence.rstrip("。")


@lru_cache(maxsize=KEPT_NAMES)
def parse_published(value: str) -> str:
    """``value`` as the contract writes it: a year, a month, a day or RFC 3339.

    Raises:
        ValueError: it is none of these, or no such day exists.
    """
    text = unicodedata.normalize("NFKC", value).strip()
    if compact := _COMPACT_DATE.match(text):
        text = "-".join(compact.groups())
    if partial := _PARTIAL_DATE.match(text):
        year, month, day = (int(part or 1) for part in partial.groups())
        date(year, month, day)
        return text
    moment = datetime.fromisoformat(text)
    # NOTE: RFC 3339 wants an offset; a clock time whose zone nobody knows says no more than its day.
    return moment.isoformat() if moment.tzinfo else moment.date().isoformat()


def article_from_record(record: Mapping[str, Any], *, fallback_id: str | None = None) -> Article:
    """The article that a JSON object stands for, checked against the contract.

    ``fallback_id`` is used where the record has neither ``id`` nor ``url``. Unknown keys are ignored: exports
    of other systems carry many.

    Raises:
        ArticleError: a field has the wrong type or breaks its rule; ``field`` names it.
    """
    values: dict[str, Any] = {}
    for key, value in record.items():
        name = _ALIASES.get(key, key)
        if name in _KNOWN and value is not None and (name == key or name not in values):
            values[name] = _checked(name, value)
    body = values.get("body", "").strip("\n")
    title = values.get("title") or first_sentence(body)
    if not title:
        raise ArticleError("the article has neither a title nor a body", field="title")
    article_id = values.get("id") or (derive_id(values["url"]) if values.get("url") else fallback_id)
    if not article_id:
        raise ArticleError("the article has no id, and no url to make one from", field="id")
    values.update(id=_checked_id(article_id), title=title, body=body)
    return Article(**values)


def article_from_stored(record: Mapping[str, Any]) -> Article:
    """The article that :func:`article_to_record` made ``record`` of; nothing is checked again."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in record.items()
    }
    return Article(**values)


def article_to_record(article: Article) -> dict[str, Any]:
    """The JSON object of ``article``, every field present, in the order of the contract."""
    return {name: list(value) if isinstance(value := getattr(article, name), tuple) else value for name in _FIELDS}


def _checked(name: str, value: object) -> object:
    if name == "id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if name == "published":
        return _checked_published(value)
    if name in _LISTS:
        return _checked_list(name, value)
    if not isinstance(value, str):
        raise ArticleError(f"{name} must be a string, and is {type(value).__name__}", field=name)
    if name == "body":
        return _without_lone_surrogates(value)
    return (_name if name == "source" else _one_line)(value) or None


def _checked_published(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise ArticleError(f"published must be a string, and is {type(value).__name__}", field="published")
    if not value.strip():
        return None
    try:
        return parse_published(value)
    except ValueError:
        raise ArticleError(
            f"published is {value!r}; write YYYY, YYYY-MM, YYYY-MM-DD or RFC 3339",
            field="published",
        ) from None


def _checked_list(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        if name == "section":
            return split_section(_one_line(value))
        parts = _AUTHOR_SEPARATORS.split(value) if name == "authors" else [value]
    elif isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        parts = list(value)
    else:
        raise ArticleError(f"{name} must be a list of strings", field=name)
    return _names(tuple(parts), is_section=name == "section")


# PERF: the same few names and days come in most articles: with these kept, a record is checked in 8 µs instead of 14.
@lru_cache(maxsize=KEPT_NAMES)
def _names(parts: tuple[str, ...], *, is_section: bool) -> tuple[str, ...]:
    lines = [_one_line(part) for part in parts]
    return (
        split_section(SECTION_SEPARATOR.join(lines))
        if is_section
        else tuple(dict.fromkeys(line for line in lines if line))
    )


def _checked_id(value: str) -> str:
    if len(value.encode()) > MAX_ID_BYTES:
        raise ArticleError(f"id is longer than {MAX_ID_BYTES} bytes", field="id")
    if _NOT_IN_ID.search(value):
        raise ArticleError(f"id {value!r} has a slash or a control character", field="id")
    return value


def _one_line(value: str) -> str:
    """``value`` on one line: white space other than plain and ideographic spaces is one space, and these stay as they are."""
    line = _without_lone_surrogates(value).strip()
    return _BREAKS.sub(" ", line) if _BREAK.search(line) else line


_name = lru_cache(maxsize=KEPT_NAMES)(_one_line)


def _without_lone_surrogates(value: str) -> str:
    # NOTE: JSON may escape half a surrogate pair; such a string cannot be stored as UTF-8.
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace").decode()
    return value
