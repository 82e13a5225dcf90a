"""Files, folders and standard input become one stream of articles and rejected inputs."""

from __future__ import annotations

import gzip
import io
import os
from pathlib import Path

import pytest

from indexer.article import Article, derive_id
from indexer.cleaning import RawPage, extract_raw
from indexer.errors import IngestError
from indexer.sources import ReadLimits, read_inputs
from indexer.sources.inputs import explain_removals

LINE = '{"id": "j", "title": "春灌", "body": "水来了。"}\n'.encode()
PAGE = "春灌开始了\n来源:江东日报\n十二个村的水渠全部清淤完毕。".encode()


def read(*paths: str | Path, stdin: bytes = b"") -> tuple[list[str], list[str]]:
    items = list(read_inputs(paths, limits=ReadLimits(max_article_bytes=2000), stdin=io.BytesIO(stdin)))
    articles = [
        extract_raw(item).id if isinstance(item, RawPage) else item.id
        for item in items
        if isinstance(item, Article | RawPage)
    ]
    return articles, [str(item) for item in items if isinstance(item, IngestError)]


def test_a_folder_is_walked_in_order_without_hidden_files_and_readme(tmp_path: Path) -> None:
    for name in ("b.txt", "a/c.txt", ".hidden", "README.md", ".git/x.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(PAGE)
    assert read(tmp_path) == ([derive_id("a/c.txt"), derive_id("b.txt")], [])
    assert read(str(tmp_path / "b.txt")) == ([derive_id("b.txt")], [])


def test_the_reader_follows_the_content_and_not_the_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(gzip.compress(LINE))
    (tmp_path / "b.jsonl").write_bytes(gzip.compress(PAGE))
    assert read(tmp_path) == (["j", derive_id("b.jsonl")], [])


def test_bad_inputs_are_in_the_stream_and_stop_nothing(tmp_path: Path) -> None:
    (tmp_path / "1").write_bytes(b"")
    (tmp_path / "2").write_bytes(b"\x00\x01")
    (tmp_path / "3").write_bytes(LINE + b"{x}\n")
    (tmp_path / "4").write_bytes(gzip.compress(os.urandom(20).hex().encode() * 50)[:-8])
    (tmp_path / "5").write_bytes("水".encode() * 2000)
    (tmp_path / "6").symlink_to(tmp_path / "nowhere")
    (tmp_path / "7").write_bytes(PAGE)
    articles, errors = read(tmp_path, tmp_path / "missing", "\x00")
    assert articles == ["j", derive_id("7")]
    for error, (name, reason) in zip(
        errors,
        [
            ("1", "empty"),
            ("2", "NUL byte at offset 0"),
            ("3:2", "broken JSON"),
            ("4", "gzip"),
            ("5", "max_article_bytes"),
            ("6", "nowhere"),
            ("missing", "no such file"),
            ("", ""),
        ],
        strict=True,
    ):
        assert name in error
        assert reason in error


def test_standard_input_is_jsonl() -> None:
    assert read("-", stdin=LINE) == (["j"], [])
    assert read("-", stdin=b"x\n")[1][0].startswith("standard input:1: broken JSON")


def test_loops_of_links_are_entered_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(PAGE)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert read(tmp_path) == ([derive_id("a.txt")], [])


def test_what_is_neither_file_nor_folder_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "neither" in read(tmp_path / "pipe")[1][0]
    assert read(tmp_path) == ([], [])


def test_what_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_bytes(PAGE)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "Permission denied" in read(tmp_path)[1][0]
    monkeypatch.setattr(os, "scandir", refuse)
    assert "Permission denied" in read(tmp_path)[1][0]


def test_what_a_page_lost_can_be_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(PAGE)
    (page,) = read_inputs([tmp_path])
    assert isinstance(page, RawPage)
    assert [removal.rule for removal in explain_removals(page)] == ["title", "byline"]
