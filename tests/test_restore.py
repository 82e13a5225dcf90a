"""A restore brings back all or nothing, whatever the backup is and whenever the process ends."""

from __future__ import annotations

import hashlib
import random
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.backup import back_up
from indexer.build import BuildOptions, sync
from indexer.check import check
from indexer.directory import write_lock
from indexer.errors import BackupError, DataLockedError
from indexer.restore import read_backup, restore
from indexer.sources import ReadLimits
from indexer.store import index_folder
from tests.conftest import ZONE, article
from tests.torture.restores import Trial, make_data, state_of

Edit = Callable[[dict[str, bytes]], None]


@pytest.fixture
def options(analyzer: Analyzer) -> BuildOptions:
    return BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())


@pytest.fixture
def data(tmp_path: Path, options: BuildOptions) -> Path:
    return make_data(tmp_path / "data", "旧", options, count=3)


@pytest.fixture
def backup(data: Path, tmp_path: Path) -> Path:
    back_up(data, tmp_path / "b.zip")
    return tmp_path / "b.zip"


def files(data: Path) -> dict[str, bytes]:
    return {str(path.relative_to(data)): path.read_bytes() for path in data.rglob("*") if path.is_file()}


def edited(backup: Path, edit: Edit) -> Path:
    """A copy of a backup with other contents."""
    with zipfile.ZipFile(backup) as packed:
        contents = {name: packed.read(name) for name in packed.namelist()}
    edit(contents)
    copy = backup.with_name("edited.zip")
    with zipfile.ZipFile(copy, "w") as packed:
        for name, content in contents.items():
            packed.writestr(name, content)
    return copy


def manifest_with(**values: object) -> Edit:
    def edit(contents: dict[str, bytes]) -> None:
        contents["manifest.json"] = orjson.dumps(orjson.loads(contents["manifest.json"]) | values)

    return edit


def test_what_was_backed_up_is_back_in_an_empty_directory(
    data: Path, backup: Path, tmp_path: Path, options: BuildOptions
) -> None:
    report = restore(tmp_path / "new", backup)
    assert (report.change, report.articles, len(report.members)) == (3, 3, 7)
    assert state_of(tmp_path / "new") == state_of(data)
    sync(tmp_path / "new", options)
    assert check(tmp_path / "new", options).findings == ()
    assert {path.name for path in (tmp_path / "new").iterdir()} == {path.name for path in data.iterdir()}
    with closing(sqlite3.connect(tmp_path / "new" / "archive.db")) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_a_directory_holds_is_replaced_only_when_that_is_said(
    data: Path, backup: Path, options: BuildOptions
) -> None:
    before = state_of(data)
    with Archive(data) as archive:
        archive.put([article("后来", body="后来的"), article("旧0", body="改了")])
    sync(data, options)
    (data / "pins.txt").write_text("# 后来\n", encoding="utf-8")
    with pytest.raises(BackupError, match="which a restore replaces; say so with --yes"):
        restore(data, backup)
    restore(data, backup, replace=True)
    assert state_of(data) == before
    assert not index_folder(data).exists()  # it was of the other archive, and covered more
    assert sync(data, options).change == 3
    assert check(data, options).findings == ()


def test_what_the_backup_does_not_hold_is_gone_after_it(data: Path, tmp_path: Path, options: BuildOptions) -> None:
    with Archive(tmp_path / "plain") as archive:
        archive.put([article("a")])
    back_up(tmp_path / "plain", tmp_path / "plain.zip")
    restore(data, tmp_path / "plain.zip", replace=True)
    assert {path.name for path in data.iterdir()} == {"archive.db", "write.lock"}
    assert sync(data, options).change == 1


def test_who_has_the_archive_open_sees_what_was_restored(data: Path, backup: Path) -> None:
    with Archive(data) as open_all_the_while:
        open_all_the_while.put([article("后来")])
        restore(data, backup, replace=True)
        assert open_all_the_while.last_change() == 3
        open_all_the_while.put([article("再后来")])
    with Archive(data, create=False) as archive:
        assert [change.id for change in archive.changes(0)] == ["旧0", "旧1", "旧2", "再后来"]


