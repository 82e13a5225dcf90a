"""The search box in pages of another site, in a real browser: what a reader does with it."""

from __future__ import annotations

import gzip
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.box import BOX, WAY, browser, opened, site
from tests.conftest import ROOT
from tests.host_site import HostSite, host_site

__all__ = ["browser", "opened", "site"]

SCRIPT = ROOT / "search/web/static/box.js"
STRICT = "default-src 'none'; script-src {service}; connect-src {service}; require-trusted-types-for 'script'"


def test_the_script_is_small_and_needs_nothing_of_others() -> None:
    assert len(gzip.compress(SCRIPT.read_bytes(), 9)) < 10_000
    text = SCRIPT.read_text(encoding="utf-8")
    assert not [
        line for line in text.splitlines() if line.startswith("import ") or "innerHTML" in line or "eval(" in line
    ]


def test_two_lines_in_a_page_of_another_origin_are_a_search_box(opened: Any, site: HostSite) -> None:
    box = opened(site.put(BOX))
    assert box.faults() == []
    box.type("监督")
    assert box.input.get_attribute("aria-expanded") == "true"
    assert box.options.last.text_content().startswith("查看全部")
    assert box.panel.locator("mark").count() > 0
    assert "上下方向键" in box.page.locator("article-search-box [role=status]").text_content()
    assert box.faults() == []
    assert box.problems == []


def test_the_strictest_policies_of_a_page_do_not_break_the_box(opened: Any, site: HostSite) -> None:
    policy = STRICT.format(service=site.service)
    box = opened(site.put(BOX, path="/strict", Content_Security_Policy=policy))
    box.type("监督")
    box.page.keyboard.press("ArrowDown")
    assert box.active()
    assert box.panel.evaluate("node => getComputedStyle(node).position") == "fixed"
    assert box.input.evaluate("node => getComputedStyle(node).borderTopWidth") == "0px"
    assert box.problems == []


def test_what_an_article_holds_is_text_and_its_address_no_script(opened: Any, site: HostSite) -> None:
    box = opened(site.put(BOX))
    ran: list[Any] = []
    box.page.on("dialog", lambda dialog: ran.append(dialog.message))
    box.type("恶意标题")
    hit = box.panel.locator(".hit").first
    assert hit.locator(".title").text_content() == "<img src=x onerror=alert(1)> 恶意标题 &amp;lt;"
    assert "<script>alert(3)</script>" in hit.locator(".snippet").text_content()
    assert [mark.text_content() for mark in hit.locator(".title mark").all()] == ["恶意标题"]
    assert ran == []
    hit.click()
    box.page.wait_for_url("**/article/hostile%3Fx%3D1%26y?*")
    assert box.page.url.startswith(site.service)


def test_the_keyboard_walks_the_options_as_the_pattern_says(opened: Any, site: HostSite) -> None:
    box = opened(site.put(BOX + "<button>next</button>"))
    press = box.page.keyboard.press
    box.type("监督")
    names = [option.text_content() for option in box.options.all()]
    assert box.active() is None
    press("ArrowDown")
    assert box.active() == names[0]
    assert box.options.first.get_attribute("aria-selected") == "true"
    press("ArrowUp")
    assert box.active() is None
    press("ArrowUp")
    assert box.active() == names[-1]
    press("ArrowDown")
    press("ArrowDown")
    assert box.active() == names[0]
    press("Home")
    assert box.active() is None
    assert box.input.evaluate("node => node.selectionStart") == 0
    press("ArrowDown")
    press("End")
    assert (box.active(), box.input.evaluate("node => node.selectionStart")) == (None, 2)
    press("Alt+ArrowUp")
    assert not box.panel.is_visible()
    press("Alt+ArrowDown")
    box.panel.wait_for(state="visible")
    assert box.active() is None
    press("Escape")
    assert not box.panel.is_visible()
    assert (box.input.input_value(), box.input.get_attribute("aria-expanded")) == ("监督", "false")
    press("ArrowDown")
    assert box.active() == names[0]
    press("Tab")
    assert not box.panel.is_visible()
    assert box.page.evaluate("document.activeElement.localName") == "button"
    press("Shift+Tab")
    press("Escape")
    assert box.input.input_value() == ""
    assert box.problems == []


