"""Failures to answers: one table from error class to status, and the one JSON shape of RFC 9457.

Under ``/api`` and the probes an error is ``application/problem+json``; on a page it is a page.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import falcon
import orjson

from indexer.errors import (
    AnalysisMismatchError,
    ArticleError,
    ArticleSearchError,
    IndexDamagedError,
    IndexMissingError,
)
from search.errors import ArticleNotFoundError, BodyError, NotWrittenError, RequestError
from search.web.language import VARY
from search.web.request_id import request_id

__all__ = ["STATUS_OF_ERROR", "Problem", "add_error_handlers", "problem_of"]

STATUS_OF_ERROR: tuple[tuple[type[Exception], int], ...] = (
    (RequestError, 400),
    (BodyError, 400),
    (ArticleError, 422),
    (ArticleNotFoundError, 404),
    (IndexMissingError, 503),
    (IndexDamagedError, 503),
    (AnalysisMismatchError, 503),
    (NotWrittenError, 503),
)
RETRY_AFTER_S = 5

_log = logging.getLogger("article_search")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong, as RFC 9457 has it; ``parameter`` (or field of an article) and ``offset`` where one is at fault."""

    status: int
    detail: str
    parameter: str | None = None
    offset: int | None = None

    @property
    def title(self) -> str:
        """The status in words."""
        return HTTPStatus(self.status).phrase

    def record(self) -> dict[str, Any]:
        """The JSON object."""
        record: dict[str, Any] = {"title": self.title, "status": self.status, "detail": self.detail}
        if self.parameter is not None:
            record["parameter"] = self.parameter
        if self.offset is not None:
            record["offset"] = self.offset
        return record


def problem_of(error: Exception) -> Problem:
    """The problem that ``error`` is to the client. Nothing of an unexpected one is told."""
    if isinstance(error, falcon.HTTPError):
        status = error.status_code
        return Problem(status=status, detail=error.description or _plain_detail(status))
    if isinstance(error, ArticleSearchError):
        status = next((status for kind, status in STATUS_OF_ERROR if isinstance(error, kind)), 500)
        parameter = error.field if isinstance(error, ArticleError) else getattr(error, "parameter", None)
        offset = getattr(error, "offset", None)
        if status != 500:
            return Problem(status=status, detail=str(error), parameter=parameter, offset=offset)
    return Problem(status=500, detail="something went wrong here; the log of the service has more")


def add_error_handlers(app: Any, render_page: Callable[[falcon.Request, Problem, Exception], str]) -> None:
    """Makes every failure of ``app`` an answer: ``render_page`` writes those for people."""

    def handle(request: falcon.Request, response: falcon.Response, error: Exception, _params: object) -> None:
        problem = problem_of(error)
        if problem.status == 500:
            _log.error("[%s] %s %r failed", request_id(request.env), request.method, request.path, exc_info=error)
        elif problem.status == 503:
            _log.error(
                "[%s] %s", request_id(request.env), problem.detail
            )  # whoever runs the service must hear of it, not only whoever asked
        if isinstance(error, falcon.HTTPError) and error.headers:
            response.set_headers(error.headers)
        response.status = problem.status
        if problem.status == 503:
            response.set_header("Retry-After", str(RETRY_AFTER_S))
        if _is_page(request):
            response.content_type = falcon.MEDIA_HTML
            response.set_header("Vary", VARY)
            response.text = render_page(request, problem, error)
        else:
            response.content_type = "application/problem+json"
            response.data = orjson.dumps(problem.record())

    app.add_error_handler(Exception, handle)
    app.add_error_handler(falcon.HTTPError, handle)


_FOR_PROGRAMS = frozenset(
    {
        "/api",
        "/healthz",
        "/metrics",
        "/readyz",
        "/feed",
        "/opensearch.xml",
        "/openapi.json",
        "/robots.txt",
        "/favicon.ico",
    }
)


def _is_page(request: falcon.Request) -> bool:
    return not request.path.startswith(("/api/", "/static/")) and request.path not in _FOR_PROGRAMS


def _plain_detail(status: int) -> str:
    return {404: "there is nothing at this address", 405: "this address does not take that method"}.get(
        status, HTTPStatus(status).description or HTTPStatus(status).phrase
    )
