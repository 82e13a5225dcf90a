"""Articles prepared together are what each is prepared alone."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Analyzer, open_segmenter
from indexer.article import Article
from indexer.schema import WORD_FIELDS, PreparedArticle, PreparedRun, clean_article, prepare, prepare_run
from tests.conftest import ZONE, article

PIECES = [
    "监督检查",
    "資源縣",
    "的",
    "。",
    "，",
    "C919",
    "covid-19",
    "1,000",
    "3.14",
    " ",
    "\n",
    "𠮷",
    "㐀",
    "カナ",
    "ΑΒ",
    "İ",
    "\u3000",
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.characters(codec="utf-8"), max_size=12).map("".join)
ARTICLES = st.lists(
    st.builds(
        lambda number, title, **fields: clean_article(article(f"{number}", title=title + "题", **fields)),
        number=st.integers(0, 99),
        title=TEXTS,
        body=TEXTS,
        summary=st.none() | TEXTS,
        section=st.lists(TEXTS, max_size=2).map(tuple),
        authors=st.lists(TEXTS, max_size=2).map(tuple),
        captions=st.lists(TEXTS, max_size=2).map(tuple),
        published=st.sampled_from([None, "2024", "2024-02-29"]),
        story=st.none() | st.just("s"),
    ),
    max_size=5,
)


def same(run: PreparedRun, alone: list[PreparedArticle]) -> bool:
    counted = [[Counter[str]() for _ in WORD_FIELDS] for _ in alone]
    for number, text in zip(run.words.numbers.tolist(), run.words.texts.tolist(), strict=True):
        counted[text // len(WORD_FIELDS)][text % len(WORD_FIELDS)][run.words.words[number]] += 1
    values = zip(run.literals, run.starts, map(tuple, counted), run.facets, run.days, run.moments, strict=True)
    return list(values) == [(one.literal, one.starts, one.words, one.facets, one.days, one.moment) for one in alone]


@pytest.mark.parametrize("segmenter", ["jieba", "rjieba"])
@given(articles=ARTICLES)
def test_a_run_is_prepared_as_each_of_its_articles(segmenter: str, articles: list[Article]) -> None:
    analyzer = Analyzer(open_segmenter(segmenter), user_words=["督检", "c91"])
    assert same(prepare_run(articles, analyzer, ZONE), [prepare(one, analyzer, ZONE) for one in articles])
