from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.evaluate.fold import fold_stories, reprints

ARTICLES = st.lists(
    st.tuples(st.sampled_from([-np.inf, 0.0, 1.0, 2.0]), st.integers(-1, 3), st.booleans()), min_size=1, max_size=12
)


@given(articles=ARTICLES, seed=st.randoms())
def test_the_first_of_each_story_stays_and_the_rest_is_counted(articles, seed) -> None:  # type: ignore[no-untyped-def]
    keys = np.array([key for key, _, _ in articles])
    stories = np.array([story for _, story, _ in articles], dtype=np.int32)
    docs = np.flatnonzero([found for _, _, found in articles])
    ranks = np.array(seed.sample(range(len(articles)), len(articles)), dtype=np.int32)
    ordered = sorted(docs.tolist(), key=lambda doc: (-keys[doc], ranks[doc]))
    groups: dict[object, list[int]] = {}
    for doc in ordered:
        groups.setdefault(int(stories[doc]) if stories[doc] >= 0 else ("alone", doc), []).append(doc)
    assert fold_stories(keys, ranks, docs, stories).tolist() == sorted(group[0] for group in groups.values())
    for first, *others in groups.values():
        count, names = reprints(
            first, keys, ranks, docs, stories, lambda found: [f"n{doc % 2}" for doc in found.tolist()]
        )
        assert count == len(others)
        assert names == tuple(dict.fromkeys(f"n{doc % 2}" for doc in others))
