"""Markdown with front matter: fields from the front, plain paragraphs from the text."""

from __future__ import annotations

import pytest

from indexer.article import Article
from indexer.errors import IngestError
from indexer.sources.markdown import markdown_article


def read(text: str) -> Article:
    return markdown_article(text, fallback_id="a")


def test_yaml_and_toml_give_the_fields() -> None:
    yaml = read(
        "---\ntitle: 春灌\ndate: 2024-05-06\nauthor: 甲、乙\ncategories: [三农, 水利]\nsummary: 水\nurl: https://e.com/1\n---\n水来了。"
    )
    assert (yaml.title, yaml.published, yaml.authors, yaml.section) == (
        "春灌",
        "2024-05-06",
        ("甲", "乙"),
        ("三农", "水利"),
    )
    assert (yaml.summary, yaml.url, yaml.body) == ("水", "https://e.com/1", "水来了。")
    toml = read('+++\r\ntitle = "春灌"\r\ndate = 2024-05-06T10:00:00+08:00\r\nauthors = ["甲"]\r\n+++\r\n水来了。')
    assert (toml.title, toml.published, toml.authors) == ("春灌", "2024-05-06T10:00:00+08:00", ("甲",))
    assert read("---\ndate: 2024-05-06 10:00:00\n---\n水来了。").published == "2024-05-06"


def test_markup_goes_and_what_it_held_stays() -> None:
    article = read(
        "---\ntitle: 题\n---\n# 小标题\n\n**水**来了，[渠](https://e.com)通了。\n下一行\n\n- 一项\n- 二项\n\n> 引文\n\n"
        "```\n码\n```\n\n![图注](a.jpg)\n\n甲  \n乙 <b>丙</b>\n"
    )
    assert article.body.split("\n") == ["小标题", "水来了，渠通了。下一行", "一项", "二项", "引文", "码", "甲", "乙 丙"]
    assert article.captions == ("图注",)


def test_a_text_without_title_begins_with_one() -> None:
    assert read("---\nsource: 日报\n---\n春灌开始了。水来了。").title == "春灌开始了"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("---\ntitle: [\n---\n水。", "no YAML"),
        ("---\ntitle: 题\n水。", "does not end"),
        ("---\n- 一\n- 二\n---\n水。", "no fields"),
        ("+++\ntitle = \n+++\n水。", "no TOML"),
        ("---\ntitle: !!python/object/apply:os.system ['true']\n---\n水。", "title must be a string"),
        ("---\ndate: 2024-13-45\n---\n水。", "published|YAML"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, reason: str) -> None:
    with pytest.raises(IngestError, match=reason):
        read(text)
