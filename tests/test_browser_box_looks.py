"""The search box in a real browser: how it looks and fits, what may be set on it, and the page that shows it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.box import BOX, WAY, browser, opened, site
from tests.host_site import HostSite

__all__ = ["browser", "opened", "site"]

HEADER = f"<header style='overflow: hidden; transform: translateZ(0); width: 200px'>{BOX}</header>"


def inside(box: Any) -> bool:
    """Whether the panel is within the window, and the window scrolls no further sideways than it is wide."""
    return bool(
        box.page.evaluate(
            """() => { const root = document.querySelector('article-search-box').shadowRoot;
            const panel = root.querySelector('.panel').getBoundingClientRect();
            return panel.left >= 0 && panel.right <= innerWidth && panel.top >= 0 && panel.bottom <= innerHeight
                && document.documentElement.scrollWidth <= innerWidth }"""
        )
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_every_state_is_accessible_and_fits_at_every_width(
    opened: Any, site: HostSite, width: int, scheme: str
) -> None:
    box = opened(site.put(BOX, scheme=scheme), viewport={"width": width, "height": 720}, color_scheme=scheme)
    assert box.faults() == []
    box.type("监督")
    assert box.faults() == []
    box.page.keyboard.press("ArrowDown")
    box.shoot(f"{width}-{scheme}")
    assert box.faults() == []
    assert inside(box)
    box.page.keyboard.press("ArrowUp")
    box.page.keyboard.press("ArrowUp")
    assert box.options.last.evaluate("node => node.getBoundingClientRect().bottom <= innerHeight")
    assert box.problems == []


def test_the_colours_follow_the_colour_scheme_of_the_page(opened: Any, site: HostSite) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        box = opened(site.put(BOX, scheme=scheme, path=f"/{scheme}"))
        grounds.append(
            box.page.locator("article-search-box .field").evaluate("node => getComputedStyle(node).backgroundColor")
        )
    assert grounds[0] != grounds[1]


def test_a_page_from_right_to_left_has_its_box_so(opened: Any, site: HostSite) -> None:
    box = opened(site.put(HEADER, direction="rtl"))
    box.type("监督")
    box.page.keyboard.press("ArrowDown")
    box.shoot("rtl")
    field = box.page.locator("article-search-box .field").bounding_box()
    panel = box.panel.bounding_box()
    assert round(field["x"] + field["width"]) == round(panel["x"] + panel["width"])
    assert box.panel.locator(".title").first.evaluate("node => getComputedStyle(node).textAlign") == "right"
    assert inside(box)


def test_nothing_of_the_page_cuts_the_panel_off(opened: Any, site: HostSite) -> None:
    box = opened(site.put(HEADER))
    box.type("监督")
    box.shoot("narrow")
    bounds = box.panel.bounding_box()
    assert bounds["width"] > 300
    assert (
        box.page.evaluate("at => document.elementFromPoint(...at).localName", [bounds["x"] + 250, bounds["y"] + 60])
        == "article-search-box"
    )


def test_at_the_bottom_of_the_window_the_panel_opens_upwards_and_follows_the_page(opened: Any, site: HostSite) -> None:
    box = opened(site.put(f"<div style='height: 1500px'></div>{BOX}<div style='height: 1500px'></div>"))
    box.input.evaluate("node => node.scrollIntoView({ block: 'end' })")
    box.type("监督")
    field, panel = box.page.locator("article-search-box .field").bounding_box(), box.panel.bounding_box()
    assert panel["y"] + panel["height"] <= field["y"]
    assert inside(box)
    box.page.mouse.wheel(0, 600)
    box.page.wait_for_timeout(300)
    field, panel = box.page.locator("article-search-box .field").bounding_box(), box.panel.bounding_box()
    assert panel["y"] >= field["y"] + field["height"]


def test_a_page_sets_colours_and_parts(opened: Any, site: HostSite) -> None:
    style = """<style>article-search-box { --article-search-accent: rgb(1, 2, 3); }
    article-search-box { --article-search-background: rgb(250, 240, 230) }
    article-search-box::part(title) { font-style: italic } article-search-box::part(active) { letter-spacing: 3px }</style>"""
    box = opened(site.put(style + BOX))
    box.type("监督")
    assert box.panel.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(250, 240, 230)"
    assert box.panel.locator(".title").first.evaluate("node => getComputedStyle(node).fontStyle") == "italic"
    box.page.keyboard.press("ArrowDown")
    active = box.panel.locator(".active")
    assert active.evaluate("node => [getComputedStyle(node).letterSpacing, getComputedStyle(node).outlineColor]") == [
        "3px",
        "rgb(1, 2, 3)",
    ]


def test_attributes_are_followed_while_the_page_runs(opened: Any, site: HostSite) -> None:
    box = opened(site.put("<article-search-box limit='2' completions='0'></article-search-box>"))
    box.type("监督")
    assert (box.panel.locator(".hit").count(), box.panel.locator(".completion").count()) == (2, 0)
    change = "([name, value]) => document.querySelector('article-search-box').setAttribute(name, value)"
    box.page.evaluate(change, ["limit", "1"])
    box.page.wait_for_function(
        "document.querySelector('article-search-box').shadowRoot.querySelectorAll('.hit').length === 1"
    )
    before = box.options.last.text_content()
    box.page.evaluate(change, ["section", "清廉之窗"])
    box.panel.locator(".all").get_by_text(before).wait_for(state="detached")
    box.page.evaluate(change, ["lang", "en"])
    box.page.evaluate(change, ["placeholder", "Find"])
    assert box.input.get_attribute("placeholder") == "Find"
    assert box.input.get_attribute("aria-label") == "Search the articles"
    box.shows("article")
    box.page.evaluate(change, ["min-chars", "3"])
    box.panel.wait_for(state="hidden")
    box.page.evaluate("document.querySelector('article-search-box').disabled = true")
    assert box.input.is_disabled()


def test_properties_that_were_set_before_the_script_came_hold(opened: Any, site: HostSite) -> None:
    early = """<script>const box = document.querySelector('article-search-box');
    box.limit = 1; box.value = '监督'; box.minChars = 2;</script>"""
    box = opened(site.put(BOX + early))
    assert (box.input.input_value(), box.page.evaluate("[box.limit, box.getAttribute('min-chars'), box.value]")) == (
        "监督",
        ["1", "2", "监督"],
    )
    box.input.click()
    box.panel.wait_for(state="visible")
    assert box.panel.locator(".hit").count() == 1


@pytest.mark.parametrize(
    ("attribute", "page", "locale", "label"),
    [
        ("", "zh-Hant", "en-US", "搜尋文章"),
        ("", "zh-TW", "en-US", "搜尋文章"),
        ("", "zh-CN", "en-US", "搜索文章"),
        ("", "en-GB", "zh-CN", "Search the articles"),
        ("", "fr", "zh-HK", "搜尋文章"),
        ("en", "zh-Hans", "zh-CN", "Search the articles"),
        ("", "", "de-DE", "搜索文章"),
    ],
)
def test_the_language_is_that_of_the_box_or_its_page_or_its_reader(
    opened: Any, site: HostSite, attribute: str, page: str, locale: str, label: str
) -> None:
    box = opened(site.put(f"<article-search-box lang='{attribute}'></article-search-box>", lang=page), locale=locale)
    assert box.input.get_attribute("aria-label") == label


def test_a_page_without_the_script_shows_what_stands_in_the_box(opened: Any, site: HostSite, browser: Any) -> None:
    address = site.put("<article-search-box><form action='/found'><input name='q'></form></article-search-box>")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("input[name=q]").is_visible()
    context.close()
    box = opened(address)
    assert not box.page.locator("input[name=q]").is_visible()


def test_motion_is_little_where_little_is_wanted(opened: Any, site: HostSite) -> None:
    site.delays_s["监督"] = 2
    box = opened(site.put(WAY), reduced_motion="reduce")
    box.input.click()
    box.page.keyboard.insert_text("监督")
    busy = box.page.locator("article-search-box .busy")
    busy.wait_for()
    assert busy.evaluate("node => getComputedStyle(node, '::after').animationName") == "none"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "locale"), [(320, "zh-CN"), (768, "zh-TW"), (1280, "en-US")])
def test_the_page_that_shows_the_box_is_accessible_and_asks_nobody_else(
    opened: Any, site: HostSite, width: int, locale: str, scheme: str
) -> None:
    viewport = {"width": width, "height": 900}
    box = opened(site.service + "/demo", viewport=viewport, locale=locale, color_scheme=scheme)
    assert box.faults() == []
    box.type("监督")
    box.page.keyboard.press("ArrowDown")
    box.shoot(f"demo-{width}-{scheme}")
    assert box.faults() == []
    assert box.page.evaluate("document.documentElement.scrollWidth") <= width
    assert [address for address in box.requests if not address.startswith(site.service)] == []
    assert box.problems == []


def test_the_demo_tries_themes_and_attributes_and_notes_events(opened: Any, site: HostSite) -> None:
    box = opened(site.service + "/demo", locale="en-US", viewport={"width": 1280, "height": 900})
    assert f'<script type="module" src="{site.service}/box.js"></script>' in box.page.locator(".lines").text_content()
    for theme in ("Paper", "Night", "Round"):
        box.page.get_by_label(theme).check()
        assert "--article-search-accent" in box.page.locator(".css").text_content()
        box.input.fill("监督")
        box.panel.wait_for(state="visible")
        box.page.keyboard.press("ArrowDown")
        box.page.keyboard.press("ArrowDown")
        box.shoot(f"demo-{theme.lower()}")
        assert box.faults() == []
        box.page.keyboard.press("Escape")
        box.page.keyboard.press("Escape")
    box.page.get_by_label("Section only").fill('清廉之窗"')
    assert '<article-search-box section="清廉之窗&quot;">' in box.page.locator(".lines").text_content()
    box.input.fill("监督")
    box.page.keyboard.press("Enter")
    assert "article-search-submit" in box.page.locator(".log").text_content()
    assert box.page.url == site.service + "/demo"
    assert box.problems == []
