"""The local engine: the contract, equality with the reference engine on random corpora, and following the index."""

from __future__ import annotations

import gc
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.article import Article
from indexer.build import BuildOptions, sync
from indexer.errors import AnalysisMismatchError, IndexDamagedError, IndexMissingError
from indexer.schema import clean_article
from indexer.sources import ReadLimits
from indexer.store import index_folder, read_manifest, write_manifest
from search import Engine, Page, SearchRequest
from search.engines.local import LocalEngine
from search.engines.reference import ReferenceEngine
from search.query.vocabulary import VocabularyFiles
from tests.conftest import ZONE, article
from tests.contracts.engine import CORPUS, EngineContract, ids

RELAX = 0.5


def engine_over(data: Path, analyzer: Analyzer | None = None) -> LocalEngine:
    return LocalEngine(data, analyzer or Analyzer(), relax_share=RELAX)


class TestLocalEngine(EngineContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path, index_articles: Callable[..., Path]) -> None:
        self.index_articles = index_articles
        self.folder = tmp_path

    def make_engine(self, articles: Sequence[Article]) -> Engine:
        data = self.folder / f"data{len(articles)}"
        half = len(articles) // 2
        self.index_articles(*articles[:half], data=data)
        return engine_over(self.index_articles(*articles[half:], data=data))


@pytest.fixture(scope="module")
def corpus_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("local") / "data"
    with Archive(data) as archive:
        archive.put(map(clean_article, CORPUS))
    sync(data, BuildOptions(analyzer=Analyzer(), zone=ZONE, limits=ReadLimits()))
    return data


WORDS = ["监督", "監督", "检查", "资源县", "乡村振兴", "的", "C919", "covid-19", "3.14", " ", "，", "督", "甲", "AI"]
NAMES = st.sampled_from(["张三", "張三", "李四", "Ann"])
ARTICLES = st.lists(
    st.builds(
        lambda words, title, **fields: article(title="".join(title) or "题", body="".join(words) or "空", **fields),
        words=st.lists(st.sampled_from([*WORDS, "\n"]), max_size=12),
        title=st.lists(st.sampled_from(WORDS), max_size=3),
        summary=st.none() | st.sampled_from(["监督摘要", "Ann"]),
        section=st.sampled_from([(), ("国际",), ("國際", "两岸"), ("国际", "欧洲"), ("清风",)]),
        authors=st.lists(NAMES, max_size=2, unique=True).map(tuple),
        source=st.none() | NAMES,
        published=st.sampled_from([None, "2024", "2024-02", "2024-02-29", "2023-12-31T20:00:00+00:00"]),
        story=st.sampled_from([None, None, "s1", "s2"]),
        captions=st.sampled_from([(), ("监督。张三/摄",)]),
    ),
    max_size=8,
).map(lambda found: [replace(item, id=f"{number:02}") for number, item in enumerate(found)])
TEXTS = st.lists(st.sampled_from([*WORDS, " ", '"', "-"]), max_size=5).map("".join)
REQUESTS = st.builds(
    SearchRequest,
    text=TEXTS,
    match=st.sampled_from(["auto", "all", "any"]),
    sections=st.lists(st.sampled_from(["国际", "国际 > 两岸", "", "无"]), max_size=2).map(tuple),
    authors=st.lists(st.sampled_from(["张三", "ann", ""]), max_size=2).map(tuple),
    not_sources=st.lists(st.sampled_from(["張三", ""]), max_size=1).map(tuple),
    from_=st.sampled_from([None, "2024", "2024-02"]),
    sort=st.sampled_from(["relevance", "newest", "oldest"]),
    limit=st.integers(0, 4),
    offset=st.integers(0, 3),
    facets=st.just(("section", "author", "source", "year", "month")),
    facet_limit=st.integers(0, 3),
    group=st.sampled_from(["", "story"]),
)


def comparable(page: Page) -> Page:
    # Suggestions have tests of their own: what they count in the index may be of articles deleted since the last merge.
    return replace(page, took_ms=0.0, suggestion=None)


