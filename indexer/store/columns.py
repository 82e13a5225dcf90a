"""Facet values of all articles as arrays: which values there are, and which articles have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from indexer.schema import facet_key

__all__ = ["FacetColumn", "facet_column"]


@dataclass(frozen=True, slots=True)
class FacetColumn:
    """The values of one facet.

    ``keys`` are folded and sorted, ``labels`` the commonest form of each in the articles. Entry ``i`` says that
    article ``docs[i]`` has the value ``ordinals[i]``: both ``int32[n_entries]``, by article.
    """

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    docs: npt.NDArray[np.int32]
    ordinals: npt.NDArray[np.int32]
    ordinal_of: dict[str, int] = field(repr=False)

    def having(self, key: str, n_docs: int) -> npt.NDArray[np.bool_]:
        """``bool[n_docs]``: the articles that have the value; for the empty key, those that have none."""
        mask = np.zeros(n_docs, dtype=np.bool_)
        if key == "":
            mask[self.docs] = True
            return ~mask
        ordinal = self.ordinal_of.get(key)
        if ordinal is not None:
            mask[self.docs[self.ordinals == ordinal]] = True
        return mask

    def counts(self, mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """``int64[n_values]``: how many of the articles in ``mask`` (``bool[n_docs]``) have each value."""
        chosen = self.ordinals[mask[self.docs]]
        return np.bincount(chosen, minlength=len(self.keys)).astype(np.int64)


def facet_column(values: Iterable[Sequence[str]]) -> FacetColumn:
    """The column of a facet from the values of each article in turn; values equal when folded are one."""
    forms: dict[str, Counter[str]] = {}
    entries: list[tuple[int, str]] = []
    key_of: dict[str, str] = {}
    for doc, labels in enumerate(values):
        seen = set()
        for label in labels:
            key = key_of.get(label)
            if key is None:
                key = key_of[label] = facet_key(label)
            if key not in seen:
                seen.add(key)
                entries.append((doc, key))
                forms.setdefault(key, Counter())[label] += 1
    keys = tuple(sorted(forms))
    ordinal_of = {key: ordinal for ordinal, key in enumerate(keys)}
    labels = tuple(min(forms[key], key=lambda form: (-forms[key][form], form)) for key in keys)
    return FacetColumn(
        keys=keys,
        labels=labels,
        docs=np.array([doc for doc, _ in entries], dtype=np.int32),
        ordinals=np.array([ordinal_of[key] for _, key in entries], dtype=np.int32),
        ordinal_of=ordinal_of,
    )
