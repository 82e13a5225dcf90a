"""Filters in a real browser: dates to brush, values found by name, the panel of a telephone, the keyboard."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import browser as shared
from tests.browser import opened, shown_results

base, browser = shared.base, shared.browser


def dates(page: Any) -> tuple[str | None, str | None]:
    query = parse_qs(urlsplit(page.url).query)
    return query.get("from", [None])[0], query.get("to", [None])[0]


def drag(page: Any, begin: float, end: float) -> None:
    """Drags over the bars, from one share of their width to another."""
    chart = page.locator("#coverage").bounding_box()
    unit = chart["width"] / 240
    x = [chart["x"] + (24 + 192 * share) * unit for share in (begin, end)]
    y = chart["y"] + 50 * unit
    page.mouse.move(x[0], y)
    page.mouse.down()
    page.mouse.move((x[0] + x[1]) / 2, y)
    page.mouse.move(x[1], y)
    page.mouse.up()


def test_dragging_over_the_bars_chooses_their_time(browser: Any, base: str) -> None:
    with opened(browser, base) as page:
        assert page.locator("#coverage").get_attribute("data-unit") == "year"
        drag(page, 3.5 / 7, 4.5 / 7)
        page.locator(".chip").wait_for()
        assert dates(page) == ("2023", "2024")
        assert page.locator("#coverage").get_attribute("data-unit") == "month"
        assert page.input_value("#from") == "2023"
        page.go_back()
        page.locator(".chip").wait_for(state="detached")


def test_a_click_chooses_one_bar(browser: Any, base: str) -> None:
    with opened(browser, base) as page:
        drag(page, 4.5 / 7, 4.5 / 7)
        page.locator(".chip").wait_for()
        assert dates(page) == ("2024", "2024")


def test_a_middle_click_on_a_bar_opens_its_time_in_a_tab(browser: Any, base: str) -> None:
    with opened(browser, base) as page:
        chart = page.locator("#coverage").bounding_box()
        with page.context.expect_page() as tab:
            page.mouse.click(chart["x"] + chart["width"] * 0.6, chart["y"] + 50, button="middle")
        tab.value.wait_for_load_state()
        assert dates(tab.value) == ("2024", "2024")
        assert dates(page) == (None, None)


def test_the_keys_move_the_ends_of_the_time_and_the_focus_stays(browser: Any, base: str) -> None:
    with opened(browser, base + "/search?from=2023&to=2024") as page:
        page.focus("#brush-from")
        handle = page.locator("#brush-from")
        assert handle.get_attribute("role") == "slider"
        first = handle.get_attribute("aria-valuetext")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        second = handle.get_attribute("aria-valuetext")
        assert second > first
        page.keyboard.press("Enter")
        page.wait_for_url(f"**from={second}&**")
        page.wait_for_function("() => document.activeElement.id === 'brush-from'")
        page.keyboard.press("Home")
        page.wait_for_url(f"**from={first}&**")  # a while after the last key


def test_escape_takes_a_moved_end_back(browser: Any, base: str) -> None:
    with opened(browser, base) as page:
        page.focus("#brush-to")
        page.keyboard.press("PageDown")
        assert page.locator("#coverage[data-chosen]").count() == 1
        page.keyboard.press("Escape")
        page.wait_for_timeout(800)
        assert dates(page) == (None, None)
        assert page.locator("#brush-to").get_attribute("aria-valuenow") == "6"


def test_presets_count_back_from_the_newest_article_of_an_old_corpus(browser: Any, base: str) -> None:
    with opened(browser, base) as page:
        page.locator(".presets a", has_text="近一年").click()
        page.locator(".chip").wait_for()
        assert dates(page) == ("2025-03-10", None)
        assert page.locator(".hits > li").count()
        page.locator(".presets a[aria-current]").click()
        page.locator(".chip").wait_for(state="detached")


def test_values_are_found_by_a_part_of_their_name_in_place(browser: Any, base: str) -> None:
    with opened(browser, base + "/search?q=的") as page:
        before = page.locator("#facet-author .label").all_text_contents()
        page.focus("#find-author")
        page.keyboard.type("周")
        page.wait_for_function(
            "() => [...document.querySelectorAll('#facet-author .label')].every((each) => each.textContent.includes('周'))"
        )
        assert urlsplit(page.url).path == "/search"
        page.fill("#find-author", "没有这样的人")
        page.locator("#facet-author .hint").wait_for()
        page.fill("#find-author", "")
        page.wait_for_function("n => document.querySelectorAll('#facet-author .label').length === n", arg=len(before))
        page.fill("#find-author", "周")
        page.wait_for_function("n => document.querySelectorAll('#facet-author .label').length < n", arg=len(before))
        page.locator("#facet-author .value").first.click()
        page.locator(".chip", has_text="周").wait_for()


def test_the_focus_stays_on_the_filter_that_was_chosen(browser: Any, base: str) -> None:
    with opened(browser, base + "/search?q=监督") as page:
        value = page.locator("#facet-source .value").nth(1)
        name = value.locator(".label").text_content()
        value.focus()
        page.keyboard.press("Enter")
        page.locator(".chip").wait_for()
        page.wait_for_function(
            "name => document.activeElement.querySelector('.label')?.textContent === name && document.activeElement.ariaCurrent",
            arg=name,
        )


def test_what_was_unfolded_stays_so(browser: Any, base: str) -> None:
    with opened(browser, base) as page:
        page.locator("#facet-section summary").first.click()
        page.keyboard.press("/")
        page.keyboard.type("的")
        shown_results(page, "的")
        assert page.locator("#facet-section details[open]").count() == 1


def test_filters_on_a_telephone_are_chosen_one_after_another_and_left_at_once(browser: Any, base: str) -> None:
    with opened(browser, base + "/search?q=监督", width=360, height=740, has_touch=True) as page:
        page.click(".open-filters")
        page.locator("#filters").wait_for()
        page.locator("#facet-source .value").first.tap()
        page.wait_for_url("**source=**")
        assert page.locator("#filters").is_visible()
        page.locator("#facet-author .value").first.tap()
        page.wait_for_url("**author=**")
        assert page.evaluate("document.getElementById('results').inert")
        page.click(".done")
        assert not page.locator("#filters").is_visible()
        assert not page.evaluate("document.getElementById('results').inert")
        assert page.locator(".chip").count() == 2
        page.go_back()
        page.locator(".chip").first.wait_for(state="detached")
        assert not page.locator("#filters").is_visible()


def test_escape_closes_the_panel_of_filters(browser: Any, base: str) -> None:
    with opened(browser, base + "/search?q=监督", width=360, height=740) as page:
        page.click(".open-filters")
        page.locator("#filters").wait_for()
        page.keyboard.press("Escape")
        page.locator("#filters").wait_for(state="hidden")


def test_the_keyboard_is_enough(browser: Any, base: str) -> None:
    with opened(browser, base, locale="en-US") as page:
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.type("监督")
        page.keyboard.press("Enter")
        shown_results(page, "监督")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.matches('.hits > li:first-child h2 a')")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.matches('.hits > li:nth-child(3) h2 a')")
        page.keyboard.press("k")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/article/**")


def test_a_question_mark_shows_the_keys_and_single_keys_can_be_turned_off(browser: Any, base: str) -> None:
    with opened(browser, base + "/search?q=监督", locale="en-US") as page:
        page.locator(".hits h2 a").first.focus()
        page.keyboard.press("?")
        assert page.locator("#keys").is_visible()
        page.keyboard.press("Escape")
        assert page.locator("#keys").is_hidden()
        page.click("#show-keys")
        page.uncheck("#single-keys")
        page.locator("#keys button").click()
        page.reload()
        page.locator(".hits h2 a").first.focus()
        for key in ("/", "?", "j"):
            page.keyboard.press(key)
            assert page.evaluate("document.activeElement.matches('.hits > li:first-child h2 a')"), key
            assert page.locator("#keys").is_hidden()
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.matches('.hits > li:nth-child(2) h2 a')")


def test_the_skip_link_leads_past_the_head(browser: Any, base: str) -> None:
    with opened(browser, base + "/search?q=监督") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.wait_for_url("**#results")


@pytest.mark.parametrize("javascript", [True, False])
def test_reprints_are_folded_and_unfolded(browser: Any, base: str, javascript: bool) -> None:
    with opened(browser, base, java_script_enabled=javascript) as page:
        page.click(".fold")
        page.wait_for_url("**group=story")
        page.locator(".fold[aria-current]").wait_for()
        page.fill("#q", "粮仓")
        page.press("#q", "Enter")
        page.wait_for_url("**q=*group=story")
