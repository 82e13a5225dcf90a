"""The token: a word and the span of the shown text it was cut from. Made by ``analyzer.py``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["Token", "covering_words"]


class Token(NamedTuple):
    """One word of a text. ``text`` is folded; ``start`` and ``end`` are code points of the text as shown."""

    # PERF: a named tuple, not a dataclass: made 5 million times for 10 M characters, 0.3 against 1.1 µs each.
    text: str
    start: int
    end: int


def covering_words(tokens: Iterable[Token]) -> list[Token]:
    """The tokens that cover a text from left to right, the longest at each place."""
    covering: list[Token] = []
    end = 0
    for token in sorted(tokens, key=lambda token: (token.start, -token.end)):
        if token.start >= end:
            covering.append(token)
            end = token.end
    return covering
