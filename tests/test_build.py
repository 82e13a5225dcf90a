from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import index_paths as public_index_paths
from indexer.analysis import Analyzer
from indexer.build import Absent, BuildOptions, Part, delete_articles, index_paths, sync
from indexer.errors import AnalysisMismatchError, ArchiveError, IndexOutdatedError, StorageError
from indexer.sources import ReadLimits
from indexer.store import read_manifest, write_manifest
from search import SearchRequest, open_engine
from tests.conftest import ROOT, ZONE


@pytest.fixture
def options(analyzer: Analyzer) -> BuildOptions:
    return BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits(max_article_bytes=2000))


def lines(*records: object) -> str:
    return "".join(
        record if isinstance(record, str) else json.dumps(record, ensure_ascii=False) + "\n" for record in records
    )


def total(data: Path, text: str = "") -> int:
    engine = open_engine(data)
    try:
        return engine.search(SearchRequest(text=text)).total
    finally:
        engine.close()


def test_bad_inputs_are_named_with_their_place_and_the_rest_is_indexed(tmp_path: Path, options: BuildOptions) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.jsonl").write_text(
        lines(
            {"id": "1", "title": "监督"},
            "{broken\n",
            {"id": "2", "title": "检查", "body": "长" * 2000},
            {"id": "1", "title": "又是一"},
            {"id": "3", "title": ""},
            {"id": "4", "title": "好"},
        ),
        encoding="utf-8",
    )
    (source / "binary.txt").write_bytes(b"\x00\x01\x02" * 100)
    (source / "empty.txt").touch()
    (source / "gbk.txt").write_bytes(
        "当前位置：首页 > 要闻\n\n国标的标题\n\n　　这是国标编码的正文，说的是乡村振兴。\n".encode("gb18030")
    )
    report = index_paths([source, tmp_path / "missing"], tmp_path / "data", options)
    rejected = {(Path(error.path or "").name, error.line): error.reason for error in report.rejected}
    assert set(rejected) == {
        ("a.jsonl", 2),
        ("a.jsonl", 3),
        ("a.jsonl", 5),
        ("a.jsonl", None),
        ("binary.txt", None),
        ("empty.txt", None),
        ("missing", None),
    }
    assert "came before in this run" in rejected["a.jsonl", None]
    assert "binary" in rejected["binary.txt", None]
    assert "empty" in rejected["empty.txt", None]
    assert "2,000" in rejected["a.jsonl", 3] or "2000" in rejected["a.jsonl", 3]
    assert (report.added, report.change) == (3, 3)
    assert total(tmp_path / "data", "乡村振兴") == 1
    assert total(tmp_path / "data", "首页") == 0


def test_a_second_run_takes_only_what_changed(tmp_path: Path, options: BuildOptions) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(lines({"id": "1", "title": "一"}, {"id": "2", "title": "二"}), encoding="utf-8")
    index_paths([file], tmp_path / "data", options)
    file.write_text(lines({"id": "1", "title": "一"}, {"id": "2", "title": "改"}), encoding="utf-8")
    report = index_paths([file], tmp_path / "data", options)
    assert (report.added, report.updated, report.unchanged) == (0, 1, 1)
    assert total(tmp_path / "data", "改") == 1


def test_jsonl_may_come_on_standard_input(tmp_path: Path, options: BuildOptions) -> None:
    report = index_paths(["-"], tmp_path, options, stdin=io.BytesIO(lines({"id": "1", "title": "一"}).encode()))
    assert report.added == 1


def test_deleted_articles_are_gone_from_the_index(tmp_path: Path, options: BuildOptions) -> None:
    index_paths(
        ["-"],
        tmp_path,
        options,
        stdin=io.BytesIO(lines({"id": "1", "title": "一"}, {"id": "2", "title": "二"}).encode()),
    )
    assert delete_articles(["1", "none"], tmp_path, options) == 1
    assert total(tmp_path) == 1


def test_nothing_to_index_still_makes_an_index_that_answers(tmp_path: Path, options: BuildOptions) -> None:
    index_paths(["-"], tmp_path, options, stdin=io.BytesIO(b""))
    assert total(tmp_path) == 0


def test_the_index_catches_up_with_an_archive_that_is_ahead(tmp_path: Path, options: BuildOptions) -> None:
    from indexer.archive import Archive
    from tests.conftest import article

    with Archive(tmp_path) as archive:
        archive.put([article("1"), article("2")])
    assert sync(tmp_path, options).change == 2
    assert total(tmp_path) == 2
    with pytest.raises(ArchiveError, match="index something first"):
        sync(tmp_path / "none", options)


