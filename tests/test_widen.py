"""The synonyms of a text, and what they make of its plan."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from search.query.parse import parse
from search.query.plan import Literal, Or, Word
from search.query.rewrite import SYNONYM_WEIGHT, rewrite
from search.query.vocabulary import Vocabulary
from search.query.widen import alternatives


def test_a_word_and_a_stretch_of_words_have_alternatives() -> None:
    vocabulary = Vocabulary(synonyms={"资讯": ("信息",), "资讯科技": ("信息技术",), "科": ("系",)})
    assert alternatives("资讯科技园", [(0, 2), (2, 4), (4, 5)], vocabulary) == [("信息", "信息技术"), ("信息技术",), ()]


def test_what_stands_between_two_words_is_part_of_the_stretch() -> None:
    vocabulary = Vocabulary(synonyms={"new york": ("纽约",)})
    assert alternatives("new york", [(0, 3), (4, 8)], vocabulary) == [("纽约",), ("纽约",)]
    assert alternatives("new-york", [(0, 3), (4, 8)], vocabulary) == [(), ()]


@given(
    st.text("甲乙", max_size=8),
    st.dictionaries(st.text("甲乙", min_size=1, max_size=3), st.just(("丙",)), max_size=4),
    st.data(),
)
def test_a_word_has_the_alternatives_of_every_stretch_it_is_part_of(
    literal: str, synonyms: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    borders = sorted({0, len(literal), *data.draw(st.sets(st.integers(0, len(literal)), max_size=4))})
    spans = list(pairwise(borders))
    found = alternatives(literal, spans, Vocabulary(synonyms=synonyms))
    for (start, end), own in zip(spans, found, strict=True):
        stretches = [literal[first:last] for first, _ in spans for _, last in spans if first <= start and end <= last]
        assert bool(own) == any(stretch in synonyms for stretch in stretches)


def test_terms_of_synonyms_weigh_less_and_stand_in_for_the_word(analyzer: Analyzer) -> None:
    vocabulary = Vocabulary(synonyms={"导弹": ("飞弹",), "ai": ("人工智能",)})
    plan = rewrite(parse("导弹 导弹 AI"), analyzer, vocabulary)
    assert plan.required == (
        Or((Literal("导弹"), Literal("飞弹"))),
        Or((Word("ai"), Literal("人工智能"))),
    )
    assert (plan.words["导弹"], plan.words["飞弹"], plan.bigrams["飞弹"]) == (2, SYNONYM_WEIGHT, SYNONYM_WEIGHT)
    assert (plan.stand_ins["飞弹"], plan.stand_ins["人工智能"]) == (Literal("导弹"), Word("ai"))
    assert "导弹" not in plan.stand_ins


def test_a_synonym_that_was_typed_too_weighs_what_was_typed(analyzer: Analyzer) -> None:
    plan = rewrite(parse("导弹 飞弹"), analyzer, Vocabulary(synonyms={"导弹": ("飞弹",)}))
    assert plan.words["飞弹"] == 1
    assert plan.stand_ins == {}


def test_without_the_editors_words_nothing_changes(analyzer: Analyzer) -> None:
    query = parse('导弹 "飞弹" -AI title:县')
    assert rewrite(query, analyzer, Vocabulary(synonyms={"没有": ("的",)})) == rewrite(query, analyzer)
