"""Facet values of all articles as arrays: which values there are, and which articles have them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.store.parts import offsets_of
from indexer.store.segment import SegmentFacet

__all__ = ["FacetColumn", "period_column", "stored_column"]

KEPT_MASK_BYTES = 1 << 23
"""So much of the masks of values that were filtered by is kept for a facet."""


@dataclass(frozen=True, slots=True)
class FacetColumn:
    """The values of one facet.

    ``keys`` are folded and sorted, ``labels`` the commonest form of each in the articles. Entry ``i`` says that
    article ``docs[i]`` has the value ``ordinals[i]``: both ``int32[n_entries]``, by article. Those of article ``d`` are the
    entries ``offsets[d]:offsets[d + 1]`` (``uint32[n_docs + 1]``).
    """

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    docs: npt.NDArray[np.int32]
    ordinals: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.uint32]
    ordinal_of: dict[str, int] = field(repr=False)
    kept_masks: dict[str, npt.NDArray[np.bool_]] = field(repr=False, default_factory=dict)

    def having(self, key: str, n_docs: int) -> npt.NDArray[np.bool_]:
        """``bool[n_docs]``, not to be changed: the articles that have the value; for the empty key, those that have none."""
        mask = self.kept_masks.get(key)
        if mask is None:
            mask = self._find(key, n_docs)
            mask.flags.writeable = False
            if key and key not in self.ordinal_of:
                return mask  # values that nothing has are without end
            # NOTE: other threads keep masks meanwhile, so what is walked is a copy of the names.
            for oldest in tuple(self.kept_masks):
                if (len(self.kept_masks) + 1) * n_docs <= KEPT_MASK_BYTES:
                    break
                self.kept_masks.pop(oldest, None)
            self.kept_masks[key] = mask
        return mask

    def _find(self, key: str, n_docs: int) -> npt.NDArray[np.bool_]:
        mask = np.zeros(n_docs, dtype=np.bool_)
        if key == "":
            mask[self.docs] = True
            return ~mask
        ordinal = self.ordinal_of.get(key)
        if ordinal is not None:
            mask[self.docs[self.ordinals == ordinal]] = True
        return mask

    def rows(
        self, counts: npt.NDArray[np.int64], wanted: Sequence[str], most: int | None = None
    ) -> list[tuple[str, str, int]]:
        """Key, label and count of the values that are counted, and of those ``wanted`` (keys) that are not.

        With ``most`` only of the values that could be among so many with the highest counts.
        """
        least = 1
        if most is not None and 0 < most < len(counts):
            # PERF: 20 of 500 authors are made rows of, not all: 12 µs a facet, 45 µs without.
            least = max(1, int(np.partition(counts, -most)[-most]))
        chosen = (counts >= least).nonzero()[0].tolist()
        absent = (self.ordinal_of[key] for key in wanted if key in self.ordinal_of)
        chosen += [ordinal for ordinal in absent if counts[ordinal] < least]
        return [(self.keys[ordinal], self.labels[ordinal], int(counts[ordinal])) for ordinal in chosen]


def stored_column(facets: Sequence[SegmentFacet], live: npt.NDArray[np.bool_]) -> FacetColumn:
    """The column of a facet from its segments in order; only the values that ``live`` articles (``bool[n_docs]``) have."""
    forms = sorted(set().union(*(facet.forms for facet in facets)))
    number = {form: at for at, form in enumerate(forms)}
    docs, entries, base = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.int32)], 0
    for facet in facets:
        own = np.array([number[form] for form in facet.forms], dtype=np.int32)
        # PERF: the documents of a segment's entries are kept with it, as a commit has all columns made anew.
        docs.append(facet.docs + np.int32(base))
        entries.append(own[facet.entries])
        base += len(facet.offsets) - 1
    return _column(forms, np.concatenate(docs), np.concatenate(entries), live)


def period_column(
    periods: npt.NDArray[np.int32], live: npt.NDArray[np.bool_], label: Callable[[int], str]
) -> FacetColumn:
    """The column of a year or month from the first and last of each article (``int32[n_docs, 2]``, 0 without a date).

    An article has the one that it is surely of; none when it is undated or spans several.
    """
    docs = np.flatnonzero((periods[:, 0] == periods[:, 1]) & (periods[:, 0] != 0))
    distinct, entries = np.unique(periods[docs, 0], return_inverse=True)
    labels = [label(period) for period in distinct.tolist()]
    return _column([(text, text) for text in labels], docs, entries, live)


def _column(
    forms: Sequence[tuple[str, str]], docs: npt.NDArray[Any], entries: npt.NDArray[Any], live: npt.NDArray[np.bool_]
) -> FacetColumn:
    """The column whose entries say which of ``forms`` (pairs of key and label, sorted) an article has."""
    kept = live[docs]
    if not kept.all():
        docs, entries = docs[kept], entries[kept]
    counts = np.bincount(entries, minlength=len(forms)).tolist()
    labels: dict[str, tuple[int, str]] = {}
    for (key, form), count in zip(forms, counts, strict=True):
        if count and (key not in labels or (-count, form) < labels[key]):
            labels[key] = (-count, form)
    ordinal_of = {key: ordinal for ordinal, key in enumerate(labels)}
    of_form = np.array([ordinal_of.get(key, -1) for key, _ in forms], dtype=np.int32)
    return FacetColumn(
        keys=tuple(labels),
        labels=tuple(form for _, form in labels.values()),
        docs=docs.astype(np.int32, copy=False),
        ordinals=of_form[entries],
        # PERF: entries stand by article; those of 20,000 articles are counted in 0.04 ms, searched for in 0.3 ms.
        offsets=offsets_of(np.bincount(docs, minlength=len(live))).astype(np.uint32),
        ordinal_of=ordinal_of,
    )
