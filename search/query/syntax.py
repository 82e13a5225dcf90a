"""A query as it was typed, as a tree: texts, dates, and how operators join them.

``parse.py`` makes it, ``format.py`` writes it again, ``rewrite.py`` turns it into what is looked up (``plan.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as member

__all__ = ["FIELDS", "Dates", "Either", "Every", "Negated", "Query", "SyntaxNode", "Text"]

FIELDS: dict[str, str] = {
    "title": "title",
    "body": "body",
    "summary": "summary",
    "caption": "captions",
    "author": "authors",
    "source": "source",
    "section": "section",
}
"""Name before a colon → the field of an article that it restricts to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A stretch of the query without white space, or a ``quoted`` string; ``start`` and ``end`` are code points of the query.

    ``field`` is a name of ``FIELDS``; ``distance`` follows a quoted text as in ``"a b"~5``.
    """

    text: str
    quoted: bool = False
    distance: int | None = None
    field: str | None = None
    start: int = member(default=0, compare=False)
    end: int = member(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """``date:first..last``; one of them may be None, which leaves that side open."""

    first: str | None
    last: str | None
    start: int = member(default=0, compare=False)
    end: int = member(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negated:
    """What must not be."""

    child: SyntaxNode


@dataclass(frozen=True, slots=True)
class Every:
    """All of two or more, joined by ``AND`` or side by side within brackets."""

    children: tuple[SyntaxNode, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of two or more, joined by ``OR``."""

    children: tuple[SyntaxNode, ...]


SyntaxNode = Text | Dates | Negated | Every | Either


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A parsed query: the parts that stand side by side, which ``match`` combines.

    ``warnings`` says, in words for people, how a malformed query was read.
    """

    parts: tuple[SyntaxNode, ...] = ()
    warnings: tuple[str, ...] = member(default=(), compare=False)
