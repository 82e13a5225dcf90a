"""When articles were written, read beside the archive's writer."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from indexer.archive import Archive, written_times
from indexer.errors import ArchiveError
from tests.conftest import article


def test_the_time_of_each_article_that_is_known_is_told(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([article("a"), article("b"), article("c")])
        archive._db.execute("UPDATE article SET written_at = NULL WHERE id = 'b'")
        (known,) = archive._db.execute("SELECT written_at FROM article WHERE id = 'a'").fetchone()
        assert written_times(tmp_path, ["a", "b", "none", "'"]) == {"a": known}
    assert written_times(tmp_path, ["c", "a"]).keys() == {"a", "c"}
    assert written_times(tmp_path, []) == {}


def test_it_is_read_while_another_writes(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([article("a")])
        with archive._database.writing():
            archive._db.execute("UPDATE article SET written_at = '2000' WHERE id = 'a'")
            assert written_times(tmp_path, ["a"])["a"] != "2000"


def test_nothing_is_written_beside_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Archive(data) as archive:
        archive.put([article("a")])
    try:
        (data / "archive.db").chmod(0o444)
        data.chmod(0o555)
        assert written_times(data, ["a"]).keys() == {"a"}
        assert [path.name for path in data.iterdir()] == ["archive.db"]
    finally:
        data.chmod(0o755)


def test_an_archive_from_before_times_were_kept_knows_none(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "archive.db") as old:
        old.execute("CREATE TABLE article (id TEXT)")
    old.close()
    assert written_times(tmp_path, ["a"]) == {}
    assert written_times(tmp_path / "none", ["a"]) == {}


def test_what_is_no_archive_is_an_error_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(b"no database" * 100)
    with pytest.raises(ArchiveError, match=r"archive\.db"):
        written_times(tmp_path, ["a"])
    (tmp_path / "archive.db").unlink()
    (tmp_path / "archive.db").mkdir()
    with pytest.raises(ArchiveError, match=r"archive\.db"):
        written_times(tmp_path, ["a"])
