"""The pages for people: a search and its results, help, errors, and how every page is rendered.

What a page needs is in its HTML; the scripts in ``static`` only make it quicker to use. They fetch the same pages, so there is
one renderer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import falcon
import jinja2
from markupsafe import Markup

from indexer.errors import IndexMissingError
from search.engines.base import Engine
from search.errors import RequestError
from search.page import Page
from search.request import SearchRequest, request_from_parameters
from search.web import view
from search.web.coverage import Chart, anchor_day, date_presets, draw_coverage
from search.web.errors import Problem
from search.web.help import EXAMPLES
from search.web.language import VARY, language_choices, reader_language
from search.web.messages import MESSAGES
from search.web.resources import query_parameters

__all__ = [
    "SECURITY_HEADERS",
    "ErrorPage",
    "HelpPage",
    "SearchPage",
    "StaticResource",
    "page_request",
    "send_page",
    "today_in",
]

_REPEATABLE = frozenset({"section", "author", "source", "not_section", "not_author", "not_source"})
_FIXED = frozenset(
    {
        "highlight_pre",
        "highlight_post",
        "facets",
        "facet_limit",
        "fields",
        "limit",
        "cursor",
        "snippets",
        "snippet_chars",
    }
)
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_YEAR_S = 31_536_000
_MOST_MONTHS = 1000

MOST_LOOSENED = 8
"""Filters that are tried without, where nothing is found."""

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class SearchPage:
    """``GET /`` and ``GET /search``: the search box, and what it found. ``today`` is the day where the readers are."""

    def __init__(self, engine: Engine, title: str, today: Callable[[], date]) -> None:
        self._engine = engine
        self._title = title
        self._today = today

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """The page; parameters it does not know or that fix its own layout are ignored."""
        search = page_request(request)
        page = self._engine.search(
            replace(search, limit=view.PER_PAGE, facets=view.FACETS_SHOWN, facet_limit=view.VALUES_SHOWN)
        )
        response.context.passing = page.partial
        newest = self._newest()
        anchor = anchor_day(self._today(), newest)
        context = {
            "site": self._title,
            **_search_context(search, page),
            "loosened": self._loosened(search, page),
            "chart": self._chart(search),
            "presets": date_presets(search, anchor),
            "anchor": anchor if anchor == newest else None,
        }
        send_page(response, "search.html", request, context)

    def _newest(self) -> date | None:
        """The day of the newest article of all that has one."""
        latest = self._engine.search(SearchRequest(limit=1, snippets=0, facets=()))
        published = latest.hits[0].published if latest.hits else None
        return date.fromisoformat(published[:10]) if published and len(published) >= len("2024-05-06") else None

    def _chart(self, search: SearchRequest) -> Chart | None:
        """When what was found appeared. The chosen days do not narrow what is counted, so others can be chosen."""
        counted = replace(search, offset=0, facet_limit=_MOST_MONTHS)

        def counts(unit: str) -> dict[str, int]:
            return {value.value: value.count for value in self._engine.facet_values(unit, "", counted)}

        return draw_coverage(search, counts("month"), lambda: counts("year"))

    def _loosened(self, search: SearchRequest, page: Page) -> list[tuple[view.Chip | None, str, int]]:
        """What would find something where nothing is found: a filter given up, or any word (None), its address and its hits."""
        if page.total:
            return []
        ways: list[tuple[view.Chip | None, SearchRequest]] = [*view.filter_chips(search)[:MOST_LOOSENED]]
        if search.text and search.match != "any":
            ways.append((None, replace(search, match="any", offset=0, cursor=None)))
        counts = [self._engine.search(replace(left, limit=0, facets=())).total for _, left in ways]
        return [
            (chip, view.search_href(left), count) for (chip, left), count in zip(ways, counts, strict=True) if count
        ]

    on_head = on_get


class HelpPage:
    """``GET /help``: what may be written into the box."""

    def __init__(self, title: str) -> None:
        self._title = title

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """The page, in the language of the reader, every example a link to its search."""
        examples = [
            (example.query, view.search_href(SearchRequest(text=example.query)), example.finds) for example in EXAMPLES
        ]
        send_page(response, "help.html", request, {"site": self._title, "examples": examples, "here": "help"})

    on_head = on_get


class StaticResource:
    """``GET /static/{name}``: the style sheet, the scripts and the icon, as they were when the program started."""

    def on_get(self, request: falcon.Request, response: falcon.Response, name: str) -> None:
        """The file; kept by browsers for a year when its address holds its version."""
        content = _static_files().get(name)
        if content is None:
            raise falcon.HTTPNotFound
        versioned = request.get_param("v") == _version(name)
        response.content_type = _MEDIA_TYPES[name[name.rindex(".") :]]
        response.set_header("Cache-Control", f"max-age={_YEAR_S}, immutable" if versioned else "no-cache")
        response.data = content

    on_head = on_get


class ErrorPage:
    """Writes the HTML of an error."""

    def __init__(self, title: str) -> None:
        self._title = title

    def __call__(self, request: falcon.Request, problem: Problem, error: Exception) -> str:
        """The page that says what is wrong; without an index, how to make one."""
        context = {
            "site": self._title,
            "problem": problem,
            "unready": isinstance(error, IndexMissingError),
            "search": _search_for(query_parameters(request).get("q", [""])[-1]),
        }
        return _render("error.html", request, context)


def page_request(request: falcon.Request) -> SearchRequest:
    """The search that the address of a page stands for; an empty field of a form counts as not given.

    Raises:
        RequestError: a value cannot be used.
    """
    given = {
        name: [value for value in values if value or name in _REPEATABLE]
        for name, values in query_parameters(request).items()
        if name not in _FIXED
    }
    return request_from_parameters(given, ignore_unknown=True)


def _search_for(text: str) -> SearchRequest:
    """The search for ``text`` alone; for nothing where even that cannot be searched for."""
    try:
        return SearchRequest(text=text)
    except RequestError:
        return SearchRequest()


def today_in(zone: ZoneInfo) -> date:
    """The day that it is there."""
    return datetime.now(zone).date()


def _search_context(search: SearchRequest, page: Page) -> dict[str, Any]:
    chips = [chip for chip, _ in view.filter_chips(search)]
    facets = {name: view.facet_choices(search, name, page.facets.get(name, ())) for name in view.FACETS_SHOWN}
    sections = view.value_tree(facets["section"])
    return {
        "search": search,
        "page": page,
        "chips": chips,
        "home": not (search.text or chips or search.offset),
        "facets": facets | {"section": sections},
        "more_values": {name: len(choices) >= view.VALUES_SHOWN for name, choices in facets.items()},
        "sorts": view.sort_choices(search),
        "matches": [
            (name, view.search_href(search, match=name), search.match == name) for name in ("auto", "all", "any")
        ],
        "folds": view.search_href(search, group="" if search.group else "story"),
        "clear": view.search_href(
            SearchRequest(text=search.text, match=search.match, sort=search.sort, group=search.group)
        ),
        "suggested": view.search_href(search, text=page.suggestion) if page.suggestion else None,
        "pagination": view.pagination(search, page),
        "here": view.search_href(search, offset=search.offset),
    }


def send_page(response: falcon.Response, template: str, request: falcon.Request, context: dict[str, Any]) -> None:
    """Makes the response a page for people, in the language of whoever asks, and for no search engine."""
    response.content_type = falcon.MEDIA_HTML
    response.set_header("Vary", VARY)
    response.set_header("X-Robots-Tag", "noindex")
    response.text = _render(template, request, context)


def _render(template: str, request: falcon.Request, context: dict[str, Any]) -> str:
    language = reader_language(request)
    return (
        _templates()
        .get_template(template)
        .render(
            context,
            language=language,
            languages=language_choices(language, context.get("here", "")),
            say=MESSAGES[language],
            # Relative, so that it holds under any URL prefix, whether or not a proxy tells it.
            root="../" * (request.path.count("/") - 1) or "./",
            view=view,
            version=_version,
            described=getattr(request.context, "described", False),
            Markup=Markup,
        )
    )


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("search.web"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        undefined=jinja2.StrictUndefined,
    )


@cache
def _static_files() -> dict[str, bytes]:
    folder = resources.files("search.web") / "static"
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name.endswith(tuple(_MEDIA_TYPES))}


@cache
def _version(name: str) -> str:
    return hashlib.blake2b(_static_files()[name], digest_size=4).hexdigest()
