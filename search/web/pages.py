"""The pages for people: a search and its results, an article to read, and errors. Server-rendered; no script is needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote, urlencode

import falcon
import jinja2
from markupsafe import Markup

from indexer.article import SECTION_SEPARATOR
from indexer.schema import facet_key
from search.engines.base import Engine
from search.page import FacetValue, Page
from search.request import MAX_OFFSET, SearchRequest, request_from_parameters, request_to_parameters
from search.web.errors import Problem
from search.web.messages import MESSAGES, choose_language
from search.web.resources import query_parameters

__all__ = ["SECURITY_HEADERS", "ArticlePage", "SearchPage", "StaticResource", "error_page"]

PER_PAGE = 10
FACETS_SHOWN = ("section", "author", "source", "year")
_FIELD = {"section": "sections", "author": "authors", "source": "sources"}
_FIXED = {"highlight_pre", "highlight_post", "facets", "facet_limit", "limit", "cursor", "snippets", "snippet_chars"}

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """A facet value as a link: ``href`` chooses it, or takes the choice back."""

    label: str
    count: int
    href: str
    selected: bool
    depth: int = 0


class SearchPage:
    """``GET /`` and ``GET /search``: the search box, and what it found."""

    def __init__(self, engine: Engine, title: str) -> None:
        self._engine = engine
        self._title = title

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """The page; parameters it does not know or that fix its own layout are ignored."""
        parameters = query_parameters(request)
        given = {name: values for name, values in parameters.items() if name not in _FIXED}
        cleaned = {
            name: [value for value in values if value or name in _FIELD or name.startswith("not_")]
            for name, values in given.items()
        }
        search = request_from_parameters(cleaned, ignore_unknown=True)
        search = replace(search, limit=PER_PAGE, facets=FACETS_SHOWN)
        page = self._engine.search(search)
        _send(response, "search.html", request, _context(self._title, search, page))

    on_head = on_get


class ArticlePage:
    """``GET /article/{id}``: an article to read."""

    def __init__(self, engine: Engine, title: str) -> None:
        self._engine = engine
        self._title = title

    def on_get(self, request: falcon.Request, response: falcon.Response, article_id: str) -> None:
        """The reading view."""
        article = self._engine.article(article_id)
        context = {"site": self._title, "article": article, "paragraphs": article.body.split("\n")}
        _send(response, "article.html", request, context)

    on_head = on_get


class StaticResource:
    """``GET /static/{name}``: the style sheet."""

    def on_get(self, _request: falcon.Request, response: falcon.Response, name: str) -> None:
        """The file; there is one."""
        if name != "style.css":
            raise falcon.HTTPNotFound
        response.content_type = "text/css; charset=utf-8"
        response.set_header("Cache-Control", "max-age=3600")
        response.text = _style_sheet()

    on_head = on_get


def error_page(request: falcon.Request, problem: Problem) -> str:
    """The HTML of an error."""
    return _render("error.html", request, {"site": "", "problem": problem})


def _context(title: str, search: SearchRequest, page: Page) -> dict[str, Any]:
    return {
        "site": title,
        "search": search,
        "page": page,
        "facets": {name: _choices(search, name, page.facets.get(name, ())) for name in FACETS_SHOWN},
        "chips": _chips(search),
        "sorts": [
            (name, _link(search, sort=name, offset=0), search.sort == name)
            for name in ("relevance", "newest", "oldest")
        ],
        "hidden": [
            (name, value)
            for name, value in request_to_parameters(replace(search, limit=10), facets=None, offset=0)
            if name != "q"
        ],
        "clear": _link(SearchRequest(text=search.text, match=search.match, sort=search.sort)),
        "pagination": _pagination(search, page.total),
        "asked": bool(search.text or _chips(search)),
    }


def _link(search: SearchRequest, **changed: object) -> str:
    """The relative address of the same search with some fields changed."""
    pairs = request_to_parameters(search, facets=None, limit=10, **changed)
    pairs = [(name, value) for name, value in pairs if (name, value) != ("offset", "0") and name != "limit"]
    return "?" + urlencode(pairs)


def _choices(search: SearchRequest, name: str, values: tuple[FacetValue, ...]) -> list[_Choice]:
    if name == "year":
        return [
            _Choice(
                label=value.value,
                count=value.count,
                selected=(search.from_, search.to) == (value.value, value.value),
                href=_toggle_year(search, value.value),
            )
            for value in values
        ]
    chosen = getattr(search, _FIELD[name])
    return [
        _Choice(
            label=value.value.rpartition(SECTION_SEPARATOR)[2] if name == "section" else value.value,
            count=value.count,
            selected=value.selected,
            depth=value.value.count(SECTION_SEPARATOR) if name == "section" else 0,
            href=_link(search, offset=0, **{_FIELD[name]: _toggled(chosen, value)}),
        )
        for value in values
    ]


def _toggle_year(search: SearchRequest, year: str) -> str:
    now = None if (search.from_, search.to) == (year, year) else year
    return _link(search, from_=now, to=now, offset=0)


def _toggled(chosen: tuple[str, ...], value: FacetValue) -> tuple[str, ...]:
    if value.selected:
        return tuple(item for item in chosen if facet_key(item) != facet_key(value.value))
    return (*chosen, value.value)


def _chips(search: SearchRequest) -> list[tuple[str, str]]:
    """Label of each chosen filter, and the address without it."""
    chips: list[tuple[str, str]] = []
    for field in ("sections", "authors", "sources", "not_sections", "not_authors", "not_sources"):
        values = getattr(search, field)
        for value in values:
            rest = tuple(item for item in values if item != value)
            label = ("− " if field.startswith("not_") else "") + value
            chips.append((label, _link(search, offset=0, **{field: rest})))
    if search.from_ or search.to:
        chips.append((f"{search.from_ or ''} – {search.to or ''}", _link(search, from_=None, to=None, offset=0)))
    return chips


def _pagination(search: SearchRequest, total: int) -> dict[str, Any]:
    """Number of this page, addresses of the one before and after, and of the numbers around it."""
    last = max(0, min((total - 1) // PER_PAGE, MAX_OFFSET // PER_PAGE))
    now = search.offset // PER_PAGE
    numbers = range(max(0, now - 3), min(last, now + 3) + 1)
    return {
        "number": now + 1,
        "previous": _link(search, offset=(now - 1) * PER_PAGE) if now else None,
        "next": _link(search, offset=(now + 1) * PER_PAGE) if now < last else None,
        "numbers": [(number + 1, _link(search, offset=number * PER_PAGE)) for number in numbers] if last else [],
    }


def _send(response: falcon.Response, template: str, request: falcon.Request, context: dict[str, Any]) -> None:
    response.content_type = falcon.MEDIA_HTML
    response.set_header("Vary", "Accept-Language")
    response.text = _render(template, request, context)


def _render(template: str, request: falcon.Request, context: dict[str, Any]) -> str:
    language = choose_language(request.get_header("Accept-Language"))
    root = request.root_path or ""
    return (
        _templates()
        .get_template(template)
        .render(context, language=language, say=MESSAGES[language], root=root, quote=_quote, Markup=Markup)
    )


def _quote(value: str) -> str:
    return quote(value, safe="")


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("search.web"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


@cache
def _style_sheet() -> str:
    return (resources.files("search.web") / "static" / "style.css").read_text(encoding="utf-8")
