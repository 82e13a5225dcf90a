"""What was deleted stays deleted, whatever it comes as, until it is brought back."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from indexer.archive import Archive, WriteCounts
from indexer.archive.origins import Missing
from indexer.build import Absent, BuildOptions, IndexReport, delete_articles, index_paths, reclean
from indexer.sources import ReadLimits
from search import SearchRequest, open_engine
from tests.conftest import ZONE, article
from tests.test_archive import addresses, at, shown
from tests.test_build import lines
from tests.test_intake import STORIES, page

REVIVE = Absent(revive=True)


@pytest.fixture
def options(analyzer: Analyzer) -> BuildOptions:
    return BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())


def counted(report: IndexReport) -> tuple[int, int, int, tuple[str, ...]]:
    return report.added, report.updated, report.unchanged, report.kept_deleted


def test_a_deleted_article_that_is_read_again_stays_deleted_with_whatever_content(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([article("a"), article("b")], read=True)
        archive.delete(["a"])
        last = archive.last_change()
        again = [article("a"), article("b")]
        assert archive.put(again, read=True) == WriteCounts(unchanged=1, kept_deleted=("a",))
        assert archive.put([article("a", title="改过")], read=True) == WriteCounts(kept_deleted=("a",))
        assert (archive.last_change(), archive.count()) == (last, 1)
        assert archive.put([article("a", title="改过")], read=True, revive=True) == WriteCounts(added=1)
        assert archive.put([article("a", title="改过")], read=True) == WriteCounts(unchanged=1)


def test_a_deleted_article_that_a_program_puts_is_there_again(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([article("a")])
        archive.delete(["a"])
        assert archive.put([article("a")]) == WriteCounts(added=1)


ACTS = st.lists(
    st.tuples(st.sampled_from(["read", "revive", "put", "delete", "miss"]), st.sampled_from("ab")), max_size=14
)


@settings(max_examples=60, deadline=None)
@given(acts=ACTS)
def test_only_a_deletion_by_hand_keeps_an_article_away_and_only_a_hand_brings_it_back(
    acts: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    live: set[str] = set()
    buried: set[str] = set()
    with Archive(tmp_path_factory.mktemp("archive")) as archive:
        archive.origins.watch()
        for at_step, (act, key) in enumerate(acts):
            if act == "delete":
                assert archive.delete([key]) == (key in live)
                buried |= live & {key}
                live -= {key}
            elif act == "miss":
                archive._db.execute(
                    "INSERT OR IGNORE INTO temp.gone SELECT input, place FROM origin WHERE input = ?", (key,)
                )
                assert archive.delete_missing(Missing(ids=(key,), roots=())) == (key in live)
                live -= {key}
            else:
                archive.put([article(key, title=f"第{at_step}题")], read=act != "put", revive=act == "revive")
                buried -= set() if act == "read" else {key}
                live |= {key} - buried
            assert set(shown(archive)) == live


def test_copies_that_went_with_their_article_stay_deleted_too(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([at("a"), at("b"), at("c", title="别的")], read=True)
        archive.delete(["a"])
        again = [at("b"), at("a"), at("c", title="别的")]
        assert archive.put(again, read=True) == WriteCounts(unchanged=1, kept_deleted=("b", "a"))
        assert addresses(archive) == {"c": ()}
        assert archive.put(again, read=True, revive=True) == WriteCounts(added=1, duplicates=1, unchanged=1)
        assert addresses(archive) == {"b": ("a",), "c": ()}


def test_a_deleted_copy_leaves_the_article_its_other_addresses(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([at("a"), at("b"), at("c")], read=True)
        archive.delete(["b"])
        assert archive.put([at("b")], read=True) == WriteCounts(kept_deleted=("b",))
        assert addresses(archive) == {"a": ("c",)}
        archive.put([at("b")], read=True, revive=True)
        assert addresses(archive) == {"a": ("b", "c")}


def test_records_and_pages_of_deleted_articles_are_left_alone_until_they_are_revived(
    tmp_path: Path, options: BuildOptions
) -> None:
    source, data = tmp_path / "in", tmp_path / "data"
    source.mkdir()
    (source / "a.jsonl").write_text(lines({"id": "1", "title": "一"}, {"id": "2", "title": "二"}), encoding="utf-8")
    (source / "page.txt").write_text(page(0), encoding="utf-8")
    assert index_paths([source], data, options).added == 3
    with Archive(data) as archive:
        (of_page,) = [
            change.id for change in archive.changes(0) if change.article and STORIES[0] in change.article.body
        ]
    assert delete_articles(["1", of_page], data, options) == 2
    for _ in range(2):
        report = index_paths([source], data, options)
        assert (report.added, report.updated, report.unchanged) == (0, 0, 1)
        assert sorted(report.kept_deleted) == sorted(["1", of_page])
    (source / "page.txt").write_text(page(1), encoding="utf-8")
    assert sorted(index_paths([source], data, options).kept_deleted) == sorted(["1", of_page])
    assert reclean(data, options).changed == 0
    with closing(open_engine(data)) as engine:
        assert engine.search(SearchRequest()).total == 1
    assert counted(index_paths([source], data, options, absent=REVIVE)) == (2, 0, 1, ())
    assert counted(index_paths([source], data, options)) == (0, 0, 3, ())
    with closing(open_engine(data)) as engine:
        assert STORIES[1] in engine.article(of_page).body
