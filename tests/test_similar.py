from __future__ import annotations

from collections import Counter

from search.suggest.similar import MOST_TERMS, telling_plan

NONE: Counter[str] = Counter()


def test_words_that_tell_an_article_from_others_are_asked_for_those_of_the_title_more() -> None:
    words = (
        Counter({"监督": 1}),
        NONE,
        Counter({"监督": 1, "检查": 2, "我们": 3, "县": 9, "2024": 4, "c919": 1}),
        NONE,
        NONE,
    )
    having = {"监督": 10, "检查": 10, "我们": 100, "县": 50, "2024": 9, "c919": 2}
    plan = telling_plan(words, 100, having.__getitem__)
    assert plan.words == {"监督": 1.0, "检查": round(2 / 3, 6), "c919": round(1 / 3, 6), "我们": 1.0}
    assert next(iter(plan.words)) == "监督"
    assert not plan.required


def test_a_word_of_no_other_article_finds_nothing_and_is_not_asked_for() -> None:
    words = (NONE, NONE, Counter({"监督": 1}), NONE, NONE)
    assert telling_plan(words, 100, lambda _: 1).words == {}


def test_no_more_words_are_asked_for_than_help() -> None:
    many = Counter({f"word{number}": 1 for number in range(100)})
    assert len(telling_plan((NONE, NONE, many, NONE, NONE), 100, lambda _: 5).words) == MOST_TERMS
