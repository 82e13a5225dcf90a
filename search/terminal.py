"""A page of results as text for a terminal. The marks come from the request's tags; the rest is unescaped here."""

from __future__ import annotations

import html
from collections.abc import Iterator

from indexer.article import SECTION_SEPARATOR
from search.page import Explanation, FacetValue, Hit, Page

__all__ = ["page_to_text"]

SHOWN_VALUES = 8


def page_to_text(page: Page) -> str:
    """Total, hits with their snippets, and the most frequent facet values."""
    return "\n".join(_lines(page))


def _lines(page: Page) -> Iterator[str]:
    for warning in page.warnings:
        yield f"note: {warning}"
    if page.suggestion:
        yield f"did you mean {page.suggestion}?"
    if page.relaxed:
        yield "no article has all the words; these have part of them, the most telling first"
    yield f"{page.total} articles, {page.took_ms:.1f} ms"
    for number, hit in enumerate(page.hits, start=1):
        yield ""
        yield f"{number:>3}. {html.unescape(hit.highlights.title)}"
        if about := _about(hit):
            yield f"     {about}"
        for snippet in hit.highlights.snippets:
            yield f"     {html.unescape(snippet)}"
        if hit.folded and hit.folded.count:
            yield f"     and {hit.folded.count} more of this story: {'、'.join(hit.folded.sources) or 'no sources named'}"
        if hit.explanation:
            yield from _explained(hit.score, hit.explanation)
    for name, values in page.facets.items():
        if values:
            yield ""
            yield f"{name}: {', '.join(map(_value, values[:SHOWN_VALUES]))}"


def _explained(score: float, parts: Explanation) -> Iterator[str]:
    terms = sum(term.score for term in parts.terms)
    yield (
        f"     score {score:.2f}: (terms {terms:.2f} + title {parts.title:.2f}) × {parts.factor:.2f}"
        f" + characters {parts.characters:.2f} + window {parts.window:.2f} + order {parts.order:.2f}"
    )
    for term in sorted(parts.terms, key=lambda term: -term.score):
        where = " ".join(f"{name} {count:g}" for name, count in term.frequencies.items())
        yield f"       {term.kind} {term.term}: weight {term.weight:g} × idf {term.idf:.2f}, {where} → {term.score:.2f}"


def _about(hit: Hit) -> str:
    pinned = "pinned" if hit.pinned else None
    parts = (pinned, hit.published, SECTION_SEPARATOR.join(hit.section), "、".join(hit.authors), hit.source, hit.id)
    return " · ".join(part for part in parts if part)


def _value(value: FacetValue) -> str:
    return f"{value.value or '(none)'} {value.count}"
