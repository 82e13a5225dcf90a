"""``GET /docs``: the HTTP interface as a page, from the same table as ``/openapi.json``, with addresses to try."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import falcon

from search.web.openapi import operations_of, shown_path
from search.web.operations import GROUPS, Operation, Parameter
from search.web.pages import send_page

__all__ = ["DocsPage"]


class DocsPage:
    """``GET /docs`` of an application, made when it is first asked for: then all routes are there."""

    def __init__(self, app: Any, title: str) -> None:
        self._app = app
        self._title = title

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """The page, its frame in the language of the reader."""
        send_page(response, "docs.html", request, {"site": self._title, "groups": self._groups, "here": "docs"})

    on_head = on_get

    @cached_property
    def _groups(self) -> list[tuple[str, list[dict[str, Any]]]]:
        operations = operations_of(self._app)
        return [
            (group, [_shown(operation) for operation in operations if operation.group == group]) for group in GROUPS
        ]


def _shown(operation: Operation) -> dict[str, Any]:
    return {
        "name": operation.name,
        "method": operation.method,
        "path": shown_path(operation),
        "summary": operation.summary,
        "scope": operation.scope,
        "examples": operation.examples,
        "answers": list(operation.answers),
        "takes": list(operation.takes),
        "parameters": [(parameter.name, parameter.help, _values(parameter)) for parameter in operation.parameters],
    }


def _values(parameter: Parameter) -> str:
    """What a parameter may be, in few words."""
    schema = parameter.schema
    words = []
    choices = schema.get("enum") or schema.get("items", {}).get("enum")
    if choices:
        words.append(", ".join(choice for choice in choices if choice))
    if "minimum" in schema:
        words.append(f"{schema['minimum']:,}–{schema['maximum']:,}")
    if "default" in schema:
        default = schema["default"]
        words.append(f"= {','.join(default) if isinstance(default, list) else default}")
    return "; ".join(words)
