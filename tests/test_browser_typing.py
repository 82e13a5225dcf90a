"""The box in a real browser: results and completions as one types, input methods, history, and what fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import browser as shared
from tests.browser import WIDTHS, opened, shown_results

base, browser = shared.base, shared.browser


@contextmanager
def watched(browser: Any, address: str, **options: Any) -> Iterator[tuple[Any, list[str]]]:
    """A page, and the queries that it has searched for since it was loaded."""
    with opened(browser, address, **options) as page:
        searched: list[str] = []

        def note(request: Any) -> None:
            parts = urlsplit(request.url)
            if parts.path in ("/", "/search"):
                searched.append(parse_qs(parts.query).get("q", [""])[0])

        page.on("request", note)
        page.focus("#q")
        yield page, searched


def compose(page: Any, *steps: str, end: str) -> None:
    """Composes as Chrome's input methods do: each of ``steps`` is what stands underlined, ``end`` what is put in its place."""
    session = page.context.new_cdp_session(page)
    for step in steps:
        session.send("Input.imeSetComposition", {"text": step, "selectionStart": len(step), "selectionEnd": len(step)})
        page.wait_for_timeout(60)
    if end:
        session.send("Input.insertText", {"text": end})


@pytest.mark.parametrize("width", WIDTHS)
def test_results_come_as_one_types_and_typing_stays_in_the_box(browser: Any, base: str, width: int) -> None:
    with watched(browser, base, width=width) as (page, _):
        entries = page.evaluate("history.length")
        page.keyboard.type("监督", delay=30)
        shown_results(page, "监督")
        assert page.locator(".hits mark").count()
        assert page.evaluate("document.activeElement.id") == "q"
        assert parse_qs(urlsplit(page.url).query) == {"q": ["监督"]}
        assert page.evaluate("history.length") == entries
        assert page.title().startswith("监督 · ")
        page.wait_for_function("() => document.getElementById('said').textContent.includes('篇')")


def test_the_answer_to_what_is_no_longer_asked_is_never_shown(browser: Any, base: str) -> None:
    with watched(browser, base) as (page, _):
        held: list[Any] = []
        page.route("**/search?q=%E7%9B%91", lambda route: held.append(route))
        with page.expect_request("**/search?q=%E7%9B%91"):
            page.keyboard.type("监")
        page.keyboard.type("督")
        shown_results(page, "监督")
        assert len(held) == 1
        held[0].abort()
        page.wait_for_timeout(100)
        assert page.locator("#results h1").text_content() == "“监督”的搜索结果"


def test_half_typed_pinyin_is_never_searched(browser: Any, base: str) -> None:
    with watched(browser, base) as (page, searched):
        compose(page, "x", "xi", "xiang", "xiang'c", "xiang'cun", end="")
        assert searched == []
        assert page.locator("#completions").is_hidden()
        compose(page, end="乡村")
        shown_results(page, "乡村")
        assert searched == ["乡村"]


def test_half_typed_zhuyin_is_never_searched(browser: Any, base: str) -> None:
    with watched(browser, base) as (page, searched):
        compose(page, "ㄐ", "ㄐㄧ", "ㄐㄧㄢ", end="监督")
        shown_results(page, "监督")
        assert searched == ["监督"]


def test_what_is_composed_of_han_alone_is_searched_as_keyboards_that_always_compose_need_it(
    browser: Any, base: str
) -> None:
    with watched(browser, base) as (page, searched):
        compose(page, "监", "监督", end="")
        shown_results(page, "监督")
        assert searched[-1] == "监督"
        assert page.evaluate("document.activeElement.id") == "q"


def test_letters_that_a_telephone_composes_wait_for_enter(browser: Any, base: str) -> None:
    with watched(browser, base, width=360, has_touch=True) as (page, searched):
        compose(page, "c", "c9", "c91", "c919", end="")
        page.wait_for_timeout(100)
        assert searched == []
        page.evaluate("document.getElementById('box').requestSubmit()")  # the keyboard's search key
        shown_results(page, "c919")
        assert searched == ["c919"]


