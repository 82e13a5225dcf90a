"""The script of the box and the page that shows it, through Falcon's own client."""

from __future__ import annotations

import falcon
import pytest
from falcon import testing

from search.web.messages import MESSAGES
from tests.test_web_resources import client as client_fixture
from tests.test_web_resources import get

client = client_fixture


def test_the_script_of_the_box_is_for_every_page_and_asked_for_anew(client: testing.TestClient) -> None:
    script = get(client, "/box.js")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["access-control-allow-origin"] == "*"
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert script.headers["cache-control"] == "no-cache"
    again = client.simulate_get(
        "/box.js", headers={"If-None-Match": script.headers["etag"], "Origin": "https://www.example.org"}
    )
    assert (again.status, again.text) == (falcon.HTTP_304, "")
    assert again.headers["access-control-allow-origin"] == "*"
    assert client.simulate_get("/box.js", headers={"If-None-Match": '"before"'}).text == script.text
    assert client.simulate_head("/box.js").status_code == 200


@pytest.mark.parametrize(("asked", "language"), [("zh-CN", "zh-Hans"), ("zh-TW", "zh-Hant"), ("en", "en")])
def test_the_demo_is_in_the_language_of_the_reader_and_asks_nobody_else(
    client: testing.TestClient, asked: str, language: str
) -> None:
    page = get(client, "/demo", headers={"Accept-Language": asked})
    assert page.headers["content-type"].startswith("text/html")
    assert MESSAGES[language]["demo"] in page.text
    assert '<script type="module" src="./box.js">' in page.text
    assert "//" not in page.text.replace("https://www.example.org", "")
    assert "style=" not in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
