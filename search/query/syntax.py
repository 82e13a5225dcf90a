"""The parts of a query as it was typed: words and quoted phrases, each wanted or not.

``parse.py`` makes them, ``rewrite.py`` turns them into what is looked up. The whole language of the contract comes in here;
for now it is words, ``"phrases"`` and a leading minus.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Clause", "Query"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A stretch of the query without white space, or a quoted phrase; ``start`` and ``end`` are code points of the query."""

    text: str
    start: int
    end: int
    phrase: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A parsed query. ``warnings`` says, in words for people, how a malformed one was read."""

    clauses: tuple[Clause, ...] = ()
    warnings: tuple[str, ...] = ()
