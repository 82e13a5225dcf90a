"""From a request to a page of results. ``open_engine("data").search(SearchRequest(text="乡村振兴"))`` is all there is to it."""

from __future__ import annotations

from pathlib import Path

from indexer.analysis import Analyzer, open_segmenter
from search.engines.base import Engine, EngineStats
from search.engines.local import LocalEngine
from search.errors import ArticleNotFoundError, QuerySyntaxError, RequestError, SearchError, UnknownParameterError
from search.evaluate.ranking import Ranking
from search.page import FacetValue, Highlights, Hit, Page
from search.query.vocabulary import VocabularyFiles
from search.request import SearchRequest
from search.settings import read_settings

__all__ = [
    "ArticleNotFoundError",
    "Engine",
    "EngineStats",
    "FacetValue",
    "Highlights",
    "Hit",
    "Page",
    "QuerySyntaxError",
    "RequestError",
    "SearchError",
    "SearchRequest",
    "UnknownParameterError",
    "open_engine",
]


def open_engine(data: str | Path = "data", *, ranking: Ranking | None = None) -> Engine:
    """The engine over a data directory, with the settings that hold there; ``ranking`` in place of what they say of the order.

    Raises:
        SettingsError: a setting cannot be used. What is wrong with the index is raised when it is first searched.
    """
    settings = read_settings(data=str(data))
    return LocalEngine(
        settings.data,
        Analyzer(open_segmenter(settings.segmenter)),
        relax_share=settings.relax_share,
        ranking=ranking or settings.ranking,
        timeout_s=settings.search_timeout_ms / 1000,
        words=VocabularyFiles(settings.data, regions=settings.region_words),
    )
