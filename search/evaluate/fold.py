"""Reprints folded: of the articles of one story that match, the best stands for all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from indexer.store import FacetColumn

__all__ = ["fold_stories", "reprints", "value_of_article"]

Docs = npt.NDArray[np.int64]
Ordinals = npt.NDArray[np.int32]
Keys = npt.NDArray[np.float64]


def fold_stories(keys: Keys, ranks: npt.NDArray[np.int32], docs: Docs, stories: Ordinals) -> Docs:
    """Those of ``docs`` (ascending) that stand for their story, or have none; ascending.

    ``keys``, ``ranks`` and ``stories`` are of all articles: the highest key comes first, equal ones by rank; ``stories`` holds
    the number of an article's story, -1 for none.
    """
    own = stories[docs]
    # PERF: only articles with a story are sorted, which are few: 1.9 ms for all of 19,547 matches, 0.1 ms for 500 of them.
    within = docs[own >= 0]
    ordered = within[np.lexsort((ranks[within], -keys[within]))]
    _, first = np.unique(stories[ordered], return_index=True)
    return np.sort(np.concatenate([docs[own < 0], ordered[first]]))


def reprints(
    doc: int,
    keys: Keys,
    ranks: npt.NDArray[np.int32],
    docs: Docs,
    stories: Ordinals,
    sources: Callable[[Docs], list[str]],
) -> tuple[int, tuple[str, ...]]:
    """How many others of ``docs`` are of the story of ``doc``, and their ``sources``, those of the best first."""
    if stories[doc] < 0:
        return 0, ()
    others = docs[(stories[docs] == stories[doc]) & (docs != doc)]
    ordered = others[np.lexsort((ranks[others], -keys[others]))]
    return len(others), tuple(dict.fromkeys(sources(ordered)))


def value_of_article(column: FacetColumn, n_docs: int) -> Ordinals:
    """``int32[n_docs]``: the ordinal of the one value that each article has of a facet, -1 for none."""
    ordinals = np.full(n_docs, -1, dtype=np.int32)
    ordinals[column.docs] = column.ordinals
    return ordinals