@settings(max_examples=25)
@given(
    batches=st.lists(ARTICLES, min_size=1, max_size=3),
    requests=st.lists(REQUESTS, min_size=1, max_size=6),
    dropped=st.sets(st.integers(0, 7)),
)
def test_every_page_equals_the_reference_engines(
    batches: list[list[Article]], requests: list[SearchRequest], dropped: set[int]
) -> None:
    """Over articles that came, were corrected and went in several batches, so in several segments."""
    folder = Path(tempfile.mkdtemp())
    analyzer = Analyzer()
    options = BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())
    held: dict[str, Article] = {}
    try:
        for batch in batches:
            with Archive(folder) as archive:
                archive.put(map(clean_article, batch))
            sync(folder, options)
            held.update({item.id: clean_article(item) for item in batch})
        gone = [f"{number:02}" for number in dropped]
        with Archive(folder) as archive:
            archive.delete(gone)
        sync(folder, options)
        kept = [item for item in held.values() if item.id not in gone]
        reference = ReferenceEngine(kept, analyzer, ZONE, relax_share=RELAX)
        engine = engine_over(folder, analyzer)
        for request in requests:
            assert comparable(engine.search(request)) == comparable(reference.search(request))
            assert list(engine.export(request).records) == list(reference.export(request).records)
        engine.close()
    finally:
        shutil.rmtree(folder)


def test_a_new_article_is_found_without_opening_again(index_articles: Callable[..., Path]) -> None:
    engine = engine_over(index_articles(article("a", body="监督")))
    assert engine.search(SearchRequest(text="监督")).total == 1
    index_articles(article("b", body="监督"))
    assert engine.search(SearchRequest(text="监督")).total == 2
    index_articles(article("a", body="没有"), deleted=["b"])
    assert engine.search(SearchRequest(text="监督")).total == 0
    engine.close()


def test_a_rebuilt_index_takes_over_while_searches_go_on(
    index_articles: Callable[..., Path], analyzer: Analyzer
) -> None:
    data = index_articles(*CORPUS)
    engine = engine_over(data)
    before = engine.stats().generation
    stop, totals, failures = threading.Event(), set(), []

    def search() -> None:
        while not stop.is_set():
            try:
                totals.add(engine.search(SearchRequest(text="监督")).total)
            except Exception as error:  # noqa: BLE001  whatever it is must reach the assertion below
                failures.append(error)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        sync(data, BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits()), anew=True)
    stop.set()
    for thread in threads:
        thread.join()
    assert (failures, totals) == ([], {4})
    assert engine.stats().generation > before
    assert [path.name for path in (data / "index").glob("g*")] == [engine.stats().generation]
    engine.close()


def test_an_export_is_of_one_moment_whatever_is_committed_and_rebuilt_meanwhile(
    index_articles: Callable[..., Path], analyzer: Analyzer
) -> None:
    data = index_articles(*(article(f"{number:03}", body=f"监督{number}。") for number in range(300)))
    engine = engine_over(data)
    export = engine.export(SearchRequest(text="监督", sort="oldest", fields=("id", "body")))
    found = [next(export.records)]
    index_articles(article("000", body="改了。"), deleted=[f"{number:03}" for number in range(100, 300)])
    for _ in range(3):  # the generation that is read is removed from the disk
        sync(data, BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits()), anew=True)
        assert engine.search(SearchRequest(text="监督")).total == 99
    found += export.records
    assert export.total == 300
    assert found == [{"id": f"{number:03}", "body": f"监督{number}。"} for number in range(300)]
    engine.close()


def test_an_export_that_is_broken_off_lets_its_snapshot_go(index_articles: Callable[..., Path]) -> None:
    engine = engine_over(index_articles(*CORPUS))
    export = engine.export(SearchRequest(fields=("id",)))
    next(export.records)
    snapshot = weakref.ref(engine._current().snapshot)
    index_articles(article("new"))
    engine.search(SearchRequest())
    assert snapshot() is not None
    export.records.close()
    gc.collect()
    assert snapshot() is None
    engine.close()


def test_the_version_changes_with_the_index_and_with_the_editors_words(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("a", body="监督"))
    engine = LocalEngine(data, Analyzer(), relax_share=RELAX, words=VocabularyFiles(data))
    versions = [
        engine.version(),
        LocalEngine(data, Analyzer(), relax_share=RELAX, words=VocabularyFiles(data)).version(),
    ]
    assert versions[0] == versions[1]
    index_articles(article("b", body="监督"))
    versions.append(engine.version())
    (data / "pins.txt").write_text("监督 => b\n", encoding="utf-8")
    versions.append(engine.version())
    assert len(set(versions)) == 3
    engine.close()


def test_a_missing_index_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="make one: article-search index PATH"):
        engine_over(tmp_path).search(SearchRequest())
    with pytest.raises(IndexMissingError, match="there is no data directory"):
        engine_over(tmp_path / "none").search(SearchRequest())


