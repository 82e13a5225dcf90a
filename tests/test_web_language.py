"""The language of a page, and the switch that remembers it."""

from __future__ import annotations

import pytest
from falcon import testing

from search.web.language import language_choices
from tests.test_web_resources import client as client_fixture
from tests.test_web_resources import get

client = client_fixture


def test_the_switch_remembers_the_language_and_goes_back(client: testing.TestClient) -> None:
    answer = get(client, "/language", params={"lang": "zh-Hant", "to": "search?q=%E7%9B%91&sort=newest"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "search?q=%E7%9B%91&sort=newest"
    cookie = answer.cookies["article_search_language"]
    assert (cookie.value, cookie.same_site, cookie.http_only, cookie.path) == ("zh-Hant", "Lax", True, None)
    page = get(client, "/", headers={"Cookie": "article_search_language=zh-Hant", "Accept-Language": "en"})
    assert '<html lang="zh-Hant">' in page.text
    assert page.headers["vary"] == "Accept-Language, Cookie, Accept-Encoding"


def test_a_language_that_there_is_not_is_not_remembered(client: testing.TestClient) -> None:
    answer = get(client, "/language", params={"lang": "tlh"})
    assert (answer.status_code, answer.headers["location"]) == (303, "./")
    assert "set-cookie" not in answer.headers
    page = get(client, "/", headers={"Cookie": "article_search_language=tlh", "Accept-Language": "en"})
    assert '<html lang="en">' in page.text


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil",
        "javascript:alert(1)",
        "../x",
        "search\r\nX: y",
        "api/v1/search",
        "\\\\e",
    ],
)
def test_the_switch_leads_to_pages_of_ours_alone(client: testing.TestClient, to: str) -> None:
    assert get(client, "/language", params={"lang": "en", "to": to}).headers["location"] == "./"


@pytest.mark.parametrize(
    "to", ["search?q=a", "article/a%3Fb?q=x", "help", "docs", "values?facet=author", "./", "article/资源"]
)
def test_the_switch_leads_back_to_every_page(client: testing.TestClient, to: str) -> None:
    location = get(client, "/language", params={"lang": "en", "to": to}).headers["location"]
    assert location == to.replace("资源", "%E8%B5%84%E6%BA%90")


def test_every_language_is_named_in_itself() -> None:
    assert language_choices("en", "search?q=a&b") == [
        ("zh-Hans", "简体", "language?lang=zh-Hans&to=search%3Fq%3Da%26b", False),
        ("zh-Hant", "繁體", "language?lang=zh-Hant&to=search%3Fq%3Da%26b", False),
        ("en", "English", "language?lang=en&to=search%3Fq%3Da%26b", True),
    ]
