"""A run that is killed while the archive takes articles: the next one goes on, reads nothing in twice, and misses nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from indexer import follow
from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.archive.origins import Origins
from indexer.article import Article
from indexer.build import Absent, index_paths
from indexer.targets import LocalTarget
from search import SearchRequest, open_engine
from tests.test_build import lines
from tests.test_follow import index_when_free, options, run_until

COUNT = 300


def write(source: Path, count: int) -> None:
    source.write_text(lines(*({"id": f"a{at}", "title": f"第{at}题"} for at in range(count))), encoding="utf-8")


def rows(data: Path) -> dict[str, int]:
    """Id → number of the change of all that is durable."""
    with closing(sqlite3.connect(data / "archive.db")) as db:
        return dict(db.execute("SELECT id, change FROM article"))


@contextmanager
def handed_on(patch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The ids that are given to the index meanwhile."""
    ids: list[str] = []
    add = LocalTarget.add

    def noting(target: LocalTarget, article: Article) -> None:
        ids.append(article.id)
        add(target, article)

    with patch.context() as within:
        within.setattr(LocalTarget, "add", noting)
        yield ids


@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_durable_when_a_run_was_killed_is_not_read_in_again(
    tmp_path: Path, analyzer: Analyzer, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, data = tmp_path / "a.jsonl", tmp_path / "data"
    write(source, COUNT)
    taken = run_until(source, data, workers, 12)
    before = rows(data)
    assert 0 < taken <= len(before) < COUNT
    report = index_when_free(source, data, analyzer, workers)
    assert (report.unchanged, report.added, report.updated) == (len(before), COUNT - len(before), 0)
    after = rows(data)
    assert {key: after[key] for key in before} == before
    assert sorted(after.values()) == list(range(1, COUNT + 1))
    with closing(open_engine(data)) as engine:
        assert engine.search(SearchRequest()).total == COUNT
    with handed_on(monkeypatch) as ids:
        assert index_paths([source], data, options(analyzer, 1)).unchanged == COUNT
    assert ids == []


def test_after_a_commit_of_the_index_only_what_came_later_is_handed_on(
    tmp_path: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, data = tmp_path / "a.jsonl", tmp_path / "data"
    write(source, 100)
    monkeypatch.setattr(follow, "TARGET_BATCH", 10)
    index_paths([source], data, options(analyzer, 1))
    write(source, COUNT)
    run_until(source, data, 1, 20)
    with handed_on(monkeypatch) as ids:
        index_when_free(source, data, analyzer, 1)
    assert set(ids) <= {f"a{at}" for at in range(100, COUNT)}
    assert len(rows(data)) == COUNT


def test_an_article_is_not_durable_before_the_file_it_came_from(
    tmp_path: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, data = tmp_path / "a.jsonl", tmp_path / "data"

    def die(*_arguments: object) -> None:
        raise KeyboardInterrupt

    write(source, 5)
    with monkeypatch.context() as patch:
        patch.setattr(Origins, "note", die)
        with pytest.raises(KeyboardInterrupt):
            index_paths([source], data, options(analyzer, 1))
    write(source, 3)
    absent = Absent(delete_missing=True, however_many=True)
    index_paths([source], data, options(analyzer, 1), absent=absent)
    assert rows(data).keys() == {"a0", "a1", "a2"}


def test_what_a_killed_run_had_read_is_missed_when_it_is_gone(tmp_path: Path, analyzer: Analyzer) -> None:
    source, data = tmp_path / "a.jsonl", tmp_path / "data"
    write(source, COUNT)
    run_until(source, data, 1, 12)
    index_when_free(source, data, analyzer, 1)
    write(source, COUNT - 5)
    report = index_paths([source], data, options(analyzer, 1), absent=Absent(delete_missing=True))
    assert (report.deleted, report.unchanged) == (5, COUNT - 5)
    with Archive(data) as archive:
        assert archive.count() == COUNT - 5
