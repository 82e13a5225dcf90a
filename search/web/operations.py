"""Every route and method of the service, as a table: what it is, what it takes, what it answers.

``openapi.py`` writes it as OpenAPI and ``docs.py`` as a page; both leave out what the service at hand doesn't have. Whoever
adds a route adds a line here: ``tests/test_web_openapi.py`` walks the routes of the service and says which is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from indexer.schema import FACETS
from search.request import CHOICES, LISTS, MAX_QUERY_CHARS, MAX_TAG_CHARS, PARAMETERS, RANGES, REPEATABLE, SWITCHES
from search.request import SearchRequest as Defaults
from search.web.assistance import MOST_SEARCHES, MOST_SIMILAR, MOST_SUGGESTED, SUGGEST_FORMATS
from search.web.export import EXPORT_FIELDS, EXPORT_PARAMETERS, FORMATS
from search.web.feed import FEED_LIMIT
from search.web.messages import MESSAGES
from search.web.schemas import TEXT, Schema, listed, named
from search.web.view import FACETS_SHOWN

__all__ = ["GROUPS", "OPERATIONS", "SEARCH_PARAMETERS", "Operation", "Parameter"]

GROUPS = {
    "search": "Search",
    "articles": "Articles",
    "site": "Feeds and conventions",
    "pages": "Pages for people",
    "operation": "Operation",
}
"""Kinds of routes, in the order in which they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One of an address: ``place`` is ``query`` or ``path``. One with ``commas`` takes several values in one."""

    name: str
    help: str
    schema: Schema
    place: str = "query"
    commas: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A method of a route. ``answers`` are its media types with their schemas, ``takes`` those of its body.

    Without ``answers`` it has no 200, only one of its ``statuses``.
    ``scope`` is what a key must be for. ``examples`` are addresses to try, relative to the root. ``statuses`` are those beside
    the ones that follow from the rest.
    """

    method: str
    path: str
    name: str
    summary: str
    group: str
    answers: Mapping[str, Schema]
    parameters: tuple[Parameter, ...] = ()
    takes: Mapping[str, Schema] = field(default_factory=dict)
    scope: str = ""
    examples: tuple[str, ...] = ()
    statuses: Mapping[int, str] = field(default_factory=dict)


_HELP = {
    "q": "the query; empty means all articles, newest first",
    "match": "auto: all words, and if nothing has them all, articles with the most telling part of them; all; any",
    "strict": "1: a malformed query is refused with its offset, else it is read as well as it can be",
    "section": "only of this section, and of those below it; a path is written A > B; an empty value means articles without one",
    "author": "only by this author; an empty value means articles without one",
    "source": "only from this source; an empty value means articles without one",
    "not_section": "not of this section",
    "not_author": "not by this author",
    "not_source": "not from this source",
    "from": "from this day on: YYYY, YYYY-MM or YYYY-MM-DD",
    "to": "up to this day; a year or a month stands for all of it",
    "sort": "the order",
    "limit": "how many hits",
    "offset": "how many hits to skip",
    "cursor": "next of the page before: any depth at the same cost",
    "facets": "facets to count; empty for none",
    "facet_limit": "values of a facet; chosen ones are always listed; of sections, of each level",
    "fields": "what of an article a hit carries, beside its id",
    "group": "story: reprints of one story folded into the best hit of them",
    "explain": "1: the parts of each score",
    "offsets": "1: where title and snippets stand in the article",
    "highlight_pre": "tag before a match; the text itself is HTML-escaped",
    "highlight_post": "tag after a match",
    "snippet_chars": "length of a snippet, in characters",
    "snippets": "how many snippets",
}
_LENGTHS = {"q": MAX_QUERY_CHARS, "highlight_pre": MAX_TAG_CHARS, "highlight_post": MAX_TAG_CHARS}


def _search_parameter(name: str) -> Parameter:
    """A parameter of a search, as ``search/request.py`` reads it."""
    default: Any = getattr(Defaults(), PARAMETERS[name])
    schema: Schema = dict(TEXT)
    if name in RANGES:
        schema = {"type": "integer", "minimum": RANGES[name][0], "maximum": RANGES[name][1]}
    elif name in CHOICES:
        schema = {**TEXT, "enum": list(CHOICES[name])}
    elif name in SWITCHES:
        schema, default = {**TEXT, "enum": ["0", "1"]}, str(int(default))
    elif name in LISTS:
        schema, default = listed({"enum": list(LISTS[name])}), list(default)
    elif name in REPEATABLE:
        schema = listed(TEXT)
    if name in _LENGTHS:
        schema["maxLength"] = _LENGTHS[name]
    if default not in (None, (), ""):
        schema["default"] = default
    return Parameter(name=name, help=_HELP[name], schema=schema, commas=name in LISTS)


