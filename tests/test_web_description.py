"""What browsers and crawlers ask of any site."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from falcon import testing
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from indexer.analysis import Analyzer
from indexer.schema import clean_article
from search.engines.reference import ReferenceEngine
from search.settings import Settings
from search.web.description import MOST_SHORT_NAME, short_name
from service import create_app
from tests.conftest import ZONE
from tests.contracts.engine import CORPUS
from tests.test_web_resources import get

BASE = "https://example.org/find"
SPACE = "{http://a9.com/-/spec/opensearch/1.1/}"


def client_at(base_url: str, title: str = "测试站") -> testing.TestClient:
    engine = ReferenceEngine(map(clean_article, CORPUS), Analyzer(), ZONE, relax_share=0.5)
    return testing.TestClient(create_app(Settings(title=title, base_url=base_url), engine))


def test_a_browser_can_add_the_engine() -> None:
    client = client_at(BASE, "广西壮族自治区纪检监察新闻文章检索平台")
    result = get(client, "/opensearch.xml", headers={"Host": "evil.example"})
    assert result.headers["content-type"] == "application/opensearchdescription+xml; charset=utf-8"
    root = etree.fromstring(result.content)
    assert root.tag == f"{SPACE}OpenSearchDescription"
    assert root.findtext(f"{SPACE}ShortName") == "广西壮族自治区纪检监察新闻文章检"
    assert root.findtext(f"{SPACE}InputEncoding") == "UTF-8"
    addresses = {url.get("type"): url.get("template") for url in root.iter(f"{SPACE}Url")}
    assert addresses == {
        "text/html": f"{BASE}/search?q={{searchTerms}}",
        "application/x-suggestions+json": f"{BASE}/api/v1/suggest?q={{searchTerms}}&format=opensearch",
        "application/atom+xml": f"{BASE}/feed?q={{searchTerms}}",
        "application/opensearchdescription+xml": f"{BASE}/opensearch.xml",
    }
    for address in (*addresses.values(), *(image.text for image in root.iter(f"{SPACE}Image"))):
        parts = urlsplit(address.replace("{searchTerms}", "%E7%9B%91"))
        found = get(client, parts.path.removeprefix("/find"), query_string=parts.query)
        assert found.status_code == 200, address


def test_every_page_leads_to_the_description_where_there_is_one() -> None:
    for path, root in (("/", "./"), ("/search", "./"), ("/article/seed", "../"), ("/help", "./")):
        head = get(client_at(BASE), path).text.partition("</head>")[0]
        assert (
            f'<link rel="search" type="application/opensearchdescription+xml" title="测试站" href="{root}opensearch.xml">'
            in head
        )
        assert 'rel="search"' not in get(client_at(""), path).text.partition("</head>")[0]


def test_without_a_known_address_it_is_said_what_to_set() -> None:
    result = get(client_at(""), "/opensearch.xml")
    assert (result.status_code, result.headers["content-type"]) == (404, "application/problem+json")
    assert "the setting base_url is empty" in result.json["detail"]


def test_suggestions_come_in_the_browsers_own_form() -> None:
    client = client_at(BASE)
    result = get(client, "/api/v1/suggest", params={"q": "清", "format": "opensearch"})
    assert result.headers["content-type"] == "application/x-suggestions+json"
    assert result.json == ["清", ["清廉之窗"]]
    assert get(client, "/api/v1/suggest", params={"q": "清", "format": "json"}).json["query"] == "清"
    assert get(client, "/api/v1/suggest", params={"format": "xml"}).json["parameter"] == "format"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Article search", "Article search"),
        ("Provincial news archive search", "Provincial news"),
        ("Sixteen letters!", "Sixteen letters!"),
        ("岫川新闻", "岫川新闻"),
        ("广西壮族自治区纪检监察新闻文章检索", "广西壮族自治区纪检监察新闻文章检"),
        ("  a \n b ", "a b"),
        ("Neuigkeitenarchi" + "e\u0301", "Neuigkeitenarchi"),
        ("Neuigkeitenarch" + "e\u0301" + "x", "Neuigkeitenarch"),
    ],
)
def test_a_short_name_is_cut_between_words_or_characters(title: str, name: str) -> None:
    assert short_name(title, MOST_SHORT_NAME) == name


@given(st.text(min_size=1))
def test_a_short_name_is_never_too_long(title: str) -> None:
    assert len(short_name(title, MOST_SHORT_NAME)) <= MOST_SHORT_NAME


def test_crawlers_are_kept_from_what_has_no_end_and_may_see_that_pages_are_not_to_be_listed() -> None:
    result = get(client_at(BASE), "/robots.txt")
    assert result.headers["content-type"] == "text/plain; charset=utf-8"
    assert result.text.splitlines() == [
        "User-agent: *", "Disallow: /find/api/", "Disallow: /find/search", "Disallow: /find/feed",
    ]  # fmt: skip
    assert "Disallow: /search\n" in get(client_at(""), "/robots.txt").text


def test_the_icon_that_browsers_ask_for_is_there() -> None:
    result = get(client_at(""), "/favicon.ico")
    assert result.headers["content-type"] == "image/x-icon"
    assert result.content.startswith(b"\0\0\1\0")
