from __future__ import annotations

import math

import numpy as np
import pytest

from search.evaluate.bm25 import idf, normalized_frequency, saturated


def test_idf_is_lucenes() -> None:
    # Lucene's explanation of a term in 2 of 6 documents: idf, computed as log(1 + (N - n + 0.5) / (n + 0.5)).
    assert idf(6, 2) == pytest.approx(1.0296194)
    assert idf(1, 1) == pytest.approx(0.2876821)
    assert idf(10, 10) > 0


def test_a_frequency_in_an_average_article_with_k1_1_2_is_lucenes_tf() -> None:
    # Lucene's tf for freq 2, k1 1.2, b 0.75, dl = avgdl: 2 / (2 + 1.2), times k1 + 1.
    part = normalized_frequency(np.array([2.0]), np.array([100.0]), 100.0, 0.75)
    assert saturated(part, 1.2)[0] == pytest.approx(2.2 * 2 / 3.2)


def test_longer_articles_count_for_less_and_repetition_ever_less() -> None:
    short, long = normalized_frequency(np.array([1.0, 1.0]), np.array([10.0, 1000.0]), 100.0, 0.75)
    assert short > long
    gains = np.diff(saturated(np.array([1.0, 2.0, 3.0, 4.0]), 0.5))
    assert (np.diff(gains) < 0).all()
    assert saturated(np.array([1e9]), 0.5)[0] == pytest.approx(1.5)
    assert math.isclose(normalized_frequency(np.array([3.0]), np.array([0.0]), 0.0, 0.75)[0], 3.0)
