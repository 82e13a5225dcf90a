from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.archive import Archive, Outcome, WriteCounts, stories
from indexer.article import Article, article_from_record, article_to_record
from indexer.cleaning import RawPage
from indexer.errors import ArchiveError, ArticleError
from tests.conftest import article
from tests.test_duplicates import BODY
from tests.test_reprints import TRADITIONAL

VERSION_1 = """
CREATE TABLE article (
    id TEXT PRIMARY KEY,
    change INTEGER NOT NULL UNIQUE,
    deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    content_hash TEXT NOT NULL,
    title TEXT NOT NULL,
    published TEXT,
    record TEXT NOT NULL CHECK (json_valid(record))
) STRICT;
CREATE TABLE sequence (only INTEGER PRIMARY KEY CHECK (only = 1), change INTEGER NOT NULL) STRICT;
INSERT INTO sequence VALUES (1, 9);
PRAGMA user_version = 1;
"""


def at(article_id: str, **fields: object) -> Article:
    """An article with an address, and the long text that copies share."""
    return article(article_id, **{"body": BODY, "url": f"https://example.com/{article_id}", **fields})


def shown(archive: Archive) -> dict[str, Article]:
    return {change.id: change.article for change in archive.changes(0) if change.article is not None}


def addresses(archive: Archive) -> dict[str, tuple[str, ...]]:
    """Id of each article that is shown, and the last letters of the other addresses it has."""
    return {key: tuple(url[-1] for url in found.also_at) for key, found in shown(archive).items()}


def test_every_write_gets_the_next_change_and_the_latest_is_kept(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        assert archive.put([article("a"), article("b")]) == WriteCounts(added=2)
        assert archive.put([article("a", body="新"), article("b")]) == WriteCounts(updated=1, unchanged=1)
        assert archive.delete(["b", "none"]) == 1
        assert [(change.number, change.id, change.article is None) for change in archive.changes(0)] == [
            (3, "a", False),
            (4, "b", True),
        ]
        assert [change.id for change in archive.changes(3)] == ["b"]
        assert (archive.last_change(), archive.count(), archive.count_changes(2)) == (4, 1, 2)


def test_a_deleted_article_may_come_back(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([article("a")])
        archive.delete(["a"])
        assert archive.put([article("a")]) == WriteCounts(added=1)
        assert archive.count() == 1


def test_a_failing_batch_leaves_nothing_behind(tmp_path: Path) -> None:
    def broken():  # type: ignore[no-untyped-def]
        yield article("a")
        raise RuntimeError("source broke")

    with Archive(tmp_path) as archive:
        with pytest.raises(RuntimeError, match="source broke"):
            archive.put(broken())
        assert (archive.count(), archive.last_change()) == (0, 0)


def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([article("a", section=("要闻",), authors=("甲",))])
    with Archive(tmp_path, create=False) as archive:
        assert next(archive.changes(0)).article == article("a", section=("要闻",), authors=("甲",))


def test_a_missing_archive_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="index something first"):
        Archive(tmp_path, create=False)


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(b"not a database, for certain" * 100)
    with pytest.raises(ArchiveError, match="cannot open the archive"):
        Archive(tmp_path)


def test_an_archive_of_a_later_version_is_refused(tmp_path: Path) -> None:
    Archive(tmp_path).close()
    database = sqlite3.connect(tmp_path / "archive.db")
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(ArchiveError, match="later version"):
        Archive(tmp_path)


def test_an_sqlite_without_strict_tables_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 31, 0))
    with pytest.raises(ArchiveError, match=r"3\.37 or later"):
        Archive(tmp_path)