def test_enter_that_ends_a_composition_in_safari_neither_searches_nor_chooses(browser: Any, base: str) -> None:
    with watched(browser, base) as (page, searched):
        page.keyboard.type("清")
        page.locator("#completions [role=option]").first.wait_for()
        page.keyboard.press("ArrowDown")
        taken = page.evaluate(
            """() => {
                const box = document.getElementById('q');
                const key = (name) => box.dispatchEvent(new KeyboardEvent(
                    'keydown', {key: name, keyCode: 229, which: 229, bubbles: true, cancelable: true}));
                box.dispatchEvent(new CompositionEvent('compositionstart', {bubbles: true}));
                box.dispatchEvent(new CompositionEvent('compositionend', {data: '清', bubbles: true}));
                return ['Enter', 'ArrowDown', 'ArrowUp', 'Escape'].map((name) => !key(name));
            }"""
        )
        assert taken == [False] * 4
        assert page.input_value("#q") == "清"
        assert page.locator("#completions").is_visible()
        assert set(searched) <= {"清"}


def test_keys_pressed_while_composing_belong_to_the_input_method(browser: Any, base: str) -> None:
    with watched(browser, base) as (page, _):
        page.keyboard.type("清")
        page.locator("#completions [role=option]").first.wait_for()
        page.evaluate(
            """() => document.getElementById('q').dispatchEvent(new KeyboardEvent(
                'keydown', {key: 'ArrowDown', isComposing: true, bubbles: true, cancelable: true}))"""
        )
        assert page.locator("#q").get_attribute("aria-activedescendant") is None


def test_completions_are_chosen_with_the_keys(browser: Any, base: str) -> None:
    with watched(browser, base) as (page, _):
        page.keyboard.type("tianqi")
        option = page.locator("#completions [role=option]", has_text="天气").first
        option.wait_for()
        assert page.locator("#q").get_attribute("aria-expanded") == "true"
        page.keyboard.press("ArrowDown")
        active = page.locator("#q").get_attribute("aria-activedescendant")
        assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
        page.keyboard.press("ArrowUp")
        assert page.locator("#q").get_attribute("aria-activedescendant") is None
        page.keyboard.press("ArrowDown")
        chosen = page.locator("#completions [aria-selected=true]").get_attribute("data-text")
        page.keyboard.press("Enter")
        shown_results(page, chosen)
        assert page.input_value("#q") == chosen
        assert page.locator("#completions").is_hidden()


def test_completions_are_chosen_by_touch_and_go_with_escape(browser: Any, base: str) -> None:
    with watched(browser, base, width=360, has_touch=True) as (page, _):
        page.keyboard.type("天")
        option = page.locator("#completions [role=option]").first
        option.wait_for()
        page.keyboard.press("Escape")
        assert page.locator("#completions").is_hidden()
        assert page.input_value("#q") == "天"
        page.keyboard.press("Backspace")
        page.keyboard.type("清")
        option.wait_for()
        text = option.get_attribute("data-text")
        option.tap()
        shown_results(page, text)


def test_back_and_forward_bring_back_results_and_place(browser: Any, base: str) -> None:
    with watched(browser, base + "/search?sort=oldest") as (page, _):
        page.keyboard.type("监督")
        shown_results(page, "监督")
        entries = page.evaluate("history.length")
        page.keyboard.press("Enter")
        page.wait_for_function("entries => history.length > entries", arg=entries)
        page.evaluate("scrollTo(0, 300)")
        page.wait_for_function("() => history.state?.y === 300")
        page.locator("#facet-author .value").first.click()
        page.locator(".chip").wait_for()
        page.go_back()
        page.locator(".chip").wait_for(state="detached")
        page.wait_for_function("() => scrollY === 300")
        assert page.input_value("#q") == "监督"
        page.go_back()
        shown_results(page, "最新文章")
        assert page.input_value("#q") == ""
        page.go_forward()
        shown_results(page, "监督")
        page.go_forward()
        page.locator(".chip").wait_for()


def test_back_from_a_filter_leads_to_what_was_typed_and_then_to_where_typing_began(browser: Any, base: str) -> None:
    with watched(browser, base + "/search?sort=oldest") as (page, _):
        page.keyboard.type("监督")
        shown_results(page, "监督")
        page.keyboard.press("Escape")
        page.locator("#facet-author .value").first.click()
        page.locator(".chip").wait_for()
        page.go_back()
        page.locator(".chip").wait_for(state="detached")
        assert page.input_value("#q") == "监督"
        page.go_back()
        shown_results(page, "最新文章")


