"""The command that looks through the editor's files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from falcon import testing

from search.cli import main
from search.query.vocabulary import region_words
from search.settings import Settings
from search.words import words_report
from service import create_app
from tests.conftest import article


@pytest.fixture
def data(index_articles: Callable[..., Path]) -> Path:
    folder = index_articles(article("a", body="纪委监委来了。"), article("b", body="学校。"))
    (folder / "synonyms.txt").write_text("北韩,朝鲜\n首都=>平壤\n", encoding="utf-8")
    (folder / "pins.txt").write_text("学校 => b, none\n", encoding="utf-8")
    (folder / "user_words.txt").write_text("纪委监\n没有的词\n", encoding="utf-8")
    return folder


def test_it_says_what_the_files_hold_and_what_the_index_has_yet_to_take_in(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["words", "--data", str(data), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    fingerprint = report.pop("fingerprint")
    assert report == {
        "synonyms": 3,
        "stop_words": 0,
        "pins": 1,
        "region_words": len(region_words()),
        "user_words": 2,
        "added": ["没有的词", "纪委监"],
        "removed": [],
        "affected": ["a"],
        "unknown_pins": ["none"],
        "problems": [],
    }
    assert main(["sync", "--data", str(data), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"change": 2, "reanalysed": ["a"], "rejected": []}
    (data / "user_words.txt").unlink()
    assert main(["words", "--data", str(data)]) == 0
    out = capsys.readouterr().out
    assert "take in 0 new words and drop 2: 1 articles hold one of them" in out
    assert "pins.txt: no article has the id 'none'" in out
    (data / "stop_words.txt").write_text("记者\n", encoding="utf-8")
    assert words_report(data, regions=True).fingerprint != fingerprint
    assert main(["sync", "--data", str(data)]) == 0
    assert "1 analysed anew for the user's words" in capsys.readouterr().out


def test_every_line_that_is_wrong_is_named_and_the_status_is_1(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "synonyms.txt").write_text("北韩\n", encoding="utf-8")
    (data / "user_words.txt").write_text("一\n二，三\n", encoding="utf-8")
    assert main(["words", "--data", str(data), "--json"]) == 1
    printed = capsys.readouterr()
    report = json.loads(printed.out)
    assert [(Path(problem["path"]).name, problem["line"]) for problem in report["problems"]] == [
        ("synonyms.txt", 1),
        ("user_words.txt", 2),
    ]
    assert (report["added"], report["affected"]) == ([], [])
    assert "rejected: " in printed.err
    assert "user_words.txt:2: has a comma; write each word on a line of its own" in printed.err
    assert main(["sync", "--data", str(data)]) == 1
    assert "user_words.txt:2: has a comma" in capsys.readouterr().err


def test_without_an_index_it_says_what_the_files_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "user_words.txt").write_text("纪委监\n", encoding="utf-8")
    assert main(["words", "--data", str(tmp_path)]) == 0
    assert "1 words of your own" in capsys.readouterr().out


def test_region_words_that_are_turned_off_count_nothing(data: Path) -> None:
    assert words_report(data, regions=False).region_words == 0


def test_the_setting_turns_region_words_off(
    index_articles: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(index_articles(article("a", body="软件。")))
    main(["search", "軟體", "--data", data, "--json"])
    assert json.loads(capsys.readouterr().out)["total"] == 1
    monkeypatch.setenv("ARTICLE_SEARCH_REGION_WORDS", "false")
    main(["search", "軟體", "--data", data, "--json"])
    assert json.loads(capsys.readouterr().out)["total"] == 0
    monkeypatch.setenv("ARTICLE_SEARCH_REGION_WORDS", "perhaps")
    assert main(["search", "軟體", "--data", data]) == 2
    assert "REGION_WORDS must be one of true, false, 1, 0" in capsys.readouterr().err


def test_readiness_names_the_lines_that_keep_a_file_out(data: Path) -> None:
    client = testing.TestClient(create_app(Settings(data=str(data))))
    assert "problems" not in client.simulate_get("/readyz").json
    (data / "stop_words.txt").write_text("记者,本报\n", encoding="utf-8")
    found = client.simulate_get("/readyz")
    assert found.status_code == 200
    assert "stop_words.txt:1: has a comma" in found.json["problems"][0]
    hit = client.simulate_get("/api/v1/search", params={"q": "學校"}).json["hits"][0]
    assert (hit["id"], hit["pinned"]) == ("b", True)


def test_a_pinned_article_is_named_so_to_people(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = testing.TestClient(create_app(Settings(data=str(data)))).simulate_get("/search", params={"q": "学校"}).text
    assert '<span lang="zh-Hans">置顶</span>' in page
    assert main(["search", "学校", "--data", str(data)]) == 0
    assert "pinned · b" in capsys.readouterr().out
