"""Writer and reader of the index together: what goes in comes out, through deletions and several segments."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from indexer.article import Article
from indexer.errors import DataLockedError, IndexDamagedError
from indexer.schema import PreparedRun, prepare_run
from indexer.store import IndexWriter, Segment, Snapshot, create_generation, open_snapshot
from indexer.store.inversion import invert
from tests.conftest import ZONE, article
from tests.postings import PostingLists


def preparing(analyzer: Analyzer) -> Callable[[Sequence[Article]], PreparedRun]:
    return lambda run: prepare_run(run, analyzer, ZONE)


@given(
    st.sets(st.text(st.characters(codec="utf-8"), min_size=1, max_size=3), max_size=9),
    st.text(st.characters(codec="utf-8"), max_size=3),
)
def test_an_id_has_the_rank_that_sorting_gives(known: set[str], wanted: str) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.store.segment.ID_STEP", 2)
        invert(prepare_run([article(one) for one in known], Analyzer(), ZONE)).write(Path(folder), "s")
        segment = Segment(Path(folder), "s")
        ordered = sorted(known)
        for sought in [*known, wanted]:
            assert segment.rank_of(sought) == bisect_right(ordered, sought) - 1
            assert (segment.find(sought) is not None) == (sought in known)


@pytest.fixture
def snapshot(tmp_path: Path, analyzer: Analyzer) -> Snapshot:
    folder = tmp_path / "g"
    create_generation(folder)
    batches = [
        [article("a", body="监督检查监督"), article("b", body="监督")],
        [article("a", body="检查", published="2024")],
    ]
    for batch in batches:
        writer = IndexWriter(folder, preparing(analyzer))
        for item in batch:
            writer.add(item)
        writer.commit()
    return open_snapshot(folder)


def test_a_corrected_article_is_there_once(snapshot: Snapshot) -> None:
    assert [snapshot.ids[doc] for doc in range(snapshot.n_docs) if snapshot.live[doc]].count("a") == 1
    doc = snapshot.find("a")
    assert doc is not None
    assert snapshot.record(doc)["body"] == "检查"
    assert snapshot.find("none") is None


def test_postings_hold_documents_frequencies_and_positions(snapshot: Snapshot) -> None:
    live = snapshot.live
    docs = PostingLists(snapshot).bigram("监督")
    assert {snapshot.ids[doc] for doc in docs.docs.tolist() if live[doc]} == {"b"}
    assert len(PostingLists(snapshot).bigram("没有").docs) == 0
    assert len(PostingLists(snapshot).character("督").docs) >= 1
    assert PostingLists(snapshot).word("body", "监督").frequencies.max() >= 1
    assert len(PostingLists(snapshot).word("title", "监督").docs) == 0


def test_words_with_a_prefix_come_sorted_with_their_documents(tmp_path: Path, analyzer: Analyzer) -> None:
    create_generation(tmp_path / "g")
    writer = IndexWriter(tmp_path / "g", preparing(analyzer))
    for number, text in enumerate(["covid covid19", "covid", "cover", "监督检查", "apple"]):
        writer.add(article(f"{number}", title="covid" if number == 4 else "题", body=text))
    writer.commit()
    (segment,) = open_snapshot(tmp_path / "g").segments
    assert list(segment.words_between("cov")) == [("cover", 1), ("covid", 3), ("covid19", 1)]
    assert dict(segment.words_between("监")) == {"监督": 1}
    assert list(segment.words_between("none")) == []
    words = [word for word, _ in segment.words_between("")]
    assert words == sorted(words)
    assert {"apple", "检查", "题"} <= set(words)


def test_ranks_are_places_among_the_sorted_ids(snapshot: Snapshot) -> None:
    assert snapshot.rank_of("zzz") == snapshot.n_docs - 1
    order = sorted(range(snapshot.n_docs), key=lambda doc: snapshot.ranks[doc])
    assert [snapshot.ids[doc] for doc in order] == sorted(snapshot.ids)


def test_two_writers_of_one_generation_exclude_each_other(tmp_path: Path, analyzer: Analyzer) -> None:
    create_generation(tmp_path / "g")
    writer = IndexWriter(tmp_path / "g", preparing(analyzer))
    with pytest.raises(DataLockedError, match="another process is writing"):
        IndexWriter(tmp_path / "g", preparing(analyzer))
    writer.cancel()
    writer.cancel()


def test_what_is_no_index_is_refused_with_a_way_out(tmp_path: Path, analyzer: Analyzer) -> None:
    for open_it in (lambda folder: IndexWriter(folder, preparing(analyzer)), open_snapshot):
        with pytest.raises(IndexDamagedError, match="article-search rebuild"):
            open_it(tmp_path)


def test_several_processes_write_and_merge_what_one_does(
    tmp_path: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.store.writer.MERGED_BY_WORKERS", 50)
    articles = [article(f"{number:03}", body=f"监督{number}") for number in range(90)]
    found = []
    for workers in (1, 2):
        folder = tmp_path / f"g{workers}"
        create_generation(folder)
        writer = IndexWriter(folder, preparing(analyzer), workers=workers, memory_mb=1)
        for item in articles:
            writer.add(item)
        writer.commit()
        snapshot = open_snapshot(folder)
        assert len(snapshot.segments) == 1
        docs = PostingLists(snapshot).bigram("监督").docs.tolist()
        found.append(sorted(snapshot.ids[doc] for doc in docs))
    assert found[0] == found[1] == [item.id for item in articles]


def test_a_commit_makes_durable_what_it_names_and_only_that(
    tmp_path: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr("indexer.store.writer.sync_file", synced.append)
    create_generation(tmp_path / "g")
    for batch in range(2):
        synced.clear()
        writer = IndexWriter(tmp_path / "g", preparing(analyzer), memory_mb=1)
        for number in range(60):
            writer.add(article(f"{batch}-{number}"))
        before = {segment.name for segment in open_snapshot(tmp_path / "g").segments}
        writer.commit()
        (new,) = {segment.name for segment in open_snapshot(tmp_path / "g").segments} - before
        assert sorted(path.name for path in synced) == [f"{new}.articles", f"{new}.grams", f"{new}.seg"]
