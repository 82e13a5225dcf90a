"""Archives of earlier versions are brought up to date as they are opened, and lose nothing on the way."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from indexer.archive import Archive, WriteCounts
from indexer.archive.tables import SCHEMA_VERSION
from indexer.archive.verification import verify_archive
from indexer.errors import ArchiveError
from tests.conftest import ROOT, article
from tests.test_archive import VERSION_1
from tests.torture.processes import count_steps, die_at_step

FORMATS = ROOT / "tests" / "formats"
FROZEN = FORMATS / "archive-2" / "archive.db"


def layout(path: Path) -> dict[str, object]:
    """Tables, indexes and views with their columns: all but the comments."""
    with sqlite3.connect(path) as db:
        names = db.execute("SELECT type, name, tbl_name FROM sqlite_master ORDER BY name").fetchall()
        found = {
            name: (kind, table, db.execute(f"PRAGMA table_xinfo({name})").fetchall(), strict)
            for kind, name, table in names
            for strict in [db.execute("SELECT strict, wr FROM pragma_table_list(?)", (name,)).fetchall()]
        }
    db.close()
    return {"version": SCHEMA_VERSION, **found}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    shutil.copy(FROZEN, tmp_path / "archive.db")
    return tmp_path


def test_an_archive_of_version_2_opens_with_all_it_held(old: Path) -> None:
    with Archive(old, create=False) as archive:
        found = {change.id: change.article for change in archive.changes(0)}
        kept = found["kept"]
        assert kept is not None
        assert (kept.section, kept.authors, kept.published) == (("要闻",), ("陈晓禾",), "2024-05-06")
        assert kept.also_at == ("https://example.com/copy",)
        reprint = found["reprint"]
        assert reprint is not None
        assert kept.story == reprint.story is not None
        assert (found["gone"], found["copy"], archive.last_change()) == (None, None, 11)
        assert [page.article for pages in archive.pages.all(10) for page in pages] == ["page"]
        history = archive.history("fixed")
        assert history is not None
        assert [(each.state, each.written_at, each.article.title) for each in history.versions] == [
            ("current", None, "新题")
        ]


def test_what_came_with_version_3_works_in_a_migrated_archive(old: Path) -> None:
    with Archive(old) as archive:
        assert archive.put([article("gone")], read=True) == WriteCounts(kept_deleted=("gone",))
        assert archive.put([article("fixed", title="又改")], read=True) == WriteCounts(updated=1)
        history = archive.history("fixed")
        assert history is not None
        assert [each.article.title for each in history.versions] == ["新题", "又改"]
        archive.origins.watch()
        assert archive.origins.missing(["/"], []).ids == ()  # nobody knows where these came from


def test_an_archive_of_version_4_opens_with_its_versions_and_knows_when_one_is_damaged(tmp_path: Path) -> None:
    shutil.copy(FORMATS / "archive-4" / "archive.db", tmp_path / "archive.db")
    with Archive(tmp_path, create=False) as archive:
        history = archive.history("fixed")
        assert history is not None
        assert [each.article.title for each in history.versions] == ["一", "二", "三"]
        states = [found.versions[-1].state for key in ("gone", "hand") if (found := archive.history(key))]
        assert states == ["missing", "deleted"]
        assert archive.last_change() == 10
    assert verify_archive(tmp_path) == []
    with closing(sqlite3.connect(tmp_path / "archive.db")) as db:
        db.execute("UPDATE version SET record = replace(record, '旧', '日') WHERE title = '旧题'")
        db.commit()
    (finding,) = verify_archive(tmp_path)
    assert "the version 1 of the article 'file' is not what was written" in finding.message


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_a_migration_that_is_killed_leaves_the_old_archive_or_the_new(tmp_path: Path, version: int) -> None:
    whole, data = old_archive(tmp_path / "whole", version), tmp_path / "data"

    def migrate() -> None:
        Archive(data).close()

    def begin() -> None:
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(whole, data)

    begin()
    steps = count_steps(migrate)
    expected = shown(data)
    found = set()
    for step in range(0, steps, max(1, steps // 20)):
        begin()
        assert die_at_step(migrate, tmp_path / "errors", step)
        with closing(sqlite3.connect(data / "archive.db")) as db:
            found.add(db.execute("PRAGMA user_version").fetchone()[0])
        assert shown(data) == expected
        assert verify_archive(data) == []
    assert found == {version, SCHEMA_VERSION}


def shown(data: Path) -> list[object]:
    with Archive(data, create=False) as archive:
        changes = list(archive.changes(0))
        return [*changes, *(archive.history(change.id) for change in changes)]


def old_archive(folder: Path, version: int) -> Path:
    folder.mkdir()
    if version > 1:
        shutil.copy(FORMATS / f"archive-{version}" / "archive.db", folder / "archive.db")
        return folder
    with closing(sqlite3.connect(folder / "archive.db")) as db:
        db.executescript(VERSION_1)
    return folder


def test_an_archive_of_version_3_knows_what_files_said_of_what_no_program_wrote(tmp_path: Path) -> None:
    shutil.copy(FORMATS / "archive-3" / "archive.db", tmp_path / "archive.db")
    with Archive(tmp_path, create=False) as archive:
        found = {change.id: change.article and change.article.title for change in archive.changes(0)}
        assert found == {"file": "题目", "hand": "题目", "both": "改过", "gone": None}
        archive.put([article("file", title="手改", body="监督")])
        assert archive.put([article("file", title="题目", body="监督")], read=True) == WriteCounts(unchanged=1)
        assert archive.put([article("both", body="两处")], read=True) == WriteCounts(updated=1)  # as it was before


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_a_migrated_archive_is_laid_out_as_a_new_one(tmp_path: Path, version: int) -> None:
    Archive(tmp_path / "new").close()
    old_archive(tmp_path / "old", version)
    Archive(tmp_path / "old").close()
    Archive(tmp_path / "old").close()
    assert layout(tmp_path / "old" / "archive.db") == layout(tmp_path / "new" / "archive.db")


def test_a_migration_that_breaks_off_changes_nothing(old: Path) -> None:
    with sqlite3.connect(old / "archive.db") as db:
        db.execute("CREATE TABLE version (taken)")  # stands in the way of ours
    db.close()
    before = layout(old / "archive.db")
    with pytest.raises(ArchiveError, match="cannot bring up to date the archive"):
        Archive(old)
    assert layout(old / "archive.db") == before


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "archive.db") as db:
        db.execute("CREATE TABLE theirs (a)")
    db.close()
    with pytest.raises(ArchiveError, match="of another program; choose another directory"):
        Archive(tmp_path)
    assert set(layout(tmp_path / "archive.db")) == {"version", "theirs"}


def test_an_archive_that_lacks_a_table_is_refused(old: Path) -> None:
    Archive(old).close()
    with sqlite3.connect(old / "archive.db") as db:
        db.execute("DROP TABLE origin")
    db.close()
    with pytest.raises(ArchiveError, match=r"lacks origin: .*restore it from a backup"):
        Archive(old)
