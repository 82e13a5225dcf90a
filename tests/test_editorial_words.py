"""The editor's words over the whole path: the contract on both engines, and what is seen without a restart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from indexer.analysis import Analyzer
from indexer.article import Article
from indexer.build import BuildOptions, sync
from indexer.editorial import USER_WORDS_NAME
from indexer.schema import clean_article
from indexer.sources import ReadLimits
from search import Engine, SearchRequest
from search.engines.local import LocalEngine
from search.engines.reference import ReferenceEngine
from search.query.vocabulary import VocabularyFiles
from tests.conftest import ZONE, article
from tests.contracts.editorial import EditorialContract


def write(folder: Path, **files: str) -> VocabularyFiles:
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return VocabularyFiles(folder, regions=False)


def engine_over(data: Path, words: VocabularyFiles | None = None) -> LocalEngine:
    return LocalEngine(data, Analyzer(), relax_share=0.5, words=words)


class TestLocalEngine(EditorialContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path, index_articles: Callable[..., Path]) -> None:
        self.index_articles = index_articles
        self.folder = tmp_path
        self.made = 0

    def make_engine(self, articles: Sequence[Article], **files: str) -> Engine:
        self.made += 1
        data = self.folder / f"data{self.made}"
        self.index_articles(*articles[:2], data=data)
        self.index_articles(*articles[2:], data=data)
        return engine_over(data, write(data, **files))


class TestReferenceEngine(EditorialContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def make_engine(self, articles: Sequence[Article], **files: str) -> Engine:
        for path in self.folder.glob("*.txt"):
            path.unlink()
        vocabulary = write(self.folder, **files).current()
        return ReferenceEngine(map(clean_article, articles), Analyzer(), ZONE, relax_share=0.5, vocabulary=vocabulary)


def test_a_changed_file_counts_from_the_next_search_on(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("a", body="出租车来了。"), article("b", body="计程车来了。"))
    engine = engine_over(data, write(data))
    assert engine.search(SearchRequest(text="出租车")).total == 1
    write(data, synonyms="出租车,计程车\n")
    assert engine.search(SearchRequest(text="出租车")).total == 2
    write(data, synonyms="出租车\n")
    assert engine.search(SearchRequest(text="出租车")).total == 2
    assert [problem.split(": ")[0] for problem in engine.stats().problems] == ["synonyms.txt:1"]
    (data / "synonyms.txt").unlink()
    assert engine.search(SearchRequest(text="出租车")).total == 1
    assert engine.stats().problems == ()
    engine.close()


def test_region_words_find_one_another_unless_turned_off(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("a", body="软件和信息。"), article("b", body="軟體與資訊。"))
    engine = engine_over(data, VocabularyFiles(data))
    assert {engine.search(SearchRequest(text=text)).total for text in ("軟體", "软件", "資訊 軟體")} == {2}
    assert engine.search(SearchRequest(text='"軟體"')).total == 1
    off = engine_over(data, VocabularyFiles(data, regions=False))
    assert off.search(SearchRequest(text="軟體")).total == 1


def test_searches_use_the_users_words_that_the_index_knows(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("a", body="纪委监委来了。"), article("b", body="纪委来了，监委也来了。"))
    engine = engine_over(data)

    before = engine.search(SearchRequest(text="纪委监委")).hits
    (data / USER_WORDS_NAME).write_text("纪委监委\n", encoding="utf-8")
    assert engine.search(SearchRequest(text="纪委监委")).hits == before
    assert {hit.id for hit in before} == {"a", "b"}
    sync(data, BuildOptions(analyzer=Analyzer(), zone=ZONE, limits=ReadLimits()))
    assert [hit.id for hit in engine.search(SearchRequest(text="纪委监委")).hits] == ["a"]
    engine.close()
