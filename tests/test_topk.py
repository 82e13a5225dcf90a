from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.evaluate.topk import after, best

KEYS = st.lists(st.sampled_from([-np.inf, 0.0, 1.0, 1.5, 2.0]), min_size=1, max_size=60)


@given(KEYS, st.integers(0, 12), st.randoms(use_true_random=False))
def test_the_best_are_those_of_a_plain_sort(values: list[float], count: int, random: object) -> None:
    ranks = list(range(len(values)))
    random.shuffle(ranks)  # type: ignore[attr-defined]
    keys, rank_array = np.array(values), np.array(ranks, dtype=np.int32)
    docs = np.arange(len(values))
    expected = sorted(range(len(values)), key=lambda doc: (-values[doc], ranks[doc]))
    assert best(keys, rank_array, docs, count).tolist() == expected[:count]
    middle = expected[len(expected) // 2]
    rest = after(keys, rank_array, docs, values[middle], ranks[middle])
    assert best(keys, rank_array, rest, 99).tolist() == expected[len(expected) // 2 + 1 :]
