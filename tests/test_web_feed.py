"""A search as an Atom feed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser
import pytest
from falcon import testing
from lxml import etree

from indexer.analysis import Analyzer
from indexer.archive import Archive
from search.engines.local import LocalEngine
from search.settings import Settings
from service import create_app
from tests.conftest import ROOT, article
from tests.contracts.engine import CORPUS, STORIES
from tests.test_web_resources import get

BASE = "https://example.org/find"
ATOM = "{http://www.w3.org/2005/Atom}"
SCHEMA = etree.RelaxNG(etree.parse(ROOT / "tests/formats/atom.rng"))


@pytest.fixture
def make_client(index_articles: Callable[..., Path]) -> Callable[..., testing.TestClient]:
    def make(*articles: Any, base_url: str = BASE, **settings: Any) -> testing.TestClient:
        data = index_articles(*(articles or CORPUS))
        engine = LocalEngine(data, Analyzer(), relax_share=0.5)
        return testing.TestClient(
            create_app(Settings(data=str(data), base_url=base_url, title="测试站", **settings), engine)
        )

    return make


def feed_of(client: testing.TestClient, query: str = "", **options: Any) -> Any:
    """The feed as a reader has it, after it was held to the schema of RFC 4287."""
    result = get(client, "/feed", query_string=query, **options)
    assert result.status_code == 200
    assert result.headers["content-type"] == "application/atom+xml; charset=utf-8"
    SCHEMA.assertValid(etree.fromstring(result.content))
    found = feedparser.parse(result.content)
    assert not found.bozo
    return found


def links(element: Any, relation: str) -> list[str]:
    return [link.href for link in element.links if link.rel == relation]


@pytest.mark.parametrize("base_url", [BASE, ""])
@pytest.mark.parametrize(
    "query", ["", "q=监督", "q=xyz", "q=没有日期 xyz", "section=清廉之窗&group=story", "q=%22%26<>'"]
)
def test_any_search_is_a_valid_feed(make_client: Callable[..., testing.TestClient], base_url: str, query: str) -> None:
    client = make_client(base_url=base_url)
    page = get(client, "/api/v1/search", query_string=f"{query}&sort=newest&limit=50").json
    feed = feed_of(client, f"{query}&utm_source=x")
    assert [entry.title for entry in feed.entries] == [hit["title"] for hit in page["hits"]]
    assert int(feed.feed.opensearch_totalresults) == page["total"]


def test_an_entry_says_who_wrote_what_where_and_when(make_client: Callable[..., testing.TestClient]) -> None:
    client = make_client()
    (entry,) = feed_of(client, "q=资源县").entries
    assert entry.id == "https://example.com/seed"
    assert links(entry, "alternate") == ["https://example.com/seed"]
    assert entry.published == "2020-03-05T00:00:00+08:00"
    assert [author.name for author in entry.authors] == ["鄒雨芯"]
    assert [(tag.term, tag.label) for tag in entry.tags] == [("清廉之窗 > 基層風采", "基層風采")]
    assert entry.content[0].type == "text/html"
    content = etree.fromstring(get(client, "/feed", query_string="q=资源县").content).findtext(
        f"{ATOM}entry/{ATOM}content"
    )
    assert content == "<p>針對疫情防控形勢。</p><p><mark>資源縣</mark>紀委監委說。</p>"


def test_without_an_address_of_its_own_an_entry_leads_to_the_reading_view(
    make_client: Callable[..., testing.TestClient],
) -> None:
    client = make_client(
        article("a b/号".replace("/", ""), body="监督"), article("js", body="监督", url="javascript:x()")
    )
    entries = {entry.link: entry.id for entry in feed_of(client).entries}
    assert entries == {
        f"{BASE}/article/a%20b%E5%8F%B7": "tag:example.org,2026:find/article/a%20b%E5%8F%B7",
        f"{BASE}/article/js": "tag:example.org,2026:find/article/js",
    }
    nowhere = feed_of(make_client(base_url=""), "q=产值")
    assert nowhere.entries[0].id == "tag:article-search.invalid,2026:article/rural"
    assert urljoin("/feed", nowhere.entries[0].link) == "/article/rural"
    assert nowhere.feed.id.startswith("tag:article-search.invalid,2026:feed?q=")


def test_an_address_never_comes_from_the_host_that_was_asked(make_client: Callable[..., testing.TestClient]) -> None:
    for client in (make_client(), make_client(base_url="")):
        for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}):
            assert "evil.example" not in get(client, "/feed", headers=headers).text


def test_two_articles_at_one_address_are_two_entries(make_client: Callable[..., testing.TestClient]) -> None:
    address = "https://example.com/一 页?a=<b>"
    feed = feed_of(make_client(article("a", url=address), article("b", body="别的。", url=address)))
    assert {entry.id for entry in feed.entries} == {
        "https://example.com/一%20页?a=%3Cb%3E",
        "tag:example.org,2026:find/article/b",
    }


def test_updated_is_when_an_article_was_last_written(
    make_client: Callable[..., testing.TestClient], tmp_path: Path
) -> None:
    client = make_client(article("a", published="2020-01-01"), article("b", published="2019"))
    with Archive(tmp_path / "data") as archive:
        for name, moment in (("a", "2024-01-01T00:00:00+00:00"), ("b", "2025-01-01T00:00:00+00:00")):
            archive._db.execute("UPDATE article SET written_at = ? WHERE id = ?", (moment, name))
    feed = feed_of(client)
    assert [entry.updated for entry in feed.entries] == ["2024-01-01T00:00:00+00:00", "2025-01-01T00:00:00+00:00"]
    assert feed.feed.updated == "2025-01-01T00:00:00+00:00"
    assert "published" not in feed.entries[1], "a year is no moment"
    with Archive(tmp_path / "data") as archive:
        archive._db.execute("UPDATE article SET written_at = NULL")
    assert [entry.updated for entry in feed_of(client).entries] == ["2020-01-01T00:00:00+08:00", "1970-01-01T00:00:00Z"]


def test_an_article_that_is_corrected_is_updated_now(
    make_client: Callable[..., testing.TestClient], index_articles: Callable[..., Path]
) -> None:
    client = make_client()
    before = datetime.fromisoformat(feed_of(client).feed.updated)
    assert before.year >= 2026
    index_articles(article("undated", body="改了。"))
    assert datetime.fromisoformat(feed_of(client).feed.updated) >= before


def test_pages_of_a_feed_follow_each_other_and_hold_every_hit_once(
    make_client: Callable[..., testing.TestClient],
) -> None:
    client = make_client(*STORIES)
    feed = feed_of(client, "q=监督&limit=2")
    titles, pages = [entry.title for entry in feed.entries], 1
    first = links(feed.feed, "self")
    while following := links(feed.feed, "next"):
        query = urlsplit(following[0]).query
        feed = feed_of(client, query)
        assert links(feed.feed, "first") == first
        titles += [entry.title for entry in feed.entries]
        pages += 1
    assert (len(titles), pages) == (5, 3)


def test_the_newest_come_first_unless_another_order_is_asked_for(
    make_client: Callable[..., testing.TestClient],
) -> None:
    client = make_client()
    assert feed_of(client).entries[0].title == "台中市政府公告"
    assert feed_of(client, "sort=oldest").entries[0].title == "資源縣:強化監督檢查"
    best = feed_of(client, "q=监督检查&sort=relevance&limit=10")
    assert best.entries[0].title == "資源縣:強化監督檢查"
    assert "sort=relevance&limit=10" in links(best.feed, "self")[0]
    assert get(client, "/feed", query_string="sort=best").json["parameter"] == "sort"


def test_what_a_text_holds_is_text(make_client: Callable[..., testing.TestClient]) -> None:
    client = make_client(
        article("a", title="<b>&题]]>", body="监督<script>alert(1)</script>", summary="<img src=x>\x01&")
    )
    (entry,) = feed_of(client, "q=监督&highlight_pre=<script>").entries
    raw = get(client, "/feed", query_string="q=监督").content
    content = etree.fromstring(raw).find(f"{ATOM}entry/{ATOM}content").text
    assert content == "<p>&lt;img src=x&gt;&amp;</p><p><mark>监督</mark>&lt;script&gt;alert(1)&lt;/script&gt;</p>"
    assert entry.title == "<b>&题]]>" or "题" in entry.title


def test_the_page_names_its_feed(make_client: Callable[..., testing.TestClient]) -> None:
    page = get(make_client(base_url=""), "/search", query_string="q=监督&section=清廉之窗&sort=oldest").text
    (href,) = re.findall(r'<link rel="alternate" type="application/atom\+xml" title="测试站" href="([^"]*)">', page)
    assert href == "./feed?q=%E7%9B%91%E7%9D%A3&amp;section=%E6%B8%85%E5%BB%89%E4%B9%8B%E7%AA%97&amp;sort=oldest"


def test_a_damaged_archive_is_a_fault_and_a_missing_one_none(
    make_client: Callable[..., testing.TestClient], tmp_path: Path
) -> None:
    client = make_client()
    for path in (tmp_path / "data").glob("archive.db*"):
        path.unlink()
    assert len(feed_of(client).entries) == len(CORPUS)
    (tmp_path / "data/archive.db").write_bytes(b"no database" * 100)
    assert get(client, "/feed").status_code == 500
