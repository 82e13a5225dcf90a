"""Filters by facet values and dates as masks, kept apart by field so that a facet can leave its own out."""

from __future__ import annotations

from functools import reduce

import numpy as np
import numpy.typing as npt

from indexer.article import SECTION_SEPARATOR, split_section
from indexer.schema import MISSING_DAY, facet_key
from indexer.store import Snapshot
from search.request import SearchRequest

__all__ = ["FILTER_OF_FACET", "FieldChoice", "field_choices", "filter_masks", "touching_days"]

FILTER_OF_FACET = {"section": "section", "author": "author", "source": "source", "year": "date", "month": "date"}
"""The filter that is a facet's own, and does not count for it."""


class FieldChoice:
    """Values of one facet that a request wants and does not want, as folded keys."""

    def __init__(self, wanted: tuple[str, ...], unwanted: tuple[str, ...], *, section: bool = False) -> None:
        key = _section_key if section else facet_key
        self.wanted = tuple(dict.fromkeys(map(key, wanted)))
        self.unwanted = tuple(dict.fromkeys(map(key, unwanted)))


def field_choices(request: SearchRequest) -> dict[str, FieldChoice]:
    """What a request chooses of each facet that can be filtered by value."""
    return {
        "section": FieldChoice(request.sections, request.not_sections, section=True),
        "author": FieldChoice(request.authors, request.not_authors),
        "source": FieldChoice(request.sources, request.not_sources),
    }


def filter_masks(snapshot: Snapshot, request: SearchRequest) -> dict[str, npt.NDArray[np.bool_]]:
    """The articles that pass each filter that is set (``bool[n_docs]``), by its name.

    An article passes that has one of the wanted values, none of the unwanted ones, and may be of a day in the range.
    """
    masks: dict[str, npt.NDArray[np.bool_]] = {}
    for name, choice in field_choices(request).items():
        if not (choice.wanted or choice.unwanted):
            continue
        column = snapshot.facets[name]
        mask = np.ones(snapshot.n_docs, dtype=np.bool_)
        if choice.wanted:
            # One after another: all at once would hold an array of all articles for each value.
            mask = reduce(np.logical_or, (column.having(key, snapshot.n_docs) for key in choice.wanted))
        for key in choice.unwanted:
            mask &= ~column.having(key, snapshot.n_docs)
        masks[name] = mask
    first, last = request.days()
    if first is not None or last is not None:
        masks["date"] = touching_days(snapshot.days, first, last)
    return masks


def touching_days(days: npt.NDArray[np.int32], first: int | None, last: int | None) -> npt.NDArray[np.bool_]:
    """The articles that may be of a day in the range (``bool[n_docs]``); ``days`` are the first and last of each."""
    mask: npt.NDArray[np.bool_] = days[:, 0] != MISSING_DAY
    if first is not None:
        mask &= days[:, 1] >= first
    if last is not None:
        mask &= days[:, 0] <= last
    return mask


def _section_key(value: str) -> str:
    return facet_key(SECTION_SEPARATOR.join(split_section(value)))
