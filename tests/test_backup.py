"""A backup is one file with everything that cannot be made again, taken while others write."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from pathlib import Path

import orjson
import pytest

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.backup import back_up
from indexer.build import BuildOptions
from indexer.errors import ArchiveError, BackupError, DataLockedError
from indexer.restore import read_backup, restore
from indexer.sources import ReadLimits
from tests.conftest import ZONE, article
from tests.torture.restores import make_data


@pytest.fixture
def data(tmp_path: Path, analyzer: Analyzer) -> Path:
    options = BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())
    return make_data(tmp_path / "data", "旧", options, count=3)


def test_the_file_begins_with_a_manifest_that_describes_the_rest(data: Path, tmp_path: Path) -> None:
    report = back_up(data, tmp_path / "b.zip")
    assert (report.change, report.articles, report.bytes) == (3, 3, (tmp_path / "b.zip").stat().st_size)
    with zipfile.ZipFile(tmp_path / "b.zip") as packed:
        names = packed.namelist()
        assert names == ["manifest.json", *report.members]
        manifest = orjson.loads(packed.read("manifest.json"))
        assert (manifest["format"], manifest["change"], manifest["articles"]) == (1, 3, 3)
        for member in manifest["members"]:
            content = packed.read(member["name"])
            assert (len(content), hashlib.sha256(content).hexdigest()) == (member["bytes"], member["sha256"])
    assert names[1:] == [
        "archive.db", "state.db", "settings.toml", "synonyms.txt", "stop_words.txt", "pins.txt", "user_words.txt"
    ]  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "data"]


def test_a_file_that_is_there_is_replaced_only_when_that_is_said(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    file.write_text("mine")
    with pytest.raises(BackupError, match="is there already; name another file, or replace it with --yes"):
        back_up(data, file)
    assert file.read_text() == "mine"
    back_up(data, file, replace=True)
    assert read_backup(file).articles == 3
    with pytest.raises(BackupError, match="is there already"):
        back_up(data, tmp_path, replace=True)


def test_a_backup_under_writes_is_the_archive_of_one_moment(data: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with Archive(data) as archive:
            number = 0
            while not stop.is_set():
                archive.put([article(f"w{number}", body=f"{number}" * 3000), article(f"v{number}")])
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            back_up(data, tmp_path / f"{number}.zip")
    finally:
        stop.set()
        writer.join()
    for number in range(5):
        report = restore(tmp_path / f"{number}", tmp_path / f"{number}.zip")
        with Archive(tmp_path / f"{number}", create=False) as archive:
            changes = [change.number for change in archive.changes(0)]
        assert changes == list(range(1, report.change + 1))
        assert report.change % 2 == 1  # three at first, then two in each transaction


def test_a_damaged_archive_is_not_backed_up(data: Path, tmp_path: Path) -> None:
    content = (data / "archive.db").read_bytes()
    (data / "archive.db").write_bytes(content[:4096] + b"x" * 4096 + content[8192:])
    with pytest.raises(BackupError, match=r"is damaged and was not backed up .*article-search check"):
        back_up(data, tmp_path / "b.zip")
    (data / "archive.db").write_bytes(content.replace("旧的第1篇".encode(), "旧的第9篇".encode()))
    with pytest.raises(BackupError, match=r"is damaged and was not backed up \(1 found in it\)"):
        back_up(data, tmp_path / "b.zip")
    (data / "archive.db").write_bytes(b"no database")
    with pytest.raises(BackupError, match="is damaged and was not backed up"):
        back_up(data, tmp_path / "b.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_without_an_archive_or_a_place_there_is_no_backup(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="nothing to back up"):
        back_up(tmp_path / "none", tmp_path / "b.zip")
    with pytest.raises(BackupError, match=r"cannot write the backup .*nothing was changed"):
        back_up(data, tmp_path / "no folder" / "b.zip")


def test_two_at_once_to_one_file_exclude_each_other(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def second(*_arguments: object) -> list[str]:
        monkeypatch.undo()
        with pytest.raises(DataLockedError, match="another process is writing the backup"):
            back_up(data, tmp_path / "b.zip")
        raise BackupError("enough", path=tmp_path)

    monkeypatch.setattr("indexer.backup._copy", second)
    with pytest.raises(BackupError, match="enough"):
        back_up(data, tmp_path / "b.zip")
    assert back_up(data, tmp_path / "b.zip").articles == 3
