"""The service: puts engine, pages and HTTP interface together, and runs them under gunicorn. It holds no logic.

``gunicorn 'service:create_app()'`` works too; settings then come from the environment.
"""

from __future__ import annotations

import contextlib
import threading
from functools import partial
from typing import Any

import falcon
import falcon.inspect

from indexer.analysis import Analyzer, open_segmenter
from indexer.archive import written_times
from indexer.errors import ArticleSearchError
from search.engines.base import Engine
from search.engines.local import LocalEngine
from search.query.vocabulary import VocabularyFiles
from search.request import SearchRequest
from search.settings import Settings, read_settings
from search.suggest.characters import homophones, lookalikes
from search.suggest.spelling import spell
from search.web.assistance import FacetResource, MultiSearchResource, SimilarResource, SuggestResource
from search.web.box import BoxResource, DemoPage
from search.web.caching import Caching
from search.web.compression import Compression
from search.web.cors import CrossOrigin, parse_origins
from search.web.counters import Counters
from search.web.description import Discovery, IconResource, OpenSearchResource, RobotsResource
from search.web.docs import DocsPage
from search.web.errors import add_error_handlers
from search.web.export import ExportResource
from search.web.feed import FeedResource
from search.web.language import LanguageResource
from search.web.metrics import CountRequests, MetricsResource
from search.web.openapi import OpenApiResource
from search.web.pages import SECURITY_HEADERS, ErrorPage, HelpPage, SearchPage, StaticResource, today_in
from search.web.reading import ArticlePage
from search.web.request_id import GiveRequestIds
from search.web.resources import ArticleResource, HealthResource, ReadyResource, SearchResource
from search.web.server import run
from search.web.site import Site
from search.web.values import ValuesPage

__all__ = ["create_app", "make_engine", "serve"]


class _SecurityHeaders:
    """Middleware: what every answer carries."""

    def process_response(
        self, _request: falcon.Request, response: falcon.Response, _resource: object, _ok: bool
    ) -> None:
        response.set_headers(SECURITY_HEADERS)


def make_engine(settings: Settings, counters: Counters | None = None) -> Engine:
    """The engine over the settings' data directory, its dictionaries loaded and its index not yet opened."""
    counters = counters or Counters()
    analyzer = Analyzer(open_segmenter(settings.segmenter))
    analyzer.words("热")
    for load in (spell, homophones, lookalikes):
        load("热")
    return LocalEngine(
        settings.data,
        analyzer,
        relax_share=settings.relax_share,
        ranking=settings.ranking,
        timeout_s=settings.search_timeout_ms / 1000,
        cached_answers=settings.cached_answers,
        on_partial=counters.count_partial,
        words=VocabularyFiles(settings.data, regions=settings.region_words),
    )


def create_app(settings: Settings | None = None, engine: Engine | None = None, counters: Counters | None = None) -> Any:
    """The WSGI application. Its ``counters`` are those of all processes where it is made before they are forked."""
    settings = settings or read_settings()
    counters = counters or Counters()
    engine = engine or make_engine(settings, counters)
    site = Site(title=settings.title, base_url=settings.base_url, zone=settings.zone)
    middleware: list[Any] = [
        CountRequests(counters),
        GiveRequestIds(),
        _SecurityHeaders(),
        Compression(),
        Discovery(site),
        CrossOrigin(parse_origins(settings.cors_origins)),
        Caching(engine, settings=repr(settings), zone=settings.zone),
    ]
    app = falcon.App(middleware=middleware)
    add_error_handlers(app, ErrorPage(settings.title))
    search_page = SearchPage(engine, settings.title, partial(today_in, settings.zone))
    app.add_route("/", search_page)
    app.add_route("/search", search_page)
    app.add_route("/article/{article_id}", ArticlePage(engine, settings.title))
    app.add_route("/values", ValuesPage(engine, settings.title))
    app.add_route("/language", LanguageResource())
    app.add_route("/help", HelpPage(settings.title))
    app.add_route("/box.js", BoxResource())
    app.add_route("/demo", DemoPage(settings.title))
    app.add_route("/static/{name}", StaticResource())
    app.add_route("/api/v1/search", SearchResource(engine))
    app.add_route("/api/v1/multi-search", MultiSearchResource(engine))
    app.add_route("/api/v1/suggest", SuggestResource(engine))
    app.add_route("/api/v1/facets/{name}", FacetResource(engine))
    app.add_route("/api/v1/articles/{article_id}", ArticleResource(engine))
    app.add_route("/api/v1/articles/{article_id}/similar", SimilarResource(engine))
    app.add_route("/api/v1/export", ExportResource(engine, most_at_once=max(1, settings.threads // 2)))
    app.add_route("/feed", FeedResource(engine, site, partial(written_times, settings.data)))
    app.add_route("/opensearch.xml", OpenSearchResource(site))
    app.add_route("/robots.txt", RobotsResource(site))
    app.add_route("/favicon.ico", IconResource())
    app.add_route("/openapi.json", OpenApiResource(app, site))
    app.add_route("/docs", DocsPage(app, settings.title))
    app.add_route("/healthz", HealthResource())
    app.add_route("/readyz", ReadyResource(engine))
    app.add_route("/metrics", MetricsResource(counters, engine, settings.data))
    counters.know(route.path for route in falcon.inspect.inspect_routes(app))
    return app


def serve(settings: Settings) -> None:
    """Serves until it is told to stop."""
    counters = Counters()
    engine = make_engine(settings, counters)

    def warm() -> None:
        with contextlib.suppress(ArticleSearchError):  # a missing index is told to whoever asks
            engine.search(SearchRequest(text="热", limit=1))
            # Completions take a second to build, for which no request should wait.
            threading.Thread(target=engine.suggest, args=("热", 1), daemon=True).start()

    run(
        lambda: create_app(settings, engine, counters),
        warm,
        bind=settings.bind,
        workers=settings.workers,
        threads=settings.threads,
        counters=counters,
        access_log=settings.access_log,
    )
