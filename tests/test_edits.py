from __future__ import annotations

import pytest

from indexer.analysis import Analyzer, covering_words, fold
from search.suggest.edits import Edit, han_edits, scale_of
from tests.collection import CountedTexts

TEXTS = [
    "资源县强化监督检查",
    "监督检查组到了资源县",
    "乡村振兴的路",
    "全面推进乡村振兴",
    "生态环境保护",
    "检查了原来的县城",
] * 30


@pytest.fixture(scope="module")
def collection() -> CountedTexts:
    return CountedTexts(TEXTS)


def applied(edit: Edit, text: str) -> str:
    return text[: edit.start] + edit.replacement + text[edit.end :]


def edited(text: str, collection: CountedTexts, analyzer: Analyzer) -> list[str]:
    edits = han_edits(fold(text), collection, covering_words(analyzer.words(text)))
    return [applied(edit, fold(text)) for edit in sorted(edits, key=lambda edit: -edit.delta)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("资原县", "资源县"),
        ("監督捡查", "监督检查"),
        ("生态坏境", "生态环境"),
        ("乡振村兴", "乡村振兴"),
        ("乡村兴", "乡村振兴"),
        ("检查监督组", "监督检查组"),
    ],
)
def test_the_likeliest_small_change_is_what_was_meant(
    collection: CountedTexts, analyzer: Analyzer, typed: str, meant: str
) -> None:
    assert edited(typed, collection, analyzer)[0] == meant


def test_what_stands_in_the_corpus_has_no_likelier_form(collection: CountedTexts, analyzer: Analyzer) -> None:
    for text in ("资源县", "监督检查", "乡村振兴", "县", "abc", ""):
        assert edited(text, collection, analyzer) == []


def test_question_words_are_left_as_they_are(collection: CountedTexts, analyzer: Analyzer) -> None:
    assert all("什么" in text for text in edited("什么监督捡查", collection, analyzer))


def test_an_edit_knows_which_characters_only_moved(collection: CountedTexts, analyzer: Analyzer) -> None:
    text = "检查监督组"
    edits = han_edits(text, collection, covering_words(analyzer.words(text)))
    (moved,) = [edit for edit in edits if edit.replacement == "监督检查"]
    assert moved.kept == (2, 3, 0, 1)


def test_thresholds_shrink_with_the_corpus() -> None:
    assert scale_of(50_000) == 1
    assert 0.1 < scale_of(5) < scale_of(500) < 1
