"""The HTTP interface for programs: search, articles, and the probes."""

from __future__ import annotations

import contextlib
from urllib.parse import parse_qsl

import falcon
import orjson

from indexer.article import article_to_record
from indexer.errors import ArticleSearchError
from search.engines.base import Engine
from search.errors import UnknownParameterError
from search.page import page_to_record
from search.request import request_from_parameters
from search.web.errors import RETRY_AFTER_S, problem_of

__all__ = ["ArticleResource", "HealthResource", "ReadyResource", "SearchResource", "answer", "query_parameters"]


def query_parameters(request: falcon.Request) -> dict[str, list[str]]:
    """The parameters of the URL, each with its values in order; blank values are values, commas are nothing special."""
    parameters: dict[str, list[str]] = {}
    query = request.query_string
    # NOTE: WSGI hands bytes on as Latin-1; some clients (curl) send a query as plain UTF-8, not percent-encoded.
    with contextlib.suppress(UnicodeError):
        query = query.encode("latin-1").decode("utf-8")
    for name, value in parse_qsl(query, keep_blank_values=True):
        parameters.setdefault(name, []).append(value)
    return parameters


class SearchResource:
    """``GET /api/v1/search``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """The page of results as JSON."""
        search = request_from_parameters(query_parameters(request))
        page = self._engine.search(search)
        response.context.passing = page.partial
        answer(response, page_to_record(page, search.fields))

    on_head = on_get


class ArticleResource:
    """``GET /api/v1/articles/{id}``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def on_get(self, request: falcon.Request, response: falcon.Response, article_id: str) -> None:
        """The whole article as JSON."""
        for name in query_parameters(request):
            raise UnknownParameterError(
                f"an article takes no parameter, and {name!r} is one", parameter=name, nearest=None
            )
        answer(response, article_to_record(self._engine.article(article_id)))

    on_head = on_get


class HealthResource:
    """``GET /healthz``: the process lives."""

    def on_get(self, _request: falcon.Request, response: falcon.Response) -> None:
        """Always 200."""
        answer(response, {"status": "ok"})

    on_head = on_get


class ReadyResource:
    """``GET /readyz``: searches can be answered."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def on_get(self, _request: falcon.Request, response: falcon.Response) -> None:
        """200 with what is searched, or 503 with why not."""
        try:
            stats = self._engine.stats()
        except ArticleSearchError as error:
            problem = problem_of(error)
            response.status = 503
            response.set_header("Retry-After", str(RETRY_AFTER_S))
            response.content_type = "application/problem+json"
            response.data = orjson.dumps(problem.record() | {"status": 503})
            return
        record: dict[str, object] = {
            "ready": True,
            "articles": stats.articles,
            "generation": stats.generation,
            "change": stats.change,
        }
        if stats.problems:
            record["problems"] = stats.problems
        answer(response, record)

    on_head = on_get


def answer(response: falcon.Response, record: object) -> None:
    """Makes ``record`` the JSON of the response."""
    response.content_type = falcon.MEDIA_JSON
    response.data = orjson.dumps(record)