def test_enter_on_an_article_opens_it_and_on_a_completion_shows_what_it_finds(opened: Any, site: HostSite) -> None:
    box = opened(site.put(BOX))
    box.page.route(  # the articles' own addresses, which nobody answers here
        lambda address: not address.startswith((site.origin, site.service)), lambda route: route.fulfill(body="there")
    )
    box.type("监督")
    completion = box.panel.locator(".completion").first.text_content()
    box.page.keyboard.press("ArrowDown")
    box.page.keyboard.press("Enter")
    box.panel.locator(".hit mark", has_text=completion).wait_for()
    assert box.input.input_value() == completion
    assert box.page.url.startswith(site.origin)
    while "hit" not in (
        box.page.evaluate("document.querySelector('article-search-box').shadowRoot.querySelector('.active')?.className")
        or ""
    ):
        box.page.keyboard.press("ArrowDown")
    with box.page.expect_request(lambda request: request.is_navigation_request()) as opening:
        box.page.keyboard.press("Enter")
    assert "/article/" in opening.value.url or not opening.value.url.startswith(site.origin)


def test_enter_alone_goes_to_all_results_under_the_filters_of_the_box(opened: Any, site: HostSite) -> None:
    box = opened(site.put("<article-search-box section='清廉之窗 | 时政' match='all'></article-search-box>"))
    box.type("监督")
    box.page.keyboard.press("Enter")
    box.page.wait_for_url("**/search?*")
    parts = urlsplit(box.page.url)
    assert parts.scheme + "://" + parts.netloc + parts.path == site.service + "/search"
    assert parse_qs(parts.query) == {"q": ["监督"], "section": ["清廉之窗", "时政"], "match": ["all"]}


def test_the_last_option_goes_to_all_results(opened: Any, site: HostSite) -> None:
    box = opened(site.put(BOX))
    box.type("监督")
    box.options.last.click()
    box.page.wait_for_url("**/search?*")
    assert box.page.locator("mark").count() > 0


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("/find", "/find?q=%E7%9B%91%E7%9D%A3&author=x"),
        ("/find?lang=zh&q=old#top", "/find?lang=zh&q=%E7%9B%91%E7%9D%A3&author=x#top"),
        ("/find/{q}/", "/find/%E7%9B%91%E7%9D%A3/"),
    ],
)
def test_a_target_is_where_all_results_are(opened: Any, site: HostSite, target: str, address: str) -> None:
    box = opened(site.put(f"<article-search-box target='{target}' author='x'></article-search-box>"))
    box.type("监督")
    box.page.keyboard.press("Enter")
    box.page.wait_for_url(site.origin + address)


def test_a_box_with_a_name_is_a_field_of_its_form(opened: Any, site: HostSite) -> None:
    form = """<form action='/found'><label for='s'>站内</label> <button type='reset'>x</button>
    <article-search-box id='s' name='term' value='旧'></article-search-box></form>"""
    box = opened(site.put(form))
    assert box.page.get_by_label("站内").locator("input").or_(box.page.get_by_role("combobox", name="站内")).count()
    box.type("监督")
    assert box.page.evaluate("new FormData(document.forms[0]).get('term')") == "旧监督"
    box.page.keyboard.press("Escape")
    box.page.click("button[type=reset]")
    assert (box.input.input_value(), box.page.evaluate("new FormData(document.forms[0]).get('term')")) == ("旧", "旧")
    box.page.click("label")
    box.page.keyboard.press("Enter")
    box.page.wait_for_url(site.origin + "/found?term=%E6%97%A7")


