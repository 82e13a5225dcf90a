"""Which steps an evaluation takes: the compiled ones where numba is installed, else those of numpy. The answers are the same."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Protocol

import numpy as np
import numpy.typing as npt

from search.evaluate import arrays
from search.evaluate.arrays import (
    Chosen,
    Docs,
    Floats,
    Ints,
    Mask,
    PositionLists,
    Positions,
    PostingLists,
    Stretches,
    Terms,
)
from search.evaluate.closeness import Needles

__all__ = ["Steps", "choose_steps"]


class Steps(Protocol):
    """The functions of ``arrays.py``; a module that has them all is one."""

    def shifted_intersection(
        self, places: npt.NDArray[np.uint32], others: npt.NDArray[np.uint32], shift: int, /
    ) -> npt.NDArray[np.uint32]:
        """See ``arrays.shifted_intersection``."""

    def mark(self, mask: Mask, docs: Ints, /) -> None:
        """See ``arrays.mark``."""

    def mark_positions(self, mask: Mask, positions: Positions, lists: PositionLists, /) -> None:
        """See ``arrays.mark_positions``."""

    def count_positions(
        self, positions: Positions, lists: PositionLists, stretches: Stretches | None = None, /
    ) -> Docs:
        """See ``arrays.count_positions``."""

    def score_words(self, scores: Floats, chosen: Chosen, lists: PostingLists, terms: Terms, k1: float, /) -> None:
        """See ``arrays.score_words``."""

    def score_positions(self, scores: Floats, chosen: Chosen, lists: PositionLists, terms: Terms, k1: float, /) -> None:
        """See ``arrays.score_positions``."""

    def count_values(
        self, docs: Docs, offsets: npt.NDArray[np.uint32], ordinals: Ints, n_values: int, /
    ) -> npt.NDArray[np.int64]:
        """See ``arrays.count_values``."""

    def articles_at(self, positions: Positions, lists: PositionLists, /) -> npt.NDArray[np.int64]:
        """See ``arrays.articles_at``."""

    def stored_codes(
        self, units: npt.NDArray[np.uint16], ends: npt.NDArray[np.int64], /
    ) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
        """See ``literal_codes.stored_codes``."""

    def closeness(self, codes: npt.NDArray[np.uint32], offsets: npt.NDArray[np.int64], needles: Needles, /) -> Floats:
        """See ``closeness.closeness``."""

    def round_keys(self, keys: Floats, docs: Ints, /) -> None:
        """See ``topk.round_keys``."""

    def best(self, keys: Floats, ranks: npt.NDArray[np.int32], docs: Docs, count: int, /) -> Docs:
        """See ``topk.best``."""


@cache
def choose_steps() -> Steps:
    """The fastest steps that can be had in this installation."""
    if find_spec("numba") is None:
        return arrays
    from search.evaluate import kernels

    return kernels
