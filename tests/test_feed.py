"""RSS and Atom: one entry, one article."""

from __future__ import annotations

import io

import pytest

from indexer.article import Article, derive_id
from indexer.errors import IngestError
from indexer.sources import ReadLimits
from indexer.sources.feed import read_feed

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>日报</title>
<item><title>春灌 &amp; 水</title><link>https://e.com/1</link><dc:creator>甲</dc:creator><category>三农</category>
<pubDate>Mon, 06 May 2024 07:05:00 +0800</pubDate>
<description>&lt;p&gt;水来了。&lt;/p&gt;&lt;p&gt;渠通了。&lt;/p&gt;</description></item>
<item><guid>x-2</guid><description>没有题目。只有一句。</description></item>
<item><link>https://e.com/3</link></item>
</channel></rss>"""


def read(text: str | bytes, **limits: int) -> tuple[list[Article], list[str]]:
    data = text if isinstance(text, bytes) else text.encode()
    items = list(read_feed(io.BytesIO(data), limits=ReadLimits(**limits), seed="a.xml"))
    return [item for item in items if isinstance(item, Article)], [
        str(item) for item in items if isinstance(item, IngestError)
    ]


def test_an_entry_of_rss_has_its_fields() -> None:
    articles, errors = read(RSS)
    first, second = articles
    assert (first.title, first.body, first.url) == ("春灌 & 水", "水来了。\n渠通了。", "https://e.com/1")
    assert (first.authors, first.section, first.source) == (("甲",), ("三农",), "日报")
    assert first.published == "2024-05-06T07:05:00+08:00"
    assert (second.id, second.title) == (derive_id("a.xml:x-2"), "没有题目")
    assert errors == ["7: the article has neither a title nor a body"]


def test_an_entry_of_atom_has_its_content_and_summary() -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom"><title>校报</title><entry><title>望远镜</title><id>t:1</id>
    <link href="https://e.com/7"/><author><name>乙</name></author><updated>2025-04-02T10:00:00Z</updated>
    <summary>修好了。</summary><content type="html">&lt;p&gt;学生修好了望远镜。&lt;/p&gt;</content></entry></feed>"""
    (article,), errors = read(atom)
    assert (article.body, article.summary, article.source) == ("学生修好了望远镜。", "修好了。", "校报")
    assert (article.published, errors) == ("2025-04-02T10:00:00+00:00", [])


def test_what_is_malformed_is_read_as_far_as_it_goes_and_told() -> None:
    articles, errors = read(RSS[: RSS.index("<item><guid>") + 20])
    assert [article.url for article in articles] == ["https://e.com/1"]
    assert "the entries before it were read" in errors[0]


def test_a_feed_without_entries_gives_nothing() -> None:
    assert read("<rss version='2.0'></rss>") == ([], [])


def test_a_large_entry_is_named_and_a_feed_with_entities_is_refused() -> None:
    articles, errors = read(RSS, max_article_bytes=10)
    assert not articles
    assert "max_article_bytes" in errors[0]
    secret = RSS.replace("?>", '?><!DOCTYPE r [<!ENTITY s SYSTEM "file:///etc/hostname">]>', 1)
    with pytest.raises(IngestError, match="entities"):
        read(secret.replace("水来了。", "&s;水来了。"))
