"""What is wrong with an archive is found by itself, without an index beside it, and named with the article."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest

from indexer.archive import Archive
from indexer.archive.verification import verify_archive
from indexer.cleaning import RawPage
from indexer.errors import ArchiveError
from tests.conftest import article


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with Archive(tmp_path) as archive:
        archive.put([article("甲", url="https://example.com/1"), article("乙"), article("丙")])
        archive.put([article("乙", title="改过")])
        archive.delete(["丙"])
        archive.pages.keep([(RawPage(text="页", url=None, fallback_id="p", host="h"), None)])
    return tmp_path


def after(data: Path, statement: str, **values: str) -> list[str]:
    database = sqlite3.connect(data / "archive.db")
    database.execute(statement, values)
    database.commit()
    database.close()
    return [finding.message for finding in verify_archive(data)]


def test_a_sound_archive_has_no_findings_and_stays_as_it_is(data: Path) -> None:
    before = (data / "archive.db").read_bytes()
    assert verify_archive(data) == []
    assert (data / "archive.db").read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (
            "UPDATE article SET record = replace(record, '正文', '正丈') WHERE id = '乙'",
            "the article '乙' is not what was written",
        ),
        (
            "UPDATE version SET record = replace(record, '正文', '正丈')",
            "the version 1 of the article '乙' is not what was written: its content has another hash",
        ),
        ("UPDATE version SET content_hash = NULL", "the version 1 of the article '乙' is not what was written"),
        ("UPDATE version SET title = '别的'", "the version 1 of the article '乙' has another title in its record"),
        ("INSERT INTO place VALUES (7, 'corpus')", "the place 7 of inputs has a path that cannot be: 'corpus'"),
        ("UPDATE place SET path = 'x' WHERE number = 0", "the place 0 of inputs has a path that cannot be: 'x'"),
        ("UPDATE article SET content_hash = '' WHERE id = '乙'", "its content has another hash"),
        ("UPDATE article SET title = '别的' WHERE id = '甲'", "the article '甲' has another id, title or date"),
        ("UPDATE article SET change = 99 WHERE id = '甲'", "has the change 99, and the last one is 5"),
        ("UPDATE sequence SET change = 2", "has the change 4, and the last one is 2"),
        ("DELETE FROM sequence", "has lost the number of its last change"),
        (
            "UPDATE article SET duplicate_of = 77 WHERE id = '乙'",
            "row 2 of the table article belongs to none of article",
        ),
        ("DROP TABLE host", "lacks the tables host"),
        ("UPDATE page SET text = x'00'", "the kept page 'p' cannot be unpacked"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(data: Path, statement: str, found: str) -> None:
    messages = after(data, statement)
    assert found in messages[0]
    assert all(message.endswith("bring back a backup: article-search restore FILE") for message in messages)


def test_a_record_that_is_no_article_is_found(data: Path) -> None:
    digest = hashlib.blake2b(b"{}", digest_size=16).hexdigest()
    (message,) = after(data, "UPDATE article SET record = '{}', content_hash = :digest WHERE id = '甲'", digest=digest)
    assert "the article '甲' cannot be read: the article has neither a title nor a body" in message


def test_of_one_kind_only_so_many_are_told(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put(article(f"{number}") for number in range(60))
    assert len(after(tmp_path, "UPDATE article SET title = 'x'")) == 20


def test_another_version_is_named_and_not_looked_through(data: Path) -> None:
    assert "was written by a later version (format 99, known is" in after(data, "PRAGMA user_version = 99")[0]
    assert "bring it up to date: article-search sync" in after(data, "PRAGMA user_version = 1")[0]


def test_what_is_no_database_or_not_there_is_a_finding(data: Path) -> None:
    (data / "archive.db").write_bytes(b"x" * 9000)
    assert "cannot be read" in verify_archive(data)[0].message
    (data / "archive.db").unlink()
    assert "there is no archive" in verify_archive(data)[0].message
    assert not (data / "archive.db").exists()


def test_a_damaged_article_is_named_by_whoever_reads_it(data: Path) -> None:
    after(data, "UPDATE article SET record = replace(record, 'title', 'tivle') WHERE id = '甲'")
    with (
        Archive(data, create=False) as archive,
        pytest.raises(ArchiveError, match=r"the article '甲' in .* is damaged"),
    ):
        list(archive.changes(0))
