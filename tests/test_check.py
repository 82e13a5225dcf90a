"""Real damage to real files: a check finds all of it, and what can be known on opening is never answered from."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.build import BuildOptions, sync
from indexer.check import CheckReport, check
from indexer.directory import write_lock
from indexer.errors import ArchiveError, IndexDamagedError, StorageError
from indexer.sources import ReadLimits
from indexer.store import create_generation, index_folder, read_contents, read_manifest
from indexer.store.contents import write_contents
from search import SearchRequest, open_engine
from tests.conftest import ZONE, article

Index = Callable[..., Path]


@pytest.fixture
def options(analyzer: Analyzer) -> BuildOptions:
    return BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())


@pytest.fixture
def data(index_articles: Index) -> Path:
    """Three commits: two segments, one of them with a deleted article."""
    index_articles(*(article(f"旧{n}", body=f"第{n}次监督检查。\n河水涨了。", source="日报") for n in range(4)))
    index_articles(
        article("旧1", body="改过的监督。"), article("新", title="渡口停航", summary="停航", published="2024-05")
    )
    return index_articles(deleted=["旧2"])


def messages(report: CheckReport) -> list[str]:
    return [finding.message for finding in report.findings]


def index_files(data: Path) -> list[Path]:
    generation = index_folder(data) / read_manifest(data).generation
    parts = [path for path in generation.iterdir() if path.suffix in (".seg", ".grams", ".articles", ".toc")]
    return sorted([index_folder(data) / "manifest.json", *parts])


def totals(data: Path) -> list[int]:
    engine = open_engine(data)
    try:
        return [engine.search(SearchRequest(text=text, match="all")).total for text in ("", "监督", "停航", "改过")]
    finally:
        engine.close()


def test_nothing_is_found_where_nothing_is_wrong(data: Path, options: BuildOptions) -> None:
    seen: list[tuple[str, int]] = []
    report = check(data, options, progress=lambda stage, done: seen.append((stage, done)))
    assert messages(report) == []
    assert (report.archive_articles, report.index_articles, report.generation) == (4, 4, "g000001")
    assert report.archive_change == report.index_change == 7
    assert report.index_bytes == sum(
        path.stat().st_size for path in index_files(data) if path.suffix in (".seg", ".grams", ".articles")
    )
    assert {stage for stage, _ in seen} == {"checksums", "compare"}


def test_an_archive_that_is_ahead_of_the_index_is_no_fault(data: Path, options: BuildOptions) -> None:
    with Archive(data) as archive:
        archive.put([article("更新"), article("旧1", body="又改了。")])
        archive.delete(["新"])
    report = check(data, options)
    assert messages(report) == []
    assert (report.archive_change, report.index_change) == (10, 7)


def test_without_anything_there_is_nothing_to_check(tmp_path: Path, options: BuildOptions) -> None:
    with pytest.raises(ArchiveError, match="nothing to check; index something first"):
        check(tmp_path / "none", options)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("number", range(8))
def test_a_file_of_the_index_that_is_cut_short_removed_or_emptied_is_found_and_not_answered_from(
    data: Path, options: BuildOptions, number: int
) -> None:
    files = index_files(data)
    assert len(files) == 8
    whole = files[number].read_bytes()
    for kept in (0, len(whole) // 2, len(whole) - 1, None):
        if kept is None:
            files[number].unlink()
        else:
            files[number].write_bytes(whole[:kept])
        assert messages(check(data, options)), (files[number].name, kept)
        with pytest.raises(StorageError):
            totals(data)


def test_every_flipped_bit_is_found(data: Path, options: BuildOptions) -> None:
    chance = random.Random(7)
    for path in index_files(data):
        whole = path.read_bytes()
        for _ in range(25):
            place, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
            path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
            assert messages(check(data, options)), (path.name, place, bit)
        path.write_bytes(whole)
    assert messages(check(data, options)) == []


def test_a_file_of_a_segment_that_is_another_ones_is_found_and_not_answered_from(
    data: Path, options: BuildOptions
) -> None:
    for end in ("seg", "grams", "articles"):
        one, other = (path for path in index_files(data) if path.suffix == f".{end}")
        whole = one.read_bytes()
        shutil.copyfile(other, one)
        assert "should have" in messages(check(data, options))[0] or "another file" in messages(check(data, options))[0]
        with pytest.raises(IndexDamagedError):
            totals(data)
        one.write_bytes(whole)
    assert messages(check(data, options)) == []


def test_files_of_an_older_commit_are_found(index_articles: Index, options: BuildOptions) -> None:
    data = index_articles(article("a", body="监督"))
    older = {path.name: path.read_bytes() for path in index_files(data)}
    index_articles(article("b", body="监督"), article("c"))
    newer = {path: path.read_bytes() for path in index_files(data)}
    (table,) = (name for name in older if name.endswith(".toc"))
    generation = index_folder(data) / "g000001"

    def back() -> None:
        (generation / table).unlink(missing_ok=True)
        for path, content in newer.items():
            path.write_bytes(content)

    newest = next(path for path in newer if path.suffix == ".toc")
    # The older table in the newest one's place, under its own name alone, and under the newest one's name.
    newest.unlink()
    (generation / table).write_bytes(older[table])
    assert "it is of commit 1, and should be of commit 2" in messages(check(data, options))[0]
    with pytest.raises(IndexDamagedError):
        totals(data)
    back()
    newest.write_bytes(older[table])
    assert "it is of commit 1, and should be of commit 2" in messages(check(data, options))[0]
    with pytest.raises(IndexDamagedError):
        totals(data)
    back()
    # An older manifest: the index is whole, and the next run brings it up; what it answers is right.
    (index_folder(data) / "manifest.json").write_bytes(older["manifest.json"])
    assert "its manifest knows 1; bring it up: article-search sync" in messages(check(data, options))[0]
    assert totals(data)[:2] == [3, 2]
    sync(data, options)
    assert messages(check(data, options)) == []


def test_an_older_manifest_after_a_rebuild_is_found(data: Path, options: BuildOptions) -> None:
    older = (index_folder(data) / "manifest.json").read_bytes()
    sync(data, options, anew=True)
    (index_folder(data) / "manifest.json").write_bytes(older)
    assert "there is no table of contents; build it anew" in messages(check(data, options))[0]
    assert check(data, options, repair=True).repaired == "g000003"
    assert messages(check(data, options)) == []


def test_a_generation_that_a_rebuild_left_unfinished_is_found_and_goes_with_the_next_commit(
    data: Path, options: BuildOptions
) -> None:
    create_generation(index_folder(data) / "g000002")
    assert "has a newer generation, g000002, than its manifest names" in messages(check(data, options))[0]
    with Archive(data) as archive:
        archive.put([article("new")])
    sync(data, options)
    assert check(data, options).findings == ()


def test_an_index_of_other_articles_disagrees_with_the_archive(
    index_articles: Index, data: Path, options: BuildOptions, tmp_path: Path
) -> None:
    articles = [article("旧0", body="别的正文"), article("外来"), *(article(f"多{n}") for n in range(5))]
    other = index_articles(*articles, data=tmp_path / "other")
    shutil.rmtree(index_folder(data))
    shutil.copytree(index_folder(other), index_folder(data))
    found = "\n".join(messages(check(data, options)))
    assert "has another body, source of an article than the archive: '旧0'" in found
    assert "lacks an article that the archive shows: '新'" in found
    assert "holds an article that the archive never had: '外来'" in found
    assert "build it anew: article-search rebuild" in found


def test_an_article_that_counts_twice_is_found(data: Path, options: BuildOptions) -> None:
    generation = index_folder(data) / "g000001"
    contents = read_contents(generation)
    entries = tuple(replace(entry, deleted=()) for entry in contents.segments)
    write_contents(generation, replace(contents, segments=entries))
    found = messages(check(data, options))
    assert "holds the article '旧1' twice" in found[0]
    assert "holds an article that was deleted, or is a copy of another: '旧2'" in found[-1]


def test_a_deleted_article_that_the_index_still_shows_is_found(data: Path, options: BuildOptions) -> None:
    database = sqlite3.connect(data / "archive.db")
    database.execute("UPDATE article SET deleted = 1 WHERE id = '新'")
    database.commit()
    database.close()
    assert "holds an article that was deleted, or is a copy of another: '新'" in messages(check(data, options))[0]


def test_an_archive_that_is_older_than_its_index_is_not_followed(
    index_articles: Index, data: Path, options: BuildOptions, tmp_path: Path
) -> None:
    other = index_articles(article("旧0"), data=tmp_path / "other")
    for path in data.glob("archive.db*"):
        path.unlink()
    shutil.copyfile(other / "archive.db", data / "archive.db")
    report = check(data, options, repair=True)
    assert "ends with change 1, and the index has covered 7" in messages(report)[0]
    assert (report.findings[0].part, report.repaired) == ("archive", None)
    with pytest.raises(IndexDamagedError, match="it is of another archive; build it anew: article-search rebuild"):
        sync(data, options)
    sync(data, options, anew=True)
    assert messages(check(data, options)) == []


def test_repair_builds_the_index_anew_and_says_so(data: Path, options: BuildOptions) -> None:
    expected = totals(data)
    for damage in (
        lambda: index_files(data)[1].write_bytes(b"damaged"),
        lambda: (index_folder(data) / "manifest.json").write_bytes(b"{"),
        lambda: (index_folder(data) / "manifest.json").unlink(),
        lambda: shutil.rmtree(index_folder(data)),
    ):
        damage()
        report = check(data, options, repair=True)
        assert (len(report.findings), report.repaired) == (1, read_manifest(data).generation)
        assert totals(data) == expected
        assert messages(check(data, options)) == []
    assert check(data, options, repair=True).repaired is None


def test_a_damaged_archive_is_told_of_and_left_as_it_is(data: Path, options: BuildOptions) -> None:
    path = data / "archive.db"
    path.write_bytes(b"no database" * 1000)
    report = check(data, options, repair=True)
    assert "bring back a backup: article-search restore FILE" in messages(report)[0]
    assert report.repaired is None
    assert path.read_bytes() == b"no database" * 1000
    path.unlink()
    assert "there is no archive at" in messages(check(data, options))[0]


def test_a_flipped_bit_of_the_archive_is_found_or_changes_no_article(data: Path, options: BuildOptions) -> None:
    def shown() -> list[object]:
        with Archive(data, create=False) as archive:
            return list(archive.changes(0))

    path, chance = data / "archive.db", random.Random(3)
    whole, expected = path.read_bytes(), shown()
    found = 0
    used = [place for place, byte in enumerate(whole) if byte]
    for _ in range(100):
        place, bit = chance.choice(used), 1 << chance.randrange(8)
        path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        if messages(check(data, options)):
            found += 1
        else:
            assert shown() == expected, (place, bit)
    assert found > 30


def test_a_check_goes_on_while_another_process_writes(data: Path, options: BuildOptions) -> None:
    with write_lock(data):
        assert messages(check(data, options)) == []


def test_an_index_of_another_analysis_is_found(data: Path, options: BuildOptions) -> None:
    manifest = index_folder(data) / "manifest.json"
    manifest.write_text('{"generation":"g000001","analysis":"0123:45","change":7}')
    assert "was built by another analysis" in messages(check(data, options))[0]
