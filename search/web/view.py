"""A request and its page of results as what the template shows: links, chips, facet choices, page numbers. Pure functions.

Every address is relative to the search page, so the page works under any URL prefix. Letters of any script stand in those that a
browser follows as they are; those that a program may be given, of feeds and exports, are percent-encoded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from indexer.analysis import fold, is_han
from indexer.article import SECTION_SEPARATOR, split_section
from indexer.schema import facet_key
from search.page import FacetValue, Hit, Page
from search.request import MAX_OFFSET, SearchRequest, request_to_parameters

__all__ = [
    "FACETS_SHOWN",
    "PER_PAGE",
    "VALUES_SHOWN",
    "Chip",
    "Choice",
    "article_href",
    "export_href",
    "facet_choices",
    "feed_href",
    "filter_chips",
    "han_language",
    "hidden_inputs",
    "hit_language",
    "is_cut",
    "pagination",
    "search_href",
    "shown_day",
    "sort_choices",
    "value_tree",
    "values_href",
    "web_address",
]

PER_PAGE = 10
FACETS_SHOWN = ("section", "author", "source")
VALUES_SHOWN = 8
"""Values of a facet, and sections of one level, that the page lists; the others are found by their name."""

LAST_PAGE = MAX_OFFSET // PER_PAGE
MOST_OPEN = 8
"""So many sections are shown with all that is below them."""

_LAYOUT: dict[str, Any] = {"limit": 10, "offset": 0, "cursor": None, "facets": SearchRequest().facets}
"""What of a search the page itself fixes: no address of it says so."""
_FIELD = {"section": "sections", "author": "authors", "source": "sources"}
_TRADITIONAL_SHARE = 0.1
_NO_LETTERS = re.compile(r"[^\w.~-]+")
_SENTENCE_ENDS = "。！？!?；;…”’」』）)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A facet value as a link: ``href`` chooses it, or takes the choice back.

    ``without`` excludes one that is chosen, or no longer excludes one; empty where excluding only adds to the search.

    ``path`` is the whole value, ``children`` are what lies below a section, shown at once when ``unfolded``.
    """

    label: str
    count: int
    href: str
    selected: bool
    without: str = ""
    excluded: bool = False
    path: str = ""
    children: tuple[Choice, ...] = ()
    unfolded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A chosen filter; ``href`` is the search without it. ``kind`` is a facet's name, ``since``, ``until`` or ``between``."""

    kind: str
    label: str
    href: str
    excluded: bool = False


def search_href(request: SearchRequest, **changed: Any) -> str:
    """The relative address of the first page of ``request`` with some fields changed."""
    pairs = request_to_parameters(request, **{**_LAYOUT, **changed})
    return "search?" + _query(pairs) if pairs else "./"


def article_href(article_id: str, request: SearchRequest) -> str:
    """The relative address of the reading view, with the search to come back to."""
    query = search_href(request, offset=request.offset).partition("?")[2]
    return f"article/{quote(article_id, safe='')}" + (f"?{query}" if query else "")


def values_href(request: SearchRequest, name: str, text: str = "") -> str:
    """The relative address of the page with all values of a facet that contain ``text``."""
    pairs = [("facet", name), *hidden_inputs(request), *([("value", text)] if text else [])]
    return "values?" + _query(pairs)


def feed_href(request: SearchRequest) -> str:
    """The relative address of the feed of ``request``; in its own order, the newest first, where none was chosen."""
    return _with_query("feed", request_to_parameters(_whole(request)))


def export_href(request: SearchRequest, form: str) -> str:
    """The relative address of all hits of ``request`` as a file, ``csv`` or ``jsonl``."""
    return _with_query("api/v1/export", [("format", form), *request_to_parameters(_whole(request))])


def web_address(url: str | None) -> str | None:
    """``url`` when a browser may be sent there, else None: an article may carry ``javascript:`` as its address."""
    return url if url and url.lower().startswith(("http://", "https://")) else None