SEARCH_PARAMETERS = {name: _search_parameter(name) for name in PARAMETERS}
"""The parameters of a search by their names."""


def _own(name: str, help_text: str, schema: Schema, **more: Any) -> Parameter:
    return Parameter(name=name, help=help_text, schema=schema, **more)


def _changed(name: str, **schema: Any) -> Parameter:
    known = SEARCH_PARAMETERS[name]
    return Parameter(name=name, help=known.help, schema={**known.schema, **schema}, commas=known.commas)


_HITS_LIMIT = "how many"
_ID = _own("id", "of an article, percent-encoded", TEXT, place="path")
_WAIT = _own("wait", "searchable: the answer comes once the article can be found", {"enum": ["searchable"]})
_HTML = {"text/html": TEXT}
_JSON, _LINES = "application/json", "application/x-ndjson"
_ALL = tuple(SEARCH_PARAMETERS.values())
_ON_PAGES = tuple(
    SEARCH_PARAMETERS[name] for name in (*(name for name in EXPORT_PARAMETERS if name != "fields"), "offset")
)
_IN_FEEDS = tuple(
    {"sort": _changed("sort", default="newest"), "limit": _changed("limit", default=FEED_LIMIT)}.get(name, parameter)
    for name, parameter in SEARCH_PARAMETERS.items()
    if (name in EXPORT_PARAMETERS and name != "fields")
    or name in ("limit", "offset", "cursor", "snippets", "snippet_chars")
)
_IN_EXPORTS = (
    _own("format", "the form of the file", {"enum": list(FORMATS), "default": "jsonl"}),
    *(SEARCH_PARAMETERS[name] for name in EXPORT_PARAMETERS if name != "fields"),
    _changed("fields", default=list(EXPORT_FIELDS)),
)


def _page(path: str, name: str, summary: str, *examples: str, parameters: tuple[Parameter, ...] = ()) -> Operation:
    return Operation(
        method="GET", path=path, name=name, summary=summary, group="pages", answers=_HTML, parameters=parameters,
        examples=examples,
    )  # fmt: skip


def _get(path: str, name: str, summary: str, group: str, answers: Mapping[str, Schema], **more: Any) -> Operation:
    return Operation(method="GET", path=path, name=name, summary=summary, group=group, answers=answers, **more)


