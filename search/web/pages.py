"""The pages for people: a search and its results, an article to read, and errors. Server-rendered; no script is needed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

import falcon
import jinja2
from markupsafe import Markup

from indexer.article import SECTION_SEPARATOR
from indexer.errors import IndexMissingError
from search.engines.base import Engine
from search.errors import RequestError
from search.page import Page
from search.request import SearchRequest, request_from_parameters
from search.web import view
from search.web.errors import Problem
from search.web.help import EXAMPLES
from search.web.messages import MESSAGES, choose_language
from search.web.resources import query_parameters

__all__ = ["SECURITY_HEADERS", "ArticlePage", "ErrorPage", "HelpPage", "SearchPage", "StaticResource", "send_page"]

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
    """``GET /`` and ``GET /search``: the search box, and what it found."""

    def __init__(self, engine: Engine, title: str) -> None:
        self._engine = engine
        self._title = title

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """The page; parameters it does not know or that fix its own layout are ignored."""
        search = page_request(request)
        page = self._engine.search(replace(search, limit=view.PER_PAGE, facets=view.FACETS_SHOWN))
        response.context.passing = page.partial
        context = {"site": self._title, **_search_context(search, page), "loosened": self._loosened(search, page)}
        send_page(response, "search.html", request, context)

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


class ArticlePage:
    """``GET /article/{id}``: an article to read."""

    def __init__(self, engine: Engine, title: str) -> None:
        self._engine = engine
        self._title = title

    def on_get(self, request: falcon.Request, response: falcon.Response, article_id: str) -> None:
        """The reading view, with the way back to the search that led here."""
        article = self._engine.article(article_id)
        try:
            search = page_request(request)
        except RequestError:
            search = SearchRequest()  # the search is only the way back; the article is what was asked for
        crumbs = [
            (name, view.search_href(SearchRequest(sections=(SECTION_SEPARATOR.join(article.section[: at + 1]),))))
            for at, name in enumerate(article.section)
        ]
        context = {
            "site": self._title,
            "article": article,
            "crumbs": crumbs,
            "authors": [(name, view.search_href(SearchRequest(authors=(name,)))) for name in article.authors],
            "paragraphs": [line for line in article.body.split("\n") if line],
            "lang": view.han_language(article.title + article.body[:500]),
            "search": search,
            "back": view.search_href(search, offset=search.offset),
        }
        send_page(response, "article.html", request, context)

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
        send_page(response, "help.html", request, {"site": self._title, "examples": examples})

    on_head = on_get


class StaticResource:
    """``GET /static/{name}``: the style sheet and the icon, as they were when the program started."""

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
        context = {"site": self._title, "problem": problem, "unready": isinstance(error, IndexMissingError)}
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


def send_page(response: falcon.Response, template: str, request: falcon.Request, context: dict[str, Any]) -> None:
    """Makes the page of ``template`` the answer, in the language of the reader."""
    response.content_type = falcon.MEDIA_HTML
    response.set_header("Vary", "Accept-Language")
    response.set_header("X-Robots-Tag", "noindex")
    response.text = _render(template, request, context)


def _search_context(search: SearchRequest, page: Page) -> dict[str, Any]:
    chips = [chip for chip, _ in view.filter_chips(search)]
    return {
        "search": search,
        "page": page,
        "chips": chips,
        "home": not (search.text or chips or search.offset),
        "facets": {name: view.facet_choices(search, name, page.facets.get(name, ())) for name in view.FACETS_SHOWN},
        "sorts": view.sort_choices(search),
        "matches": [
            (name, view.search_href(search, match=name), search.match == name) for name in ("auto", "all", "any")
        ],
        "clear": view.search_href(SearchRequest(text=search.text, match=search.match, sort=search.sort)),
        "suggested": view.search_href(search, text=page.suggestion) if page.suggestion else None,
        "pagination": view.pagination(search, page),
    }


def _render(template: str, request: falcon.Request, context: dict[str, Any]) -> str:
    language = choose_language(request.get_header("Accept-Language"))
    return (
        _templates()
        .get_template(template)
        .render(
            context,
            language=language,
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
