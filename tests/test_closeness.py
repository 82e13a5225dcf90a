"""What is read in the texts of the best articles: numpy and compiled give what plain Python says."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.engines.reference_ranking import character_worth, order_worth, window_worth
from search.evaluate import arrays
from search.evaluate.closeness import pack_needles

kernels = pytest.importorskip("search.evaluate.kernels")
BOTH = (arrays, kernels)

TEXT = st.text("资源县监a𠮷\n", max_size=60).map(lambda text: text and text + "\n")
TERM = st.text("资源县监a𠮷", min_size=1, max_size=3)
GAIN = st.floats(0.1, 9.0)


def parts(
    texts: list[str],
    gains: dict[str, float],
    pairs: dict[tuple[str, str], float],
    characters: dict[str, float],
    window: int = 40,
    mean: float = 20.0,
) -> list[np.ndarray]:
    codes = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32)
    offsets = np.array(list(accumulate(map(len, texts), initial=0)), dtype=np.int64)
    needles = pack_needles(gains, pairs, characters, mean_length=mean, k1=0.5, b=0.75, window=window)
    return [steps.closeness(codes, offsets, needles) for steps in BOTH]


@given(
    st.lists(TEXT, max_size=5),
    st.dictionaries(TERM, GAIN, max_size=8),
    st.dictionaries(st.sampled_from("资源县监𠮷"), GAIN, max_size=4),
    st.integers(1, 12),
    st.sampled_from([0.0, 20.0]),
    st.data(),
)
def test_both_ways_give_what_plain_python_says(
    texts: list[str],
    gains: dict[str, float],
    characters: dict[str, float],
    window: int,
    mean: float,
    data: st.DataObject,
) -> None:
    term = st.sampled_from(sorted(gains)) if gains else st.nothing()
    pairs = data.draw(st.dictionaries(st.tuples(term, term), GAIN, max_size=4)) if gains else {}
    wanted = [
        (
            character_worth(text, characters, mean_length=mean, k1=0.5, b=0.75),
            window_worth(text, gains, window),
            order_worth(text, pairs),
        )
        for text in texts
    ]
    for found in parts(texts, gains, pairs, characters, window, mean):
        assert found == pytest.approx(np.array(wanted).reshape(-1, 3), abs=1e-6)


def test_a_text_with_its_terms_side_by_side_is_worth_more_than_one_with_them_far_apart() -> None:
    near, far = "监督检查组到了资源县。\n", "监督检查组到了。" + "河边的风很大，" * 8 + "资源县。\n"
    for found in parts([near, far], {"监督": 3.0, "资源县": 5.0}, {("监督", "资源县"): 3.0}, {}):
        assert found[0, 1] == 8.0
        assert found[1, 1] == 5.0
        assert found[0, 2] > found[1, 2] > 0


def test_words_in_the_other_order_are_worth_nothing_for_their_order() -> None:
    for found in parts(["资源县监督\n"], {"监督": 3.0, "资源县": 5.0}, {("监督", "资源县"): 3.0}, {}):
        assert found[0, 2] == 0
        assert found[0, 1] == 8.0


def test_no_term_is_found_across_two_texts() -> None:
    for found in parts(["资源\n", "县\n"], {"资源县": 5.0}, {}, {"县": 1.0}):
        assert found[:, 1].tolist() == [0.0, 0.0]
        assert found[0, 0] == 0
        assert found[1, 0] > 0


def test_many_occurrences_find_room() -> None:
    for found in parts(["资源" * 5000 + "\n"], {"资源": 2.0, "源资": 1.0}, {("资源", "资源"): 2.0}, {"资": 1.0}):
        assert found[0].tolist() == pytest.approx(
            [character_worth("资源" * 5000 + "\n", {"资": 1.0}, mean_length=20.0, k1=0.5, b=0.75), 3.0, 2.0]
        )