OPERATIONS: tuple[Operation, ...] = (
    _get("/api/v1/search", "search", "A search", "search", {_JSON: named("SearchPage")}, parameters=_ALL,
         examples=("api/v1/search?limit=3",)),
    Operation(
        method="POST", path="/api/v1/multi-search", name="multiSearch", summary="Several searches, answered in their order",
        group="search", takes={_JSON: {**listed(named("SearchBody")), "minItems": 1, "maxItems": MOST_SEARCHES}},
        answers={_JSON: listed({"anyOf": [named("SearchPage"), named("Problem")]})},
        statuses={413: "the body is larger than 1 MiB"},
    ),
    _get("/api/v1/suggest", "suggest", "Texts to go on with as one types, also from pinyin and its initials", "search",
         {_JSON: named("Suggestions"), "application/x-suggestions+json": named("BrowserSuggestions")},
         parameters=(
             _changed("q"),
             _own("limit", _HITS_LIMIT, {"type": "integer", "minimum": 1, "maximum": MOST_SUGGESTED, "default": 10}),
             _own("format", "opensearch: the form that browsers ask for", {"enum": list(SUGGEST_FORMATS), "default": "json"}),
         ),
         examples=("api/v1/suggest?q=a",)),
    _get("/api/v1/facets/{name}", "facetValues", "The values of one facet that contain a text, the commonest first", "search",
         {_JSON: named("FacetValues")},
         parameters=(
             _own("name", "of the facet", {"enum": list(FACETS)}, place="path"),
             _own("q", "stands in the values", TEXT),
             _own("query", "the query under which values are counted", TEXT),
             *(parameter for parameter in _ALL if parameter.name != "q"),
         ),
         examples=("api/v1/facets/section?facet_limit=10",)),
    _get("/api/v1/export", "export", "All hits of a search, as many as total says, from one state of the index", "search",
         {media.partition(";")[0]: (TEXT if form == "csv" else named("ExportedArticle")) for form, (media, _) in FORMATS.items()},
         parameters=_IN_EXPORTS, examples=("api/v1/export?format=csv&fields=id,title",)),
    _get("/api/v1/articles/{article_id}", "getArticle", "One article, whole", "articles", {_JSON: named("Article")},
         parameters=(_ID,)),
    Operation(
        method="PUT", path="/api/v1/articles/{article_id}", name="putArticle", summary="Adds or replaces an article",
        group="articles", parameters=(_ID, _WAIT), takes={_JSON: named("ArticleToWrite")},
        answers={_JSON: named("WriteResult")}, scope="write",
        statuses={201: "it is new", 202: "it is durable, and cannot be found yet (wait=searchable)", 413: "it is too large",
                  415: "the body is compressed, or no JSON", 422: "it breaks a rule of articles"},
    ),
    Operation(
        method="DELETE", path="/api/v1/articles/{article_id}", name="deleteArticle", summary="Deletes an article",
        group="articles", parameters=(_ID, _WAIT), answers={_JSON: named("WriteResult")}, scope="write",
        statuses={202: "it is deleted, and can still be found (wait=searchable)"},
    ),
    Operation(
        method="POST", path="/api/v1/articles", name="postArticles",
        summary="Adds or replaces the article of each line, and answers a line for each", group="articles",
        parameters=(_WAIT,), takes={_LINES: named("ArticleToWrite")}, answers={_LINES: named("LineResult")}, scope="write",
        statuses={415: "the body is compressed, or no lines of JSON"},
    ),
    _get("/api/v1/articles/{article_id}/similar", "similar", "More like this one", "articles", {_JSON: named("Similar")},
         parameters=(
             _ID,
             _own("limit", _HITS_LIMIT, {"type": "integer", "minimum": 1, "maximum": MOST_SIMILAR, "default": 10}),
         )),
    _get("/feed", "feed", "A search as an Atom feed", "site", {"application/atom+xml": TEXT}, parameters=_IN_FEEDS,
         examples=("feed?limit=5",)),
    _get("/opensearch.xml", "opensearch", "The description by which browsers add the search engine", "site",
         {"application/opensearchdescription+xml": TEXT}, statuses={404: "the setting base_url is empty"},
         examples=("opensearch.xml",)),
    _get("/openapi.json", "openapi", "This description, as OpenAPI 3.1", "site", {_JSON: {"type": "object"}},
         examples=("openapi.json",)),
    _get("/robots.txt", "robots", "What crawlers may fetch", "site", {"text/plain": TEXT}, examples=("robots.txt",)),
    _get("/favicon.ico", "favicon", "The icon", "site", {"image/x-icon": {}}),
    _get("/static/{name}", "static", "A file of the pages", "site",
         {"text/css": TEXT, "text/javascript": TEXT, "image/svg+xml": TEXT, "image/x-icon": {}},
         parameters=(
             _own("name", "of the file", TEXT, place="path"),
             _own("v", "its version, with which it may be kept for a year", TEXT),
         )),
    _get("/box.js", "box", "The search box for pages of other sites", "site", {"text/javascript": TEXT}, examples=("box.js",)),
    _page("/", "home", "The search page", "./", parameters=_ON_PAGES),
    _page("/search", "searchPage", "The search page with its results", "search?sort=newest", parameters=_ON_PAGES),
    _page("/article/{article_id}", "articlePage", "An article to read", parameters=(_ID, *_ON_PAGES)),
    _get("/values", "valuesPage", "All values of a facet of a search, to choose from", "pages", _HTML,
         parameters=(
             _own("facet", "whose values", {"enum": list(FACETS_SHOWN)}),
             _own("value", "stands in the values", TEXT),
             *(parameter for parameter in _ON_PAGES if parameter.name != "offset"),
         ),
         statuses={404: "the pages have no such facet"}),
    _get("/language", "chooseLanguage", "Keeps the language of the pages in a cookie, and leads back", "pages", {},
         parameters=(
             _own("lang", "which; another changes nothing", {"enum": list(MESSAGES)}),
             _own("to", "the page to go back to, relative to the first one", TEXT),
         ),
         statuses={303: "back to the page, else to the first one"}),
    _page("/help", "help", "How to write a query", "help"),
    _page("/docs", "docs", "The HTTP interface, as a page", "docs"),
    _page("/demo", "demo", "The search box, as another site would have it", "demo"),
    _get("/healthz", "healthz", "200 while the process lives", "operation", {_JSON: named("Live")}, examples=("healthz",)),
    _get("/readyz", "readyz", "200 when searches can be answered", "operation", {_JSON: named("Ready")},
         examples=("readyz",)),
    _get("/metrics", "metrics", "Figures for Prometheus", "operation", {"text/plain": TEXT}, examples=("metrics",)),
)  # fmt: skip
"""All of them, in the order in which they are shown."""
