"""Answers kept for who asks the same again: those of one generation, the latest asked for, for as long as it is the newest."""

from __future__ import annotations

import threading

from search.page import TEXT_FIELDS, Page
from search.query.vocabulary import Vocabulary
from search.request import SearchRequest

__all__ = ["Answers"]


MOST_HITS, MOST_SNIPPET_CHARS, MOST_VALUES = 20, 1_000, 100
"""A larger page than of so many hits, characters of each, and values of each facet is not kept: memory is bounded by that."""


class Answers:
    """At most ``size`` pages, each by its request and the editor's words it was found with; safe to use from several threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._pages: dict[SearchRequest, tuple[Vocabulary, Page]] = {}
        self._lock = threading.Lock()

    def get(self, request: SearchRequest, vocabulary: Vocabulary) -> Page | None:
        """The page for that request, if it is kept."""
        if not self._size:
            return None
        with self._lock:
            kept = self._pages.pop(request, None)
            if kept is None or kept[0] is not vocabulary:
                return None
            self._pages[request] = kept  # now the latest
            return kept[1]

    def keep(self, request: SearchRequest, vocabulary: Vocabulary, page: Page) -> None:
        """Keeps a page, in place of the one that was asked for longest ago; not a large one, nor one that was cut short."""
        if not self._size or page.partial or not _is_light(request):
            return
        with self._lock:
            self._pages[request] = (vocabulary, page)
            if len(self._pages) > self._size:
                del self._pages[next(iter(self._pages))]


def _is_light(request: SearchRequest) -> bool:
    """Whether the page for ``request`` takes some ten kilobytes at most."""
    return (
        request.limit <= MOST_HITS
        and request.snippets * request.snippet_chars <= MOST_SNIPPET_CHARS
        and request.facet_limit <= MOST_VALUES
        and not request.explain
        and TEXT_FIELDS.isdisjoint(request.fields)
    )