def test_events_tell_what_is_about_to_happen_and_a_page_may_take_it_on_itself(opened: Any, site: HostSite) -> None:
    box = opened(site.put(BOX))
    box.page.evaluate(
        """() => { window.told = []; for (const name of ['submit', 'select']) document.addEventListener('article-search-' + name,
        event => { const { query, hit, newTab } = event.detail;
        told.push([event.type, query, hit?.id ?? null, newTab]); event.preventDefault(); }) }"""
    )
    box.type("监督")
    box.page.keyboard.press("Enter")
    box.page.keyboard.press("ArrowDown")
    box.panel.locator(".hit").first.click(modifiers=["ControlOrMeta"])
    told = box.page.evaluate("told")
    assert told[0] == ["article-search-submit", "监督", None, False]
    assert told[1][0::3] == ["article-search-select", True]
    assert told[1][2]
    assert box.page.url == site.origin + "/"
    assert len(box.page.context.pages) == 1


@pytest.mark.parametrize("how", [{"button": "middle"}, {"modifiers": ["ControlOrMeta"]}, {"modifiers": ["Shift"]}])
def test_the_middle_button_and_modifiers_open_another_tab(opened: Any, site: HostSite, how: dict[str, Any]) -> None:
    box = opened(site.put(BOX))
    box.type("监督")
    with box.page.context.expect_page() as other:
        box.options.last.click(**how)
    other.value.wait_for_url("**/search?*")
    assert box.page.url == site.origin + "/"


def test_a_finger_chooses(opened: Any, site: HostSite) -> None:
    box = opened(site.put(BOX), has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800})
    box.input.tap()
    box.page.keyboard.insert_text("监督")
    box.panel.wait_for(state="visible")
    box.options.last.tap()
    box.page.wait_for_url("**/search?*")


def test_the_panel_closes_when_the_page_is_clicked_and_comes_back_with_the_box(opened: Any, site: HostSite) -> None:
    box = opened(site.put(BOX))
    box.type("监督")
    box.page.mouse.click(500, 780)
    box.panel.wait_for(state="hidden")
    box.input.click()
    box.panel.wait_for(state="visible")
    box.page.locator("article-search-box button").click()
    assert (box.input.input_value(), box.panel.is_visible()) == ("", False)
    assert box.page.evaluate("document.activeElement.localName") == "article-search-box"


def test_a_late_answer_never_overwrites_a_newer_one(opened: Any, site: HostSite) -> None:
    site.delays_s["监督"] = 1.2
    box = opened(site.put(WAY))
    aborted: list[str] = []
    box.page.on("requestfailed", lambda request: aborted.append(request.url))
    box.input.click()
    box.page.keyboard.insert_text("监督")
    box.page.wait_for_timeout(500)
    assert box.page.locator("article-search-box .busy").count() == 1
    box.input.fill("乡村振兴")
    box.panel.locator("mark", has_text="鄉村振興").first.wait_for()
    shown = box.panel.text_content()
    box.page.wait_for_timeout(1500)
    assert box.panel.text_content() == shown
    assert len(aborted) == 2
    assert box.page.locator("article-search-box .busy").count() == 0


def test_fast_typing_asks_once_and_what_was_asked_is_not_asked_again(opened: Any, site: HostSite) -> None:
    box = opened(site.put(WAY))
    box.input.click()
    box.page.evaluate("for (const letter of 'jiandu') document.execCommand('insertText', false, letter)")
    box.panel.wait_for(state="visible")
    assert [query for what, query in site.asked if what == "search"] == ["jiandu"]
    box.input.fill("监督")
    box.shows("查看全部")
    before = len(site.asked)
    box.input.fill("jiandu")
    box.panel.wait_for(state="visible")
    box.input.fill("监督")
    box.shows("查看全部")
    assert len(site.asked) == before


def test_slow_completions_do_not_keep_results_waiting(opened: Any, site: HostSite) -> None:
    box = opened(site.put(WAY))
    box.page.route("**/suggest?*", lambda _route: None)
    box.type("监督")
    assert box.panel.locator(".hit").count() > 0
    assert box.panel.locator(".completion").count() == 0


