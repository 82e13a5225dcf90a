"""The reading view."""

from __future__ import annotations

import pytest
from falcon import testing

from indexer.analysis import Analyzer
from indexer.schema import clean_article
from search.engines.reference import ReferenceEngine
from search.settings import Settings
from service import create_app
from tests.conftest import ZONE, article
from tests.contracts.engine import STORIES
from tests.test_web_resources import client as client_fixture
from tests.test_web_resources import get

client = client_fixture


@pytest.fixture(scope="module")
def stories() -> testing.TestClient:
    copy = article("copy", "转载", "河边。", also_at=("https://example.com/copy", "javascript:alert(1)"))
    articles = map(clean_article, (*STORIES, copy))
    engine = ReferenceEngine(articles, Analyzer(), ZONE, relax_share=0.5)
    return testing.TestClient(create_app(Settings(), engine))


def test_what_was_searched_is_marked_in_every_text_and_escaped(client: testing.TestClient) -> None:
    page = get(client, "/article/seed", params={"q": "监督检查"})
    assert "<h1>資源縣:強化<mark>監督檢查</mark></h1>" in page.text
    assert '<p><mark id="mark">監督檢查</mark>組到了 中峰鎮。</p>' in page.text
    assert "标出 2 处" in page.text
    markup = get(client, "/article/markup", params={"q": "监督"})
    assert '&lt;/script&gt;<mark id="mark">监督</mark>&lt;/mark&gt;' in markup.text


def test_without_a_search_nothing_is_marked(client: testing.TestClient) -> None:
    for query in ({}, {"q": "没有"}):
        page = get(client, "/article/seed", params=query)
        assert "<mark" not in page.text
        assert 'id="marks"' not in page.text


def test_reprints_and_other_addresses_are_listed(stories: testing.TestClient) -> None:
    page = get(stories, "/article/second", params={"q": "监督"}, headers={"Accept-Language": "en"})
    assert "Reprints of this story" in page.text
    assert 'href="../article/third?q=监督"' in page.text
    copy = get(stories, "/article/copy")
    assert 'href="https://example.com/copy"' in copy.text
    assert "javascript:" not in copy.text
    assert 'id="story"' not in get(stories, "/article/alone").text


def test_articles_like_it_stand_beside_it(stories: testing.TestClient) -> None:
    page = get(stories, "/article/first")
    beside = page.text.partition("similar-title")[2]
    assert "article/other" in beside
    assert "article/second" not in beside
