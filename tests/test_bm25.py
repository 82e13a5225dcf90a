from __future__ import annotations

import numpy as np
import pytest

from search.evaluate.bm25 import Bm25, idf, length_norms, saturated

LUCENE = Bm25(k1=1.2, b=0.75)


def test_idf_is_lucenes() -> None:
    # Lucene's explanation of a term in 2 of 6 documents: idf, computed as log(1 + (N - n + 0.5) / (n + 0.5)).
    assert idf(6, 2) == pytest.approx(1.0296194)
    assert idf(1, 1) == pytest.approx(0.2876821)
    assert idf(10, 10) > 0


@pytest.mark.parametrize(
    ("score", "documents", "having", "frequency", "length", "mean"),
    [
        # The explanation in the manual of Elasticsearch (explain API), by Lucene 8: boost 2.2 is k1 + 1.
        (1.6943597, 5, 1, 1.0, 3.0, 5.4),
    ],
)
def test_the_score_of_a_term_is_lucenes(
    score: float, documents: int, having: int, frequency: float, length: float, mean: float
) -> None:
    norms = length_norms(np.array([length]), mean, LUCENE)
    part = saturated(np.array([frequency]), norms, LUCENE.k1)[0]
    assert idf(documents, having) * part == pytest.approx(score, rel=1e-6)


def test_longer_articles_count_for_less_and_repetition_ever_less() -> None:
    short, long = saturated(np.array([1.0, 1.0]), length_norms(np.array([10.0, 1000.0]), 100.0, Bm25()), 0.5)
    assert short > long
    gains = np.diff(saturated(np.array([1.0, 2.0, 3.0, 4.0]), np.full(4, 0.5), 0.5))
    assert (np.diff(gains) < 0).all()
    assert saturated(np.array([1e9]), np.array([0.5]), 0.5)[0] == pytest.approx(1.5)


def test_without_lengths_every_article_is_of_average_length() -> None:
    assert length_norms(np.zeros(2), 0.0, Bm25()).tolist() == [0.5, 0.5]