@pytest.mark.parametrize(("broken", "told"), [(0, "连不上"), (503, "暂时不能使用"), (500, "暂时不能使用")])
def test_a_failing_service_is_told_and_the_box_goes_on(opened: Any, site: HostSite, broken: int, told: str) -> None:
    site.broken = broken
    box = opened(site.put(WAY))
    box.type("监督")
    box.shows(told)
    assert box.input.get_attribute("aria-expanded") == "false"
    assert told in box.page.locator("article-search-box [role=status]").text_content()
    assert box.faults() == []
    box.shoot(f"failed-{broken}")
    assert not [problem for problem in box.problems if "Failed to load resource" not in problem]
    site.broken = None
    box.page.keyboard.press("Escape")
    box.page.keyboard.press("ArrowDown")
    box.shows("查看全部")
    box.page.keyboard.press("Enter")


def test_a_page_that_may_not_read_is_told_once_in_the_console_how_to_change_that(opened: Any, site: HostSite) -> None:
    with host_site() as stranger:
        stranger.service = site.service
        box = opened(stranger.put(BOX))
        box.type("监督")
        box.shows("连不上")
        box.input.fill("整改")
        box.page.wait_for_timeout(600)
        (told,) = [problem for problem in box.problems if "cors_origins" in problem]
        assert stranger.origin in told


def test_nothing_found_is_said_and_another_spelling_offered(opened: Any, site: HostSite) -> None:
    box = opened(site.put(BOX))
    box.type('"绝无此句"')
    box.shows('没有找到含有“"绝无此句"”的文章')
    assert (box.options.count(), box.input.get_attribute("aria-expanded")) == (0, "false")
    assert box.faults() == []
    box.shoot("nothing")
    box.input.fill("香村振兴")
    box.shows("您是不是要找：")
    box.options.first.click()
    box.panel.locator("mark").first.wait_for()
    assert box.input.input_value() != "香村振兴"


def test_a_box_that_is_moved_or_removed_leaves_nothing_behind(opened: Any, site: HostSite) -> None:
    box = opened(site.put(WAY))
    site.delays_s["监督"] = 0.6
    box.input.click()
    box.page.keyboard.insert_text("监督")
    box.page.wait_for_timeout(200)
    box.page.evaluate("window.box = document.querySelector('article-search-box'); box.remove()")
    box.page.wait_for_timeout(900)
    box.page.evaluate("document.querySelector('main').append(box)")
    assert not box.panel.is_visible()
    site.delays_s.clear()
    box.input.fill("整改")
    box.panel.wait_for(state="visible")
    box.page.evaluate("document.querySelector('h1').before(box)")
    assert not box.panel.is_visible()
    assert box.problems == []


def test_two_boxes_of_a_page_are_apart(opened: Any, site: HostSite) -> None:
    box = opened(site.put(BOX + "<article-search-box lang='en' label='Second'></article-search-box>"))
    box.type("监督")
    second = box.page.get_by_role("combobox", name="Second")
    second.focus()
    box.page.keyboard.insert_text("整改")
    box.page.get_by_role("option", name="See").wait_for()
    assert not box.panel.is_visible()
    assert box.input.input_value() == "监督"
    assert box.faults() == []


def test_typing_on_takes_the_choice_back(opened: Any, site: HostSite) -> None:
    box = opened(site.put(BOX))
    box.type("监督")
    box.page.keyboard.press("ArrowDown")
    assert box.active()
    box.page.keyboard.insert_text("员")
    assert box.active() is None


def test_escape_stops_what_is_still_asked(opened: Any, site: HostSite) -> None:
    box = opened(site.put(WAY))
    box.type("整改")
    site.delays_s["监督"] = 0.6
    box.input.fill("监督")
    box.page.wait_for_timeout(250)
    box.page.keyboard.press("Escape")
    box.page.wait_for_timeout(900)
    assert not box.panel.is_visible()
    assert box.input.input_value() == "监督"
