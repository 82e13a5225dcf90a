"""A query ready for any engine: a tree of what must stand in an article, what decides the order, and what is marked.

Strings are in literal form (folded). Every engine gives a node the same meaning; ``engines/reference.py`` reads as its
definition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from indexer.analysis import GAP

__all__ = [
    "MAX_EXPANSIONS",
    "And",
    "Days",
    "Literal",
    "Needle",
    "Node",
    "Not",
    "Or",
    "Pattern",
    "Plan",
    "Word",
    "WordPattern",
    "compile_pattern",
    "compile_word_pattern",
]

MAX_EXPANSIONS = 1_000
"""So many words at most does a pattern stand for; more are cut off, in the order of their code points."""


@dataclass(frozen=True, slots=True)
class Literal:
    """``text`` stands within one piece of one of ``fields`` (of ``LITERAL_FIELDS``; None for all)."""

    text: str
    fields: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """``text`` is one of the words of one of ``fields`` (of ``WORD_FIELDS``; None for all)."""

    text: str
    fields: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """``parts`` stand one after another within one piece; ``gaps[i]`` bounds the characters between part ``i`` and the next."""

    parts: tuple[str, ...]
    gaps: tuple[tuple[int, int], ...]
    fields: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class WordPattern:
    """One of the words of one of ``fields`` is like ``pattern``: ``?`` is one character, ``*`` any number of them."""

    pattern: str
    fields: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """The article may be of a day from ``first`` to ``last`` (``YYYYMMDD``; None is open); one without a date is of none."""

    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class And:
    """All of ``children``, which are one or more."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of ``children``, which are one or more."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not ``child``."""

    child: Node


Node = Literal | Word | Pattern | WordPattern | Days | And | Or | Not


@dataclass(frozen=True, slots=True)
class Needle:
    """What is marked in a text: whatever matches ``leaf``, as a match of the nodes of the query that it ``covers``."""

    leaf: Literal | Word | Pattern | WordPattern
    covers: frozenset[Node]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an article should have: ``match`` combines the ``required``; ``always`` must hold, and of ``excluded`` none may.

    ``words`` and ``bigrams`` are the weights of what orders: its count in the query × what such a word counts (``weights.py``). A
    single Han character that stands alone is among the ``bigrams`` by itself. ``stand_ins`` are the terms of synonyms alone, each
    with the node in whose place they stand: none counts as rarer than that. The best articles are ordered anew by the
    ``characters`` of content words, each with its count, and by the order of ``neighbours`` among those words. ``whole`` is the
    query itself where it is nothing but text, which a title may be; else empty.
    """

    required: tuple[Node, ...] = ()
    excluded: tuple[Node, ...] = ()
    always: tuple[Node, ...] = ()
    words: dict[str, float] = field(default_factory=dict)
    bigrams: dict[str, float] = field(default_factory=dict)
    characters: dict[str, float] = field(default_factory=dict)
    neighbours: tuple[tuple[str, str], ...] = ()
    whole: str = ""
    stand_ins: dict[str, Node] = field(default_factory=dict)
    needles: tuple[Needle, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def orders(self) -> bool:
        """Whether there is anything to be relevant to."""
        return bool(self.words or self.bigrams)


@lru_cache(maxsize=256)
def compile_pattern(parts: tuple[str, ...], gaps: tuple[tuple[int, int], ...]) -> re.Pattern[str]:
    """What finds a :class:`Pattern` in a literal text: its definition, which may take long (``marks.py`` has the fast way)."""
    between = [f"[^{GAP}]{{{low},{high}}}?" for low, high in gaps]
    return re.compile("".join(re.escape(part) + gap for part, gap in zip(parts, [*between, ""], strict=True)))


@lru_cache(maxsize=256)
def compile_word_pattern(pattern: str) -> re.Pattern[str]:
    """What matches a whole word that is like the pattern of a :class:`WordPattern`.

    What follows a ``*`` is looked for where it comes first and never again further on, where it could help nothing: so a word
    costs its length times that of the pattern, whatever it holds.
    """
    first, *others = ("".join("." if char == "?" else re.escape(char) for char in part) for part in pattern.split("*"))
    if not others:
        return re.compile(first + r"\Z")
    between = "".join(f"(?>.*?{part})" for part in others[:-1])
    return re.compile(f"{first}{between}.*{others[-1]}\\Z")
