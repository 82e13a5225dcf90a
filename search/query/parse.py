"""Text to a query: forgiving for the box, exact with ``strict``.

Quotes may be straight, curly or full width; a minus counts where a word or phrase begins and something other than white
space follows. Anything else is a word.
"""

from __future__ import annotations

from search.errors import QuerySyntaxError
from search.query.syntax import Clause, Query

__all__ = ["parse"]

_QUOTES = frozenset('"＂“”„')
_STRAIGHT = frozenset('"＂')
_MINUS = frozenset("-－−")


def parse(text: str, *, strict: bool = False) -> Query:
    """The clauses of ``text`` in their order, with a warning for each repair.

    Raises:
        QuerySyntaxError: only if ``strict``: a quote is not closed, a phrase is empty, or a minus stands alone.
    """
    clauses: list[Clause] = []
    warnings: list[str] = []

    def repair(message: str, offset: int) -> None:
        if strict:
            raise QuerySyntaxError(f"{message} at offset {offset}", offset=offset)
        warnings.append(message)

    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        start = at
        negated = text[at] in _MINUS and at + 1 < len(text) and not text[at + 1].isspace()
        at += negated
        if text[at] in _QUOTES:
            end, closed = _end_of_phrase(text, at)
            if not closed:
                repair("a quote is not closed; it was taken to end with the query", at)
            content = text[at + 1 : end]
            at = end + closed
            if not content.strip():
                repair("a phrase is empty; it was left out", start)
                continue
            clauses.append(Clause(text=content, start=start, end=at, phrase=True, negated=negated))
            continue
        end = at
        while end < len(text) and not text[end].isspace() and text[end] not in _QUOTES:
            end += 1
        word = text[at:end]
        at = end
        if word in _MINUS:
            repair("a minus stands alone; it was left out", start)
            continue
        clauses.append(Clause(text=word, start=start, end=end, negated=negated))
    return Query(clauses=tuple(clauses), warnings=tuple(warnings))


def _end_of_phrase(text: str, opening: int) -> tuple[int, bool]:
    """Offset of the closing quote and True, or the end of the text and False.

    A straight quote closes with a straight one; a curly one with either curly one, so that a phrase typed with an input
    method that puts the same curly quote at both ends works too, or with a straight one.
    """
    closing = _STRAIGHT if text[opening] in _STRAIGHT else _QUOTES
    for at in range(opening + 1, len(text)):
        if text[at] in closing:
            return at, True
    return len(text), False
