from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from falcon import testing

from indexer.analysis import Analyzer
from search.engines.reference import ReferenceEngine
from search.settings import Settings
from search.web.messages import MESSAGES
from service import create_app
from tests.conftest import ZONE
from tests.test_web_resources import client as client_fixture
from tests.test_web_resources import get

client = client_fixture


class Links(HTMLParser):
    """The addresses of the links of a page that have the attributes asked for."""

    def __init__(self, text: str, *, css: str = "", current: str = "") -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self._wanted = {name: value for name, value in (("class", css), ("aria-current", current)) if value}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and all(given.get(name) == value for name, value in self._wanted.items()):
            self.hrefs.append(given.get("href") or "")


def test_the_page_shows_hits_facets_and_marks(client: testing.TestClient) -> None:
    page = get(client, "/", params={"q": "资源县"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "<mark>資源縣</mark>:強化監督檢查" in page.text
    assert "共 1 篇" in page.text
    assert "清廉之窗" in page.text
    assert 'lang="zh-Hans"' in page.text
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page.text, re.DOTALL)
    assert scripts
    assert all("src=" in attributes and not inline for attributes, inline in scripts)


def test_what_an_article_holds_is_text_and_no_markup(client: testing.TestClient) -> None:
    page = get(client, "/search", params={"q": '"alert(1)"', "highlight_pre": "<b>"})
    assert "&lt;script&gt;<mark>alert(1)</mark>&lt;/script&gt;" in page.text
    assert "<script>" not in page.text
    query = get(client, "/", params={"q": '"><script>alert(2)</script>'})
    assert "<script>" not in query.text


def test_unknown_parameters_do_not_break_a_link_and_blank_dates_are_none(client: testing.TestClient) -> None:
    page = get(client, "/", query_string="utm_source=x&q=监督&from=&to=&fields=body&cursor=zzz")
    assert page.status_code == 200


def test_a_page_after_the_last_one_leads_back(client: testing.TestClient) -> None:
    page = get(client, "/search", params={"q": "监督", "offset": "50"})
    assert MESSAGES["zh-Hans"]["past_end"] in page.text
    assert MESSAGES["zh-Hans"]["none"] not in page.text
    assert "search?q=监督" in Links(page.text).hrefs


def test_a_bad_value_is_a_page_that_says_so(client: testing.TestClient) -> None:
    page = get(client, "/search", query_string="sort=best", headers={"Accept-Language": "en"})
    assert page.status_code == 400
    assert "sort must be one of" in page.text
    assert get(client, "/nothing/here").status_code == 404


def test_every_link_of_the_page_leads_somewhere(client: testing.TestClient) -> None:
    page = get(client, "/", params={"q": "监督", "section": "清廉之窗", "not_author": "周屿", "from": "2020"})
    for href in Links(page.text).hrefs:
        parts = urlsplit(urljoin("/search", href))
        if not parts.netloc:
            found = get(client, parts.path, query_string=parts.query).status_code
            assert found == (303 if parts.path == "/language" else 200), href


def test_a_facet_link_chooses_and_takes_back(client: testing.TestClient) -> None:
    plain = Links(get(client, "/", params={"q": "监督"}).text).hrefs
    (chosen,) = [href for href in plain if parse_qs(urlsplit(href).query).get("section") == ["清廉之窗"]]
    page = get(client, "/", query_string=urlsplit(chosen).query)
    assert "共 2 篇" in page.text
    assert Links(page.text, current="true").hrefs.count("search?q=监督") == 1
    chips = [href for href in Links(page.text, css="chip").hrefs if parse_qs(urlsplit(href).query) == {"q": ["监督"]}]
    assert len(chips) == 1


def test_pages_follow_each_other(client: testing.TestClient) -> None:
    page = get(client, "/", query_string="offset=10")
    assert page.status_code == 200
    assert not re.findall('rel="next"', page.text)


def test_an_empty_answer_helps(client: testing.TestClient) -> None:
    page = get(client, "/", params={"q": "xyz"}, headers={"Accept-Language": "zh-TW"})
    assert "沒有找到文章" in page.text
    relaxed = get(client, "/", params={"q": "没有日期 xyz"})
    assert "最关键的部分" in relaxed.text
    repaired = get(client, "/", params={"q": '"监督 <b>'}).text
    assert f"<summary>{MESSAGES['zh-Hans']['repaired']}</summary>" in repaired
    assert "<li>a quote is not closed; it was taken to end with the query</li>" in repaired


def test_an_article_can_be_read(client: testing.TestClient) -> None:
    page = get(client, "/article/seed")
    assert "督查組在中峰鎮督查。 莫畏雄/攝" in page.text
    assert 'href="https://example.com/seed"' in page.text
    assert get(client, "/article/none").status_code == 404


@pytest.mark.parametrize("path", ["/article/none?q=监督&sort=newest", "/search?q=监督&from=soon", "/nowhere?q=监督"])
def test_a_page_that_says_what_is_wrong_leads_back_to_what_was_searched_for(
    client: testing.TestClient, path: str
) -> None:
    page = get(client, path.partition("?")[0], query_string=path.partition("?")[2]).text
    assert 'name="q" type="search" value="监督"' in page
    assert "/search?q=监督" in [urljoin(path, href) for href in Links(page).hrefs]
    too_long = get(client, "/nowhere", query_string="q=" + "长" * 3000)
    assert (too_long.status_code, 'type="search" value=""' in too_long.text) == (404, True)


def test_the_first_page_without_articles_says_how_to_add_some() -> None:
    engine = ReferenceEngine((), Analyzer(), ZONE, relax_share=0.5)
    page = get(testing.TestClient(create_app(Settings(title="测试站"), engine)), "/").text
    assert "还没有文章" in page
    assert "article-search index PATH" in page
    assert "可以这样再试" not in page


def test_nothing_comes_from_elsewhere_and_nothing_is_indexed(client: testing.TestClient) -> None:
    page = get(client, "/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert '<meta name="robots" content="noindex">' in page.text
    css = get(client, "/static/style.css")
    assert css.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in css.text


def test_a_title_leads_to_the_original_page_and_the_reading_view_is_beside_it(client: testing.TestClient) -> None:
    page = get(client, "/", params={"q": "资源县"})
    assert 'href="https://example.com/seed" rel="noopener"' in page.text
    assert Links(page.text, css="read").hrefs == ["article/seed?q=资源县"]
    reading = get(client, "/article/seed", params={"q": "资源县"})
    assert ".././" not in reading.text
    assert '"../search?q=资源县"' in reading.text
    assert get(client, "/article/seed", params={"sort": "worst"}).status_code == 200


def test_every_chosen_filter_is_a_chip_in_words(client: testing.TestClient) -> None:
    query = "q=监督&section=清廉之窗&not_author=周屿&source=&from=2020"
    page = get(client, "/search", query_string=query)
    assert len(Links(page.text, css="chip").hrefs) + len(Links(page.text, css="chip excluded").hrefs) == 4
    assert "不含 周屿" in page.text
    assert "2020 起" in page.text
    assert MESSAGES["zh-Hans"]["clear_all"] in page.text


def test_no_page_shows_what_only_a_program_says(client: testing.TestClient) -> None:
    for query in ("", "q=监督", "q=xyz&section=清廉之窗&author=周屿", "offset=10000", "section="):
        for language in MESSAGES:
            page = get(client, "/search", query_string=query, headers={"Accept-Language": language})
            assert page.status_code == 200
            assert f'<html lang="{language}">' in page.text
            assert not re.findall("built-in|Undefined|None<|object at", page.text)


def test_the_form_carries_the_filters_on(client: testing.TestClient) -> None:
    page = get(client, "/", query_string="q=监督&section=清廉之窗&sort=newest&offset=10")
    assert page.text.count('<input type="hidden" name="section" value="清廉之窗">') == 3
    assert 'name="offset"' not in page.text


def test_a_value_that_is_chosen_is_listed_though_it_has_no_articles(client: testing.TestClient) -> None:
    page = get(client, "/search", params={"q": "台中", "author": "陈晓禾"})
    assert re.search(
        r'aria-current="true"><span class="label" lang="zh">陈晓禾</span><span class="count">0</span>', page.text
    )


def test_months_without_articles_are_gaps_and_the_others_lead_to_their_search(client: testing.TestClient) -> None:
    page = get(client, "/search", params={"from": "2024"})
    assert 'data-unit="month" data-first="2024-05"' not in page.text  # one month alone is nothing to choose from
    found = get(client, "/search", params={"q": "监督 OR 公告"})
    assert 'data-unit="month" data-first="2020-03" data-size="51"' in found.text
    bars = re.findall(r'<a href="([^"]+)"><title>([^<]+)</title>', found.text)
    assert [label for _, label in bars] == ["2020-03：1 篇", "2024-05：2 篇"]
    query = parse_qs(urlsplit(bars[1][0].replace("&amp;", "&")).query)
    assert query == {"q": ["监督 OR 公告"], "from": ["2024-05"], "to": ["2024-05"]}


def test_the_first_page_says_what_there_is(client: testing.TestClient) -> None:
    page = get(client, "/", headers={"Accept-Language": "en"})
    assert "6 articles, 2020-03 to 2024-05." in page.text
    assert re.search(r'<ul class="sections".*?清廉之窗', page.text)
    assert '<ul class="sections"' not in get(client, "/", params={"q": "监督"}).text


def test_links_hold_under_a_prefix_that_nobody_tells(client: testing.TestClient) -> None:
    for path, style in (
        ("/", "./static"),
        ("/search", "./static"),
        ("/article/seed", "../static"),
        ("/a/b/", "../../static"),
    ):
        page = get(client, path)
        assert f'href="{style}/style.css?v=' in page.text
        assert not re.findall(r'(?:href|action)="/', page.text)


def test_static_files_are_kept_only_by_their_version(client: testing.TestClient) -> None:
    (address,) = re.findall(r'href="\./(static/style\.css)\?(v=\w+)"', get(client, "/").text)
    kept = get(client, "/" + address[0], query_string=address[1])
    assert "immutable" in kept.headers["cache-control"]
    assert get(client, "/static/style.css").headers["cache-control"] == "no-cache"
    assert get(client, "/static/icon.svg").headers["content-type"] == "image/svg+xml"
    assert get(client, "/static/__init__.py").status_code == 404
    assert get(client, "/static/..%2Fpages.py").status_code == 404


def test_a_suggestion_stands_above_the_hits_as_a_link(client: testing.TestClient) -> None:
    for language, words in (("zh-CN", "您是不是要找："), ("zh-TW", "您是不是要找："), ("en", "Did you mean: ")):
        page = get(client, "/", params={"q": "乡村振性"}, headers={"Accept-Language": language})
        assert f'{words}<a href="search?q=乡村振兴" lang="zh-Hans">乡村振兴</a>' in page.text
    assert "您是不是要找" not in get(client, "/", params={"q": "乡村振兴"}).text


def test_a_page_without_hits_says_which_filters_to_give_up_and_what_that_finds(client: testing.TestClient) -> None:
    page = get(client, "/search", params={"q": "监督", "section": "国际", "not_author": "a&b"})
    assert "没有找到文章" in page.text
    assert "去掉“国际”：4 篇" in page.text
    assert "a&amp;b”：" not in page.text
    links = [urlsplit(href).query for href in Links(page.text).hrefs if href.startswith("search?")]
    assert any(parse_qs(query) == {"q": ["监督"], "not_author": ["a&b"]} for query in links)
    alone = get(client, "/search", params={"q": "监督 台中", "match": "all"}, headers={"Accept-Language": "en"})
    assert "with any of the words: 5 articles" in alone.text
    escaped = get(client, "/search", params={"q": "监督", "from": "2030", "author": "<b>"})
    assert "<b>" not in escaped.text
