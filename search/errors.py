"""Errors of the way from a request to a page of results.

Below :class:`indexer.errors.ArticleSearchError`::

    SearchError
    ├── RequestError            a parameter has a value that cannot be used; ``parameter`` names it
    │   ├── UnknownParameterError   no parameter has that name; ``nearest`` is the closest known one
    │   └── QuerySyntaxError    the query breaks the grammar at ``offset`` (only in strict mode)
    ├── BodyError               the body of a request is no JSON at ``offset``, or not what is expected
    ├── NotWrittenError         the archive cannot take what was to be written
    └── ArticleNotFoundError    no article has that id
"""

from __future__ import annotations

from indexer.errors import ArticleSearchError

__all__ = [
    "ArticleNotFoundError",
    "BodyError",
    "NotWrittenError",
    "QuerySyntaxError",
    "RequestError",
    "SearchError",
    "UnknownParameterError",
]


class SearchError(ArticleSearchError):
    """A request cannot be answered as it was put."""


class RequestError(SearchError):
    """A parameter has a value that cannot be used."""

    def __init__(self, message: str, *, parameter: str) -> None:
        super().__init__(message)
        self.parameter = parameter


class UnknownParameterError(RequestError):
    """No parameter has that name."""

    def __init__(self, message: str, *, parameter: str, nearest: str | None) -> None:
        super().__init__(message, parameter=parameter)
        self.nearest = nearest


class QuerySyntaxError(RequestError):
    """The query breaks the grammar; ``offset`` counts code points from its start."""

    def __init__(self, message: str, *, offset: int) -> None:
        super().__init__(message, parameter="q")
        self.offset = offset


class BodyError(SearchError):
    """The body of a request is no JSON, or not what is expected; ``offset`` counts code points from its start."""

    def __init__(self, message: str, *, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class NotWrittenError(SearchError):
    """The archive cannot take what was to be written, by no fault of who asked."""


class ArticleNotFoundError(SearchError):
    """No article has that id."""

    def __init__(self, article_id: str) -> None:
        super().__init__(f"no article has the id {article_id!r}")
        self.article_id = article_id
