"""A query to its text: what ``parse`` reads as the same query, operators written out."""

from __future__ import annotations

from search.query.syntax import Dates, Every, Negated, Query, SyntaxNode, Text

__all__ = ["format_query"]


def format_query(query: Query) -> str:
    """The text of ``query``; ``parse`` makes the same query of it."""
    return " ".join(map(_written, query.parts))


def _written(node: SyntaxNode) -> str:
    if isinstance(node, Text):
        return _text(node)
    if isinstance(node, Dates):
        if node.first == node.last:
            return f"date:{node.first}"
        return f"date:{node.first or ''}..{node.last or ''}"
    if isinstance(node, Negated):
        return f"-{_written(node.child)}"
    operator = " AND " if isinstance(node, Every) else " OR "
    return f"({operator.join(map(_written, node.children))})"


def _text(node: Text) -> str:
    field = f"{node.field}:" if node.field else ""
    if not node.quoted:
        return field + node.text
    distance = "" if node.distance is None else f"~{node.distance}"
    quoted = node.text.replace('"', '""').replace("＂", "＂＂")
    return f'{field}"{quoted}"{distance}'
