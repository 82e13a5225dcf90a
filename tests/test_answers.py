from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.analysis import Analyzer
from search import SearchRequest
from search.engines.answers import Answers
from search.engines.local import LocalEngine
from search.page import Page
from search.query.vocabulary import Vocabulary
from tests.conftest import article

WORDS = Vocabulary()


def page(text: str, *, partial: bool = False) -> Page:
    return Page(text=text, relaxed=False, warnings=(), total=0, hits=(), partial=partial)


def test_the_latest_asked_for_are_kept() -> None:
    answers = Answers(2)
    one, two, three = (SearchRequest(text=text) for text in "一二三")
    answers.keep(one, WORDS, page("一"))
    answers.keep(two, WORDS, page("二"))
    assert answers.get(one, WORDS) == page("一")
    answers.keep(three, WORDS, page("三"))
    assert [answers.get(request, WORDS) is not None for request in (one, two, three)] == [True, False, True]


def test_an_answer_cut_short_or_found_with_other_words_is_none() -> None:
    answers = Answers(2)
    request = SearchRequest(text="一")
    answers.keep(request, WORDS, page("一", partial=True))
    assert answers.get(request, WORDS) is None
    answers.keep(request, WORDS, page("一"))
    assert answers.get(request, Vocabulary()) is None
    none = Answers(0)
    none.keep(request, WORDS, page("一"))
    assert none.get(request, WORDS) is None


@pytest.mark.parametrize(
    "request_",
    [
        SearchRequest(limit=100),
        SearchRequest(snippets=10, snippet_chars=500),
        SearchRequest(facet_limit=1000),
        SearchRequest(explain=True),
        SearchRequest(fields=("title", "body")),
    ],
)
def test_a_large_page_is_not_kept(request_: SearchRequest) -> None:
    answers = Answers(2)
    answers.keep(request_, WORDS, page(""))
    assert answers.get(request_, WORDS) is None


def test_what_was_kept_is_forgotten_with_its_generation(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("a", body="监督"))
    engine = LocalEngine(data, Analyzer(), relax_share=0.5, cached_answers=10)
    request = SearchRequest(text="监督")
    first = engine.search(request)
    assert engine.search(request).hits is first.hits
    index_articles(article("b", body="监督"), data=data)
    assert engine.search(request).total == 2
    engine.close()
