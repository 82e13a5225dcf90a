"""An article to read in a real browser: marks, companions, print."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from typing import Any

from tests import browser as shared
from tests.browser import opened

base, browser = shared.base, shared.browser


def article_of(base: str, text: str) -> str:
    """The address of the best article for ``text``, as the page of results links it."""
    query = urllib.parse.quote(text)
    with urllib.request.urlopen(f"{base}/api/v1/search?q={query}&limit=1", timeout=10) as answer:
        return f"{base}/article/{json.load(answer)['hits'][0]['id']}?q={query}"


def test_the_way_back_leads_to_the_place_among_the_results(browser: Any, base: str) -> None:
    with opened(browser, f"{base}/search?q=监督") as page:
        entries = page.evaluate("history.length")
        page.evaluate("scrollTo(0, 400)")
        page.wait_for_function("() => history.state?.y === 400")
        page.locator(".hits a[href^='article/']").nth(2).evaluate("link => link.click()")
        page.wait_for_url("**/article/**")
        page.click(".back a")
        page.wait_for_url("**/search?q=**")
        page.wait_for_function("() => scrollY === 400")
        assert page.evaluate("history.length") == entries + 1
    with opened(browser, article_of(base, "监督")) as page:
        page.click(".back a")
        page.wait_for_url("**/search?q=**")


def test_the_name_of_a_link_holds_no_dot_between_links(browser: Any, base: str) -> None:
    with opened(browser, f"{base}/search?q=监督") as page:
        assert "·" not in page.locator(".hits").aria_snapshot()


def test_keys_and_buttons_go_from_match_to_match_and_round(browser: Any, base: str) -> None:
    with opened(browser, article_of(base, "乡村振兴"), height=500) as page:
        count = page.locator("article mark").count()
        assert count >= 2
        assert page.locator("#mark-count").text_content() == f"标出 {count} 处"
        page.keyboard.press("n")
        page.keyboard.press("n")
        assert page.locator("#mark-count").text_content() == f"2 / {count}"
        assert page.locator("mark.now").count() == 1
        page.keyboard.press("p")
        page.keyboard.press("p")
        assert page.locator("#mark-count").text_content() == f"{count} / {count}"
        page.click("#mark-next")
        assert page.locator("#mark-count").text_content() == f"1 / {count}"
        page.focus("#q")
        page.keyboard.type("n")
        assert page.locator("#mark-count").text_content() == f"1 / {count}"


def test_a_match_is_in_sight_when_it_is_gone_to(browser: Any, base: str) -> None:
    with opened(browser, article_of(base, "乡村振兴"), width=360, height=400) as page:
        for _ in range(page.locator("article mark").count()):
            page.keyboard.press("n")
            mark, bar = page.locator("mark.now").bounding_box(), page.locator("#marks").bounding_box()
            assert 0 <= mark["y"] < 400
            assert mark["y"] + mark["height"] <= bar["y"] or mark["y"] >= bar["y"] + bar["height"]


def test_without_a_script_a_link_leads_to_the_first_match(browser: Any, base: str) -> None:
    with opened(browser, article_of(base, "乡村振兴"), java_script_enabled=False) as page:
        page.click("#marks a")
        page.wait_for_url("**#mark")
        assert page.locator("#mark").is_visible()


def test_similar_articles_stand_beside_it_and_lead_on(browser: Any, base: str) -> None:
    with opened(browser, article_of(base, "乡村振兴")) as page:
        similar = page.locator("section[aria-labelledby=similar-title] a")
        article, aside = page.locator("article").bounding_box(), page.locator(".companions").bounding_box()
        assert aside["x"] >= article["x"] + article["width"]
        title = similar.first.text_content()
        similar.first.click()
        page.wait_for_function("title => document.querySelector('h1').textContent === title", arg=title)


def test_the_reprints_of_a_story_are_listed(browser: Any, base: str) -> None:
    with urllib.request.urlopen(f"{base}/api/v1/search?group=story&limit=100&facets=", timeout=10) as answer:
        hit = next(hit for hit in json.load(answer)["hits"] if hit["folded"]["count"])
    with opened(browser, f"{base}/article/{hit['id']}") as page:
        assert page.locator("#story li").count() == hit["folded"]["count"]
        page.locator("#story a").first.click()
        page.wait_for_url("**/article/**")
        assert page.locator("#story a").count() == hit["folded"]["count"]


def test_on_paper_there_is_the_article_alone(browser: Any, base: str) -> None:
    with opened(browser, article_of(base, "乡村振兴")) as page:
        page.emulate_media(media="print")
        for hidden in (".masthead", ".foot", ".companions", "#marks", ".back"):
            assert not page.locator(hidden).is_visible(), hidden
        assert page.locator("article h1").is_visible()
        assert page.evaluate("getComputedStyle(document.querySelector('mark')).backgroundColor") == "rgba(0, 0, 0, 0)"


def test_a_search_from_an_article_leads_to_its_results(browser: Any, base: str) -> None:
    with opened(browser, article_of(base, "乡村振兴")) as page:
        page.fill("#q", "监督")
        page.press("#q", "Enter")
        page.wait_for_url("**/search?q=*")
        page.locator(".hits mark").first.wait_for()
