"""Text to a query: forgiving for the box, exact with ``strict``.

Grammar, by recursive descent over the tokens of ``lexer.py``; what stands side by side binds like ``AND``, tighter than
``OR``::

    query  = [ either ]
    either = every { OR every }
    every  = item { [ AND ] item }
    item   = { NOT | - } ( [ field: ] ( text | "(" either ")" ) | date:… )
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from search.errors import QuerySyntaxError
from search.query.lexer import Kind, Repair, Token, tokens_of
from search.query.syntax import Dates, Either, Every, Negated, Query, SyntaxNode, Text

__all__ = ["parse"]

MAX_DEPTH = 20
"""Brackets within each other; deeper ones are ignored."""


def parse(text: str, *, strict: bool = False) -> Query:
    """The query that ``text`` is, with a warning for each repair.

    Raises:
        QuerySyntaxError: only if ``strict``: what is wrong, what was expected, and the offset.
    """
    warnings: list[str] = []

    def repair(problem: str, expected: str, done: str, offset: int) -> None:
        if strict:
            raise QuerySyntaxError(f"{problem} at offset {offset}; expected {expected}", offset=offset)
        warnings.append(f"{problem}; {done}")

    parts = _Parser(text, repair).parts()
    return Query(parts=parts, warnings=tuple(dict.fromkeys(warnings)))


@dataclass(frozen=True, slots=True)
class _Group:
    """What stands between two ``OR``, and whether an ``AND`` is among it."""

    items: tuple[SyntaxNode, ...]
    joined: bool


class _Parser:
    """Reads the tokens once, from left to right."""

    def __init__(self, text: str, repair: Repair) -> None:
        self._repair = repair
        self._tokens = list(_without_deep_brackets(tokens_of(text, repair), repair))
        self._at = 0
        self._depth = 0

    def parts(self) -> tuple[SyntaxNode, ...]:
        """What stands side by side in the whole query."""
        groups = self._groups()
        if len(groups) == 1 and not groups[0].joined:
            return groups[0].items
        return (_one(groups),) if groups else ()

    def _groups(self) -> list[_Group]:
        groups: list[_Group] = []
        before: Token | None = None
        while True:
            group = self._every()
            after = self._take("or")
            if group.items:
                groups.append(group)
            elif lonely := before or after:
                self._repair("OR has only one side", "a word on both sides", "it was left out", lonely.start)
            if after is None:
                return groups
            before = after

    def _every(self) -> _Group:
        items: list[SyntaxNode] = []
        joined = False
        while (token := self._peek()) is not None and token.kind != "or":
            if token.kind == "and":
                self._at += 1
                if items and self._begins_item():
                    joined = True
                else:
                    self._repair("AND has only one side", "a word on both sides", "it was left out", token.start)
            elif token.kind == "close":
                if self._depth:
                    break
                self._at += 1
                self._repair("a bracket closes that none opened", "an opening bracket", "it was left out", token.start)
            elif (item := self._item()) is not None:
                items.append(item)
        return _Group(tuple(items), joined)

    def _item(self) -> SyntaxNode | None:
        negated = False
        last: Token | None = None
        while token := self._take("not"):
            negated, last = not negated, token
        if last is not None and not self._begins_item():
            self._repair("there is nothing to exclude", "a word after it", "it was left out", last.start)
            return None
        item = self._wanted()
        return Negated(item) if item is not None and negated else item

    def _wanted(self) -> SyntaxNode | None:
        """A text, dates or a bracket, with the field before it."""
        token = self._tokens[self._at]
        self._at += 1
        if token.kind == "field":
            following = self._peek()
            name = token.value
            if following is None or following.kind not in ("text", "open"):
                self._repair(
                    f"{name}: stands alone", "a word or a phrase right after it", "it was left out", token.start
                )
                return None
            if following.start != token.end:
                expected = "a word or a phrase right after it, without a space"
                self._repair(f"{name}: has a space after it", expected, "the next word was taken", token.end)
            item = self._wanted()
            return None if item is None else _restricted(item, str(name))
        if token.kind == "open":
            return self._bracket(token)
        return token.value if isinstance(token.value, Text | Dates) else None

    def _bracket(self, opening: Token) -> SyntaxNode | None:
        self._depth += 1
        groups = self._groups()
        self._depth -= 1
        if self._take("close") is None:
            self._repair(
                "a bracket is not closed", "a closing bracket", "it was taken to end with the query", opening.start
            )
        if not groups:
            self._repair("a bracket is empty", "a word between the brackets", "it was left out", opening.start)
            return None
        return _one(groups)

    def _begins_item(self) -> bool:
        token = self._peek()
        return token is not None and token.kind in ("text", "dates", "field", "open", "not")

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self, kind: Kind) -> Token | None:
        token = self._peek()
        if token is None or token.kind != kind:
            return None
        self._at += 1
        return token


def _without_deep_brackets(tokens: Iterable[Token], repair: Repair) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += (token.kind == "open") - (token.kind == "close" and depth > 0)
        if token.kind == "open" and depth > MAX_DEPTH:
            repair(
                f"there are more than {MAX_DEPTH} brackets within each other", "fewer", "one was ignored", token.start
            )
        elif token.kind != "close" or depth < MAX_DEPTH:
            yield token


def _one(groups: list[_Group]) -> SyntaxNode:
    nodes = tuple(group.items[0] if len(group.items) == 1 else Every(group.items) for group in groups)
    return nodes[0] if len(nodes) == 1 else Either(nodes)


def _restricted(node: SyntaxNode, name: str) -> SyntaxNode:
    """``node`` with the field ``name`` on every text that has none of its own."""
    if isinstance(node, Text):
        return node if node.field else replace(node, field=name)
    if isinstance(node, Negated):
        return Negated(_restricted(node.child, name))
    if isinstance(node, Every | Either):
        return type(node)(tuple(_restricted(child, name) for child in node.children))
    return node