def test_the_same_article_at_several_addresses_is_one(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        assert archive.put([at("a"), at("b", body=TRADITIONAL, title="題目"), at("c", title="别的")]) == WriteCounts(
            added=2, duplicates=1
        )
        assert addresses(archive) == {"a": ("b",), "c": ()}
        assert archive.put([at("d", body=BODY.replace("，", ", "))]) == WriteCounts(duplicates=1)
        assert addresses(archive) == {"a": ("b", "d"), "c": ()}
        assert archive.count() == 2
        last = archive.last_change()
        again = [at("d", body=BODY.replace("，", ", ")), at("a"), at("b", body=TRADITIONAL, title="題目")]
        assert archive.put(again) == WriteCounts(unchanged=3)
        assert archive.last_change() == last


def test_an_index_that_follows_learns_of_each_new_address(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([at("a"), article("x")])
        covered = archive.last_change()
        archive.put([at("b")])
        assert {change.id: change.article is None for change in archive.changes(covered)} == {"a": False, "b": True}


def test_records_without_an_address_stay_apart_and_pages_without_one_do_not(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        assert archive.put([article("a", body=BODY), article("b", body=BODY), at("c")]).duplicates == 0
        archive.pages.keep([(RawPage(text=BODY, url=None, fallback_id="page", host=""), None)])
        assert archive.put([article("d", body=BODY)], pages={"d": "page"}) == WriteCounts(duplicates=1)
        assert addresses(archive) == {"a": (), "b": (), "c": ()}


def test_the_same_words_on_another_day_are_another_article_of_the_same_story(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put(
            [at("a", published="2022-09-29"), at("b", published="2023-09-29"), at("c"), at("d", published="2023")]
        )
        assert addresses(archive) == {"a": ("c",), "b": ("d",)}
        archive.assign_stories()
        assert len({item.story for item in shown(archive).values()} - {None}) == 1
        archive.put([at("d", published="2022-09-29T08:00:00+08:00")])
        assert addresses(archive) == {"a": ("c", "d"), "b": ()}


def test_a_corrected_article_leaves_its_place_to_the_next(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([at("a"), at("b"), at("c")])
        assert archive.put([at("a", title="改了")]) == WriteCounts(updated=1)
        assert addresses(archive) == {"a": (), "b": ("c",)}
        assert archive.put([at("c", title="也改了")]) == WriteCounts(updated=1)
        assert addresses(archive) == {"a": (), "b": (), "c": ()}
        assert archive.put([at("a")]) == WriteCounts(updated=1)
        assert addresses(archive) == {"b": ("a",), "c": ()}


def test_deleting_an_article_takes_its_copies_and_deleting_a_copy_takes_an_address(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([at("a"), at("b"), at("c")])
        assert archive.delete(["b"]) == 1
        assert addresses(archive) == {"a": ("c",)}
        assert archive.delete(["a"]) == 1
        assert addresses(archive) == {}
        assert archive.put([at("c"), at("a")]) == WriteCounts(added=1, duplicates=1)
        assert addresses(archive) == {"c": ("a",)}


STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "delete"]), st.sampled_from("abcd"), st.sampled_from(["题目", "題目", "另一题"])),
    max_size=12,
)


@settings(max_examples=40)
@given(steps=STEPS)
def test_whatever_the_order_what_is_shown_is_one_article_for_each_content(
    steps: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    held: dict[str, str] = {}
    with Archive(tmp_path_factory.mktemp("archive")) as archive:
        for step, article_id, title in steps:
            if step == "put":
                archive.put([at(article_id, title=title)])
                held[article_id] = title.replace("題", "题")
            else:
                copies = [url[-1] for url in shown(archive)[article_id].also_at] if article_id in shown(archive) else []
                archive.delete([article_id])
                for gone in (article_id, *copies):
                    held.pop(gone, None)
        found = addresses(archive)
        groups: dict[str, set[str]] = {}
        for article_id, title in held.items():
            groups.setdefault(title, set()).add(article_id)
        assert sorted(sorted({key, *others}) for key, others in found.items()) == sorted(map(sorted, groups.values()))
        assert archive.count() == len(groups)


def test_reprints_share_the_story_of_the_first_and_the_index_learns_of_it(tmp_path: Path) -> None:
    half = BODY[: len(BODY) * 6 // 10]
    with Archive(tmp_path) as archive:
        archive.put([at("a"), article("x", body="别的正文，" * 20)])
        assert archive.assign_stories() == 0
        covered = archive.last_change()
        archive.put([at("b", title="转载", body=half)])
        assert archive.assign_stories() == 1
        found = shown(archive)
        assert found["a"].story == found["b"].story
        assert found["a"].story is not None
        assert found["x"].story is None
        assert {change.id for change in archive.changes(covered)} == {"a", "b"}
        last = archive.last_change()
        assert (archive.assign_stories(), archive.last_change()) == (0, last)
        archive.put([at("c", title="再转载", body=TRADITIONAL)])
        assert archive.assign_stories() == 1
        assert {item.story for key, item in shown(archive).items() if key != "x"} == {found["a"].story}
        assert {change.id for change in archive.changes(last)} == {"c"}


def test_workers_find_the_same_stories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "PAIRS_AT_ONCE", 1)
    half = BODY[: len(BODY) * 6 // 10]
    found = []
    for workers in (1, 2):
        with Archive(tmp_path / str(workers)) as archive:
            archive.put(
                [at("a"), at("b", title="转载", body=half), at("c", title="再转载", body=TRADITIONAL)]
                + [at(f"d{number}", title=f"又{number}", body=half + "，" * number) for number in range(3)]
            )
            found.append((archive.assign_stories(workers), {key: item.story for key, item in shown(archive).items()}))
    assert found[0] == found[1]
    assert len(set(found[0][1].values())) == 1


def test_two_stories_that_turn_out_to_be_one_take_the_name_of_the_first(tmp_path: Path) -> None:
    head, tail = BODY[: len(BODY) // 2], BODY[len(BODY) // 2 :]
    with Archive(tmp_path) as archive:
        archive.put(
            [at("a", body=head), at("b", body=head, title="又"), at("c", body=tail), at("d", body=tail, title="又")]
        )
        assert archive.assign_stories() == 2
        first = shown(archive)["a"].story
        archive.put([at("e")])
        assert archive.assign_stories() == 1
        assert {item.story for item in shown(archive).values()} == {first}


@pytest.mark.parametrize("order", ["abc", "cab", "bca"])
def test_what_stands_in_two_items_of_a_series_does_not_join_them(tmp_path: Path, order: str) -> None:
    series = {
        "a": f"{BODY}\n5月6日上午9点开馆，参观的人排到了桥头，一共来了320位。",
        "b": f"{BODY}\n5月7日上午8点开馆，参观的人排到了桥头，一共来了410位。",
        "c": BODY,
    }
    with Archive(tmp_path) as archive:
        for key in order:
            archive.put([at(key, title=key, body=series[key])])
            archive.assign_stories()
        found = shown(archive)
        assert found["a"].story != found["b"].story
        assert found["c"].story in {found["a"].story, found["b"].story}


def test_changes_are_the_same_whether_they_were_written_just_now_or_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.archive.articles.BATCH", 2)
    monkeypatch.setattr("indexer.archive.articles.KEPT_WRITTEN", 3)
    with Archive(tmp_path) as archive, Archive(tmp_path) as other:
        archive.put([at(key, title=key) for key in "abcdefg"] + [at("h", title="a"), at("b", title="b", source="报")])
        archive.assign_stories()
        assert list(archive.changes(0)) == list(other.changes(0))
        with pytest.raises(ArticleError):
            archive.put(article(key) if key != "z" else article_from_record({}) for key in "xyz")
        other.put([article("w")])  # takes the number that was given back
        assert list(archive.changes(0)) == list(other.changes(0))


def test_a_given_story_is_kept_and_joined(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([at("a", story="s1"), at("b", title="转载")])
        archive.assign_stories()
        assert [item.story for item in shown(archive).values()] == ["s1", "s1"]


def test_an_archive_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    held = [(at("b"), 3, 0), (article("x"), 5, 1), (at("a", body=TRADITIONAL), 6, 0), (at("c", title="转载"), 9, 0)]
    database = sqlite3.connect(tmp_path / "archive.db")
    database.executescript(VERSION_1)
    for item, change, deleted in held:
        record = orjson.dumps(article_to_record(item)).decode()
        row = (item.id, change, deleted, "0" * 32, item.title, item.published, record)
        database.execute("INSERT INTO article VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    database.commit()
    database.close()
    with Archive(tmp_path) as archive:
        assert addresses(archive) == {"b": ("a",), "c": ()}
        assert {change.id for change in archive.changes(9)} == {"a", "b"}
        assert archive.put([item for item, _, deleted in held if not deleted]) == WriteCounts(unchanged=3)
        assert archive.put([article("x")]) == WriteCounts(added=1)
        assert archive.assign_stories() == 1


def test_a_migration_that_fails_leaves_the_old_archive_as_it_was(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "archive.db")
    database.executescript(VERSION_1)
    database.execute("INSERT INTO article VALUES ('a', 1, 0, '', 't', NULL, '{}')")
    database.commit()
    database.close()
    with pytest.raises(ArticleError):
        Archive(tmp_path)
    database = sqlite3.connect(tmp_path / "archive.db")
    assert database.execute("SELECT id FROM article").fetchall() == [("a",)]
    assert database.execute("PRAGMA user_version").fetchone() == (1,)
    database.close()


def test_each_write_tells_what_became_of_its_article_and_its_change(tmp_path: Path) -> None:
    long = "监督检查组昨天来到河边，看了三处堤坝，又问了粮站的价钱，下午在村委会开会，把问到的事一件一件记下来。"
    with Archive(tmp_path) as archive:
        outcomes = archive.apply([article("a"), article("b", body=long, url="https://example.com/b"), "a", "none"])
        assert outcomes == [
            Outcome("a", "created", 1),
            Outcome("b", "created", 2),
            Outcome("a", "deleted", 3),
            Outcome("none", "absent", 0),
        ]
        again = archive.apply(
            [
                article("a"),
                article("a", title="改"),
                article("c", body=long, url="https://example.com/c"),
            ]
        )
        assert again == [
            Outcome("a", "created", 4),
            Outcome("a", "updated", 5),
            Outcome("c", "duplicate", 6, "b"),
        ]
        unchanged = archive.apply([article("b", body=long, url="https://example.com/b")])
        assert unchanged == [Outcome("b", "unchanged", 7)]  # it has one more address since change 7
        assert archive.last_change() == 7


def test_several_may_open_a_new_archive_at_once(tmp_path: Path) -> None:
    for number in range(20):
        data = tmp_path / str(number)
        begin = threading.Barrier(4)

        def write(name: str, data: Path = data, begin: threading.Barrier = begin) -> None:
            begin.wait()
            with Archive(data) as archive:
                archive.put([article(name)])

        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(write, name) for name in "abcd"]:
                done.result()
        with Archive(data) as archive:
            assert archive.count() == 4


def test_reprints_that_programs_write_one_by_one_get_their_story(tmp_path: Path) -> None:
    batch = [article("a", body=BODY), article("b", title="转载", body=BODY[:-40]), article("c", body="短。")]
    with Archive(tmp_path / "one by one") as archive, Archive(tmp_path / "read") as other:
        for each in batch:
            archive.apply([each])
        other.put(batch)
        assert archive.assign_stories() == other.assign_stories() == 1
        assert [change.article for change in archive.changes(0)] == [change.article for change in other.changes(0)]
        signatures = [
            each._db.execute("SELECT number, compared, bins FROM signature ORDER BY number").fetchall()
            for each in (archive, other)
        ]
        assert signatures[0] == signatures[1]
        assert [number for number, _, _ in signatures[0]] == [1, 2]
        assert archive.assign_stories() == 0


def test_a_correction_by_a_program_stays_until_the_file_says_something_new(tmp_path: Path) -> None:
    first, corrected, later = article("a", title="原"), article("a", title="改"), article("a", title="新")
    with Archive(tmp_path) as archive:
        assert archive.put([first], read=True) == WriteCounts(added=1)
        assert archive.put([corrected]) == WriteCounts(updated=1)
        assert archive.put([first], read=True) == WriteCounts(unchanged=1)
        assert archive.put([later], read=True) == WriteCounts(updated=1)
        archive.apply([corrected])
        assert archive.put([later], read=True) == WriteCounts(unchanged=1)
        assert archive.put([corrected], read=True) == WriteCounts(unchanged=1)  # now the file says so too
        assert archive.put([later], read=True) == WriteCounts(updated=1)
        archive.put([corrected])
        assert archive.put([later], read=True, revive=True) == WriteCounts(updated=1)
        archive.put([article("b")])
        assert archive.put([article("b", title="文件")], read=True) == WriteCounts(updated=1)
