"""``GET /openapi.json``: the service described as OpenAPI 3.1, made from the tables by which it works.

Routes are those of the application, parameters those of ``search/request.py``, statuses follow from what an operation takes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import falcon
import falcon.inspect
import orjson

from search.web.caching import FRESHNESS
from search.web.operations import GROUPS, OPERATIONS, Operation, Parameter
from search.web.schemas import SCHEMAS, TEXT, named
from search.web.site import Site

__all__ = ["OpenApiResource", "describe", "operations_of", "shown_path"]

_UNKNOWN_VERSION = "0"
_PROBLEM = {"application/problem+json": {"schema": named("Problem")}}
_INDEXED = ("index", "page")
_INDEXED_TOO = ("multiSearch", "suggest", "export", "readyz")
_TAKES_ANYTHING = ("static", "chooseLanguage")
_WORDS = {
    304: "what the client has is still so",
    400: "a parameter, the query (in strict mode) or the body cannot be used",
    401: "a key is needed: Authorization: Bearer …",
    403: "the key is not for this",
    404: "there is nothing at this address",
    503: "there is no index that can be used, or too much is asked at once; Retry-After says when to ask again",
}


class OpenApiResource:
    """``GET /openapi.json`` of an application, made when it is first asked for: then all routes are there."""

    def __init__(self, app: Any, site: Site) -> None:
        self._app = app
        self._site = site

    def on_get(self, _request: falcon.Request, response: falcon.Response) -> None:
        """The description."""
        response.content_type = falcon.MEDIA_JSON
        response.data = self._content

    on_head = on_get

    @cached_property
    def _content(self) -> bytes:
        return orjson.dumps(describe(operations_of(self._app), self._site))


def operations_of(app: Any) -> tuple[Operation, ...]:
    """Those of the table that ``app`` has."""
    there = {
        (method.method, route.path)
        for route in falcon.inspect.inspect_routes(app)
        for method in route.methods
        if not method.internal
    }
    return tuple(operation for operation in OPERATIONS if (operation.method, operation.path) in there)


def describe(operations: tuple[Operation, ...], site: Site) -> dict[str, Any]:
    """The OpenAPI document of ``operations``."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(shown_path(operation), {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": site.title,
            "version": _version(),
            "description": "Full-text search. HEAD answers as GET does, without a body. Under /api an unknown parameter "
            "is refused with the nearest known one; pages and feeds ignore it.",
        },
        "servers": [{"url": site.base_url or "."}],
        "tags": [{"name": name, "description": words} for name, words in GROUPS.items()],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key made by article-search key add. Reading needs none while the setting public_read is "
                    "on; while no key exists, writes are accepted from the machine itself alone.",
                }
            },
        },
    }


def shown_path(operation: Operation) -> str:
    """The route as people read it."""
    return operation.path.replace("{article_id}", "{id}")


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.group],
        "parameters": [_parameter(parameter) for parameter in operation.parameters],
        "responses": _responses(operation),
        "security": [{"key": []}] if operation.scope else [{}, {"key": []}],
    }
    if operation.scope:
        described["description"] = f"Needs a key of the scope {operation.scope}."
    if operation.takes:
        described["requestBody"] = {"required": True, "content": _content(operation.takes)}
    return described


def _parameter(parameter: Parameter) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.help,
        "schema": parameter.schema,
    }
    if parameter.place == "path":
        described["required"] = True
    elif parameter.schema.get("type") == "array":
        described["explode"] = not parameter.commas
    return described


def _responses(operation: Operation) -> dict[str, Any]:
    kind = FRESHNESS.get(operation.path, "")
    responses: dict[str, Any] = {}
    if operation.answers:
        responses["200"] = {"description": operation.summary, "content": _content(operation.answers)}
    statuses = dict(operation.statuses)
    if operation.method == "GET" and kind:
        responses["200"]["headers"] = {"ETag": {"schema": {"type": "string"}}}
        statuses[304] = _WORDS[304]
    conditions: tuple[tuple[int, Callable[[], bool]], ...] = (
        (400, lambda: bool(operation.parameters or operation.takes) and operation.name not in _TAKES_ANYTHING),
        (401, lambda: bool(operation.scope)),
        (403, lambda: bool(operation.scope)),
        (404, lambda: "{" in operation.path),
        (
            503,
            lambda: kind in _INDEXED or bool(operation.scope) or operation.name in _INDEXED_TOO,
        ),
    )
    for status, holds in conditions:
        if holds():
            statuses.setdefault(status, _WORDS[status])
    failure = _content({"text/html": TEXT}) if operation.group == "pages" else _PROBLEM
    responses["default"] = {"description": "any other failure", "content": failure}
    for status, words in sorted(statuses.items()):
        responses[str(status)] = {"description": words}
        if status < 300:
            responses[str(status)]["content"] = _content(operation.answers)
        elif status >= 400:
            responses[str(status)]["content"] = failure
    return responses


def _content(answers: Any) -> dict[str, Any]:
    return {media: {"schema": schema} for media, schema in answers.items()}


def _version() -> str:
    try:
        return version("article-search")
    except PackageNotFoundError:  # run from the source folder, which nobody installed
        return _UNKNOWN_VERSION
