"""An article as it came over HTTP: its bytes to a cleaned ``Article``, within limits, and what is answered of its writing."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Any

import orjson

from indexer.archive import Outcome
from indexer.article import Article, article_from_record
from indexer.errors import ArticleError
from indexer.schema import clean_article
from search.errors import BodyError

__all__ = ["ReceivingLimits", "outcome_record", "read_article"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivingLimits:
    """What an article may have; each is a setting of the same name, which the error names."""

    max_article_bytes: int
    max_title_chars: int
    max_body_chars: int
    max_field_chars: int
    max_list_items: int


def read_article(content: bytes, limits: ReceivingLimits, *, article_id: str | None = None) -> Article:
    """The article in ``content``, a JSON object in UTF-8; ``article_id`` is the one that it must have, if any.

    Raises:
        BodyError: it is no JSON, or no object.
        ArticleError: a field breaks the contract or its limit.
    """
    try:
        record = orjson.loads(content.removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError as error:
        raise BodyError(f"an article must be JSON in UTF-8: {error}", offset=error.pos) from None
    if not isinstance(record, dict):
        raise BodyError("an article must be a JSON object", offset=0)
    if article_id is not None and record.get("id") is None:
        record["id"] = article_id
    article = article_from_record(record)
    if article_id is not None and article.id != article_id:
        raise ArticleError(f"id is {article.id!r} in the body and {article_id!r} in the address", field="id")
    _check_lengths(article, limits)
    return clean_article(article)


def outcome_record(outcome: Outcome) -> dict[str, Any]:
    """The JSON object of what became of an article."""
    record: dict[str, Any] = {"id": outcome.id, "result": outcome.result, "change": outcome.change}
    if outcome.duplicate_of is not None:
        record["duplicate_of"] = outcome.duplicate_of
    return record


def _check_lengths(article: Article, limits: ReceivingLimits) -> None:
    most = limits.max_field_chars
    _check("title", len(article.title), "max_title_chars", limits.max_title_chars)
    _check("body", len(article.body), "max_body_chars", limits.max_body_chars)
    for name in ("summary", "source", "url", "story"):
        _check(name, len(getattr(article, name) or ""), "max_field_chars", most)
    for name in ("section", "authors", "captions", "also_at"):
        values = getattr(article, name)
        if len(values) > limits.max_list_items:
            raise ArticleError(
                f"{name} has {len(values):,} values, and max_list_items is {limits.max_list_items:,}", field=name
            )
        _check(name, max(map(len, values), default=0), "max_field_chars", most)


def _check(name: str, length: int, setting: str, most: int) -> None:
    if length > most:
        raise ArticleError(f"{name} has {length:,} characters, and {setting} is {most:,}", field=name)
