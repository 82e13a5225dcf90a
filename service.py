"""The service: puts engine, pages and HTTP interface together, and runs them under gunicorn. It holds no logic.

``gunicorn 'service:create_app()'`` works too; settings then come from the environment.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import falcon
import falcon.inspect

from indexer.analysis import Analyzer, open_segmenter
from indexer.archive import written_times
from indexer.errors import ArticleSearchError
from indexer.keeper import keep
from indexer.options import BuildOptions
from indexer.sources import ReadLimits
from indexer.state import KeyRing
from search.engines.base import Engine
from search.engines.local import LocalEngine
from search.query.vocabulary import VocabularyFiles
from search.request import SearchRequest
from search.settings import Settings, read_settings
from search.suggest.characters import homophones, lookalikes
from search.suggest.spelling import spell
from search.web.access import AccessControl
from search.web.articles import ArticlesResource, WritableArticleResource
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
from search.web.readiness import ReadyResource
from search.web.reading import ArticlePage
from search.web.received import ReceivingLimits
from search.web.request_id import GiveRequestIds
from search.web.resources import HealthResource, SearchResource
from search.web.server import run
from search.web.site import Site
from search.web.values import ValuesPage
from search.web.waiting import IndexWatch
from search.web.writer import ArticleWriter

__all__ = ["create_app", "make_engine", "serve"]


_log = logging.getLogger("article_search")


class _SecurityHeaders:
    """Middleware: what every answer carries."""

    def process_response(
        self, _request: falcon.Request, response: falcon.Response, _resource: object, _ok: bool
    ) -> None:
        response.set_headers(SECURITY_HEADERS)


def make_engine(settings: Settings, counters: Counters | None = None, analyzer: Analyzer | None = None) -> Engine:
    """The engine over the settings' data directory, its dictionaries loaded and its index not yet opened."""
    counters = counters or Counters()
    analyzer = analyzer or Analyzer(open_segmenter(settings.segmenter))
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
    access = AccessControl(
        KeyRing(settings.data), public_read=settings.public_read, trusted_proxies=settings.trusted_proxies
    )
    site = Site(title=settings.title, base_url=settings.base_url, zone=settings.zone)
    middleware: list[Any] = [
        CountRequests(counters),
        GiveRequestIds(),
        _SecurityHeaders(),
        Compression(),
        Discovery(site),
        CrossOrigin(parse_origins(settings.cors_origins)),
        access,  # before caching: what may not be read is not "not modified" either
        Caching(engine, settings=repr(settings), zone=settings.zone, private=not settings.public_read),
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
    _add_articles(app, settings, engine)
    app.add_route("/api/v1/articles/{article_id}/similar", SimilarResource(engine))
    app.add_route("/api/v1/export", ExportResource(engine, most_at_once=max(1, settings.threads // 2)))
    app.add_route("/feed", FeedResource(engine, site, partial(written_times, settings.data)))
    app.add_route("/opensearch.xml", OpenSearchResource(site))
    app.add_route("/robots.txt", RobotsResource(site))
    app.add_route("/favicon.ico", IconResource())
    app.add_route("/openapi.json", OpenApiResource(app, site))
    app.add_route("/docs", DocsPage(app, settings.title))
    app.add_route("/healthz", HealthResource())
    app.add_route("/readyz", ReadyResource(engine, settings.data))
    app.add_route("/metrics", MetricsResource(counters, engine, settings.data))
    counters.know(route.path for route in falcon.inspect.inspect_routes(app))
    return app


def _add_articles(app: Any, settings: Settings, engine: Engine) -> None:
    """Adds the routes of articles, which are read from the index and written to the archive."""
    writer = ArticleWriter(settings.data, kept_versions=settings.kept_versions)
    watch = IndexWatch(
        settings.data, timeout_s=settings.wait_timeout_ms / 1000, most_waiting=max(1, settings.threads - 1)
    )
    limits = ReceivingLimits(
        max_article_bytes=settings.max_article_bytes,
        max_title_chars=settings.max_title_chars,
        max_body_chars=settings.max_body_chars,
        max_field_chars=settings.max_field_chars,
        max_list_items=settings.max_list_items,
    )
    app.add_route("/api/v1/articles", ArticlesResource(writer, watch, limits))
    app.add_route("/api/v1/articles/{article_id}", WritableArticleResource(engine, writer, watch, limits))


def serve(settings: Settings) -> None:
    """Serves until it is told to stop."""
    counters = Counters()
    analyzer = Analyzer(open_segmenter(settings.segmenter))
    engine = make_engine(settings, counters, analyzer)

    def keep_index(stop: Callable[[], bool]) -> None:
        options = BuildOptions(
            analyzer=analyzer,
            zone=settings.zone,
            limits=ReadLimits(),
            memory_mb=settings.memory_mb,
            kept_versions=settings.kept_versions,
        )
        keep(settings.data, options, stop, scrub_interval_s=settings.scrub_interval_s)

    def warm() -> None:
        try:
            engine.search(SearchRequest(text="热", limit=1))
        except ArticleSearchError:
            return  # a missing index is told to whoever asks
        except Exception:  # noqa: BLE001
            # NOTE: gunicorn ends the whole service when a worker cannot start; what is wrong may be mended in a moment.
            _log.exception("the first search failed")
            return
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
        client_timeout_s=settings.client_timeout_s,
        companion=keep_index if settings.index_in_service else None,
    )
