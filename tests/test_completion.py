from __future__ import annotations

import pytest

from indexer.analysis import Analyzer
from search.suggest.completion import Completion, Completions, collect

TITLES = [
    "资源县强化监督检查",
    "资源县强化监督检查",
    "資源縣強化監督檢查",
    "全面推进乡村振兴",
    "乡村振兴的路",
    "谈乡村振兴",
    "重庆的“资源”",
    "C919首飞",
    "Ｃ９１９首飞",
]


@pytest.fixture(scope="module")
def completions() -> Completions:
    return make(Analyzer())


def make(analyzer: Analyzer) -> Completions:
    names = {"section": [("清廉之窗", 7), ("乡村", 9)], "author": [("邹雨芯", 4)], "source": [("日报", 0), ("乡村", 3)]}
    return Completions(collect(TITLES, names, analyzer, lambda phrase: 20 if phrase == "乡村振兴" else 0))  # type: ignore[arg-type]


def texts(completions: Completions, typed: str, limit: int = 10) -> list[str]:
    return [entry.text for entry in completions.complete(typed, limit)]


def test_what_most_articles_have_comes_first(completions: Completions) -> None:
    assert completions.complete("乡村", 3) == [
        Completion(text="乡村振兴", kind="phrase", count=20),
        Completion(text="乡村", kind="section", count=9),
        Completion(text="乡村振兴的路", kind="title", count=1),
    ]


@pytest.mark.parametrize("typed", ["资源", "資源", " 资源 ", "资 源", "ziyuan", "zi yuan", "ZIYUAN", "ｚｉｙｕａｎ"])
def test_either_script_and_pinyin_complete_in_the_commonest_form(completions: Completions, typed: str) -> None:
    assert texts(completions, typed) == ["资源县强化监督检查", "重庆的“资源”"]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("zyx", "邹雨芯"),
        ("ziyuanx", "资源县强化监督检查"),
        ("cq", "重庆的“资源”"),
        ("chongqing", "重庆的“资源”"),
        ("xczx", "乡村振兴"),
        ("c919", "C919首飞"),
        ("Ｃ９１９", "C919首飞"),
        ("监督检查", "资源县强化监督检查"),
        ("qinglianz", "清廉之窗"),
    ],
)
def test_words_sounds_and_initials_complete(completions: Completions, typed: str, first: str) -> None:
    assert texts(completions, typed)[0] == first


@pytest.mark.parametrize("typed", ["", " ", "村振", "xyz", "日报", "源县"])
def test_nothing_completes_what_begins_no_word(completions: Completions, typed: str) -> None:
    assert texts(completions, typed) == []


def test_texts_that_fold_to_the_same_are_one_with_all_their_articles(completions: Completions) -> None:
    assert [(entry.text, entry.count) for entry in completions.complete("c9", 9)] == [("C919首飞", 2)]
    assert [entry.count for entry in completions.complete("资源县", 9)] == [3]


def test_letters_without_end_complete_nothing(completions: Completions) -> None:
    assert texts(completions, "a" * 2_000) == []


def test_no_more_come_than_are_wanted(completions: Completions) -> None:
    assert len(texts(completions, "乡", 2)) == 2
    assert texts(completions, "乡", 1) == ["乡村振兴"]


def test_an_empty_corpus_completes_nothing(analyzer: Analyzer) -> None:
    assert texts(Completions(collect([], {}, analyzer, len)), "资") == []
