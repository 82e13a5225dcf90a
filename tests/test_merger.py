"""Merges beside the commits: whenever they begin and end, the index holds what the same articles indexed at once give."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.article import Article
from indexer.build import BuildOptions, sync
from indexer.check import check
from indexer.schema import prepare_run
from indexer.sources import ReadLimits
from indexer.store import IndexWriter, Merger, create_generation, index_folder, open_snapshot, read_manifest
from indexer.store.merger import Merge
from indexer.targets import LocalTarget
from search import SearchRequest
from search.engines.local import LocalEngine
from search.engines.reference import ReferenceEngine
from tests.conftest import ZONE, article
from tests.sudden_death import dies

RELAX = 0.5
WORDS = ["监督", "检查", "资源县", "督", "乡村", "C919"]


class AtWill:
    """Carries a merge out when the test says so."""

    def __init__(self, merge: Merge, memory: int) -> None:
        self._work = partial(merge.write, memory)
        self.exitcode: int | None = None

    def end(self) -> None:
        self._work()
        self.exitcode = 0

    def fail(self) -> None:
        self.exitcode = 1

    def kill(self) -> None:
        self.exitcode = -9

    def join(self) -> None:
        assert self.exitcode is not None


class Scheduled:
    """A merger whose merges end when they are told to."""

    def __init__(self) -> None:
        self.runs: list[AtWill] = []
        self.now = 0.0
        self.merger = Merger(memory_mb=1, begin=self._begin, clock=lambda: self.now)

    def _begin(self, merge: Merge, memory: int) -> AtWill:
        self.runs.append(AtWill(merge, memory))
        return self.runs[-1]

    def end(self) -> bool:
        """Ends the merge that is under way, if there is one."""
        if not self.runs or self.runs[-1].exitcode is not None:
            return False
        self.runs[-1].end()
        return True


@pytest.fixture
def small_tiers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Merges beside commits with a handful of articles."""
    monkeypatch.setattr("indexer.store.tiers.SMALL", 2)
    monkeypatch.setattr("indexer.store.writer.MERGED_AT_COMMIT", 5)


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("write"),
            st.dictionaries(st.integers(0, 11), st.lists(st.sampled_from(WORDS), max_size=3), min_size=1, max_size=4),
        ),
        st.tuples(st.just("delete"), st.sets(st.integers(0, 11), min_size=1, max_size=4)),
        st.tuples(st.sampled_from(["end", "fail", "tend", "search", "close"]), st.none()),
    ),
    min_size=4,
    max_size=40,
)
REQUESTS = [
    SearchRequest(text=text, sort=sort, facets=("section", "source"))
    for text, sort in [("监督", "relevance"), ("检查 乡村", "relevance"), ("督", "newest"), ("", "newest")]
]


@settings(max_examples=60)
@given(steps=STEPS)
def test_whenever_merges_begin_and_end_the_answers_are_those_of_the_articles_indexed_at_once(
    steps: list[tuple[str, Any]],
) -> None:
    analyzer = Analyzer()
    folder = Path(tempfile.mkdtemp())
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("indexer.store.tiers.SMALL", 2)
            patch.setattr("indexer.store.writer.MERGED_AT_COMMIT", 5)
            _follow(folder, analyzer, [*steps, ("search", None), ("end", None), ("tend", None), ("search", None)])
    finally:
        shutil.rmtree(folder)


def _follow(folder: Path, analyzer: Analyzer, steps: list[tuple[str, Any]]) -> None:
    scheduled, held, change = Scheduled(), {}, 0
    target = partial(LocalTarget, folder, analyzer, ZONE, merger=scheduled.merger)
    first = target()
    first.commit(0)
    with closing(LocalEngine(folder, analyzer, relax_share=RELAX)) as engine:
        for step, content in steps:
            scheduled.now += 100.0
            if step == "end":
                scheduled.end()
            elif step == "fail" and scheduled.runs and scheduled.runs[-1].exitcode is None:
                scheduled.runs[-1].fail()
            elif step == "close":
                scheduled.merger.close()
            elif step == "tend":
                target().tend()
            elif step == "search":
                _same_answers(engine, list(held.values()), analyzer)
            elif step in ("write", "delete"):
                change += 1
                _apply(target(), held, content, change)
    snapshot = open_snapshot(index_folder(folder) / read_manifest(folder).generation)
    for segment in snapshot.segments:
        for file in segment.files:
            file.verify()
    assert sorted(snapshot.ids[doc] for doc in range(snapshot.n_docs) if snapshot.live[doc]) == sorted(held)


