"""What goes in: one search, frozen and checked, whether it came by HTTP, from the command line or from Python.

``PARAMETERS`` is the table that all three share: the name in a URL, the field here, how to read it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal, get_args

from indexer.schema import FACETS, day_number, last_day
from search.errors import RequestError, UnknownParameterError
from search.page import ARTICLE_FIELDS, HIT_FIELDS

__all__ = [
    "CHOICES",
    "LISTS",
    "MAX_QUERY_CHARS",
    "MAX_TAG_CHARS",
    "PARAMETERS",
    "RANGES",
    "REPEATABLE",
    "SWITCHES",
    "SearchRequest",
    "nearest_name",
    "read_day",
    "request_from_parameters",
    "request_to_parameters",
    "unknown_parameter",
]

Match = Literal["auto", "all", "any"]
Sort = Literal["relevance", "newest", "oldest"]
Group = Literal["", "story"]

MAX_LIMIT = 100
MAX_OFFSET = 10_000
MAX_QUERY_CHARS = 2_000
MAX_TAG_CHARS = 100

_DATE = re.compile(r"(\d{4})(?:-?(\d{2})(?:-?(\d{2}))?)?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """One search. Fields are the HTTP parameters, in the plural where those may be repeated.

    ``from_`` and ``to`` are days, months or years, inclusive. An empty string among ``sections``, ``authors`` or ``sources`` asks
    for articles without one. ``group="story"`` folds reprints of one story into its best hit. ``offsets`` says where in the
    article title and snippets stand. ``explain`` adds the parts of each
    score.

    Raises:
        RequestError: a value is out of its range; ``parameter`` is the HTTP name.
    """

    text: str = ""
    match: Match = "auto"
    strict: bool = False
    sections: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    not_sections: tuple[str, ...] = ()
    not_authors: tuple[str, ...] = ()
    not_sources: tuple[str, ...] = ()
    from_: str | None = None
    to: str | None = None
    sort: Sort = "relevance"
    limit: int = 10
    offset: int = 0
    cursor: str | None = None
    facets: tuple[str, ...] = ("section", "author", "source")
    facet_limit: int = 20
    fields: tuple[str, ...] = HIT_FIELDS
    group: Group = ""
    explain: bool = False
    offsets: bool = False
    highlight_pre: str = "<mark>"
    highlight_post: str = "</mark>"
    snippet_chars: int = 120
    snippets: int = 2

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            _check_choice(name, getattr(self, name), choices)
        for name, (low, high) in RANGES.items():
            _check_range(name, getattr(self, name), low, high)
        if len(self.text) > MAX_QUERY_CHARS:
            raise RequestError(f"q has {len(self.text)} characters; at most {MAX_QUERY_CHARS} are taken", parameter="q")
        for name in self.facets:
            _check_choice("facets", name, FACETS)
        for name in self.fields:
            _check_field(name)
        for name, tag in (("highlight_pre", self.highlight_pre), ("highlight_post", self.highlight_post)):
            if len(tag) > MAX_TAG_CHARS:
                raise RequestError(f"{name} is longer than {MAX_TAG_CHARS} characters", parameter=name)
        for name, field in _TEXTS.items():
            if not _is_unicode(getattr(self, field)):
                raise RequestError(f"{name} is no Unicode text: it holds half a surrogate pair", parameter=name)
        if self.cursor is not None and self.offset:
            raise RequestError("cursor and offset exclude each other; leave one out", parameter="offset")
        first, last = self.days()
        if first and last and first > last:
            raise RequestError(f"from ({self.from_}) is after to ({self.to})", parameter="from")

    def days(self) -> tuple[int | None, int | None]:
        """First and last day asked for as ``YYYYMMDD`` numbers; None where that side is open."""
        first = _parse_day("from", self.from_, last=False) if self.from_ else None
        last = _parse_day("to", self.to, last=True) if self.to else None
        return first, last


PARAMETERS: dict[str, str] = {
    "q": "text",
    "match": "match",
    "strict": "strict",
    "section": "sections",
    "author": "authors",
    "source": "sources",
    "not_section": "not_sections",
    "not_author": "not_authors",
    "not_source": "not_sources",
    "from": "from_",
    "to": "to",
    "sort": "sort",
    "limit": "limit",
    "offset": "offset",
    "cursor": "cursor",
    "facets": "facets",
    "facet_limit": "facet_limit",
    "fields": "fields",
    "group": "group",
    "explain": "explain",
    "offsets": "offsets",
    "highlight_pre": "highlight_pre",
    "highlight_post": "highlight_post",
    "snippet_chars": "snippet_chars",
    "snippets": "snippets",
}
"""Name in a URL (and, with dashes, on the command line) → field of :class:`SearchRequest`."""

CHOICES: dict[str, tuple[str, ...]] = {"match": get_args(Match), "sort": get_args(Sort), "group": get_args(Group)}
"""Parameter → what may stand for it."""

RANGES: dict[str, tuple[int, int]] = {
    "limit": (0, MAX_LIMIT),
    "offset": (0, MAX_OFFSET),
    "facet_limit": (0, 1000),
    "snippet_chars": (20, 1000),
    "snippets": (0, 10),
}
"""Parameter that is a whole number → the least and the most of it."""

LISTS: dict[str, tuple[str, ...]] = {"facets": FACETS, "fields": ARTICLE_FIELDS}
"""Parameter that names several things, apart by commas → those that there are."""

SWITCHES = ("strict", "explain", "offsets")
"""Parameters that are 0 or 1."""

REPEATABLE = ("section", "author", "source", "not_section", "not_author", "not_source")
"""Parameters that may be given several times."""

_REPEATABLE = frozenset(PARAMETERS[name] for name in REPEATABLE)
_TEXTS = {
    name: field
    for name, field in PARAMETERS.items()
    if field in _REPEATABLE or field in ("text", "highlight_pre", "highlight_post")
}
_DEFAULTS = {field.name: field.default for field in fields(SearchRequest)}


def request_from_parameters(parameters: Mapping[str, Sequence[str]], *, ignore_unknown: bool = False) -> SearchRequest:
    """The search that the parameters of a URL stand for; of a repeated single one, the last counts.

    Raises:
        UnknownParameterError: a name is not known and ``ignore_unknown`` is off.
        RequestError: a value cannot be used.
    """
    values: dict[str, Any] = {}
    for name, given in parameters.items():
        field = PARAMETERS.get(name)
        if field is None:
            if ignore_unknown:
                continue
            raise unknown_parameter(name, PARAMETERS)
        if not given:
            continue
        values[field] = tuple(given) if field in _REPEATABLE else _read(name, field, given[-1])
    return SearchRequest(**values)


def request_to_parameters(request: SearchRequest, **changed: object) -> list[tuple[str, str]]:
    """The URL parameters of ``request``, defaults left out, in the order of the table, some fields ``changed``."""
    pairs: list[tuple[str, str]] = []
    for name, field in PARAMETERS.items():
        value: Any = changed.get(field, getattr(request, field))
        if value is None or value == _DEFAULTS[field]:
            continue
        if field in _REPEATABLE:
            pairs.extend((name, item) for item in value)
        elif field in LISTS:
            pairs.append((name, ",".join(value)))
        else:
            pairs.append((name, "1" if value is True else str(value)))
    return pairs


def unknown_parameter(name: str, known: Mapping[str, object]) -> UnknownParameterError:
    """The error that names the known parameter nearest to ``name``."""
    nearest = nearest_name(name, known)
    hint = f"; did you mean {nearest!r}?" if nearest else f"; known are {', '.join(known)}"
    return UnknownParameterError(f"there is no parameter {name!r}{hint}", parameter=name, nearest=nearest)


def nearest_name(name: str, known: Mapping[str, object]) -> str | None:
    """The known name most like ``name``, or None when none is like it."""
    return next(iter(difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.5)), None)


def _read(name: str, field: str, value: str) -> object:
    if field in RANGES:
        try:
            return int(value)
        except ValueError:
            raise RequestError(f"{name} must be a whole number, and is {value!r}", parameter=name) from None
    if field in SWITCHES:
        _check_choice(name, value, ("0", "1"))
        return value == "1"
    if field in LISTS:
        return tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    if field in ("from_", "to", "cursor"):
        return value.strip() or None
    return value


def _is_unicode(value: str | tuple[str, ...]) -> bool:
    """Whether a text, or each of some, can be written as UTF-8: what a shell hands on in another encoding cannot."""
    try:
        (value if isinstance(value, str) else "".join(value)).encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_choice(name: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        known = ", ".join(choice for choice in choices if choice)
        raise RequestError(f"{name} must be one of {known}, and is {value!r}", parameter=name)


def _check_field(name: str) -> None:
    if name not in ARTICLE_FIELDS:
        nearest = nearest_name(name, dict.fromkeys(ARTICLE_FIELDS))
        hint = f"did you mean {nearest!r}?" if nearest else f"known are {', '.join(ARTICLE_FIELDS)}"
        raise RequestError(f"an article has no field {name!r}; {hint}", parameter="fields")


def _check_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise RequestError(f"{name} must be from {low} to {high}, and is {value}", parameter=name)


def _parse_day(name: str, value: str, *, last: bool) -> int:
    try:
        return read_day(value, last=last)
    except ValueError:
        raise RequestError(f"{name} must be YYYY, YYYY-MM or YYYY-MM-DD, and is {value!r}", parameter=name) from None


def read_day(value: str, *, last: bool) -> int:
    """The first or ``last`` day, as a ``YYYYMMDD`` number, that a year, month or day stands for.

    Raises:
        ValueError: it is none of them.
    """
    found = _DATE.match(value)
    if not found:
        raise ValueError(f"{value!r} is no year, month or day")
    year, month, day = (int(part) if part else 0 for part in found.groups())
    if day:
        return day_number(date(year, month, day))
    return day_number(last_day(year, month or 12) if last else date(year, month or 1, 1))
