"""Words that ask count nothing, words that bind count half; in either script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Analyzer, fold
from search.query.weights import QueryPiece, TermWeights, is_question_word, telling_words, term_weights


def weights(analyzer: Analyzer, *texts: str, exact: bool = False) -> TermWeights:
    literals = [fold(text) for text in texts]
    pieces = [QueryPiece(literal=literal, tokens=tuple(analyzer.words(literal)), exact=exact) for literal in literals]
    return term_weights(pieces)


@pytest.mark.parametrize(
    "word", ["什么", "什麼", "谁", "誰", "多少", "哪一年", "幾歲", "為何", "为什么", "何時", "怎麼樣"]
)
def test_words_that_ask_are_known_in_both_scripts(word: str) -> None:
    assert is_question_word(fold(word))


@pytest.mark.parametrize("word", ["几何", "幾何", "几内亚", "哪吒", "何炅", "何况", "几乎", "监督", "几百万", "什"])
def test_words_that_only_look_so_are_not(word: str) -> None:
    assert not is_question_word(fold(word))


def test_a_question_word_counts_nothing_and_a_pair_with_it_half(analyzer: Analyzer) -> None:
    found = weights(analyzer, "谁监督检查？")
    assert "谁" not in found.words
    assert found.words["监督"] == 1
    assert found.bigrams == {"谁监": 0.5, "监督": 1, "督检": 1, "检查": 1}
    assert found.characters == dict.fromkeys("监督检查", 1)


def test_a_function_word_counts_half(analyzer: Analyzer) -> None:
    found = weights(analyzer, "监督的检查")
    assert found.words == {"监督": 1, "的": 0.5, "检查": 1}
    assert found.bigrams == {"监督": 1, "督的": 1, "的检": 1, "检查": 1}
    assert "的" not in found.characters


def test_what_lies_in_question_and_function_words_counts_a_quarter(analyzer: Analyzer) -> None:
    assert weights(analyzer, "谁的监督").bigrams["谁的"] == 0.25


def test_a_function_word_inside_a_longer_word_is_a_part_of_that(analyzer: Analyzer) -> None:
    assert weights(analyzer, "目的").words == {"目的": 1}
    assert weights(analyzer, "中国的").words == {"中国": 1, "的": 0.5}


@pytest.mark.parametrize("text", ["什么", "的", "谁的", "是什么"])
def test_a_query_of_such_words_only_keeps_them_whole(text: str, analyzer: Analyzer) -> None:
    found = weights(analyzer, text)
    assert set(found.words.values()) == {1}
    assert set(found.bigrams.values()) == {1}


def test_a_query_is_looked_at_as_a_whole(analyzer: Analyzer) -> None:
    assert weights(analyzer, "什么", "监督").words == {"监督": 1}


def test_a_term_that_comes_twice_counts_twice(analyzer: Analyzer) -> None:
    found = weights(analyzer, "监督", "监督的")
    assert found.words["监督"] == 2
    assert found.characters["监"] == 2


def test_in_a_phrase_every_word_is_meant(analyzer: Analyzer) -> None:
    assert weights(analyzer, "监督什么", exact=True).words == {"监督": 1, "什么": 1}


def test_pairs_run_across_scripts_and_not_across_the_ends_of_sentences(analyzer: Analyzer) -> None:
    assert set(weights(analyzer, "第5年c919。《红楼》").bigrams) == {
        "第5", "5年", "年c", "c9", "91", "19", "《红", "红楼", "楼》",
    }  # fmt: skip
    assert weights(analyzer, "银").bigrams == {"银": 1}


def test_neighbours_are_content_words_and_the_longest_before_each(analyzer: Analyzer) -> None:
    assert weights(analyzer, "检查中华人民共和国").neighbours[0][0] == "检查"
    assert weights(analyzer, "中华人民共和国的监督").neighbours[-1] == ("中华人民共和国", "监督")
    assert weights(analyzer, "谁监督", "检查").neighbours == (("监督", "检查"),)
    assert weights(analyzer, "监督监督").neighbours == ()


def test_a_question_asks_an_article_for_its_telling_words_only() -> None:
    assert telling_words(("谁", "是", "院长")) == ("院长",)
    assert telling_words(("我", "的", "院长")) == ("我", "的", "院长")
    assert telling_words(("谁", "的")) == ("的",)
    assert telling_words(("什么",)) == ()


@given(st.lists(st.text("谁什么的资源县监督c9 ？《", max_size=8), max_size=3))
def test_no_weight_is_negative_and_a_query_with_words_has_some(texts: list[str]) -> None:
    found = weights(Analyzer(), *texts)
    for own in (found.words, found.bigrams, found.characters):
        assert all(weight > 0 for weight in own.values())
    if any(char.isalnum() for text in texts for char in text):
        assert found.words or found.bigrams
