"""Counts of facet values to the lists that a page shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from indexer.article import SECTION_SEPARATOR
from search.page import FacetValue

__all__ = ["list_values", "values_containing"]

_Row = tuple[int, str, str]
"""Count with its sign turned, label, key: sorted, that is the order in which they are shown."""


def list_values(
    facet: str, counts: Iterable[tuple[str, str, int]], *, selected: Sequence[str], limit: int
) -> tuple[FacetValue, ...]:
    """The values of one facet in the order in which they are shown.

    ``counts`` holds key, label and count of each value. Those with the most articles come first, equal ones by label; years and
    months come latest first. Sections come as a tree, each below its parent, and the ``limit`` holds for each level of it.
    Values among the ``selected`` keys are always listed, even with 0 articles and past the limit.
    """
    chosen = set(selected)
    rows = [(-count, label, key) for key, label, count in counts if count or key in chosen]
    if facet == "section":
        return _section_tree(rows, chosen, limit)
    if facet in ("year", "month"):
        rows.sort(key=lambda row: row[2], reverse=True)
    else:
        rows.sort()
    if chosen:
        rows = [row for at, row in enumerate(rows) if at < limit or row[2] in chosen]
    else:
        del rows[limit:]
    return tuple([FacetValue(label, -count, key in chosen) for count, label, key in rows])


def values_containing(
    counts: Iterable[tuple[str, str, int]], text: str, *, selected: Sequence[str], limit: int
) -> tuple[FacetValue, ...]:
    """Those of the counted values in whose key ``text`` (folded) stands; see ``list_values``. Sections make no tree here."""
    chosen = set(selected)
    rows = sorted((-count, label, key) for key, label, count in counts if count and key and text in key)
    return tuple(FacetValue(label, -count, key in chosen) for count, label, key in rows[:limit])


def _section_tree(rows: list[_Row], chosen: set[str], limit: int) -> tuple[FacetValue, ...]:
    children: dict[str, list[_Row]] = {}
    rows.sort()
    for row in rows:
        if row[2]:
            children.setdefault(row[2].rpartition(SECTION_SEPARATOR)[0], []).append(row)
    values: list[FacetValue] = []

    def walk(parent: str) -> None:
        for at, (count, label, key) in enumerate(children[parent]):
            if at < limit or (chosen and _on_chosen_path(key, chosen)):
                values.append(FacetValue(label, -count, key in chosen))
                if key in children:
                    walk(key)

    if "" in children:
        walk("")
    values += [FacetValue(label, -count, key in chosen) for count, label, key in rows if key == ""]
    return tuple(values)


def _on_chosen_path(key: str, chosen: set[str]) -> bool:
    return any(other == key or other.startswith(key + SECTION_SEPARATOR) for other in chosen)
