"""Articles to hits: what every engine shows of the articles it found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.analysis import Analyzer
from indexer.article import Article, article_to_record
from search.page import LIST_FIELDS, MORE_FIELDS, TEXT_FIELDS, Explanation, Folded, Hit, Reading
from search.query.plan import Plan
from search.query.vocabulary import Vocabulary
from search.request import SearchRequest
from search.snippets import ShownText, SnippetOptions, highlight_all, mark_lines

__all__ = ["Found", "date_order", "exported", "make_hits", "make_reading", "needs_texts", "pinned_keys"]

_PINNED_KEY = 1e9


@dataclass(frozen=True, slots=True)
class Found:
    """An article that is shown: its stored JSON object, in which what it lacks may be missing.

    It has the texts only where snippets are cut from them.
    """

    record: Mapping[str, Any]
    score: float
    folded: Folded | None = None
    explanation: Explanation | None = None
    pinned: bool = False


def make_hits(found: Sequence[Found], plan: Plan, analyzer: Analyzer, request: SearchRequest) -> tuple[Hit, ...]:
    """The hits for the articles of a page, with titles and snippets marked as ``request`` asks."""
    options = SnippetOptions(
        pre=request.highlight_pre,
        post=request.highlight_post,
        chars=request.snippet_chars,
        count=request.snippets,
        offsets=request.offsets,
    )
    texts = [_shown_text(item.record, with_texts=request.snippets > 0) for item in found]
    marked = highlight_all(texts, plan, analyzer, options)
    return tuple(
        Hit(
            id=item.record["id"],
            title=item.record["title"],
            url=item.record.get("url"),
            section=tuple(item.record.get("section", ())),
            authors=tuple(item.record.get("authors", ())),
            source=item.record.get("source"),
            published=item.record.get("published"),
            score=item.score,
            highlights=highlights,
            folded=item.folded,
            explanation=item.explanation,
            pinned=item.pinned,
            more={name: item.record[name] for name in request.fields if name in MORE_FIELDS},
        )
        for item, highlights in zip(found, marked, strict=True)
    )


def make_reading(article: Article, reprints: Sequence[Mapping[str, Any]], plan: Plan, analyzer: Analyzer) -> Reading:
    """``article`` with what ``plan`` asks for marked, and the other articles of its story as they are stored."""
    lines, count = mark_lines(_shown_text(article_to_record(article), with_texts=True), plan, analyzer)
    titles = SearchRequest(snippets=0)
    return Reading(
        article=article,
        title="".join(lines["title"]),
        summary=lines.get("summary", ()),
        body=lines.get("body", ()),
        captions=lines.get("captions", ()),
        marks=count,
        reprints=make_hits([Found(record, 0.0) for record in reprints], plan, analyzer, titles),
    )


def exported(record: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The fields of those ``names`` in a stored JSON object, in which what says nothing may be missing."""
    return {name: record.get(name, [] if name in LIST_FIELDS else None) for name in names}


def needs_texts(request: SearchRequest) -> bool:
    """Whether the hits of ``request`` show anything of the long texts of an article."""
    return request.snippets > 0 or not TEXT_FIELDS.isdisjoint(request.fields)


def pinned_keys(request: SearchRequest, plan: Plan, vocabulary: Vocabulary) -> dict[str, float]:
    """The ids that come first for ``request`` and the sort key of each, higher than any score; none where dates order."""
    ids = () if date_order(request, plan) else vocabulary.pinned(request.text)
    return {article_id: _PINNED_KEY - place for place, article_id in enumerate(ids)}


def date_order(request: SearchRequest, plan: Plan) -> bool:
    """Whether the hits of ``request`` come by date: asked for, or because there is nothing to be relevant to."""
    return request.sort != "relevance" or not plan.orders


def _shown_text(record: Mapping[str, Any], *, with_texts: bool) -> ShownText:
    fields = [("title", record["title"])]
    if with_texts:
        texts = (
            ("summary", record["summary"]),
            ("body", record["body"]),
            ("captions", "\n".join(record["captions"])),
        )
        fields += [(name, text) for name, text in texts if text]
    return fields
