"""From error class to status, and to what is told."""

from __future__ import annotations

import logging

import falcon
import pytest
from falcon import testing

from indexer.errors import (
    AnalysisMismatchError,
    ArchiveError,
    ArticleSearchError,
    IndexDamagedError,
    IndexMissingError,
    SettingsError,
)
from search.errors import ArticleNotFoundError, QuerySyntaxError, RequestError, UnknownParameterError
from search.settings import Settings
from search.web.errors import problem_of
from service import create_app


class FailingEngine:
    """An engine that raises what it is given."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def search(self, _request: object) -> None:
        raise self._error

    def stats(self) -> None:
        raise self._error

    def version(self) -> str:
        return "1"


def answer(error: Exception, path: str = "/api/v1/search", **headers: str) -> testing.Result:
    client = testing.TestClient(create_app(Settings(title="岫川新闻"), FailingEngine(error)))  # type: ignore[arg-type]
    return client.simulate_get(path, headers=headers)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RequestError("x", parameter="q"), 400),
        (UnknownParameterError("x", parameter="y", nearest="q"), 400),
        (QuerySyntaxError("x", offset=3), 400),
        (ArticleNotFoundError("a"), 404),
        (IndexMissingError("x", path="data"), 503),
        (IndexDamagedError("x", path="data"), 503),
        (AnalysisMismatchError("x", path="data"), 503),
        (ArchiveError("/srv/secret", path="data"), 500),
        (SettingsError("x", setting="y"), 500),
        (ArticleSearchError("x"), 500),
        (ValueError("x"), 500),
        (falcon.HTTPContentTooLarge(), 413),
    ],
)
def test_a_class_of_error_has_one_status(error: Exception, status: int) -> None:
    assert problem_of(error).status == status
    assert answer(error).status_code == status


def test_a_problem_names_the_parameter_and_the_offset() -> None:
    assert answer(QuerySyntaxError("quote not closed", offset=0)).json == {
        "title": "Bad Request",
        "status": 400,
        "detail": "quote not closed",
        "parameter": "q",
        "offset": 0,
    }


@pytest.mark.parametrize("error", [RuntimeError("/srv/secret"), ArchiveError("/srv/secret", path="/srv/secret")])
@pytest.mark.parametrize("path", ["/api/v1/search", "/search"])
def test_a_failure_of_ours_is_logged_and_not_told(
    error: Exception, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    result = answer(error, path)
    assert result.status_code == 500
    assert "secret" not in result.text
    assert "secret" in caplog.text
    assert "Traceback" in caplog.text


def test_an_unusable_index_is_told_to_both_sides(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        result = answer(IndexDamagedError("data/index is damaged; run rebuild", path="data"))
    assert result.headers["retry-after"].isdigit()
    assert "run rebuild" in result.json["detail"]
    assert "run rebuild" in caplog.text


def test_the_page_says_how_to_make_an_index_only_when_there_is_none() -> None:
    missing = answer(IndexMissingError("there is no index", path="data"), "/", **{"Accept-Language": "zh-TW"})
    damaged = answer(IndexDamagedError("damaged", path="data"), "/", **{"Accept-Language": "zh-TW"})
    assert (missing.status_code, damaged.status_code) == (503, 503)
    assert "article-search index PATH" in missing.text
    assert "article-search index PATH" not in damaged.text
    assert "索引暫時不能使用" in damaged.text
    assert "岫川新闻" in damaged.text
    assert missing.headers["vary"] == "Accept-Language, Cookie, Accept-Encoding"


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v2/x", "/static/x", "/healthz/x"])
def test_only_people_get_pages(path: str) -> None:
    kind = answer(ValueError(), path).headers["content-type"]
    assert kind == ("text/html; charset=utf-8" if path == "/healthz/x" else "application/problem+json")