def test_another_analysis_needs_a_rebuild_and_a_rebuild_is_enough(tmp_path: Path, options: BuildOptions) -> None:
    index_paths(["-"], tmp_path, options, stdin=io.BytesIO(lines({"id": "1", "title": "一"}).encode()))
    write_manifest(tmp_path, replace(read_manifest(tmp_path), analysis="0123456789abcdef:00000000"))
    with pytest.raises(AnalysisMismatchError, match="article-search rebuild"):
        sync(tmp_path, options)
    assert sync(tmp_path, options, anew=True).change == 1
    assert sync(tmp_path, options).change == 1


def test_a_data_directory_that_cannot_be_written_is_an_error_with_a_way_out(
    tmp_path: Path, options: BuildOptions
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="choose another with --data"):
        index_paths([tmp_path], tmp_path / "file" / "data", options)


def test_one_process_at_a_time_writes(tmp_path: Path, options: BuildOptions) -> None:
    import fcntl

    with (tmp_path / "write.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(StorageError, match="another process is writing"):
            index_paths(["-"], tmp_path, options, stdin=io.BytesIO(b""))


def test_the_sample_corpus_is_indexed_without_a_rejection(tmp_path: Path) -> None:
    report = public_index_paths([ROOT / "corpus"], tmp_path / "data")
    assert report.rejected == ()
    assert report.added >= 40
    engine = open_engine(tmp_path / "data")
    facets = engine.search(SearchRequest(facet_limit=100)).facets
    engine.close()
    assert len(facets["section"]) >= 12
    assert any(" > " in value.value for value in facets["section"])
    assert len(facets["author"]) >= 12
    assert len(facets["source"]) >= 4


def test_an_index_of_an_earlier_format_is_built_anew_by_the_next_run(tmp_path: Path) -> None:
    data = tmp_path / "data"
    public_index_paths([ROOT / "corpus" / "wire.jsonl"], data)
    manifest = read_manifest(data)
    write_manifest(data, replace(manifest, format=1))
    with pytest.raises(IndexOutdatedError, match="rebuild"):
        read_manifest(data)
    assert public_index_paths([ROOT / "corpus" / "wire.jsonl"], data).unchanged == 7
    renewed = read_manifest(data)
    assert (renewed.generation > manifest.generation, renewed.change) == (True, manifest.change)


def test_the_data_directory_within_a_path_is_no_input(tmp_path: Path, options: BuildOptions) -> None:
    (tmp_path / "a.jsonl").write_text(lines({"id": "1", "title": "监督"}), encoding="utf-8")
    for added in (1, 0):
        report = index_paths([tmp_path], tmp_path / "data", options)
        assert (report.added, report.rejected) == (added, ())


def test_a_file_that_lies_in_two_of_the_paths_is_read_once_in_the_nearest(
    tmp_path: Path, options: BuildOptions
) -> None:
    source = tmp_path / "in"
    (source / "sub").mkdir(parents=True)
    (source / "a.jsonl").write_text(lines({"title": "监督"}), encoding="utf-8")
    (source / "sub/b.jsonl").write_text(lines({"title": "检查"}), encoding="utf-8")
    assert index_paths([source, source / "sub"], tmp_path / "data", options).added == 2
    assert index_paths([source / "sub"], tmp_path / "data", options).unchanged == 1


def test_a_part_of_a_path_is_indexed_as_the_whole_would_be(tmp_path: Path, options: BuildOptions) -> None:
    source = tmp_path / "in"
    (source / "sub").mkdir(parents=True)
    for number in range(6):
        (source / "sub" / f"{number}.jsonl").write_text(lines({"title": f"题{number}"}), encoding="utf-8")
    files = sorted((source / "sub").iterdir())
    mirror = Absent(delete_missing=True)
    index_paths([source], tmp_path / "data", options)
    part = Part(roots=(str(source),))
    assert index_paths(files[:3], tmp_path / "data", options, absent=mirror, part=part).unchanged == 3
    assert total(tmp_path / "data") == 6
    for gone in (files[0], files[1]):
        gone.unlink()
    one = replace(part, gone=(str(files[0]),))
    assert index_paths([files[2]], tmp_path / "data", options, absent=mirror, part=one).deleted == 1
    report = index_paths([], tmp_path / "data", options, absent=mirror, part=replace(part, gone=(str(files[1]),)))
    assert (report.deleted, total(tmp_path / "data")) == (1, 4)
