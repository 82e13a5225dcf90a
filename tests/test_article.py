from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import (
    article_from_record,
    article_from_stored,
    article_to_record,
    derive_id,
    first_sentence,
    parse_published,
    split_section,
)
from indexer.errors import ArticleError

RECORD = {"id": "a", "title": "题目", "body": "一\n二"}


def test_a_record_read_and_written_again_is_the_same() -> None:
    record = {
        **RECORD,
        "summary": "摘要",
        "section": ["要闻", "本地"],
        "authors": ["甲", "乙"],
        "source": "日报",
        "published": "2024-05-06",
        "url": "https://example.com/a",
        "captions": ["图"],
        "also_at": [],
        "story": None,
    }
    assert article_to_record(article_from_record(record)) == record
    assert article_from_stored(record) == article_from_record(record)
    assert orjson.dumps(article_from_record(record)) == orjson.dumps(record)


def test_older_names_and_joined_strings_are_read() -> None:
    article = article_from_record(
        {**RECORD, "author": "甲、乙", "date": "20240506", "section": "首页 > 要闻 > 本地 > 正文"}
    )
    assert article.authors == ("甲", "乙")
    assert article.published == "2024-05-06"
    assert article.section == ("要闻", "本地")


def test_an_id_is_made_from_the_address_else_from_the_place() -> None:
    assert article_from_record({"title": "t", "url": "u"}).id == derive_id("u")
    assert article_from_record({"title": "t"}, fallback_id="f").id == "f"
    assert article_from_record({"id": 7, "title": "t"}).id == "7"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "a/b"}, "id"),
        ({"id": "a\x00"}, "id"),
        ({"id": "监" * 200}, "id"),
        ({"id": None}, "id"),
        ({"title": None, "body": ""}, "title"),
        ({"body": 3}, "body"),
        ({"title": ["x"]}, "title"),
        ({"authors": [1]}, "authors"),
        ({"captions": {"a": 1}}, "captions"),
        ({"published": "gestern"}, "published"),
        ({"published": "2024-02-30"}, "published"),
        ({"published": []}, "published"),
    ],
)
def test_what_breaks_the_contract_is_refused_by_name(changes: dict[str, object], field: str) -> None:
    with pytest.raises(ArticleError) as caught:
        article_from_record(RECORD | changes)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("value", "published"),
    [
        ("2024", "2024"),
        ("2024-05", "2024-05"),
        ("20240506", "2024-05-06"),
        ("２０２４-05-06", "2024-05-06"),
        ("2024-05-06T07:08:09Z", "2024-05-06T07:08:09+00:00"),
        ("2024-05-06 07:08", "2024-05-06"),
    ],
)
def test_dates_are_written_in_one_way(value: str, published: str) -> None:
    assert parse_published(value) == published
    assert parse_published(published) == published


@given(st.text(max_size=80))
def test_a_title_made_from_a_body_is_a_piece_of_its_first_line(body: str) -> None:
    title = first_sentence(body)
    assert title.removesuffix("…") in body


def test_the_first_sentence_is_short() -> None:
    assert first_sentence("第一句。第二句。") == "第一句"
    assert first_sentence("长" * 100) == "长" * 60 + "…"
    assert article_from_record({"id": "a", "body": "第一句！第二句。"}).title == "第一句！"


def test_half_a_surrogate_pair_does_not_get_far() -> None:
    assert article_from_record({**RECORD, "title": "a\ud800b"}).title == "a?b"


def test_a_sign_of_the_path_within_a_name_parts_it_so_that_a_filter_finds_it() -> None:
    article = article_from_record({**RECORD, "section": ["首页", "<i>栏</i>", "科技»航天"]})
    assert article.section == ("<i", "栏</i", "科技", "航天")
    assert split_section(" > ".join(article.section)) == article.section


def test_sections_may_be_joined_by_any_of_the_usual_signs() -> None:
    assert split_section("首頁＞要聞»本地") == ("要聞", "本地")
    assert article_from_record({**RECORD, "published": ""}).published is None


def test_a_title_is_one_line_and_keeps_its_spaces() -> None:
    assert article_from_record({**RECORD, "title": " 步道\n啟用　晨跑  方便\t了 "}).title == "步道 啟用　晨跑  方便 了"
