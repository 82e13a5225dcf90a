"""``check``, ``backup`` and ``restore`` as they are typed."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from search.cli import main


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    lines = b'{"id": "1", "title": "\xe7\x9b\x91\xe7\x9d\xa3"}\n{"id": "2", "title": "x"}\n'
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert main(["index", "-", "--data", str(tmp_path / "data"), "--workers", "1"]) == 0
    capsys.readouterr()
    return str(tmp_path / "data")


def test_check_says_what_is_wrong_and_repair_what_it_did(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--data", data]) == 0
    out = capsys.readouterr().out
    assert "archive: 2 articles, last change 2" in out
    assert "index:   2 articles, covers change 2" in out
    assert "nothing is wrong, in" in out
    next((Path(data) / "index" / "g000001").glob("*.seg")).unlink()
    assert main(["check", "--data", data, "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["findings"][0]["part"] == "index"
    assert "article-search rebuild" in report["findings"][0]["message"]
    assert main(["check", "--repair", "--data", data]) == 1
    out = capsys.readouterr().out
    assert out.startswith("found: the index in ")
    assert "the index was built anew of the archive as generation g000002" in out
    assert main(["check", "--data", data, "--json"]) == 0


def test_a_damaged_archive_is_not_repaired(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    (Path(data) / "archive.db").write_bytes(b"x" * 5000)
    assert main(["check", "--repair", "--data", data]) == 1
    assert "the archive is at fault: nothing was changed" in capsys.readouterr().out


def test_check_without_anything_could_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--data", str(tmp_path / "none")]) == 2
    assert "article-search index PATH" in capsys.readouterr().err


def test_a_backup_goes_and_comes_back(data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, other = str(tmp_path / "b.zip"), str(tmp_path / "other")
    (Path(data) / "settings.toml").write_text('title = "报"\n', encoding="utf-8")
    assert main(["backup", file, "--data", data]) == 0
    assert "2 articles up to change 2 and 1 other files are in" in capsys.readouterr().out
    assert main(["backup", file, "--data", data]) == 2
    assert "--yes" in capsys.readouterr().err
    assert main(["backup", file, "--data", data, "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["members"] == ["archive.db", "settings.toml"]
    assert main(["restore", file, "--data", other, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["articles"], report["change"], report["rejected"]) == (2, 2, [])
    assert main(["search", "监督", "--data", other]) == 0
    assert "1 articles" in capsys.readouterr().out
    assert main(["restore", file, "--data", other]) == 2
    assert "say so with --yes" in capsys.readouterr().err
    assert main(["restore", file, "--data", other, "--yes"]) == 0
    captured = capsys.readouterr()
    assert "2 articles up to change 2 are back, with the index (archive.db, settings.toml)" in captured.out
    assert "restored the backup of 20" in captured.err


def test_lines_of_the_editors_that_cannot_be_used_are_named_after_a_restore(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (Path(data) / "user_words.txt").write_text("一, 二\n", encoding="utf-8")
    assert main(["backup", str(tmp_path / "b.zip"), "--data", data]) == 0
    assert main(["restore", str(tmp_path / "b.zip"), "--data", data, "--yes"]) == 1
    assert "user_words.txt:1: has a comma" in capsys.readouterr().err


def test_any_command_finishes_a_restore_whose_process_died(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    restored = Path(data) / ".restored"
    restored.mkdir()
    (restored / "files.json").write_text('["archive.db", "settings.toml"]')
    (restored / "settings.toml").write_text('title = "回来"\n', encoding="utf-8")
    assert main(["export", "--data", data]) == 0
    assert (Path(data) / "settings.toml").read_text(encoding="utf-8") == 'title = "回来"\n'
    assert not restored.exists()
