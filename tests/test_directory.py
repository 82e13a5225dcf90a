"""Who may write to a data directory, and how a restore that was decided is finished by whoever comes next."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from indexer import directory
from indexer.directory import finish_restore, put_in_place, write_lock
from indexer.errors import DataLockedError, StorageError


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A directory with an old archive, old files and an index, and a decided restore of others."""
    restored = tmp_path / ".restored"
    restored.mkdir()
    for folder, text in ((tmp_path, "旧"), (restored, "新")):
        with closing(sqlite3.connect(folder / "archive.db")) as database:
            database.execute("CREATE TABLE note (text TEXT)")
            database.execute("INSERT INTO note VALUES (?)", (text,))
            database.commit()
        (folder / "synonyms.txt").write_text(text, encoding="utf-8")
    (tmp_path / "pins.txt").write_text("旧", encoding="utf-8")
    (tmp_path / "index" / "g000001").mkdir(parents=True)
    (tmp_path / "notes.txt").write_text("nobody's", encoding="utf-8")
    (restored / "files.json").write_bytes(orjson.dumps(["archive.db", "synonyms.txt"]))
    return tmp_path


def is_restored(data: Path) -> bool:
    with closing(sqlite3.connect(data / "archive.db")) as database:
        text = database.execute("SELECT text FROM note").fetchone()[0]
    names = {path.name for path in data.iterdir()} - {"write.lock"}
    return (text, (data / "synonyms.txt").read_text(encoding="utf-8"), names) == (
        "新",
        "新",
        {"archive.db", "synonyms.txt", "notes.txt"},
    )


def test_whoever_gets_the_lock_finishes_the_restore(data: Path) -> None:
    with write_lock(data):
        assert is_restored(data)


def test_a_command_that_only_reads_finishes_it_too(data: Path) -> None:
    finish_restore(data)
    assert is_restored(data)
    finish_restore(data)
    assert is_restored(data)


def test_a_restore_that_is_at_work_is_left_to_itself(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "put_in_place", lambda _data: None)
    with write_lock(data):
        monkeypatch.undo()
        finish_restore(data)
        assert not is_restored(data)


def test_it_goes_on_after_every_step(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("remove_index", "_place", "sync_folder"):
        with monkeypatch.context() as patch:
            patch.setattr(directory, name, _failing)
            with pytest.raises(StorageError, match="run any command again"):
                put_in_place(data)
    finish_restore(data)
    assert is_restored(data)


def _failing(*_arguments: object, **_named: object) -> None:
    raise OSError("the disk is full")


def test_a_folder_whose_list_is_gone_was_finished(data: Path) -> None:
    (data / ".restored" / "files.json").unlink()
    finish_restore(data)
    assert not (data / ".restored").exists()
    assert (data / "pins.txt").exists()


def test_one_process_at_a_time_has_the_lock(tmp_path: Path) -> None:
    data = tmp_path / "data"
    again = pytest.raises(DataLockedError, match="try again when it has ended")
    with write_lock(data), again, write_lock(data):
        pass
    with write_lock(data):
        pass
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="choose another with --data"), write_lock(tmp_path / "file" / "data"):
        pass
