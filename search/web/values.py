"""``GET /values``: all values of a facet of a search that contain a text, each to choose or to exclude.

The list on the page of results ends after the commonest; the script shows what this page finds in its place.
"""

from __future__ import annotations

from dataclasses import replace

import falcon

from search.engines.base import Engine
from search.request import MAX_QUERY_CHARS
from search.web import view
from search.web.pages import page_request, send_page
from search.web.resources import query_parameters

__all__ = ["ValuesPage"]

MOST_VALUES = 200


class ValuesPage:
    """``GET /values?facet=author&value=周``, with the parameters of the search whose values they are."""

    def __init__(self, engine: Engine, title: str) -> None:
        self._engine = engine
        self._title = title

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """The page; 404 for a facet that the pages do not have."""
        given = query_parameters(request)
        name, text = given.get("facet", [""])[-1], given.get("value", [""])[-1][:MAX_QUERY_CHARS]
        if name not in view.FACETS_SHOWN:
            raise falcon.HTTPNotFound(
                description=f"there are values of {', '.join(view.FACETS_SHOWN)}, not of {name!r}"
            )
        search = replace(page_request(request), offset=0)
        values = self._engine.facet_values(name, text, replace(search, facet_limit=MOST_VALUES))
        context = {
            "site": self._title,
            "search": search,
            "name": name,
            "text": text,
            "choices": view.facet_choices(search, name, values),
            "most": MOST_VALUES,
            "back": view.search_href(search),
            "here": view.values_href(search, name, text),
        }
        send_page(response, "values.html", request, context)

    on_head = on_get
