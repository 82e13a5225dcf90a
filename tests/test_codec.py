"""Whoosh's own searcher, drained, finds in our segments what a scan of the articles finds."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from whoosh import query
from whoosh.searching import Searcher

from indexer.analysis import Analyzer, bigram_positions
from indexer.schema import WORD_FIELDS, PreparedArticle, prepare, prepare_run
from indexer.store import IndexWriter, create_generation
from indexer.store.codec import open_whoosh_reader, word_field
from tests.conftest import ZONE, article

WORDS = ["监督", "检查", "资源", "乡村", "covid19", "covid", "apple", "的"]
Holds = Callable[[PreparedArticle], bool]


@pytest.fixture(params=[1, 3])
def found(request: pytest.FixtureRequest, tmp_path: Path, analyzer: Analyzer) -> tuple[Searcher, list[PreparedArticle]]:
    """A searcher over one or three segments with corrected and deleted articles, and the articles that are left."""
    rng = random.Random(7)
    create_generation(tmp_path / "g")
    live = {}
    for batch in range(request.param):
        writer = IndexWriter(tmp_path / "g", partial(prepare_run, analyzer=analyzer, zone=ZONE))
        for number in range(batch * 10, batch * 10 + 15):
            body = "，".join(" ".join(rng.choices(WORDS, k=rng.randint(1, 3))) for _ in range(rng.randint(1, 4)))
            one = article(f"{number:02}", body=body)
            writer.add(one)
            live[one.id] = prepare(one, analyzer, ZONE)
        if batch:
            writer.delete("03")
            live.pop("03", None)
        writer.commit()
    return Searcher(open_whoosh_reader(tmp_path / "g")), list(live.values())


def ids(searcher: Searcher, wanted: query.Query) -> list[str]:
    return sorted(hit["id"] for hit in searcher.search(wanted, limit=None))


def scanned(articles: list[PreparedArticle], holds: Holds) -> list[str]:
    return sorted(one.article.id for one in articles if holds(one))


def in_body(word: str) -> Holds:
    return lambda one: word in one.words[WORD_FIELDS.index("body")]


def test_terms_and_their_combinations_match_what_a_scan_finds(found: tuple[Searcher, list[PreparedArticle]]) -> None:
    searcher, articles = found
    body = word_field("body")
    for first in WORDS:
        assert ids(searcher, query.Term(body, first)) == scanned(articles, in_body(first))
        for second in WORDS:
            terms = [query.Term(body, first), query.Term(body, second)]
            one, two = in_body(first), in_body(second)
            assert ids(searcher, query.And(terms)) == scanned(articles, lambda a, x=one, y=two: x(a) and y(a))
            assert ids(searcher, query.Or(terms)) == scanned(articles, lambda a, x=one, y=two: x(a) or y(a))
    assert ids(searcher, query.Every()) == scanned(articles, lambda _: True)
    assert ids(searcher, query.Term("id", "04")) == ["04"]
    assert ids(searcher, query.Term("id", "03")) == scanned(articles, lambda one: one.article.id == "03")


@pytest.mark.parametrize("pattern", ["covid*", "*e", "a??le", "监*"])
def test_prefixes_and_wildcards_match_what_a_scan_finds(
    found: tuple[Searcher, list[PreparedArticle]], pattern: str
) -> None:
    from fnmatch import fnmatchcase

    searcher, articles = found
    body = WORD_FIELDS.index("body")
    expected = scanned(articles, lambda one: any(fnmatchcase(word, pattern) for word in one.words[body]))
    assert ids(searcher, query.Wildcard(word_field("body"), pattern)) == expected
    if pattern.endswith("*"):
        assert ids(searcher, query.Prefix(word_field("body"), pattern[:-1])) == expected


@pytest.mark.parametrize("phrase", ["监督检", "监督，", "查资源", "covid ", "没有的"])
def test_phrases_of_bigrams_match_what_a_scan_finds(found: tuple[Searcher, list[PreparedArticle]], phrase: str) -> None:
    searcher, articles = found
    bigrams = [bigram for bigram in bigram_positions(phrase) if len(bigram) == 2]
    assert ids(searcher, query.Phrase("literal", bigrams)) == scanned(articles, lambda one: phrase in one.literal)
