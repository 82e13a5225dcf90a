"""The page for everybody: axe finds nothing in any state, in any colours, at any width; screenshots of each are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests import browser as shared
from tests.browser import WIDTHS, axe_findings, keep_picture, opened, shown_results
from tests.test_browser_reading import article_of

base, browser = shared.base, shared.browser


def nothing(_page: Any) -> None:
    """The page as it is loaded."""


def complete(page: Any) -> None:
    page.fill("#q", "")
    page.focus("#q")
    page.keyboard.type("天")
    page.locator("#completions [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")


def open_filters(page: Any) -> None:
    if page.locator(".open-filters").is_visible():
        page.click(".open-filters")
        page.locator("#filters").wait_for()
    page.locator("#facet-section summary").first.click()


def go_offline(page: Any) -> None:
    page.context.set_offline(True)
    page.focus("#q")
    page.keyboard.type("县")
    page.locator("#trouble").wait_for()
    page.problems.clear()


def show_loading(page: Any) -> None:
    page.route("**/search?q=*", lambda _route: None)
    page.focus("#q")
    page.keyboard.type("县")
    page.wait_for_function("() => document.documentElement.classList.contains('loading')")


def show_keys(page: Any) -> None:
    page.click("#show-keys")


def next_mark(page: Any) -> None:
    page.keyboard.press("n")


def brush(page: Any) -> None:
    if page.locator(".open-filters").is_visible():
        page.click(".open-filters")
    page.focus("#brush-from")
    page.keyboard.press("ArrowRight")


STATES: dict[str, tuple[str, Callable[[Any], None]]] = {
    "home": ("/", nothing),
    "results": ("/search?q=乡村", nothing),
    "filtered": ("/search?q=的&section=民生&not_author=周屿&from=2021&to=2024&group=story&sort=newest", nothing),
    "folded": ("/search?group=story&limit=100", nothing),
    "suggestion": ("/search?q=乡村振性", nothing),
    "repaired": ('/search?q="监督 (检查', nothing),
    "none": ("/search?q=zzzz&match=all&section=民生&from=2021", nothing),
    "past-end": ("/search?offset=500", nothing),
    "completions": ("/search", complete),
    "filters": ("/search?q=的", open_filters),
    "brushed": ("/search?from=2022&to=2024", brush),
    "offline": ("/search?q=监督", go_offline),
    "loading": ("/search?q=监督", show_loading),
    "keys": ("/search?q=监督", show_keys),
    "values": ("/values?facet=author&value=", nothing),
    "help": ("/help", nothing),
    "error": ("/search?sort=x", nothing),
    "missing": ("/article/none", nothing),
}


LOOKS = {360: ("dark", "zh-TW"), 768: ("light", "en"), 1440: ("light", "zh-CN")}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(browser: Any, base: str, state: str, width: int) -> None:
    path, prepare = STATES[state]
    scheme, language = LOOKS[width]
    with opened(browser, base + path, width=width, height=900, color_scheme=scheme, locale=language) as page:
        page.problems.clear()  # an error page is one to the browser
        prepare(page)
        findings = axe_findings(page)
        keep_picture(page, f"{state}-{width}-{scheme}-{language}")
        page.problems.clear()
    assert findings == []


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_in_an_article(browser: Any, base: str, width: int) -> None:
    for scheme, prepare in (("light", nothing), ("dark", next_mark)):
        with opened(browser, article_of(base, "乡村振兴"), width=width, color_scheme=scheme) as page:
            prepare(page)
            findings = axe_findings(page)
            keep_picture(page, f"article-{width}-{scheme}")
        assert findings == []


@pytest.mark.parametrize("width", [2560, 3840])
def test_a_large_screen_shows_the_same_page(browser: Any, base: str, width: int) -> None:
    with opened(browser, base + "/search?q=乡村", width=width, height=1440) as page:
        assert axe_findings(page) == []
        keep_picture(page, f"results-{width}-light-zh-CN")


def test_at_200_percent_everything_is_there_without_scrolling_sideways(browser: Any, base: str) -> None:
    with opened(browser, base + "/search?q=乡村", width=640, height=450, device_scale_factor=2) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 640
        assert page.locator(".open-filters").is_visible()
        keep_picture(page, "results-200-percent")


def test_with_forced_colours_what_is_chosen_is_still_told_apart(browser: Any, base: str) -> None:
    with opened(browser, base + "/search?q=的&sort=newest", forced_colors="active") as page:
        outline = "getComputedStyle(document.querySelector('.switch a[aria-current]')).outlineStyle"
        assert page.evaluate(outline) == "solid"
        keep_picture(page, "results-forced-colours")


def test_nothing_moves_for_whoever_asks_for_that(browser: Any, base: str) -> None:
    with opened(browser, base + "/search?q=监督", reduced_motion="reduce") as page:
        show_loading(page)
        animation = "getComputedStyle(document.querySelector('.masthead'), '::after').animationName"
        assert page.evaluate(animation) == "none"


@pytest.mark.parametrize("width", WIDTHS)
def test_every_stop_of_the_tab_key_can_be_seen_and_its_focus_too(browser: Any, base: str, width: int) -> None:
    with opened(browser, base + "/search?q=监督&author=罗雨亭", width=width) as page:
        seen = 0
        for _ in range(60):
            page.keyboard.press("Tab")
            place = page.evaluate(
                """() => {
                    const at = document.activeElement;
                    if (at === document.body) return null;
                    const box = at.getBoundingClientRect();
                    const x = Math.min(innerWidth - 1, Math.max(0, box.x + box.width / 2));
                    const y = Math.min(innerHeight - 1, Math.max(0, box.y + box.height / 2));
                    const top = document.elementFromPoint(x, y);
                    return {hidden: !(top && (at.contains(top) || top.contains(at))), what: at.outerHTML.slice(0, 120),
                            line: getComputedStyle(at).outlineStyle !== 'none' || at.matches('#q, .handle, a.tick')};
                }"""
            )
            if place is None:
                break
            seen += 1
            assert not place["hidden"], place["what"]
            assert place["line"], place["what"]
        assert seen > 12


def test_the_status_is_told_once_typing_rests(browser: Any, base: str) -> None:
    with opened(browser, base) as page:
        page.keyboard.type("监督")
        shown_results(page, "监督")
        page.wait_for_function(
            "() => document.querySelector('[role=status]').textContent === document.getElementById('total').textContent"
        )
