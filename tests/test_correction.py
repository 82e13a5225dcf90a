from __future__ import annotations

from dataclasses import dataclass

import pytest

from indexer.analysis import Analyzer, Token, covering_words, fold
from search.suggest.correction import Outcome, correct
from tests.collection import CountedTexts

TEXTS = [
    "资源县强化监督检查",
    "监督检查组到了资源县",
    "乡村振兴的路",
    "全面推进乡村振兴",
    "covid之后",
    "titles之后",
    "台中市政府公告",
] * 20


@dataclass
class TextTrial:
    """The best text is the one with the most bigrams of the query; each is worth two."""

    texts: list[str]

    def score(self, text: str) -> Outcome:
        folded = fold(" ".join(asked_for(text)))
        wanted = {folded[at : at + 2] for at in range(len(folded) - 1)}
        best = max(2.0 * sum(bigram in own for bigram in wanted) for own in self.texts)
        return Outcome(best, 2.0 * len(wanted))

    def total(self, text: str) -> int:
        return sum(all(fold(word) in own for word in asked_for(text)) for own in self.texts)


def asked_for(text: str) -> list[str]:
    return text.removeprefix("title:").replace(" AND ", " ").split()


@pytest.fixture(scope="module")
def collection() -> CountedTexts:
    return CountedTexts(TEXTS)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("资原县", "资源县"),
        ("資原縣", "資源縣"),
        ("監督捡查", "監督檢查"),
        ("乡振村兴", "乡村振兴"),
        ("鄉振村興", "鄉村振興"),
        ("乡村兴", "乡村振兴"),
        ("台中市正府", "台中市政府"),
        ("covd", "covid"),
        ("COVD", "COVID"),
        ("资原县 监督", "资源县 监督"),
        ("资原县 AND 监督", "资源县 AND 监督"),
        ("title:资原县", "title:资源县"),
        ("title:", None),
        ('"资原县"', None),
        ("量子力学", None),
        ("县", None),
        ("", None),
        ("资" * 100, None),
    ],
)
def test_one_small_change_that_finds_more_is_offered_in_the_script_of_the_query(
    collection: CountedTexts, analyzer: Analyzer, typed: str, offered: str | None
) -> None:
    assert correct(typed, collection, analyzer, TextTrial(TEXTS)) == offered


def test_nothing_is_offered_that_finds_nothing(collection: CountedTexts, analyzer: Analyzer) -> None:
    assert correct("资原县", collection, analyzer, TextTrial(["乡村振兴的路"])) is None


def test_an_empty_corpus_offers_nothing(analyzer: Analyzer) -> None:
    assert correct("资原县", CountedTexts([]), analyzer, TextTrial([""])) is None


def test_words_cover_a_text_once() -> None:
    tokens = [Token("二十", 0, 2), Token("十大", 1, 3), Token("二十大", 0, 3), Token("后", 3, 4)]
    assert [token.text for token in covering_words(tokens)] == ["二十大", "后"]
