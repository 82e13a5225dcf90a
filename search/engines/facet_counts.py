"""Facets of the local engine: counted over the articles of an answer, each under the filters of the other fields."""

from __future__ import annotations

from functools import reduce

import numpy as np
import numpy.typing as npt

from indexer.schema import FACETS
from indexer.store import Snapshot
from search.evaluate.arrays import Docs, Mask
from search.evaluate.backend import Steps
from search.evaluate.facets import list_values
from search.evaluate.filters import FILTER_OF_FACET, field_choices
from search.page import FacetValue
from search.request import SearchRequest

__all__ = ["count_facets", "facet_rows"]


def count_facets(
    snapshot: Snapshot, steps: Steps, matching: Mask, docs: Docs, filters: dict[str, Mask], request: SearchRequest
) -> dict[str, tuple[FacetValue, ...]]:
    """The facets asked for; ``docs`` are the articles that are ``matching`` and pass all ``filters``."""
    choices = field_choices(request)
    facets: dict[str, tuple[FacetValue, ...]] = {}
    for name in FACETS:
        if name not in request.facets:
            continue
        column = snapshot.facets[name]
        counted = _counted(name, matching, filters) if FILTER_OF_FACET[name] in filters else docs
        counts = steps.count_values(counted, column.offsets, column.ordinals, len(column.keys))
        selected = choices[name].wanted if name in choices else ()
        # A section is among the first of its level or not, and months come by date: counts alone don't choose these.
        most = request.facet_limit if name in ("author", "source") else None
        rows = column.rows(counts, selected, most)
        if "" in selected:
            rows.append(("", "", int(np.count_nonzero(column.offsets[counted] == column.offsets[1:][counted]))))
        facets[name] = list_values(name, rows, selected=selected, limit=request.facet_limit)
    return facets


def facet_rows(
    snapshot: Snapshot, steps: Steps, facet: str, matching: Mask, filters: dict[str, Mask]
) -> list[tuple[str, str, int]]:
    """Key, label and count of all values of one facet that are counted."""
    column = snapshot.facets[facet]
    counted = _counted(facet, matching, filters)
    return column.rows(steps.count_values(counted, column.offsets, column.ordinals, len(column.keys)), ())


def _counted(facet: str, matching: Mask, filters: dict[str, Mask]) -> npt.NDArray[np.uint32]:
    """The articles that count for a facet: those that match and pass the filters of the other fields."""
    others = [mask for field, mask in filters.items() if field != FILTER_OF_FACET[facet]]
    mask: Mask = reduce(np.logical_and, others, matching)
    return mask.nonzero()[0].astype(np.uint32)
