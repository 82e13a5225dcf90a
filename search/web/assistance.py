"""The HTTP interface for whoever is still looking: completions, values of a facet, more like this, several searches at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import falcon
import orjson

from indexer.errors import ArticleSearchError
from indexer.schema import FACETS
from search.engines.base import Engine
from search.errors import RequestError, UnknownParameterError
from search.page import hit_to_record, page_to_record
from search.request import MAX_QUERY_CHARS, nearest_name, request_from_parameters, unknown_parameter
from search.web.body import read_body
from search.web.errors import problem_of
from search.web.resources import answer, query_parameters

__all__ = ["FacetResource", "MultiSearchResource", "SimilarResource", "SuggestResource"]

SUGGEST_FORMATS = ("json", "opensearch")
"""Ours, and the one that browsers ask for: what was typed, and a list of texts."""

MOST_SUGGESTED = 50
MOST_SIMILAR = 100
MOST_SEARCHES = 20
MOST_BODY_BYTES = 1 << 20

_NUMBER = re.compile("[0-9]{1,9}")


class SuggestResource:
    """``GET /api/v1/suggest``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """What whoever typed ``q`` may want, as JSON."""
        given = _single_parameters(request, "q", "limit", "format")
        text = given.get("q", "")
        form = given.get("format", "json")
        if form not in SUGGEST_FORMATS:
            raise RequestError(
                f"format must be one of {', '.join(SUGGEST_FORMATS)}, and is {form!r}", parameter="format"
            )
        if len(text) > MAX_QUERY_CHARS:
            raise RequestError(f"q has {len(text)} characters; at most {MAX_QUERY_CHARS} are taken", parameter="q")
        found = self._engine.suggest(text, _read_limit(given, 10, MOST_SUGGESTED))
        if form == "opensearch":
            answer(response, [text, [entry.text for entry in found]])
            response.content_type = "application/x-suggestions+json"
            return
        entries = [{"text": entry.text, "kind": entry.kind, "count": entry.count} for entry in found]
        answer(response, {"query": text, "suggestions": entries})

    on_head = on_get


class FacetResource:
    """``GET /api/v1/facets/{name}``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def on_get(self, request: falcon.Request, response: falcon.Response, name: str) -> None:
        """The values of a facet that contain ``q``, under a search whose own query is called ``query`` here."""
        if name not in FACETS:
            nearest = nearest_name(name, dict.fromkeys(FACETS))
            hint = f"did you mean {nearest!r}?" if nearest else f"there are {', '.join(FACETS)}"
            raise falcon.HTTPNotFound(description=f"there is no facet {name!r}; {hint}")
        given = query_parameters(request)
        text = given.pop("q", [""])[-1]
        if "query" in given:
            given["q"] = given.pop("query")
        values = self._engine.facet_values(name, text, request_from_parameters(given))
        answer(response, {"facet": name, "values": [{"value": one.value, "count": one.count} for one in values]})

    on_head = on_get


class SimilarResource:
    """``GET /api/v1/articles/{id}/similar``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def on_get(self, request: falcon.Request, response: falcon.Response, article_id: str) -> None:
        """The articles most like one, as the hits of a search."""
        limit = _read_limit(_single_parameters(request, "limit"), 10, MOST_SIMILAR)
        answer(response, {"hits": [hit_to_record(hit) for hit in self._engine.similar(article_id, limit)]})

    on_head = on_get


class MultiSearchResource:
    """``POST /api/v1/multi-search``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        """The answers to a list of searches, in its order; a search that cannot be answered has its problem in its place."""
        for name in query_parameters(request):
            raise UnknownParameterError(
                f"several searches take their parameters from the body, and {name!r} is in the address",
                parameter=name,
                nearest=None,
            )
        answer(response, [self._answer_one(search) for search in _read_searches(request)])

    def _answer_one(self, search: object) -> dict[str, Any]:
        try:
            asked = request_from_parameters(_parameters_of(search))
            return page_to_record(self._engine.search(asked), asked.fields)
        except ArticleSearchError as error:
            return problem_of(error).record()


def _single_parameters(request: falcon.Request, *known: str) -> dict[str, str]:
    """The parameters of a URL that may have only the ``known`` ones; of a repeated one, the last counts."""
    given = query_parameters(request)
    for name in given:
        if name not in known:
            raise unknown_parameter(name, dict.fromkeys(known))
    return {name: values[-1] for name, values in given.items()}


def _read_limit(given: Mapping[str, str], default: int, most: int) -> int:
    value = given.get("limit", str(default))
    if not (_NUMBER.fullmatch(value) and 1 <= int(value) <= most):
        raise RequestError(f"limit must be a whole number from 1 to {most}, and is {value!r}", parameter="limit")
    return int(value)


def _read_searches(request: falcon.Request) -> list[object]:
    try:
        searches = orjson.loads(read_body(request, MOST_BODY_BYTES, f"{MOST_BODY_BYTES:,} bytes"))
    except orjson.JSONDecodeError as error:
        raise RequestError(f"the body must be a JSON list of searches: {error}", parameter="body") from None
    if not isinstance(searches, list) or not 1 <= len(searches) <= MOST_SEARCHES:
        raise RequestError(f"the body must be a JSON list of 1 to {MOST_SEARCHES} searches", parameter="body")
    return searches


def _parameters_of(search: object) -> dict[str, list[str]]:
    """The parameters of one search as a URL has them: a list repeats its name; in ``facets`` and ``fields`` it is joined."""
    if not isinstance(search, dict):
        raise RequestError("a search must be a JSON object of parameters, as in a URL", parameter="body")
    parameters: dict[str, list[str]] = {}
    for name, value in search.items():
        if value is None:
            continue
        values = [_as_text(name, item) for item in (value if isinstance(value, list) else [value])]
        parameters[name] = [",".join(values)] if name in ("facets", "fields") else values
    return parameters


def _as_text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, str | int):
        return str(value)
    raise RequestError(f"{name} must be a string, a whole number or a list of them", parameter=name)
