from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

import service
from indexer.errors import UnreadableError
from search.cli import build_parser, main
from search.settings import Settings

PAGE = """\
当前位置：首页 > 要闻

监(jiān)督检查开始

作者：张三
来源：日报

　　监督检查组昨天来到河边，看了三处堤坝。

版权所有
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "page.txt").write_text(PAGE, encoding="utf-8")
    (folder / "a.jsonl").write_text(
        '{"id": "1", "title": "监督", "body": "一"}\n{"id": "2", "title": "检查"}\n', encoding="utf-8"
    )
    return folder


@pytest.fixture
def data(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    folder = str(tmp_path / "data")
    assert main(["index", str(source), "--data", folder, "--workers", "1"]) == 0
    assert "3 added, 0 updated, 0 unchanged, 0 rejected" in capsys.readouterr().out
    return folder


def test_search_prints_for_people_and_for_programs(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "監督", "--data", data, "--sort", "newest", "--source", "日报"]) == 0
    out = capsys.readouterr().out
    assert "1 articles" in out
    assert "[监督]检查开始" in out
    assert "要闻 · 张三 · 日报" in out
    assert main(["search", "监督", "--data", data, "--json", "--limit", "1", "--snippet-chars", "30"]) == 0
    page = json.loads(capsys.readouterr().out)
    assert page["total"] == 2
    assert len(page["hits"]) == 1
    assert "<mark>监督</mark>" in page["hits"][0]["highlights"]["title"]
    assert main(["search", "监督", "--data", data, "--explain"]) == 0
    assert "word 监督: weight 1" in capsys.readouterr().out
    assert main(["search", "没有 监督", "--data", data]) == 0
    assert "no article has all the words" in capsys.readouterr().out


def test_a_bad_option_or_query_is_one_line_and_status_2(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--limit", "x"], ["--sort", "best"], ["--strict", "--match", "all"]):
        assert main(["search", '"监督', "--data", data, *arguments]) == 2
        error = capsys.readouterr().err
        assert error.startswith("article-search: ")
        assert error.count("\n") == 1


def test_without_an_index_the_command_says_how_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["search", "x"], ["stats"], ["export"], ["sync"]):
        assert main([*arguments, "--data", str(tmp_path)]) == 2
        assert "article-search index PATH" in capsys.readouterr().err


def test_rejected_inputs_are_named_and_the_status_is_1(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (source / "bad.jsonl").write_text('{"id": "3", "title": "好"}\n{oops\n', encoding="utf-8")
    assert main(["index", str(source), "--data", str(tmp_path / "d"), "--json", "--workers", "1"]) == 1
    captured = capsys.readouterr()
    assert "bad.jsonl:2: " in captured.err
    report = json.loads(captured.out)
    assert (report["added"], report["rejected"][0]["line"]) == (4, 2)


def test_extract_prints_the_article_and_what_was_removed(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", str(source), "--explain"]) == 0
    captured = capsys.readouterr()
    articles = [json.loads(line) for line in captured.out.splitlines()]
    assert [article["title"] for article in articles] == ["监督", "检查", "监督检查开始"]
    assert articles[2]["section"] == ["要闻"]
    assert "版权所有" in captured.err
    assert "jiān" in captured.err
    assert main(["extract", str(source / "none.txt")]) == 1
    assert "there is no such file" in capsys.readouterr().err


def test_stats_delete_export_sync_and_rebuild(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["delete", "1", "none", "--data", data]) == 0
    assert "1 of 2 articles deleted" in capsys.readouterr().out
    assert main(["export", "--data", data]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["sync", "--data", data, "--json"]) == 0
    assert main(["rebuild", "--data", data]) == 0
    capsys.readouterr()
    assert main(["stats", "--data", data, "--json"]) == 0
    stats = json.loads(capsys.readouterr().out)
    assert (stats["archive_articles"], stats["index_articles"], stats["archive_change"]) == (2, 2, 4)
    assert stats["index_generation"] == "g000002"
    assert main(["stats", "--data", data]) == 0
    assert "index_bytes" in capsys.readouterr().out


def test_serve_takes_its_options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    served: list[Settings] = []
    monkeypatch.setattr(service, "serve", served.append)
    assert main(["serve", "--data", str(tmp_path), "--bind", "127.0.0.1:1", "--workers", "3"]) == 0
    assert (served[0].bind, served[0].workers) == ("127.0.0.1:1", 3)


def test_being_stopped_is_said_in_a_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_settings: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(service, "serve", interrupt)
    assert main(["serve", "--data", str(tmp_path)]) == 2
    assert "stopped" in capsys.readouterr().err


def test_jsonl_may_be_piped_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"id": "1", "title": "x"}\n')))
    assert main(["index", "-", "--data", str(tmp_path), "--workers", "1"]) == 0


def test_every_subcommand_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for name in (
        "index",
        "extract",
        "search",
        "serve",
        "delete",
        "show",
        "export",
        "stats",
        "sync",
        "rebuild",
        "reclean",
        "check",
        "backup",
        "restore",
    ):
        with pytest.raises(SystemExit) as caught:
            build_parser().parse_args([name, "--help"])
        assert caught.value.code == 0
        assert "--data DIR" in capsys.readouterr().out


def test_duplicates_and_stories_are_reported_and_folded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = "监督检查组昨天来到河边，看了三处堤坝，又问了粮站的价钱，下午在村委会开会，把问到的事一件一件记下来。"
    records = [
        {"url": "https://example.com/a", "title": "监督", "body": body, "source": "日报"},
        {"url": "https://example.com/b", "title": "監督", "body": body},
        {"url": "https://example.com/c", "title": "转载", "body": body, "source": "晚报"},
    ]
    text = "".join(json.dumps(record) + "\n" for record in records)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    data = str(tmp_path)
    assert main(["index", "-", "--data", data, "--workers", "1"]) == 0
    out = capsys.readouterr().out
    assert "2 added, 0 updated, 0 unchanged, 1 the same as another, 1 stories with reprints, 0 rejected" in out
    assert main(["search", "监督", "--data", data, "--group", "story"]) == 0
    assert "and 1 more of this story: 晚报" in capsys.readouterr().out
    assert main(["search", "监督", "--data", data, "--group", "story", "--json"]) == 0
    page = json.loads(capsys.readouterr().out)
    assert (page["total"], page["hits"][0]["folded"]) == (1, {"count": 1, "sources": ["晚报"]})
    assert main(["search", "监督", "--data", data, "--json"]) == 0
    assert all("folded" not in hit for hit in json.loads(capsys.readouterr().out)["hits"])
    assert main(["export", "--data", data]) == 0
    exported = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sorted(record["also_at"] for record in exported) == [[], ["https://example.com/b"]]
    assert len({record["story"] for record in exported}) == 1


def test_reclean_reports_what_changed(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reclean", "--data", data]) == 0
    assert "0 changed, 1 unchanged, 0 failed" in capsys.readouterr().out
    assert main(["reclean", "--data", data, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["changed"], report["unchanged"], report["failed"]) == (0, 1, [])


def test_reclean_names_the_pages_that_fail(
    data: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise UnreadableError("the page holds no article")

    monkeypatch.setattr("indexer.intake.extract_raw", fail)
    assert main(["reclean", "--data", data]) == 1
    captured = capsys.readouterr()
    assert "page.txt: the page holds no article" in captured.err
    assert "its article stays" in captured.err
    assert main(["search", "堤坝", "--data", data]) == 0
    assert "1 articles" in capsys.readouterr().out


def test_what_was_deleted_is_left_so_until_it_is_revived(
    data: str, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = ["index", str(source), "--data", data, "--workers", "1"]
    main(["delete", "1", "--data", data])
    assert main(index) == 0
    assert "2 unchanged, 1 left deleted (--revive brings them back)" in capsys.readouterr().out
    assert main([*index, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kept_deleted"] == ["1"]
    assert main([*index, "--revive"]) == 0
    assert "1 added, 0 updated, 2 unchanged" in capsys.readouterr().out


def test_missing_articles_are_deleted_but_not_many_without_a_yes(
    data: str, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = ["index", str(source), "--data", data, "--workers", "1", "--delete-missing"]
    (source / "a.jsonl").unlink()
    assert main(index) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert f"nothing was deleted: 2 of the 3 articles from {source} are no longer there" in captured.err
    assert "with --yes" in captured.err
    assert main([*index, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["refused"] == [{"path": str(source), "held": 3, "missing": 2}]
    assert main([*index, "--yes"]) == 0
    assert "1 unchanged, 2 deleted" in capsys.readouterr().out
    assert main(["show", "1", "--data", data]) == 2
    assert "'1' is missing; see what it was with --version 1" in capsys.readouterr().err


def test_show_prints_an_article_and_what_it_was_before(
    data: str, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (source / "a.jsonl").write_text(
        '{"id": "1", "title": "监督", "body": "改过", "source": "日报"}\n', encoding="utf-8"
    )
    main(["index", str(source), "--data", data, "--workers", "1"])
    capsys.readouterr()
    assert main(["show", "1", "--data", data]) == 0
    assert capsys.readouterr().out == "监督\n日报\n\n改过\n"
    assert main(["show", "1", "--data", data, "--version", "1"]) == 0
    assert capsys.readouterr().out == "监督\n\n一\n"
    assert main(["show", "1", "--data", data, "--version", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["body"] == "一"
    assert main(["show", "1", "--data", data, "--versions"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.split()[0::2] == ["2", "current"]
    assert second.split()[0::2] == ["1", "replaced", "监督"]
    assert main(["show", "1", "--data", data, "--versions", "--json"]) == 0
    versions = json.loads(capsys.readouterr().out)["versions"]
    assert [(each["version"], each["state"], each["article"]["body"]) for each in versions] == [
        (1, "replaced", "一"),
        (2, "current", "改过"),
    ]
    assert main(["show", "1", "--data", data, "--version", "7"]) == 2
    assert "list those that are with --versions" in capsys.readouterr().err
    assert main(["show", "none", "--data", data]) == 2
    assert "there is no article 'none'" in capsys.readouterr().err
    main(["delete", "1", "--data", data])
    capsys.readouterr()
    assert main(["show", "1", "--data", data]) == 2
    assert "'1' is deleted; see what it was with --version 2" in capsys.readouterr().err