def test_escape_before_the_completions_are_there_does_without_them_and_keeps_what_was_typed(
    browser: Any, base: str
) -> None:
    with watched(browser, base) as (page, _):
        held: list[Any] = []
        page.route("**/suggest?q=%E7%9B%91%E7%9D%A3&*", lambda route: held.append(route))
        with page.expect_request("**/suggest?q=%E7%9B%91%E7%9D%A3&*"):
            page.keyboard.type("监督")
        page.keyboard.press("Escape")
        shown_results(page, "监督")
        assert page.input_value("#q") == "监督"
        assert page.locator("#completions").is_hidden()
        page.keyboard.press("Escape")
        shown_results(page, "最新文章")  # browsers empty a box of this kind


def test_back_from_an_article_comes_to_what_was_typed(browser: Any, base: str) -> None:
    with watched(browser, base) as (page, _):
        page.keyboard.type("监督")
        shown_results(page, "监督")
        page.keyboard.press("Escape")
        page.locator(".hits a[href^='article/']").first.click()
        page.wait_for_url("**/article/**")
        page.go_back()
        shown_results(page, "监督")
        assert page.input_value("#q") == "监督"
        page.locator(".hits mark").first.wait_for()


def test_the_first_page_makes_room_at_the_first_key_however_late_the_answer(browser: Any, base: str) -> None:
    with watched(browser, base) as (page, _):
        held: list[Any] = []
        page.route("**/search?q=*", lambda route: held.append(route))
        with page.expect_request("**/search?q=*"):
            page.keyboard.type("监")
        page.locator("body.found").wait_for()
        place = page.locator("#results").bounding_box()["y"]
        held[0].continue_()
        shown_results(page, "监")
        assert page.locator("#results").bounding_box()["y"] == place


def test_what_takes_long_is_said_and_what_is_quick_is_not(browser: Any, base: str) -> None:
    with watched(browser, base) as (page, _):
        page.route("**/search?q=%E7%9B%91*", lambda route: (page.wait_for_timeout(400), route.continue_()))
        page.evaluate(
            """() => {
                window.seen = [];
                new MutationObserver(() => window.seen.push(document.documentElement.className))
                    .observe(document.documentElement, {attributes: true, attributeFilter: ['class']});
            }"""
        )
        page.keyboard.type("监督")
        shown_results(page, "监督")
        assert "loading" in page.evaluate("window.seen")
        page.wait_for_function("() => !document.documentElement.classList.contains('loading')")
        assert page.locator("#results").get_attribute("aria-busy") is None


def test_what_fails_is_said_in_place_and_can_be_tried_again(browser: Any, base: str) -> None:
    with watched(browser, base) as (page, _):
        page.context.set_offline(True)
        page.keyboard.type("监督")
        page.locator("#trouble").wait_for()
        assert page.locator("#trouble p").text_content() == "连接不上。这里的结果是先前的。"
        assert page.locator(".hits > li").count() == 10
        page.context.set_offline(False)
        page.click("#trouble button")
        shown_results(page, "监督")
        assert page.locator("#trouble").is_hidden()
        assert page.evaluate("document.activeElement.id") == "q"
        page.problems.clear()  # the browser reports what it could not load


def test_an_answer_that_says_no_is_told_in_its_words(browser: Any, base: str) -> None:
    with opened(browser, base + "/search?q=监督") as page:
        page.fill("#from", "2024-13")
        page.press("#from", "Enter")
        page.locator("#trouble").wait_for()
        text = page.locator("#trouble p").text_content()
        assert "网址里有一项参数不对" in text
        assert "from must be" in text
        assert page.locator(".hits > li").count()
        page.problems.clear()


def test_nothing_moves_while_results_are_replaced(browser: Any, base: str) -> None:
    with watched(browser, base + "/search?q=监") as (page, _):
        page.evaluate(
            """() => {
                window.shifted = 0;
                new PerformanceObserver((list) => list.getEntries().forEach((each) => {
                    if (!each.hadRecentInput) window.shifted += each.value;
                })).observe({type: 'layout-shift', buffered: false});
            }"""
        )
        place = page.locator("#results").bounding_box()
        page.keyboard.press("End")
        page.keyboard.type("督检查", delay=80)
        shown_results(page, "监督检查")
        page.wait_for_timeout(900)
        assert page.evaluate("window.shifted") < 0.01
        assert page.locator("#results").bounding_box()["y"] == place["y"]