def _apply(target: LocalTarget, held: dict[str, Article], content: Any, change: int) -> None:
    if isinstance(content, dict):
        for number, words in content.items():
            held[f"{number:02}"] = article(
                f"{number:02}",
                "".join(words) or "题",
                f"{''.join(words)}第{change}。",
                source=words[0] if words else None,
            )
            target.add(held[f"{number:02}"])
    else:
        for number in content:
            held.pop(f"{number:02}", None)
            target.delete(f"{number:02}")
    target.commit(change)
    target.close()


def _same_answers(engine: LocalEngine, articles: list[Article], analyzer: Analyzer) -> None:
    reference = ReferenceEngine(articles, analyzer, ZONE, relax_share=RELAX)
    for request in REQUESTS:
        found, wanted = engine.search(request), reference.search(request)
        assert [(hit.id, hit.highlights) for hit in found.hits] == [(hit.id, hit.highlights) for hit in wanted.hits]
        assert [hit.score for hit in found.hits] == pytest.approx([hit.score for hit in wanted.hits], abs=1e-6)
        assert (found.total, found.facets) == (wanted.total, wanted.facets)


Commit = Callable[..., None]


@pytest.fixture
def generation(tmp_path: Path, analyzer: Analyzer) -> tuple[Path, Commit]:
    """A generation, and a function that commits articles (by id) and deletions to it."""
    folder = tmp_path / "g"
    create_generation(folder)

    def commit(merger: Merger | None, *ids: str, deleted: tuple[str, ...] = ()) -> None:
        writer = IndexWriter(folder, partial(prepare_run, analyzer=analyzer, zone=ZONE), merger=merger)
        for article_id in deleted:
            writer.delete(article_id)
        for article_id in ids:
            writer.add(article(article_id, body="监督"))
        writer.commit()

    return folder, commit


def live(folder: Path) -> list[str]:
    snapshot = open_snapshot(folder)
    return sorted(snapshot.ids[doc] for doc in range(snapshot.n_docs) if snapshot.live[doc])


def large_segments(commit: Commit, merger: Merger) -> list[str]:
    """Five large segments, the fifth of which makes a merge due."""
    ids = []
    for batch in range(5):
        own = [f"{batch}-{at}" for at in range(3 + batch)]
        commit(merger, *own)
        ids += own
    return ids


@pytest.mark.usefixtures("small_tiers")
def test_commits_go_on_while_a_merge_is_under_way_and_one_takes_it_in(generation: tuple[Path, Commit]) -> None:
    folder, commit = generation
    scheduled = Scheduled()
    ids = large_segments(commit, scheduled.merger)
    assert len(scheduled.runs) == 1
    commit(scheduled.merger, "new", "0-0", deleted=("1-1",))
    assert len(open_snapshot(folder).segments) == 6
    assert live(folder) == sorted({*ids, "new"} - {"1-1"})
    assert scheduled.end()
    commit(scheduled.merger, "newer")
    assert len(open_snapshot(folder).segments) < 6
    assert live(folder) == sorted({*ids, "new", "newer"} - {"1-1"})


@pytest.mark.usefixtures("small_tiers")
def test_files_of_a_merge_that_was_given_up_go_with_the_next_commit(generation: tuple[Path, Commit]) -> None:
    folder, commit = generation
    scheduled = Scheduled()
    ids = large_segments(commit, scheduled.merger)
    assert scheduled.end()
    assert scheduled.merger.merge is not None
    name = scheduled.merger.merge.name
    assert len(list(folder.glob(f"{name}.*"))) == 3
    commit(Merger(), "new")
    assert list(folder.glob(f"{name}.*")) == []
    # What another writer removed is not taken in, and the merge is made anew.
    commit(scheduled.merger, "newer")
    assert live(folder) == sorted([*ids, "new", "newer"])
    assert len(scheduled.runs) == 2


