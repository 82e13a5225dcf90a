"""What comes out: a page of results, frozen, the same from every engine.

``page_to_record`` writes it as the JSON of the contract.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from indexer.article import Article

__all__ = [
    "ARTICLE_FIELDS",
    "HIT_FIELDS",
    "LIST_FIELDS",
    "MORE_FIELDS",
    "TEXT_FIELDS",
    "Excerpt",
    "Explanation",
    "FacetValue",
    "Folded",
    "Highlights",
    "Hit",
    "Page",
    "Reading",
    "TermScore",
    "hit_to_record",
    "page_to_record",
]

HIT_FIELDS = ("title", "url", "section", "authors", "source", "published")
"""Fields of an article that a hit carries unless others are asked for, beside its id."""

TEXT_FIELDS = frozenset({"summary", "body", "captions"})
"""Fields that are kept apart from the others, and read only when they are needed."""

MORE_FIELDS = ("summary", "body", "captions", "also_at", "story")
"""Fields that a hit carries on demand."""

ARTICLE_FIELDS = ("id", *HIT_FIELDS, *MORE_FIELDS)

LIST_FIELDS = frozenset({"section", "authors", "captions", "also_at"})
"""Fields of an article that are lists."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet with the number of articles that have it. The empty value means: without one."""

    value: str
    count: int
    selected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """What is shown of one field: ``start:end`` of its text, and the spans of its ``marks`` there, all in code points.

    ``captions`` are one text, each on a line.
    """

    field: str
    start: int
    end: int
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlights:
    """HTML-escaped text of an article with the matches marked; ``title`` whole, ``snippets`` cut.

    ``excerpts`` say where title and snippets stand in the article, the title first; only where they were asked for.
    """

    title: str
    snippets: tuple[str, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """The other hits of the same story: how many, and their sources, each once."""

    count: int
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermScore:
    """What one term adds to a score: ``weight`` × ``idf`` × its saturated frequency.

    ``kind`` is ``word`` or ``bigram``; ``frequencies`` count it by field, a bigram in the whole ``text``.
    """

    kind: str
    term: str
    weight: float
    idf: float
    frequencies: dict[str, float]
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The parts of a score: (sum of ``terms`` + ``title``) × ``factor`` + ``characters`` + ``window`` + ``order``.

    ``factor`` is that of boosts and recency. The last three are what the text of one of the best articles adds.
    """

    terms: tuple[TermScore, ...]
    title: float
    factor: float
    characters: float
    window: float
    order: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One article found. ``score`` is without unit, and 0 where the order is not by relevance.

    ``folded`` is None unless reprints were folded, ``explanation`` unless it was asked for and the order is by relevance.
    ``pinned``: an editor put it before the others for this query. ``more`` holds those of ``MORE_FIELDS`` that were asked for,
    as in JSON.
    """

    id: str
    title: str
    url: str | None
    section: tuple[str, ...]
    authors: tuple[str, ...]
    source: str | None
    published: str | None
    score: float
    highlights: Highlights
    folded: Folded | None = None
    explanation: Explanation | None = None
    pinned: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An article to read: its texts HTML-escaped, line by line, with ``<mark>`` around each of the ``marks`` matches.

    ``reprints`` are the other articles of its story, the newest first.
    """

    article: Article
    title: str
    summary: tuple[str, ...]
    body: tuple[str, ...]
    captions: tuple[str, ...]
    marks: int
    reprints: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of results. ``total`` and all counts are exact; ``took_ms`` are milliseconds.

    Where reprints are folded, ``total`` counts what is left of the hits, and facets count articles as ever.

    ``relaxed``: nothing had all the words, so these are articles with the most telling part of them. ``next`` is the cursor
    of the page after this one, None on the last. ``suggestion`` is another query that finds more, where none has all the words.
    """

    text: str
    relaxed: bool
    warnings: tuple[str, ...]
    total: int
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    partial: bool = False
    took_ms: float = 0.0
    next: str | None = None
    suggestion: str | None = None


def page_to_record(page: Page, fields: Sequence[str] = HIT_FIELDS) -> dict[str, Any]:
    """The JSON object of ``page``, its hits with those ``fields`` of ``ARTICLE_FIELDS``."""
    return {
        "query": {"text": page.text, "relaxed": page.relaxed, "warnings": list(page.warnings)},
        "total": page.total,
        "partial": page.partial,
        "took_ms": page.took_ms,
        "next": page.next,
        "hits": [hit_to_record(hit, fields) for hit in page.hits],
        "facets": {
            name: [{"value": value.value, "count": value.count} for value in values]
            for name, values in page.facets.items()
        },
        "suggestion": page.suggestion,
    }


def hit_to_record(hit: Hit, fields: Sequence[str] = HIT_FIELDS) -> dict[str, Any]:
    """The JSON object of ``hit``: id, score and highlights always, of the article's fields those asked for."""
    record: dict[str, Any] = {"id": hit.id}
    for name in ARTICLE_FIELDS[1:]:
        if name in fields:
            value = hit.more[name] if name in MORE_FIELDS else getattr(hit, name)
            record[name] = list(value) if isinstance(value, tuple) else value
    record["score"] = hit.score
    record["highlights"] = {"title": hit.highlights.title, "snippets": list(hit.highlights.snippets)}
    if hit.highlights.excerpts:
        record["highlights"]["excerpts"] = [asdict(excerpt) for excerpt in hit.highlights.excerpts]
    if hit.pinned:
        record["pinned"] = True
    if hit.folded is not None:
        record["folded"] = {"count": hit.folded.count, "sources": list(hit.folded.sources)}
    if hit.explanation is not None:
        record["explanation"] = asdict(hit.explanation)
    return record
