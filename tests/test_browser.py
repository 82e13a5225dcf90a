"""The page in a real browser: what works with and without JavaScript alike, at every width."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import browser as shared
from tests.browser import WIDTHS, opened

base, browser = shared.base, shared.browser


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("javascript", [True, False])
def test_a_reader_searches_filters_and_reads(browser: Any, base: str, width: int, javascript: bool) -> None:
    with opened(browser, base, width=width, java_script_enabled=javascript) as page:
        page.fill("#q", "乡村振兴")
        page.press("#q", "Enter")
        page.wait_for_url("**/search?q=*")
        assert page.locator(".hits mark", has_text="鄉村振興").count()
        before = page.locator(".hits > li").count()
        if width < 960:
            assert not page.locator(".facets").is_visible()
            page.click(".open-filters")
        page.locator("#facet-section .value", has_text="縣區").click()
        page.wait_for_url("**section=**")
        if width < 960 and javascript:
            page.click(".done")
        page.locator(".chips a").wait_for()
        assert 0 < page.locator(".hits > li").count() < before
        assert page.locator(".chips a").count() == 1
        if javascript:
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            fonts = page.evaluate("getComputedStyle(document.querySelector('.hits h2 a')).fontFamily")
            assert fonts.startswith('"Songti')
        page.locator(".hits a[href^='article/']").first.click()
        page.locator("article h1").wait_for()
        assert page.locator("article mark").count()


def test_a_filter_may_be_opened_in_a_tab_of_its_own(browser: Any, base: str) -> None:
    with opened(browser, base + "/search?q=监督") as page:
        with page.context.expect_page() as tab:
            page.locator("#facet-author .value").first.click(button="middle")
        tab.value.wait_for_load_state()
        assert "author=" in tab.value.url
        assert page.url == base + "/search?q=%E7%9B%91%E7%9D%A3"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_value_is_excluded_and_taken_back(browser: Any, base: str, javascript: bool) -> None:
    with opened(browser, base + "/search?q=监督", java_script_enabled=javascript) as page:
        name = page.locator("#facet-author .label").first.text_content()
        page.locator("#facet-author .not").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**not_author=**")
        page.locator(".chip.excluded", has_text=name).wait_for()
        assert page.locator("#facet-author .out", has_text=name).count() == 1
        page.locator("#facet-author .out .not").click()
        page.locator(".chip").wait_for(state="detached")


@pytest.mark.parametrize("javascript", [True, False])
def test_sections_unfold_and_what_is_above_a_chosen_one_stays_open(browser: Any, base: str, javascript: bool) -> None:
    with opened(browser, base, java_script_enabled=javascript) as page:
        branch = page.locator("#facet-section .tree > li", has_text="民生")
        assert not branch.locator("details .value").first.is_visible()
        branch.locator("summary").press("Enter")
        branch.locator("details .value").first.click()
        page.wait_for_url("**section=**")
        page.locator(".chips").wait_for()
        assert page.locator("#facet-section details[open] [aria-current=true]").is_visible()


def test_without_a_script_a_bar_is_a_link_to_its_month(browser: Any, base: str) -> None:
    with opened(browser, base + "/search?from=2023&to=2024", java_script_enabled=False) as page:
        assert page.locator("#coverage").get_attribute("data-unit") == "month"
        bar = page.locator("#coverage a:not(.tick)").first
        label = bar.locator("title").text_content() or ""
        bar.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**from={label[:7]}&to={label[:7]}")
        count = page.locator("#total").text_content() or ""
        assert [part for part in label if part.isdigit()][6:] == [part for part in count if part.isdigit()]


def test_without_a_script_the_values_of_a_facet_have_a_page(browser: Any, base: str) -> None:
    with opened(browser, base, java_script_enabled=False) as page:
        page.fill("#find-author", "周")
        page.press("#find-author", "Enter")
        page.wait_for_url("**/values?facet=author&value=**")
        assert {"周" in (label or "") for label in page.locator("#values .label").all_text_contents()} == {True}
        page.locator("#values .value").first.click()
        page.wait_for_url("**/search?author=**")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_language_chosen_stays(browser: Any, base: str, javascript: bool) -> None:
    with opened(browser, base + "/search?q=监督&sort=newest", java_script_enabled=javascript) as page:
        page.click("#languages a[hreflang=en]")
        page.wait_for_url("**/search?q=*sort=newest")
        assert page.locator("html").get_attribute("lang") == "en"
        page.goto(base + "/help")
        assert page.locator("h1").text_content() == "How to search"
        page.click("#languages a[hreflang=zh-Hant]")
        page.wait_for_url("**/help")
        assert page.locator("h1").text_content() == "搜尋說明"
        page.goto(base + "/article/none")
        assert page.locator("html").get_attribute("lang") == "zh-Hant"
        page.problems.clear()  # the browser reports that there is no such article


def test_filters_open_and_close_on_a_telephone_with_the_keyboard(browser: Any, base: str) -> None:
    for javascript in (False, True):
        with opened(browser, base + "/search?q=监督", width=360, height=740, java_script_enabled=javascript) as page:
            page.focus(".open-filters")
            page.keyboard.press("Enter")
            assert page.locator("#filters").is_visible()
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            page.wait_for_url("**#results")
            assert not page.locator("#filters").is_visible()


@pytest.mark.parametrize(
    "path", ["/", "/search?q=监督", "/search?q=xyz&match=all", "/search?sort=x", "/article/none", "/help"]
)
@pytest.mark.parametrize("width", [320, 360, 768, 1280, 2560, 3840])
def test_nothing_is_wider_than_the_screen(browser: Any, base: str, path: str, width: int) -> None:
    with opened(browser, base + path, width=width, height=740) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.problems.clear()  # some of these addresses are answered with an error


def test_dark_and_light_differ(browser: Any, base: str) -> None:
    colours = []
    for scheme in ("light", "dark"):
        with opened(browser, base, color_scheme=scheme) as page:
            colours.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert colours[0] != colours[1]


@pytest.mark.parametrize("width", [360, 1280])
def test_the_description_of_the_interface_can_be_read_and_tried(browser: Any, base: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="en-US")
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(base + "/docs")
    page.focus("#search summary")
    page.keyboard.press("Enter")
    assert page.locator("#search table").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#search p a").click()
    assert '"total"' in page.inner_text("body")
    context.close()
    assert problems == []


def test_all_results_can_be_downloaded_from_the_page(browser: Any, base: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    page = context.new_page()
    page.goto(base + "/search?q=监督")
    with page.expect_download() as download:
        page.click("text=CSV")
    assert download.value.suggested_filename == "监督.csv"
    assert Path(download.value.path()).read_bytes().startswith("\ufeffid,title".encode())
    context.close()
