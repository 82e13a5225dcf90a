from __future__ import annotations

import gzip
import json
import re
import stat
from pathlib import Path

import pytest

from indexer.analysis import fold
from indexer.analysis import segment as segment_module
from indexer.analysis.segment import dictionary_fingerprint, open_segmenter, private_cache_dir
from indexer.errors import AnalysisError
from tests.contracts.segmenter import SegmenterContract

RUN = re.compile("[\u4e00-\u9fd5]+")


class TestJieba(SegmenterContract):
    segmenter = open_segmenter("jieba")


class TestRjieba(SegmenterContract):
    segmenter = open_segmenter("rjieba")


def test_jieba_and_rjieba_cut_real_text_alike_in_both_scripts(shared_data: Path) -> None:
    import opencc

    to_taiwan = opencc.OpenCC("s2tw")
    jieba, rjieba = open_segmenter("jieba"), open_segmenter("rjieba")
    with gzip.open(shared_data / "news-broadcast.jsonl.gz") as lines:
        bodies = [json.loads(line)["body"] for line, _ in zip(lines, range(150), strict=False)]
    runs = {run for body in bodies for text in (body, to_taiwan.convert(body)) for run in RUN.findall(fold(text))}
    assert len(runs) > 3000
    assert [run for run in runs if jieba.cut(run) != rjieba.cut(run)] == []


def test_an_unknown_segmenter_is_refused_with_the_known_names() -> None:
    with pytest.raises(AnalysisError, match="no segmenter is called 'hanlp'; choose one of auto, jieba, rjieba"):
        open_segmenter("hanlp")


def test_auto_falls_back_to_jieba_where_rjieba_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rjieba", None)
    fresh = open_segmenter.__wrapped__
    monkeypatch.setattr(segment_module, "open_segmenter", fresh)
    with pytest.raises(AnalysisError, match=r"install article-search\[fast\]"):
        fresh("rjieba")
    assert fresh("auto").cut("监督")


def test_jiebas_cache_lies_in_a_folder_that_others_cannot_read() -> None:
    open_segmenter("jieba")
    folder = private_cache_dir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.glob("jieba-*.cache")), "the cache is not where it belongs"


def test_a_cache_folder_open_to_others_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "article-search").mkdir(mode=0o755)
    assert stat.S_IMODE(private_cache_dir().stat().st_mode) == 0o700


def test_without_a_home_to_write_to_the_cache_is_private_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    folder = private_cache_dir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder == private_cache_dir()


def test_the_dictionary_has_a_fingerprint_of_its_own() -> None:
    assert re.fullmatch("[0-9a-f]{16}", dictionary_fingerprint())
