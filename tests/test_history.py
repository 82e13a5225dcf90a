from __future__ import annotations

from pathlib import Path

from indexer.archive import Archive
from search.history import article_to_text, find_version, history_to_record, history_to_text
from tests.conftest import article
from tests.test_archive import at


def test_an_article_is_shown_with_all_that_is_known_of_it() -> None:
    shown = article(
        "a",
        title="题目",
        body="一段。\n二段。",
        summary="摘要",
        section=("要闻", "本地"),
        authors=("甲", "乙"),
        source="日报",
        published="2024-05-06",
        url="https://example.com/a",
        also_at=("https://example.com/b",),
        captions=("图一",),
    )
    assert article_to_text(shown) == (
        "题目\n2024-05-06 · 要闻 > 本地 · 甲、乙 · 日报\nhttps://example.com/a\nhttps://example.com/b\n\n"
        "摘要\n\n一段。\n二段。\n\n图一"
    )


def test_versions_are_listed_the_latest_first_and_a_copy_names_its_article(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([at("a"), at("b", title="旧")])
        archive.put([at("b")])
        history = archive.history("b")
    assert history is not None
    latest, earlier, same = history_to_text(history).splitlines()
    assert (latest.split()[0], earlier.split()[0], earlier.split()[-1]) == ("2", "1", "旧")
    assert same == "it is the same as a, and shown as another address of that"
    record = history_to_record(history)
    assert (record["id"], record["same_as"]) == ("b", "a")
    found = find_version(history, 1)
    assert found is not None
    assert (found.article.title, find_version(history, 3)) == ("旧", None)
