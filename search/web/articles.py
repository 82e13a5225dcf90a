"""The HTTP interface for programs that write: one article, or any number of them as lines of JSON."""

from __future__ import annotations

import falcon

from indexer.archive import Outcome
from indexer.errors import ArticleError
from search.engines.base import Engine
from search.errors import ArticleNotFoundError, RequestError
from search.request import unknown_parameter
from search.web.body import open_body, read_body
from search.web.bulk import BulkWrite
from search.web.received import ReceivingLimits, outcome_record, read_article
from search.web.resources import ArticleResource, answer, query_parameters
from search.web.waiting import IndexWatch
from search.web.writer import ArticleWriter

__all__ = ["ArticlesResource", "WritableArticleResource"]

NDJSON = "application/x-ndjson"


class WritableArticleResource(ArticleResource):
    """``GET``, ``PUT`` and ``DELETE /api/v1/articles/{id}``."""

    def __init__(self, engine: Engine, writer: ArticleWriter, watch: IndexWatch, limits: ReceivingLimits) -> None:
        super().__init__(engine)
        self._writer = writer
        self._watch = watch
        self._limits = limits

    def on_put(self, request: falcon.Request, response: falcon.Response, article_id: str) -> None:
        """Adds or replaces the article; answers once it is durable."""
        wait = _wait_parameter(request)
        if "\ufffd" in article_id:  # what Falcon makes of other encodings: many ids would become one
            raise ArticleError("the address must be percent-encoded UTF-8, and the id in it is not", field="id")
        most = self._limits.max_article_bytes
        content = read_body(request, most, f"max_article_bytes ({most:,} bytes); raise the setting, or send less")
        article = read_article(content, self._limits, article_id=article_id)
        (outcome,) = self._writer.write([article])
        if outcome.result == "created":
            response.status = 201
        self._answer(response, outcome, wait=wait)

    def on_delete(self, request: falcon.Request, response: falcon.Response, article_id: str) -> None:
        """Deletes the article, with its copies at other addresses; answers once that is durable."""
        wait = _wait_parameter(request)
        (outcome,) = self._writer.write([article_id])
        if outcome.result == "absent":
            raise ArticleNotFoundError(article_id)
        self._answer(response, outcome, wait=wait)

    def _answer(self, response: falcon.Response, outcome: Outcome, *, wait: bool) -> None:
        record = outcome_record(outcome)
        if wait:
            record["searchable"] = self._watch.wait(outcome.change)
            if not record["searchable"]:
                response.status = 202
        answer(response, record)


class ArticlesResource:
    """``POST /api/v1/articles``."""

    def __init__(self, writer: ArticleWriter, watch: IndexWatch, limits: ReceivingLimits) -> None:
        self._writer = writer
        self._watch = watch
        self._limits = limits

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        """Adds or replaces the article of each line; answers a line for each, while more are read."""
        wait = _wait_parameter(request)
        read, length = open_body(request)
        bulk = BulkWrite(read, length, self._writer, self._watch if wait else None, self._limits)
        bulk.begin()
        response.content_type = NDJSON
        response.stream = bulk.answers(request.env.get("gunicorn.socket"))


def _wait_parameter(request: falcon.Request) -> bool:
    """Whether the answer is to come once the article can be found.

    Raises:
        RequestError: there is another parameter, or another value.
    """
    given = query_parameters(request)
    for name in given:
        if name != "wait":
            raise unknown_parameter(name, {"wait": None})
    if given.get("wait", ["searchable"])[-1] != "searchable":
        raise RequestError(f"wait must be searchable, and is {given['wait'][-1]!r}", parameter="wait")
    return "wait" in given
