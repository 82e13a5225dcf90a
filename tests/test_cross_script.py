"""The same query in either script gives the same page, over the whole path: words, phrases, synonyms, facets, totals."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.article import Article, article_from_record
from indexer.build import BuildOptions, sync
from indexer.schema import clean_article
from indexer.sources import ReadLimits
from search import Page, SearchRequest
from search.engines.local import LocalEngine
from search.query.vocabulary import VocabularyFiles, region_words
from tests.conftest import ROOT, SHARED_DATA, ZONE

ARTICLES = 400
SYNONYMS = "国务院,中央人民政府\n记者=>通讯员\n"


@dataclass(frozen=True)
class Corpus:
    """Texts to draw queries from, an engine over them (some of them converted), and the converters."""

    texts: list[str]
    engine: LocalEngine
    converters: dict[str, Any]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    opencc = pytest.importorskip("opencc")
    converters = {name: opencc.OpenCC(name) for name in ("s2t", "s2tw", "s2hk")}
    records = [{"title": "信息", "body": "软件和信息。"}, *islice(_records(), ARTICLES)]
    data = tmp_path_factory.mktemp("scripts")
    (data / "synonyms.txt").write_text(SYNONYMS, encoding="utf-8")
    (data / "stop_words.txt").write_text("消息\n", encoding="utf-8")
    with Archive(data) as archive:
        archive.put(_article(at, record, converters) for at, record in enumerate(records))
    sync(data, BuildOptions(analyzer=Analyzer(), zone=ZONE, limits=ReadLimits()))
    engine = LocalEngine(data, Analyzer(), relax_share=0.5, words=VocabularyFiles(data))
    yield Corpus([f"{record['title']}\n{record['body']}" for record in records], engine, converters)
    engine.close()


def _records() -> Iterator[dict[str, Any]]:
    """News articles, every 47th; where they are absent our own samples."""
    news = SHARED_DATA / "news-broadcast.jsonl.gz"
    if news.exists():
        with gzip.open(news, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, islice(lines, 0, None, 47))
    else:
        for path in sorted((ROOT / "corpus").glob("articles-*.jsonl")):
            yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def _article(at: int, record: dict[str, Any], converters: dict[str, Any]) -> Article:
    """The article as it is, or in one of the Traditional conventions."""
    text = {"title": record["title"], "body": record["body"], "source": "新闻联播" if at % 3 else "国际频道"}
    if at % 2:
        convert = list(converters.values())[at // 2 % len(converters)].convert
        text = {name: convert(value) for name, value in text.items()}
    return clean_article(article_from_record({"id": f"n{at}", **text}))


def _same(page: Page, other: Page) -> None:
    assert [(hit.id, hit.score, hit.highlights) for hit in page.hits] == [
        (hit.id, hit.score, hit.highlights) for hit in other.hits
    ]
    assert (page.total, page.relaxed, page.facets) == (other.total, other.relaxed, other.facets)


def _query(rng: random.Random, texts: list[str]) -> str:
    """One to three stretches of texts, some quoted, negated, of a field or with a wildcard, and now and then a region's word."""
    words = []
    for _ in range(rng.randint(1, 3)):
        text = rng.choice(texts)
        start, length = rng.randrange(len(text)), rng.choice([1, 2, 2, 3, 4, 6, 12, 20])
        stretch = " ".join(text[start : start + length].replace('"', "").split()) or "国"
        form = rng.choice(["{}", "{}", "{}", '"{}"', "-{}", "title:{}", "({} OR 国际)", "{}*", '"{} 国"~5'])
        words.append(form.format(stretch))
    if rng.random() < 0.3:
        words.append(rng.choice(sorted(region_words())))
    return " ".join(words)


@settings(max_examples=300)
@given(st.integers(0, 2**32), st.sampled_from(["auto", "all", "any"]))
def test_a_query_in_either_script_gives_the_same_page(corpus: Corpus, seed: int, match: str) -> None:
    text = _query(random.Random(seed), corpus.texts)
    request = SearchRequest(text=text, match=match, limit=20)  # type: ignore[arg-type]
    page = corpus.engine.search(request)
    for converter in corpus.converters.values():
        converted = converter.convert(text)
        _same(page, corpus.engine.search(SearchRequest(text=converted, match=match, limit=20)))  # type: ignore[arg-type]


def test_the_queries_of_that_test_do_find_articles(corpus: Corpus) -> None:
    rng = random.Random(1)
    found = [corpus.engine.search(SearchRequest(text=_query(rng, corpus.texts))).total for _ in range(100)]
    assert sum(total > 0 for total in found) > 60


def test_filters_are_the_same_in_either_script(corpus: Corpus) -> None:
    one, other = (
        corpus.engine.search(SearchRequest(text="国际", sources=(source,))) for source in ("国际频道", "國際頻道")
    )
    _same(one, other)
    assert one.total


def test_what_regions_call_differently_is_found_by_either_word(corpus: Corpus) -> None:
    one, other = (corpus.engine.search(SearchRequest(text=text, limit=100)) for text in ("资讯", "信息"))
    assert {hit.id for hit in one.hits} == {hit.id for hit in other.hits}
    assert one.total
