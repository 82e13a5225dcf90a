from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from search.suggest.phrases import FUNCTION_CHARS, LEAST_TITLES, LONGEST, MOST_WORDS, SHORTEST, frequent_phrases


def found(titles: Sequence[str], analyzer: Analyzer) -> set[str]:
    return {phrase.text for phrase in frequent_phrases(titles, analyzer.spans_of_all(titles))}


def test_runs_of_words_that_three_titles_share_are_phrases(analyzer: Analyzer) -> None:
    titles = ["全面推进乡村振兴", "乡村振兴的路", "谈乡村振兴，谈产值", "乡村 振兴", "产值", "产值"]
    assert found(titles, analyzer) == {"乡村", "振兴", "乡村振兴", "产值"}


def test_a_run_that_only_stands_inside_a_longer_one_is_left_out(analyzer: Analyzer) -> None:
    assert found(["乡村振兴", "谈乡村振兴", "乡村振兴，路"], analyzer) == {"乡村振兴"}


def test_no_titles_have_no_phrases(analyzer: Analyzer) -> None:
    assert found([], analyzer) == set()
    assert found(["，", ""], analyzer) == set()


def plainly(titles: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> set[str]:
    runs: dict[tuple[str, ...], set[int]] = {}
    for number, (title, own) in enumerate(zip(titles, spans, strict=True)):
        for at in range(len(own)):
            for size in range(1, MOST_WORDS + 1):
                chosen = own[at : at + size]
                touching = all(one[1] == other[0] for one, other in itertools.pairwise(chosen))
                words = tuple(title[first:last] for first, last in chosen)
                if len(chosen) == size and touching and all("\u4e00" <= word[0] <= "\u9fff" for word in words):
                    runs.setdefault(words, set()).add(number)
    counts = Counter({words: len(numbers) for words, numbers in runs.items()})
    kept = set()
    for words, count in counts.items():
        longer = [other for other in counts if len(other) == len(words) + 1 and words in (other[1:], other[:-1])]
        inside = any(counts[other] == count for other in longer)
        telling = words[0] not in FUNCTION_CHARS and words[-1] not in FUNCTION_CHARS
        if count >= LEAST_TITLES and not inside and telling and SHORTEST <= len("".join(words)) <= LONGEST:
            kept.add("".join(words))
    return kept


@given(
    st.lists(st.lists(st.sampled_from(["乡村", "振兴", "的", "县", "，", "a1"]), max_size=7).map("".join), max_size=9)
)
def test_phrases_counted_as_numbers_are_those_counted_as_words(titles: list[str]) -> None:
    spans = Analyzer().spans_of_all(titles)
    assert {phrase.text for phrase in frequent_phrases(titles, spans)} == plainly(titles, spans)
