from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from indexer.archive import Archive, WriteCounts
from indexer.errors import ArchiveError
from tests.conftest import article


def test_every_write_gets_the_next_change_and_the_latest_is_kept(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        assert archive.put([article("a"), article("b")]) == WriteCounts(added=2)
        assert archive.put([article("a", body="新"), article("b")]) == WriteCounts(updated=1, unchanged=1)
        assert archive.delete(["b", "none"]) == 1
        assert [(change.number, change.id, change.article is None) for change in archive.changes(0)] == [
            (3, "a", False),
            (4, "b", True),
        ]
        assert [change.id for change in archive.changes(3)] == ["b"]
        assert (archive.last_change(), archive.count(), archive.count_changes(2)) == (4, 1, 2)


def test_a_deleted_article_may_come_back(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([article("a")])
        archive.delete(["a"])
        assert archive.put([article("a")]) == WriteCounts(added=1)
        assert archive.count() == 1


def test_a_failing_batch_leaves_nothing_behind(tmp_path: Path) -> None:
    def broken():  # type: ignore[no-untyped-def]
        yield article("a")
        raise RuntimeError("source broke")

    with Archive(tmp_path) as archive:
        with pytest.raises(RuntimeError, match="source broke"):
            archive.put(broken())
        assert (archive.count(), archive.last_change()) == (0, 0)


def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([article("a", section=("要闻",), authors=("甲",))])
    with Archive(tmp_path, create=False) as archive:
        assert next(archive.changes(0)).article == article("a", section=("要闻",), authors=("甲",))


def test_a_missing_archive_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="index something first"):
        Archive(tmp_path, create=False)


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(b"not a database, for certain" * 100)
    with pytest.raises(ArchiveError, match="cannot open the archive"):
        Archive(tmp_path)


def test_an_archive_of_a_later_version_is_refused(tmp_path: Path) -> None:
    Archive(tmp_path).close()
    database = sqlite3.connect(tmp_path / "archive.db")
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(ArchiveError, match="later version"):
        Archive(tmp_path)


def test_an_sqlite_without_strict_tables_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 31, 0))
    with pytest.raises(ArchiveError, match=r"3\.37 or later"):
        Archive(tmp_path)