def hidden_inputs(request: SearchRequest, *without: str) -> list[tuple[str, str]]:
    """The parameters that a form must carry on, apart from those it asks for itself."""
    pairs = request_to_parameters(request, **_LAYOUT)
    return [(name, value) for name, value in pairs if name not in without]


def facet_choices(request: SearchRequest, name: str, values: tuple[FacetValue, ...]) -> list[Choice]:
    """The values of one facet as links, in their order; sections each by their whole path."""
    field = _FIELD[name]
    chosen, unwanted = getattr(request, field), getattr(request, f"not_{field}")
    excluded = {_value_key(name, value) for value in unwanted}
    toggle = _toggle_section if name == "section" else _toggle_value
    choices = []
    for value in values:
        key = _value_key(name, value.value)
        is_out = key in excluded
        allowed = tuple(item for item in unwanted if _value_key(name, item) != key)
        wanted = tuple(item for item in chosen if not _overlap(name, item, key))
        without = {field: wanted, f"not_{field}": allowed if is_out else (*allowed, value.value)}
        choices.append(
            Choice(
                label=value.value,
                path=value.value,
                count=value.count,
                selected=value.selected,
                excluded=is_out,
                href=search_href(request, **{field: toggle(chosen, value), f"not_{field}": allowed}),
                without=search_href(request, **without) if is_out or wanted != chosen else "",
            )
        )
    return choices


def value_tree(choices: list[Choice]) -> list[Choice]:
    """Sections, each below its parent, as a tree: by their own names, what lies above a chosen one unfolded."""
    few = len(choices) <= MOST_OPEN
    roots: list[Choice] = []
    # From the last to the first, so that all below a section are known when it comes.
    waiting: dict[int, list[Choice]] = {}
    for choice in reversed(choices):
        depth = choice.path.count(SECTION_SEPARATOR)
        children = tuple(reversed(waiting.pop(depth + 1, [])))
        inside = any(child.selected or child.excluded or child.unfolded for child in children)
        branch = replace(
            choice,
            label=choice.path.rpartition(SECTION_SEPARATOR)[2],
            children=children,
            unfolded=bool(children) and (few or inside or choice.selected),
        )
        (waiting.setdefault(depth, []) if depth else roots).append(branch)
    return roots[::-1]


def filter_chips(request: SearchRequest) -> list[tuple[Chip, SearchRequest]]:
    """The filters that are set, each with the way out and the search that is left."""
    chips: list[tuple[Chip, SearchRequest]] = []
    for kind, field in _FIELD.items():
        for excluded, name in ((False, field), (True, f"not_{field}")):
            values = getattr(request, name)
            for value in values:
                left = _first_page(request, **{name: tuple(item for item in values if item != value)})
                chips.append((Chip(kind=kind, label=value, href=search_href(left), excluded=excluded), left))
    if request.from_ or request.to:
        left = _first_page(request, from_=None, to=None)
        chips.append((_date_chip(request, search_href(left)), left))
    return chips


