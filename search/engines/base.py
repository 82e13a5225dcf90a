"""The engine seam: where answers come from."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from indexer.article import Article
from search.page import FacetValue, Hit, Page, Reading
from search.request import SearchRequest
from search.suggest.completion import Completion

__all__ = ["Engine", "EngineStats", "Export"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStats:
    """What an engine answers from: live articles, generation, covered change, fingerprint, bytes on disk (0 when in memory).

    ``problems`` are lines of the editor's files because of which a file was not taken; searches go on without it.
    """

    articles: int
    generation: str
    change: int
    analysis: str
    index_bytes: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """All hits of a search: ``total`` of them, and ``records`` gives each once, its fields as in JSON; close it to let go early.

    ``relaxed`` and ``partial`` say of the search what they say of a page.
    """

    total: int
    relaxed: bool
    partial: bool
    records: Generator[Mapping[str, Any], None, None]


class Engine(Protocol):
    """Answers searches over the articles of one target. Thread-safe, cheap to share; sees new generations by itself.

    Every engine gives the same ids in the same order, the same totals and the same counts for the same articles: order is by
    score (rounded to six decimals) or date, then by id, and before all by score come the articles that are pinned to the query,
    which count as matching it; undated articles come last in both orders by date; ``limit=0`` gives
    counts alone. An empty index answers with empty pages. What cannot be answered raises a ``SearchError``; what is wrong with
    the index, a ``StorageError``.
    """

    def search(self, request: SearchRequest) -> Page:
        """The page of results for ``request``."""

    def article(self, article_id: str) -> Article:
        """The article with that id.

        Raises:
            ArticleNotFoundError: there is none.
        """

    def read(self, article_id: str, text: str) -> Reading:
        """The article with that id, what the query ``text`` asks for marked as in hits, and the other articles of its story.

        Raises:
            ArticleNotFoundError: there is none.
        """

    def similar(self, article_id: str, limit: int) -> tuple[Hit, ...]:
        """At most ``limit`` articles that are most like that one, the best first, none of them of its story.

        Raises:
            ArticleNotFoundError: there is none with that id.
        """

    def suggest(self, text: str, limit: int) -> tuple[Completion, ...]:
        """At most ``limit`` texts to go on with from ``text``, what most articles have first.

        New articles count within a moment.
        """

    def facet_values(self, facet: str, text: str, request: SearchRequest) -> tuple[FacetValue, ...]:
        """The values of one of ``FACETS`` in which ``text`` stands (folded), counted as ``search`` counts that facet.

        The commonest come first, equal ones by value; at most ``facet_limit`` of them.
        """

    def export(self, request: SearchRequest) -> Export:
        """All hits of ``request`` in the order of ``search``, with its ``fields`` and no others; its limits count for nothing.

        They are of the moment of the call, however long they are read and whatever is committed meanwhile; memory is bounded by
        a few bytes for each hit. Its records are read by one thread.
        """

    def version(self) -> str:
        """What changes whenever the answer to any search may change, and is the same in every process. Cheaper than a search.

        Completions may follow it a moment later.
        """

    def stats(self) -> EngineStats:
        """Facts about what is searched."""

    def close(self) -> None:
        """Frees what is held; the engine must not be used afterwards."""
