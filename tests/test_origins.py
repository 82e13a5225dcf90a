"""Articles whose files are gone are deleted, and none that came otherwise, that is elsewhere too, or that cannot be read now."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from indexer.archive import Archive, place_of
from indexer.build import Absent, BuildOptions, IndexReport, delete_articles, index_paths
from indexer.sources import ReadLimits
from search import SearchRequest, open_engine
from tests.conftest import ZONE, article
from tests.test_archive import at, shown
from tests.test_build import lines
from tests.test_duplicates import BODY
from tests.test_intake import STORIES, page

MIRROR = Absent(delete_missing=True)
YES = Absent(delete_missing=True, however_many=True)
Index = Callable[..., IndexReport]


@pytest.fixture
def options(analyzer: Analyzer) -> BuildOptions:
    return BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())


@pytest.fixture
def index(tmp_path: Path, options: BuildOptions) -> Index:
    """A function that indexes paths into one data directory: by default the folder ``in``, what is missing to be deleted."""

    def run(*paths: object, absent: Absent = MIRROR, stdin: bytes = b"") -> IndexReport:
        given = [str(path) for path in paths] or [str(tmp_path / "in")]
        return index_paths(given, tmp_path / "data", options, absent=absent, stdin=io.BytesIO(stdin))

    return run


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def write(path: Path, *ids: str) -> None:
    path.write_text(lines(*({"id": key, "title": f"题{key}"} for key in ids)), encoding="utf-8")


def held(tmp_path: Path) -> str:
    """The ids that archive and index hold, both the same."""
    with Archive(tmp_path / "data", create=False) as archive:
        archived = sorted(shown(archive))
    with closing(open_engine(tmp_path / "data")) as engine:
        assert sorted(hit.id for hit in engine.search(SearchRequest(limit=100)).hits) == archived
    return "".join(archived)


def test_a_line_or_a_file_that_is_gone_takes_its_article_with_it(tmp_path: Path, source: Path, index: Index) -> None:
    write(source / "a.jsonl", *"abcdef")
    write(source / "b.jsonl", *"ghijkl")
    assert index().deleted == 0
    write(source / "a.jsonl", *"abdef")
    report = index()
    assert (report.deleted, report.unchanged, report.refused) == (1, 11, ())
    assert held(tmp_path) == "abdefghijkl"
    write(source / "b.jsonl", *"ghijk")
    write(source / "c.jsonl", "m")
    report = index()
    assert (report.deleted, report.added) == (1, 1)
    (source / "c.jsonl").unlink()
    assert index().deleted == 1
    assert held(tmp_path) == "abdefghijk"


def test_without_the_option_nothing_is_deleted_and_the_next_run_with_it_makes_up_for_that(
    tmp_path: Path, source: Path, index: Index
) -> None:
    write(source / "a.jsonl", *"abcdef")
    index(absent=Absent())
    write(source / "a.jsonl", *"abcde")
    assert index(absent=Absent()).deleted == 0
    assert held(tmp_path) == "abcdef"
    assert index().deleted == 1


def test_what_comes_back_to_its_file_is_there_again_but_not_what_was_deleted_by_hand(
    tmp_path: Path, source: Path, index: Index, options: BuildOptions
) -> None:
    write(source / "a.jsonl", *"abcdefghijkl")
    index()
    delete_articles(["a"], tmp_path / "data", options)
    write(source / "a.jsonl", *"cdefghijkl")
    assert index().deleted == 1
    write(source / "a.jsonl", *"abcdefghijkl")
    report = index()
    assert (report.added, report.kept_deleted) == (1, ("a",))
    assert held(tmp_path) == "bcdefghijkl"


def test_more_than_a_fifth_is_deleted_only_on_request(tmp_path: Path, source: Path, index: Index) -> None:
    write(source / "a.jsonl", *"abcdefghij")
    index()
    write(source / "a.jsonl", *"abcdefgx")
    report = index()
    assert (report.deleted, report.added) == (0, 1)
    assert [(root.path, root.held, root.missing) for root in report.refused] == [(str(source), 11, 3)]
    assert held(tmp_path) == "abcdefghijx"
    assert index(absent=YES).deleted == 3
    write(source / "a.jsonl", *"abcdefg")
    assert index().deleted == 1


@pytest.mark.parametrize("how", ["empty", "away"])
def test_a_folder_that_is_not_mounted_empties_nothing(tmp_path: Path, source: Path, index: Index, how: str) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write(source / "a.jsonl", *"ab")
    write(other / "b.jsonl", *"cdefghijklmnopqrst")
    index(source, other)
    shutil.rmtree(source)
    if how == "empty":
        source.mkdir()
    report = index(source, other)
    assert report.deleted == 0
    assert len(report.refused) == (how == "empty")
    assert len(report.rejected) == (how == "away")
    assert held(tmp_path) == "abcdefghijklmnopqrst"


def test_what_cannot_be_read_is_not_missing(tmp_path: Path, source: Path, index: Index) -> None:
    write(source / "a.jsonl", *"abcdefghij")
    (source / "b.gz").write_bytes(gzip.compress(lines({"id": "k", "title": "题"}).encode()))
    with zipfile.ZipFile(source / "c.zip", "w") as packed:
        packed.writestr("l.jsonl", lines({"id": "l", "title": "题"}))
    write(source / "d.jsonl", "m")
    index()
    (source / "b.gz").write_bytes((source / "b.gz").read_bytes()[:20])
    (source / "c.zip").write_bytes((source / "c.zip").read_bytes()[:60])
    (source / "d.jsonl").write_text('{"id": "m", "titel', encoding="utf-8")
    report = index()
    assert (report.deleted, len(report.rejected)) == (0, 3)
    assert held(tmp_path) == "abcdefghijklm"
    for name in ("b.gz", "c.zip"):
        (source / name).unlink()
    report = index()
    assert (report.deleted, held(tmp_path)) == (2, "abcdefghijm")


def test_a_record_that_is_rejected_now_is_not_missing(tmp_path: Path, source: Path, index: Index) -> None:
    write(source / "a.jsonl", *"abcdef")
    index()
    with (source / "a.jsonl").open("a") as file:
        file.write(lines({"id": "g", "title": "\u200b"}, {"id": "a", "title": "又是一"}))
    report = index()
    assert (report.deleted, len(report.rejected)) == (0, 2)


def test_what_came_otherwise_is_never_touched(tmp_path: Path, source: Path, index: Index) -> None:
    write(source / "a.jsonl", *"abcdefghij")
    (tmp_path / "in2").mkdir()
    write(tmp_path / "in2" / "x.jsonl", "x")
    index(absent=Absent())
    index(tmp_path / "in2")
    index("-", stdin=lines({"id": "y", "title": "题"}, {"id": "a", "title": "题a"}).encode())
    with Archive(tmp_path / "data") as archive:
        archive.put([article("z"), article("b", title="由程序改过")])
    write(source / "a.jsonl", *"cdefghij")
    assert index().deleted == 0
    assert index("-").deleted == 0
    assert held(tmp_path) == "abcdefghijxyz"


def test_what_stands_in_several_files_is_missing_when_it_is_gone_from_all(
    tmp_path: Path, source: Path, index: Index
) -> None:
    write(source / "a.jsonl", *"abcdef")
    write(source / "b.jsonl", *"fghijk")
    assert len(index().rejected) == 1
    write(source / "a.jsonl", *"abcde")
    assert index().deleted == 0
    write(source / "b.jsonl", *"ghijk")
    assert index().deleted == 1
    assert held(tmp_path) == "abcdeghijk"


def test_an_article_that_moved_from_one_file_to_another_stays(tmp_path: Path, source: Path, index: Index) -> None:
    write(source / "a.jsonl", *"abcdef")
    index()
    (source / "a.jsonl").rename(source / "b.jsonl")
    report = index()
    assert (report.deleted, report.unchanged) == (0, 6)
    write(source / "b.jsonl", *"abcde")
    assert index(source / "b.jsonl").deleted == 1


def test_a_path_is_the_same_however_it_is_written(
    tmp_path: Path, source: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (source / "sub").mkdir()
    write(source / "sub" / "a.jsonl", *"abcdef")
    index("./in/sub/")
    write(source / "sub" / "a.jsonl", *"abcde")
    assert index("data/../in/sub/a.jsonl").deleted == 1
    write(source / "sub" / "a.jsonl", *"abcd")
    assert index().deleted == 1
    assert held(tmp_path) == "abcd"
    (source / "su").mkdir()
    assert index("in/su", absent=YES).deleted == 0  # another folder's name begins with this one's


def test_a_file_beside_a_folder_is_not_taken_for_one_in_it(tmp_path: Path, source: Path, index: Index) -> None:
    (source / "sub").mkdir()
    write(source / "sub" / "a.jsonl", *"abcdef")
    write(source / "sub!b.jsonl", "g")
    index()
    assert index(source / "sub", absent=YES).deleted == 0
    (source / "sub!b.jsonl").unlink()
    assert index(source / "sub", absent=YES).deleted == 0
    assert index(absent=YES).deleted == 1


def test_places_that_hold_nothing_any_more_are_forgotten(tmp_path: Path, source: Path, index: Index) -> None:
    for day in range(3):
        for old in source.iterdir():
            old.unlink()
        write(source / f"day{day}.jsonl", *"abcdef")
        index()
    with Archive(tmp_path / "data") as archive:
        places = archive._database.connection.execute("SELECT path FROM place ORDER BY number").fetchall()
    assert places == [("-",), (str(source / "day2.jsonl"),)]


def test_files_within_archives_have_a_place_of_their_own(tmp_path: Path, source: Path, index: Index) -> None:
    def pack(**files: str) -> None:
        with zipfile.ZipFile(source / "a.zip", "w") as packed:
            for name, ids in files.items():
                packed.writestr(f"{name}.jsonl", lines(*({"id": key, "title": "题"} for key in ids)))

    pack(one="abcde", two="fghij")
    index()
    pack(one="abcde", two="fghi")
    assert index().deleted == 1
    pack(one="abcdefghi")
    assert index(source / "a.zip").deleted == 0
    assert held(tmp_path) == "abcdefghi"


def test_a_page_that_is_gone_takes_its_article_and_is_not_cleaned_anew(
    tmp_path: Path, source: Path, index: Index
) -> None:
    for number in range(5):
        (source / f"p{number}.txt").write_text(page(number), encoding="utf-8")
    index()
    (source / "p3.txt").unlink()
    assert index().deleted == 1
    with Archive(tmp_path / "data") as archive:
        assert [STORIES[3] in item.body for item in shown(archive).values()] == [False] * 4
        assert len([kept for pages in archive.pages.all(9) for kept in pages]) == 4
    (source / "p3.txt").write_text(page(3), encoding="utf-8")
    assert index().added == 1


def test_a_page_that_names_the_address_of_another_keeps_the_article_when_that_is_gone(
    tmp_path: Path, source: Path, index: Index
) -> None:
    html = (
        "<html><head><title>第{0}号见闻</title><link rel='canonical' href='https://example.com/one'></head>"
        "<body><h1>第{0}号见闻</h1><p>" + STORIES[0] * 3 + "</p><p>" + STORIES[1] * 3 + "</p></body></html>"
    )
    for number in (1, 2):
        (source / f"p{number}.html").write_text(html.format(number), encoding="utf-8")
    assert len(index().rejected) == 1
    with Archive(tmp_path / "data") as archive:
        ((kept,),) = (archive.pages.all(9),)
    Path(kept[0].path or "").unlink()
    report = index(absent=YES)
    assert (report.deleted, report.updated) == (0, 1)
    for left in source.iterdir():
        left.unlink()
    assert index(absent=YES).deleted == 1
    assert held(tmp_path) == ""


def test_a_copy_that_is_still_there_takes_the_place_of_the_article_that_is_gone(
    tmp_path: Path, source: Path, index: Index
) -> None:
    for key in "ab":
        (source / f"{key}.jsonl").write_text(
            lines({"id": key, "title": "题目", "body": BODY, "url": at(key).url}), encoding="utf-8"
        )
    write(source / "c.jsonl", *"cdefghij")
    assert index().duplicates == 1
    (source / "a.jsonl").unlink()
    assert index().deleted == 1
    with Archive(tmp_path / "data") as archive:
        assert shown(archive)["b"].also_at == ()
    assert held(tmp_path) == "bcdefghij"


def test_a_file_whose_name_is_no_text_is_noted_too(tmp_path: Path, source: Path, index: Index) -> None:
    write(source / "a.jsonl", *"abcdef")
    odd = Path(os.fsdecode(os.fsencode(source) + b"/\xff.jsonl"))
    try:
        write(odd, "g")
    except OSError:
        pytest.skip("the file system takes only names that are text")
    (source / os.fsdecode(b"\xfe.txt")).write_text(page(0), encoding="utf-8")
    assert index().added == 8
    assert place_of(str(odd)).endswith("in/\\udcff.jsonl")
    odd.unlink()
    assert index().deleted == 1


FILES = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sets(st.sampled_from("pqrstuv")), max_size=3)


@settings(max_examples=25, deadline=None)
@given(runs=st.lists(st.tuples(FILES, st.sampled_from(["", "a", "b"]), st.booleans()), max_size=5))
def test_after_any_runs_exactly_what_is_somewhere_is_held(
    runs: list[tuple[dict[str, set[str]], str, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The plain reference: of each file the ids that the last run over it saw, until a run with the option looks again."""
    folder = tmp_path_factory.mktemp("origins")
    (folder / "in").mkdir()
    known: set[tuple[str, str]] = set()
    gone: set[str] = set()
    with Archive(folder / "data") as archive:
        archive.put([article("z")])
        for files, only, mirror in runs:
            root = folder / "in" / only
            seen = {(name, key) for name, ids in files.items() for key in ids if not only or name == only}
            if mirror:
                archive.origins.watch()
            archive.put([article(key) for key in sorted({key for _, key in seen})], read=True)
            archive.origins.note([(key, place_of(f"{folder}/in/{name}")) for name, key in sorted(seen)])
            known |= seen
            if mirror:
                known -= {pair for pair in known - seen if not only or pair[0] == only}
                archive.delete_missing(archive.origins.missing([place_of(str(root))], []))
            gone = {key for key in "pqrstuv" if key not in {other for _, other in known}}
            assert set(shown(archive)) == {key for _, key in known} | {"z"}
            assert not gone & set(shown(archive))


def test_an_unchanged_run_writes_nothing(tmp_path: Path, source: Path, index: Index) -> None:
    write(source / "a.jsonl", *"abcdef")
    index()
    with Archive(tmp_path / "data") as archive:
        before = archive._database.connection.execute("PRAGMA data_version").fetchone()
        assert index().unchanged == 6
        assert archive._database.connection.execute("PRAGMA data_version").fetchone() == before


def test_json_names_what_stayed_deleted(tmp_path: Path, source: Path, index: Index, options: BuildOptions) -> None:
    write(source / "a.jsonl", *"ab")
    index()
    delete_articles(["b"], tmp_path / "data", options)
    assert json.dumps(index().kept_deleted) == '["b"]'
