"""The newest state is opened while it is replaced, and shares with an older one what both have."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.analysis import Analyzer
from indexer.build import BuildOptions, sync
from indexer.errors import AnalysisMismatchError, IndexDamagedError
from indexer.sources import ReadLimits
from indexer.store import index_folder, open_newest
from tests.conftest import ZONE, article

Index = Callable[..., Path]


def test_what_a_commit_left_as_it_was_is_not_opened_again(index_articles: Index) -> None:
    data = index_articles(*(article(f"{number}", body="监督") for number in range(9)))
    before = open_newest(data).snapshot
    index_articles(article("new", body="检查"), deleted=["3"])
    after = open_newest(data, before=before).snapshot
    (old,) = before.segments
    same, new = after.segments
    assert (same.parts is old.parts, same.name, new.n_docs) == (True, old.name, 1)
    assert (before.find("3"), after.find("3"), after.find("new")) == (3, None, 9)
    assert same.once("told once", lambda segment: [segment.n_docs]) is old.once("told once", lambda _segment: [])
    assert open_newest(data, before=after).snapshot.segments == after.segments


def test_a_rebuild_that_removes_what_is_being_opened_is_no_error(index_articles: Index, analyzer: Analyzer) -> None:
    data = index_articles(article("a", body="监督"))
    stop, failures, generations = threading.Event(), [], set()

    def open_again() -> None:
        while not stop.is_set():
            try:
                newest = open_newest(data)
                generations.add(newest.manifest.generation)
                assert newest.snapshot.find("a") is not None
            except Exception as error:  # noqa: BLE001  whatever it is must reach the assertion below
                failures.append(error)

    threads = [threading.Thread(target=open_again) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(6):
        sync(data, BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits()), anew=True)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(generations) > 1
    assert [path.name for path in index_folder(data).glob("g*")] == ["g000007"]


def test_an_index_that_is_damaged_or_of_another_analysis_is_refused(index_articles: Index) -> None:
    data = index_articles(article("a"))
    with pytest.raises(AnalysisMismatchError, match="article-search rebuild"):
        open_newest(data, analysis="0123456789abcdef:00000000")
    for path in index_folder(data).glob("g*/*.seg"):
        path.unlink()
    with pytest.raises(IndexDamagedError, match="article-search rebuild"):
        open_newest(data)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def test_a_bit_that_flipped_is_an_error_for_who_has_all_of_it_verified(index_articles: Index) -> None:
    data = index_articles(*(article(f"{number}", body=f"监督{number}。" * 50) for number in range(9)))
    before = open_newest(data, verify=True).snapshot
    for path in index_folder(data).glob("g*/*.*"):
        if path.suffix != ".toc":
            flip(path)
            open_newest(data)
            open_newest(data, before=before, verify=True)  # what is open already is not read again
            with pytest.raises(IndexDamagedError, match="cannot be read"):
                open_newest(data, verify=True)
            flip(path)
    open_newest(data, verify=True)