@pytest.mark.usefixtures("small_tiers")
def test_a_merge_of_segments_that_others_have_merged_is_dropped(generation: tuple[Path, Commit]) -> None:
    folder, commit = generation
    scheduled = Scheduled()
    ids = large_segments(commit, scheduled.merger)
    assert scheduled.end()
    commit(None, "one", "two", "three")
    commit(scheduled.merger, "new")
    assert live(folder) == sorted([*ids, "one", "two", "three", "new"])


@pytest.mark.usefixtures("small_tiers")
def test_after_a_merge_that_failed_none_is_begun_for_a_minute(generation: tuple[Path, Commit]) -> None:
    folder, commit = generation
    scheduled = Scheduled()
    ids = large_segments(commit, scheduled.merger)
    scheduled.runs[-1].fail()
    for second in (0, 1, 59, 60):
        scheduled.now = float(second)
        commit(scheduled.merger)
        assert len(scheduled.runs) == (1 if second < 60 else 2)
    assert live(folder) == sorted(ids)


@pytest.mark.usefixtures("small_tiers")
def test_a_merge_of_a_generation_that_was_replaced_is_ended(
    generation: tuple[Path, Commit], tmp_path: Path, analyzer: Analyzer
) -> None:
    _, commit = generation
    scheduled = Scheduled()
    large_segments(commit, scheduled.merger)
    create_generation(tmp_path / "g2")
    writer = IndexWriter(tmp_path / "g2", partial(prepare_run, analyzer=analyzer, zone=ZONE), merger=scheduled.merger)
    writer.add(article("a"))
    writer.commit()
    assert scheduled.runs[-1].exitcode == -9
    assert scheduled.merger.merge is None


def test_a_process_merges_beside_and_is_taken_in_between_batches(
    tmp_path: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.store.tiers.SMALL", 2)
    monkeypatch.setattr("indexer.store.writer.MERGED_AT_COMMIT", 5)
    options = BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())
    merger = Merger()
    for batch in range(5):
        with Archive(tmp_path) as archive:
            archive.put(article(f"{batch}-{at}", body="监督") for at in range(3 + batch))
        sync(tmp_path, options, merger=merger)
    assert merger.merge is not None
    deadline = time.monotonic() + 60
    while merger.merge is not None and time.monotonic() < deadline:
        sync(tmp_path, options, merger=merger)
        time.sleep(0.05)
    assert merger.merge is None
    assert len(open_snapshot(index_folder(tmp_path) / read_manifest(tmp_path).generation).segments) == 1
    assert check(tmp_path, options).findings == ()
    merger.close()


@pytest.mark.parametrize("seed", range(4))
def test_whoever_is_killed_beside_a_merge_loses_nothing_and_leaves_nothing(
    tmp_path: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr("indexer.store.tiers.SMALL", 2)
    monkeypatch.setattr("indexer.store.writer.MERGED_AT_COMMIT", 5)
    options = BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())
    chance = random.Random(seed)

    def work() -> None:
        merger = Merger()
        for number in range(400):
            with Archive(tmp_path) as archive:
                archive.put(article(f"{at}", body=f"监督{number}") for at in {chance.randrange(40) for _ in range(6)})
            sync(tmp_path, options, merger=merger)
        os._exit(0)

    assert dies(work, after_s=0.3 + chance.random() * 1.5)
    sync(tmp_path, options)
    assert check(tmp_path, options).findings == ()
    folder = index_folder(tmp_path) / read_manifest(tmp_path).generation
    named = {segment.name for segment in open_snapshot(folder).segments}
    with Archive(tmp_path) as archive:
        archive.put([article("last")])
    sync(tmp_path, options)
    named = {segment.name for segment in open_snapshot(folder).segments}
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and {path.stem for path in folder.glob("MAIN_*.*")} != named:
        time.sleep(0.05)
    assert {path.stem for path in folder.glob("MAIN_*.*")} == named
