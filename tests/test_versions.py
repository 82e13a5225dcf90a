"""Earlier versions of corrected articles are kept, and people see sensible tables."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.archive import Archive
from tests.conftest import article
from tests.test_archive import at


def titles(archive: Archive, article_id: str) -> list[tuple[int, str, str]]:
    history = archive.history(article_id)
    assert history is not None
    return [(each.number, each.state, each.article.title) for each in history.versions]


def test_a_corrected_article_keeps_what_it_was(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([article("a", title="一")])
        archive.put([article("a", title="一")])
        archive.put([article("a", title="二", body="改过")])
        archive.put([article("a", title="三")])
        assert titles(archive, "a") == [(1, "replaced", "一"), (2, "replaced", "二"), (3, "current", "三")]
        history = archive.history("a")
        assert history is not None
        assert history.versions[1].article == article("a", title="二", body="改过")
        for one, following in zip(history.versions, history.versions[1:], strict=False):
            assert one.written_at is not None
            assert one.written_at <= (one.ended_at or "") == following.written_at
        assert archive.history("none") is None


def test_a_deleted_article_can_be_seen_and_comes_back_with_its_history(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([article("a", title="一")])
        archive.delete(["a"])
        assert titles(archive, "a") == [(1, "deleted", "一")]
        archive.put([article("a", title="一")])
        assert titles(archive, "a") == [(1, "current", "一")]
        archive.delete(["a"])
        archive.put([article("a", title="二")])
        assert titles(archive, "a") == [(1, "replaced", "一"), (2, "current", "二")]


def test_a_copy_says_of_which_article_it_is_one(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([at("a"), at("b")])
        found = [archive.history(key) for key in ("a", "b")]
        assert [history.same_as for history in found if history] == [None, "a"]


@settings(max_examples=30, deadline=None)
@given(steps=st.lists(st.sampled_from(["甲", "乙", "丙", "delete"]), max_size=12), keep=st.integers(0, 4))
def test_of_each_article_the_latest_versions_are_kept_and_no_more(
    steps: list[str], keep: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    held: list[str] = []
    with Archive(tmp_path_factory.mktemp("archive"), kept_versions=keep) as archive:
        archive.put([article("other", title="旁")])
        for step in steps:
            if step == "delete":
                archive.delete(["a"])
                continue
            archive.put([article("a", title=step)])
            if not held or held[-1] != step:
                held.append(step)
        history = archive.history("a")
        assert [each.article.title for each in history.versions] == held[-keep - 1 :] if history else not held
        if history and keep:
            assert history.versions[-1].number == len(held)
        assert titles(archive, "other") == [(1, "current", "旁")]


def test_people_see_tables_with_comments_and_articles_with_their_fields(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([at("a", section=("要闻", "本地"), authors=("甲", "乙"), source="日报", published="2024-05-06")])
        archive.put([at("b"), article("gone"), article("late", title="新")])
        archive.put([article("late", title="更新")])
        archive.delete(["gone"])
    with closing(sqlite3.connect(tmp_path / "archive.db")) as db:
        db.row_factory = sqlite3.Row
        first, second = map(dict, db.execute("SELECT * FROM articles ORDER BY number"))
        assert (first["id"], first["section"], first["authors"]) == ("a", "要闻 > 本地", "甲、乙")
        assert (first["source"], first["published"]) == ("日报", "2024-05-06")
        assert (first["url"], first["body"]) == ("https://example.com/a", at("a").body)
        assert (second["id"], second["title"], second["section"]) == ("late", "更新", None)
        tables = db.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
        assert [name for name, sql in tables if "--" not in sql] == []
        assert {row["strict"] for row in db.execute("PRAGMA table_list") if row["name"] in {"version", "origin"}} == {1}
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert db.execute("PRAGMA quick_check").fetchone()[0] == "ok"
