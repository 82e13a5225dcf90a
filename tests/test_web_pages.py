from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from falcon import testing

from search.web.messages import MESSAGES, choose_language
from tests.test_web_resources import client as client_fixture
from tests.test_web_resources import get

client = client_fixture


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hrefs += [value or "" for name, value in attrs if tag == "a" and name == "href"]


def test_the_page_shows_hits_facets_and_marks(client: testing.TestClient) -> None:
    page = get(client, "/", params={"q": "资源县"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "<mark>資源縣</mark>:強化監督檢查" in page.text
    assert "共 1 篇" in page.text
    assert "清廉之窗" in page.text
    assert 'lang="zh-Hans"' in page.text
    assert "<script" not in page.text


def test_what_an_article_holds_is_text_and_no_markup(client: testing.TestClient) -> None:
    page = get(client, "/search", params={"q": '"alert(1)"', "highlight_pre": "<b>"})
    assert "&lt;script&gt;<mark>alert(1)</mark>&lt;/script&gt;" in page.text
    assert "<script" not in page.text
    query = get(client, "/", params={"q": '"><script>alert(2)</script>'})
    assert "<script" not in query.text


def test_unknown_parameters_do_not_break_a_link_and_blank_dates_are_none(client: testing.TestClient) -> None:
    page = get(client, "/", query_string="utm_source=x&q=监督&from=&to=&fields=body&cursor=zzz")
    assert page.status_code == 200


def test_a_bad_value_is_a_page_that_says_so(client: testing.TestClient) -> None:
    page = get(client, "/search", query_string="sort=best", headers={"Accept-Language": "en"})
    assert page.status_code == 400
    assert "sort must be one of" in page.text
    assert get(client, "/nothing/here").status_code == 404


def test_every_link_of_the_page_leads_somewhere(client: testing.TestClient) -> None:
    page = get(client, "/", params={"q": "监督", "section": "清廉之窗", "not_author": "周屿", "from": "2020"})
    for href in Links(page.text).hrefs:
        parts = urlsplit(href)
        if parts.path or parts.query:
            assert get(client, parts.path or "/", query_string=parts.query).status_code == 200, href


def test_a_facet_link_chooses_and_takes_back(client: testing.TestClient) -> None:
    plain = Links(get(client, "/", params={"q": "监督"}).text).hrefs
    (chosen,) = [href for href in plain if parse_qs(urlsplit(href).query).get("section") == ["清廉之窗"]]
    page = get(client, "/", query_string=urlsplit(chosen).query)
    assert "共 2 篇" in page.text
    assert 'aria-current="true"><span lang="zh">清廉之窗' in page.text
    back = [href for href in Links(page.text).hrefs if parse_qs(urlsplit(href).query) == {"q": ["监督"]}]
    assert back


def test_pages_follow_each_other(client: testing.TestClient) -> None:
    page = get(client, "/", query_string="offset=10")
    assert page.status_code == 200
    assert not re.findall('rel="next"', page.text)


def test_an_empty_answer_helps(client: testing.TestClient) -> None:
    page = get(client, "/", params={"q": "xyz"}, headers={"Accept-Language": "zh-TW"})
    assert "沒有找到文章" in page.text
    relaxed = get(client, "/", params={"q": "没有日期 xyz"})
    assert "最关键的部分" in relaxed.text
    assert '<p class="note"' in get(client, "/", params={"q": '"监督'}).text


def test_an_article_can_be_read(client: testing.TestClient) -> None:
    page = get(client, "/article/seed")
    assert "督查組在中峰鎮督查。 莫畏雄/攝" in page.text
    assert 'href="https://example.com/seed"' in page.text
    assert get(client, "/article/none").status_code == 404


def test_nothing_comes_from_elsewhere_and_nothing_is_indexed(client: testing.TestClient) -> None:
    page = get(client, "/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert '<meta name="robots" content="noindex">' in page.text
    css = get(client, "/static/style.css")
    assert css.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in css.text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh-Hans"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("en;q=0.5, zh-HK;q=0.9", "zh-Hant"),
        ("de,en-US;q=0.7", "en"),
        ("fr", "zh-Hans"),
        ("en;q=x,*", "zh-Hans"),
    ],
)
def test_the_page_speaks_the_readers_language(header: str | None, language: str) -> None:
    assert choose_language(header) == language


def test_every_language_has_every_message() -> None:
    assert all(words.strip() for messages in MESSAGES.values() for words in messages.values())