def test_an_index_of_another_analysis_is_refused_with_what_to_do(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("a"))
    write_manifest(data, replace(read_manifest(data), analysis="0123456789abcdef:00000000"))
    with pytest.raises(AnalysisMismatchError, match="article-search rebuild"):
        engine_over(data).search(SearchRequest())


def test_the_last_good_index_goes_on_serving_when_its_manifest_is_gone(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("a", body="监督"))
    engine = engine_over(data)
    assert engine.search(SearchRequest(text="监督")).total == 1
    (data / "index" / "manifest.json").unlink()
    assert engine.search(SearchRequest(text="监督")).total == 1
    engine.close()


@pytest.mark.parametrize("content", [b"", b"{", b'{"generation": 1}', b"[]"])
def test_a_damaged_manifest_is_an_error_with_a_way_out(index_articles: Callable[..., Path], content: bytes) -> None:
    data = index_articles(article("a"))
    (data / "index" / "manifest.json").write_bytes(content)
    with pytest.raises(IndexDamagedError, match="article-search rebuild"):
        engine_over(data).search(SearchRequest())


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # Whoosh leaves the file it cannot read open
def test_a_damaged_index_is_an_error_with_a_way_out(index_articles: Callable[..., Path], analyzer: Analyzer) -> None:
    data = index_articles(article("a", body="监督"))
    for path in (data / "index").glob("g*/*"):
        path.write_bytes(b"not an index")
    with pytest.raises(IndexDamagedError, match="article-search rebuild"):
        engine_over(data).search(SearchRequest())
    sync(data, BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits()), anew=True)
    engine = engine_over(data)
    assert ids(engine.search(SearchRequest(text="监督"))) == ["a"]
    engine.close()


def test_an_index_built_with_one_segmenter_serves_with_the_other(corpus_data: Path) -> None:
    from indexer.analysis import open_segmenter

    pages = []
    for name in ("jieba", "rjieba"):
        engine = engine_over(corpus_data, Analyzer(open_segmenter(name)))
        pages.append(comparable(engine.search(SearchRequest(text="资源县监督检查 台中市政府", match="any"))))
        engine.close()
    assert pages[0] == pages[1]
    assert pages[0].total > 1


def test_searches_in_threads_give_what_one_thread_gives(corpus_data: Path) -> None:
    engine = engine_over(corpus_data)
    queries = ["监督", "督", '"监督检查"', "covid-19", "银", ""] * 10
    expected = [comparable(engine.search(SearchRequest(text=text))) for text in queries]
    engine.close()
    fresh = engine_over(corpus_data)
    found: dict[int, list[Page]] = {}

    def search(number: int) -> None:
        found[number] = [comparable(fresh.search(SearchRequest(text=text))) for text in queries]

    threads = [threading.Thread(target=search, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fresh.close()
    assert all(pages == expected for pages in found.values())
    assert len(found) == 4


def test_an_engine_never_answers_from_an_index_that_was_damaged_before_it_opened_it(
    index_articles: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = index_articles(*(article(f"n{number}", body=f"监督{number}。" * 50) for number in range(9)))
    (path,) = index_folder(data).glob("g*/*.grams")
    sound = path.read_bytes()
    path.write_bytes(sound[:1000] + bytes([sound[1000] ^ 1]) + sound[1001:])
    clock = [100.0]
    monkeypatch.setattr("search.engines.local.monotonic", lambda: clock[0])
    with closing(engine_over(data)) as engine:
        for _ in range(2):
            with pytest.raises(IndexDamagedError, match="checksum"):
                engine.search(SearchRequest(text="监督"))
        path.write_bytes(sound)
        clock[0] += 0.1
        assert engine.search(SearchRequest(text="监督")).total == 9


def test_a_large_index_that_is_damaged_is_not_read_anew_by_each_who_asks(
    index_articles: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = index_articles(article("a", body="监督"))
    clock, opened = [100.0], []

    def slow(*_given: object, **_named: object) -> None:
        opened.append(clock[0])
        clock[0] += 2
        raise IndexDamagedError("another checksum", path=data)

    monkeypatch.setattr("search.engines.local.monotonic", lambda: clock[0])
    monkeypatch.setattr("search.engines.local.open_newest", slow)
    with closing(engine_over(data)) as engine:
        for _ in range(40):
            with pytest.raises(IndexDamagedError, match="another checksum"):
                engine.search(SearchRequest(text="监督"))
            clock[0] += 0.5
        assert opened == [100.0, 110.0, 120.0]
        monkeypatch.undo()
        index_articles(article("b", body="监督"))  # another manifest: it is looked at again at once
        assert engine.search(SearchRequest(text="监督")).total == 2
