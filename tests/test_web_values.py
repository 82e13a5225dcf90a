"""The page with all values of a facet."""

from __future__ import annotations

import re

from falcon import testing

from tests.test_web_pages import Links
from tests.test_web_resources import client as client_fixture
from tests.test_web_resources import get

client = client_fixture


def labels(text: str) -> list[str]:
    return re.findall(r'<span class="label" lang="zh">([^<]+)</span>', text)


def test_values_are_those_of_the_search_that_contain_the_text(client: testing.TestClient) -> None:
    page = get(client, "/values", params={"facet": "author", "value": "嶼", "q": "乡村", "section": "清廉之窗"})
    assert page.status_code == 200
    assert labels(page.text) == ["周屿"]
    assert "./search?q=乡村&section=清廉之窗" in Links(page.text).hrefs


def test_a_value_may_be_chosen_and_excluded(client: testing.TestClient) -> None:
    page = get(client, "/values", params={"facet": "section"})
    assert labels(page.text)[0] == "国际"
    assert "清廉之窗 &gt; 基層風采" in labels(page.text)
    hrefs = Links(page.text).hrefs
    assert "search?section=国际" in hrefs
    assert '<button class="not" form="without" name="not_section" value="国际"' in page.text


def test_no_value_and_no_facet(client: testing.TestClient) -> None:
    assert "没有这样的名称" in get(client, "/values", params={"facet": "author", "value": "无人"}).text
    assert get(client, "/values", params={"facet": "colour"}).status_code == 404
    assert get(client, "/values").status_code == 404
    assert get(client, "/values", params={"facet": "author", "from": "x"}).status_code == 400
    assert get(client, "/values", params={"facet": "author", "value": "x" * 3000}).status_code == 200
