"""The characters of a query to its tokens: texts, dates, operators and brackets, each with its place.

Full-width forms are the same as half-width ones. A colon makes a field only after the name of one, and a minus excludes only
where a word begins, so ``12:30``, ``COVID-19`` and ``http://…`` are texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from search.query.syntax import FIELDS, Dates, Text
from search.request import read_day

__all__ = ["Kind", "Repair", "Token", "tokens_of"]

Kind = Literal["text", "dates", "field", "and", "or", "not", "open", "close"]

Repair = Callable[[str, str, str, int], None]
"""Called with what is wrong, what was expected, what is done about it, and the offset; raises where nothing is to be mended."""

MAX_DISTANCE = 1_000
_OPERATORS: dict[str, Kind] = {"AND": "and", "OR": "or", "NOT": "not"}
_BRACKETS: dict[str, Kind] = {"(": "open", "（": "open", ")": "close", "）": "close"}
_QUOTES = frozenset('"＂“”„')
_STRAIGHT = frozenset('"＂')
_MINUS = frozenset("-－−")
_FIELD = re.compile(rf"({'|'.join(FIELDS)}|captions|authors|date)[:：]", re.IGNORECASE)
_PLURALS = {"captions": "caption", "authors": "author"}
_DISTANCE = re.compile(r"[~～](\d*)")
_RANGE = re.compile(r"\.{2,3}")


@dataclass(frozen=True, slots=True)
class Token:
    """A token at ``start:end`` of the query. ``value`` is a text, dates, or the name of a field."""

    kind: Kind
    start: int
    end: int
    value: Text | Dates | str | None = None


def tokens_of(text: str, repair: Repair) -> Iterator[Token]:
    """The tokens of ``text`` in their order; what cannot be one goes to ``repair``."""
    at = 0
    while at < len(text):
        char = text[at]
        if char.isspace():
            at += 1
        elif char in _BRACKETS:
            yield Token(_BRACKETS[char], at, at + 1)
            at += 1
        elif char in _QUOTES:
            token, at = _quoted(text, at, repair)
            if token is not None:
                yield token
        elif char in _MINUS:
            if at + 1 == len(text) or text[at + 1].isspace() or _BRACKETS.get(text[at + 1]) == "close":
                repair("a minus stands alone", "a word or a phrase right after it", "it was left out", at)
            else:
                yield Token("not", at, at + 1)
            at += 1
        else:
            token, at = _word(text, at, repair)
            if token is not None:
                yield token


def _quoted(text: str, start: int, repair: Repair) -> tuple[Token | None, int]:
    content, end = _content(text, start, repair)
    distance: int | None = None
    if found := _DISTANCE.match(text, end):
        if found.group(1):
            distance = min(int(found.group(1)[:6]), MAX_DISTANCE)
        else:
            repair("a ~ has no number", "a number of characters, as in ~5", "it was left out", end)
        end = found.end()
    if not content.strip():
        repair("a phrase is empty", "text between the quotes", "it was left out", start)
        return None, end
    return Token("text", start, end, Text(text=content, quoted=True, distance=distance, start=start, end=end)), end


def _content(text: str, opening: int, repair: Repair) -> tuple[str, int]:
    """What stands in the quotes that open there, and the offset after them.

    A straight quote closes with a straight one, and two of them inside stand for one; a curly one closes with either curly one,
    so that a phrase typed with an input method that puts the same curly quote at both ends works too, or with a straight one.
    """
    straight = text[opening] in _STRAIGHT
    closing = _STRAIGHT if straight else _QUOTES
    content: list[str] = []
    at = opening + 1
    while at < len(text):
        if text[at] in closing:
            if not (straight and text[at + 1 : at + 2] in _STRAIGHT):
                return "".join(content), at + 1
            at += 1
        content.append(text[at])
        at += 1
    repair("a quote is not closed", "a closing quote", "it was taken to end with the query", opening)
    return "".join(content), len(text)


def _word(text: str, start: int, repair: Repair) -> tuple[Token | None, int]:
    end = start
    while not _ends_word(text, end):
        end += 1
    found = _FIELD.match(text, start, end)
    if found is None:
        word = text[start:end]
        operator = _OPERATORS.get(unicodedata.normalize("NFKC", word))
        if operator is not None:
            return Token(operator, start, end), end
        return Token("text", start, end, Text(text=word, start=start, end=end)), end
    name = found.group(1).lower()
    if name == "date":
        return _dates(text, found.end(), end, start, repair), end
    return Token("field", start, found.end(), _PLURALS.get(name, name)), found.end()


def _dates(text: str, start: int, end: int, token_start: int, repair: Repair) -> Token | None:
    first, *rest = _RANGE.split(unicodedata.normalize("NFKC", text[start:end]))
    last = rest[0] if rest else first
    dates = Dates(first=first or None, last=last or None, start=token_start, end=end)
    if len(rest) <= 1 and _is_range(dates):
        return Token("dates", token_start, end, dates)
    expected = "a year, a month, a day, or two of them with .. between, as in date:2023..2024-06"
    repair(f"{text[start:end]!r} is no date", expected, "it was left out", start)
    return None


def _is_range(dates: Dates) -> bool:
    """Whether the range has an end, both can be read, and they are in order."""
    try:
        first = read_day(dates.first, last=False) if dates.first else None
        last = read_day(dates.last, last=True) if dates.last else None
    except ValueError:
        return False
    return (first or last) is not None and (first is None or last is None or first <= last)


def _ends_word(text: str, at: int) -> bool:
    return at >= len(text) or text[at].isspace() or text[at] in _QUOTES or text[at] in _BRACKETS