def pagination(request: SearchRequest, page: Page) -> dict[str, Any]:
    """Number of this page, addresses of the one before and after, and of the numbers around it (None for a gap)."""
    last = max(0, min((page.total - 1) // PER_PAGE, LAST_PAGE))
    now = min(request.offset // PER_PAGE, LAST_PAGE)
    near = [number for number in range(now - 2, now + 3) if 0 <= number <= last]
    numbers: list[tuple[int, str] | None] = []
    for number in sorted({0, last, *near}):
        if numbers and (before := numbers[-1]) is not None and number + 1 > before[0] + 1:
            numbers.append(None)
        numbers.append((number + 1, search_href(request, offset=number * PER_PAGE)))
    return {
        "number": now + 1,
        "previous": search_href(request, offset=(min(now, last + 1) - 1) * PER_PAGE) if now else None,
        "next": search_href(request, offset=(now + 1) * PER_PAGE) if now < last else None,
        "numbers": numbers if last else [],
        "at_end": now == LAST_PAGE and page.total > (LAST_PAGE + 1) * PER_PAGE,
    }


def is_cut(snippet: str) -> bool:
    """Whether a snippet ends inside a sentence, so that an ellipsis belongs after it."""
    return not snippet.removesuffix("</mark>").rstrip().endswith((*_SENTENCE_ENDS, "&quot;", "&#x27;"))


def sort_choices(request: SearchRequest) -> list[tuple[str, str, bool]]:
    """Name, address and state of each order; without a query there is no relevance, and the newest come first."""
    names = ("relevance", "newest", "oldest") if request.text else ("newest", "oldest")
    current = request.sort if request.sort in names else "newest"
    return [(name, search_href(request, sort=name), name == current) for name in names]


def shown_day(published: str | None) -> str:
    """The day of a date, without its time."""
    return (published or "")[:10]


def han_language(text: str) -> str:
    """``zh-Hant`` when a noticeable part of the Han in ``text`` is Traditional, else ``zh-Hans``: fonts differ."""
    han = [(char, folded) for char, folded in zip(text, fold(text), strict=False) if is_han(char)]
    changed = sum(char != folded for char, folded in han)
    return "zh-Hant" if han and changed / len(han) >= _TRADITIONAL_SHARE else "zh-Hans"


def hit_language(hit: Hit) -> str:
    """The language tag of a hit, from its title and snippets."""
    return han_language(hit.title + "".join(hit.highlights.snippets))


def _toggle_value(chosen: tuple[str, ...], value: FacetValue) -> tuple[str, ...]:
    key = facet_key(value.value)
    rest = tuple(item for item in chosen if facet_key(item) != key)
    return rest if value.selected else (*rest, value.value)


def _toggle_section(chosen: tuple[str, ...], value: FacetValue) -> tuple[str, ...]:
    """A section replaces those above and below it: choosing a part of what is chosen narrows, choosing the whole widens."""
    key = _section_key(value.value)
    if value.selected:
        return tuple(item for item in chosen if _section_key(item) != key)
    kept = tuple(item for item in chosen if not _on_one_path(_section_key(item), key))
    return (*kept, value.value)


def _on_one_path(one: str, other: str) -> bool:
    if not one or not other:
        return one == other
    short, long = sorted((one, other), key=len)
    return short == long or long.startswith(short + SECTION_SEPARATOR)


def _overlap(name: str, chosen: str, key: str) -> bool:
    """Whether nothing or less would be left of a chosen value once the one with ``key`` is excluded."""
    return _on_one_path(_section_key(chosen), key) if name == "section" else facet_key(chosen) == key


def _value_key(name: str, value: str) -> str:
    return _section_key(value) if name == "section" else facet_key(value)


def _section_key(value: str) -> str:
    return facet_key(SECTION_SEPARATOR.join(split_section(value)))


def _with_query(path: str, pairs: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _query(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{name}={_query_value(value)}" for name, value in pairs)


# PERF: letters stand as they are, which browsers encode: a page with ten filters is of 80 kB, not 104, and made 1 ms sooner.
@lru_cache(maxsize=4096)
def _query_value(value: str) -> str:
    return _NO_LETTERS.sub(lambda found: quote_plus(found[0]), value)


def _whole(request: SearchRequest) -> SearchRequest:
    """``request`` without what says which of its hits are shown, and how."""
    return _first_page(request, limit=10, facets=SearchRequest().facets, explain=False, offsets=False)


def _first_page(request: SearchRequest, **changed: Any) -> SearchRequest:
    return replace(request, offset=0, cursor=None, **changed)


def _date_chip(request: SearchRequest, href: str) -> Chip:
    first, last = request.from_, request.to
    if first and last:
        return Chip(kind="between", label=first if first == last else f"{first} – {last}", href=href)
    return Chip(kind="since" if first else "until", label=first or last or "", href=href)