@pytest.mark.parametrize("damage", [b"", b"no database" * 2000, None])
def test_a_damaged_archive_is_replaced(data: Path, backup: Path, damage: bytes | None, options: BuildOptions) -> None:
    before = state_of(data)
    path = data / "archive.db"
    if damage is None:
        content = path.read_bytes()
        path.write_bytes(content[:5000] + bytes(8000) + content[13000:])
    else:
        path.write_bytes(damage)
    (data / "archive.db-wal").write_bytes(b"left")
    restore(data, backup, replace=True)
    assert state_of(data) == before
    sync(data, options)
    assert check(data, options).findings == ()


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda contents: contents.pop("manifest.json"), "manifest.json"),
        (lambda contents: contents.pop("pins.txt"), "pins.txt"),
        (lambda contents: contents.update({"pins.txt": b"x"}), "pins.txt is not what was backed up"),
        (lambda contents: contents.update({"archive.db": contents["archive.db"] + b"x"}), "archive.db is not what was"),
        (lambda contents: contents.update({"manifest.json": b"[]"}), "cannot be restored"),
        (lambda contents: contents.update({"manifest.json": b" " * 2_000_000}), "its manifest is too large"),
        (manifest_with(format=2), "was written by a later version .* upgrade"),
        (manifest_with(change=99), "its archive ends with change 3, and should end with 99"),
        (manifest_with(members=[]), "no archive"),
        (manifest_with(members=[{"name": "../x", "bytes": 1, "sha256": ""}]), "files that no backup has"),
    ],
)
def test_what_is_no_whole_backup_is_refused_and_changes_nothing(
    data: Path, backup: Path, edit: Edit, reason: str
) -> None:
    bad = edited(backup, edit)
    before = files(data)
    with pytest.raises(BackupError, match=reason):
        restore(data, bad, replace=True)
    assert files(data) == before


def test_a_database_that_is_damaged_within_a_whole_backup_is_refused(data: Path, backup: Path) -> None:
    def edit(contents: dict[str, bytes]) -> None:
        content = b"no database"
        member = {"name": "archive.db", "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        contents["archive.db"] = content
        manifest_with(members=[member])(contents)

    with pytest.raises(BackupError, match=r"cannot be used: .*use another backup"):
        restore(data, edited(backup, edit), replace=True)


def test_every_cut_and_many_flipped_bits_of_a_backup_change_nothing_or_do_not_matter(
    data: Path, backup: Path, tmp_path: Path
) -> None:
    whole, expected, chance = backup.read_bytes(), state_of(data), random.Random(5)
    bad = tmp_path / "bad.zip"
    refused = 0
    for number in range(120):
        place = chance.randrange(len(whole))
        flipped = whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :]
        bad.write_bytes(whole[:place] if number % 4 == 0 else flipped)
        try:
            restore(tmp_path / "new", bad, replace=True)
        except BackupError:
            refused += 1
        else:
            assert state_of(tmp_path / "new") == expected
    assert refused > 60


def test_a_backup_that_is_not_there_or_is_no_zip_is_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(
        BackupError, match=r"there is no backup .*none.zip; name the file that article-search backup wrote"
    ):
        read_backup(tmp_path / "none.zip")
    (tmp_path / "text.zip").write_text("text")
    with pytest.raises(BackupError, match=r"text.zip cannot be restored: File is not a zip file; use another backup"):
        restore(data, tmp_path / "text.zip", replace=True)
    with pytest.raises(BackupError, match="cannot restore"):
        read_backup(tmp_path)


def test_a_directory_that_another_process_writes_to_is_left_alone(
    data: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.restore.LOCK_WAIT_S", 0.1)
    before = state_of(data)
    with write_lock(data), pytest.raises(DataLockedError, match="another process is writing"):
        restore(data, backup, replace=True)
    assert state_of(data) == before


def test_a_restore_or_backup_that_is_killed_leaves_the_old_state_or_the_new(
    tmp_path: Path, options: BuildOptions
) -> None:
    trial, chance = Trial(tmp_path, options), random.Random(11)
    for kill, steps in ((trial.kill_restore, trial.restore_steps), (trial.kill_backup, trial.backup_steps)):
        assert steps > 100
        left = [kill(step=chance.randrange(place, place + steps // 20)) for place in range(0, steps, steps // 20)]
        left += [kill(after_s=chance.random() * 0.05) for _ in range(6)]
        assert len(left) >= 26
        assert {"old", "new"} == set(left)


def test_what_a_killed_restore_staged_is_no_hindrance(data: Path, backup: Path, tmp_path: Path) -> None:
    expected = state_of(data)
    staged = tmp_path / "new" / ".restored.new"
    staged.mkdir(parents=True)
    (staged / "archive.db").write_bytes(b"half")
    restore(tmp_path / "new", backup)
    assert state_of(tmp_path / "new") == expected
    assert not staged.exists()
