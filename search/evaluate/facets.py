"""Counts of facet values to the lists that a page shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from indexer.article import SECTION_SEPARATOR
from search.page import FacetValue

__all__ = ["list_values"]


def list_values(
    facet: str, counts: Iterable[tuple[str, str, int]], *, selected: Sequence[str], limit: int
) -> tuple[FacetValue, ...]:
    """The values of one facet in the order in which they are shown.

    ``counts`` holds key, label and count of each value. Those with the most articles come first, equal ones by label; years and
    months come latest first. Sections come as a tree, each below its parent, and the ``limit`` holds for each level of it.
    Values among the ``selected`` keys are always listed, even with 0 articles and past the limit.
    """
    chosen = set(selected)
    rows = [(key, label, count) for key, label, count in counts if count or key in chosen]
    if facet == "section":
        return _section_tree(rows, chosen, limit)
    if facet in ("year", "month"):
        rows.sort(key=lambda row: row[0], reverse=True)
    else:
        rows.sort(key=_by_count)
    return tuple(_value(row, chosen) for at, row in enumerate(rows) if at < limit or row[0] in chosen)


def _section_tree(rows: list[tuple[str, str, int]], chosen: set[str], limit: int) -> tuple[FacetValue, ...]:
    children: dict[str, list[tuple[str, str, int]]] = {}
    for row in sorted(rows, key=_by_count):
        if row[0]:
            children.setdefault(_parent(row[0]), []).append(row)
    values: list[FacetValue] = []

    def walk(parent: str) -> None:
        for at, row in enumerate(children.get(parent, ())):
            if at < limit or (chosen and _on_chosen_path(row[0], chosen)):
                values.append(_value(row, chosen))
                if row[0] in children:
                    walk(row[0])

    walk("")
    return (*values, *(_value(row, chosen) for row in rows if row[0] == ""))


def _on_chosen_path(key: str, chosen: set[str]) -> bool:
    return any(other == key or other.startswith(key + SECTION_SEPARATOR) for other in chosen)


def _parent(key: str) -> str:
    return key.rpartition(SECTION_SEPARATOR)[0]


def _by_count(row: tuple[str, str, int]) -> tuple[int, str]:
    return -row[2], row[1]


def _value(row: tuple[str, str, int], chosen: set[str]) -> FacetValue:
    return FacetValue(value=row[1], count=row[2], selected=row[0] in chosen)
