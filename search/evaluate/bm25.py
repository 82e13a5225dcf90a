"""BM25 over arrays: pure functions of frequencies, lengths and collection statistics.

idf and saturation are Lucene's, without its constant factor folded away: Robertson and Zaragoza, "The Probabilistic
Relevance Framework: BM25 and Beyond" (2009). The fields are combined before both: an occurrence counts as its field's weight,
in the frequency and in the length (BM25F: Robertson, Zaragoza, Taylor, "Simple BM25 Extension to Multiple Weighted
Fields", 2004).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["FIELD_WEIGHTS", "Bm25", "idf", "length_norms", "saturated"]

Floats = npt.NDArray[np.float64]

FIELD_WEIGHTS = {"title": 2.0, "summary": 1.0, "body": 1.0, "captions": 0.5, "names": 1.0}
"""What one occurrence of a word counts in each field."""


@dataclass(frozen=True, slots=True)
class Bm25:
    """Parameters: ``k1`` bounds what repetition is worth, ``b`` how much length counts (0 to 1)."""

    # A low k1 ranks short questions and keyword queries higher: DRCD dev MRR .9618 → .9653 and .8700 → .8799.
    k1: float = 0.5
    b: float = 0.75


def idf(n_docs: int, doc_frequency: int) -> float:
    """``ln(1 + (N − df + ½) / (df + ½))``: never negative."""
    return math.log(1 + (n_docs - doc_frequency + 0.5) / (doc_frequency + 0.5))


def length_norms(lengths: Floats, mean_length: float, parameters: Bm25) -> Floats:
    """``k1 · (1 − b + b · L / mean L)``, an array like ``lengths``: half of the most is reached at so many occurrences."""
    if mean_length <= 0:
        return np.full(len(lengths), parameters.k1)
    return parameters.k1 * (1 - parameters.b + parameters.b * lengths / mean_length)


def saturated(frequencies: Floats, norms: Floats, k1: float) -> Floats:
    """``(k1 + 1) · tf / (tf + norm)``: from 0 towards ``k1 + 1``; ``norms`` are of the same articles."""
    return (k1 + 1) * frequencies / (frequencies + norms)
