"""The page in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer import index_paths
from tests.conftest import ROOT
from tests.test_service import served

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def unavailable(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{reason}, and this is CI")
    pytest.skip(reason)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("browser") / "data"
    index_paths([ROOT / "corpus"], data)
    with served(data) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = next((found for name in ("chromium", "google-chrome", "chrome") if (found := shutil.which(name))), None)
    if path is None:
        unavailable("there is no Chromium on this machine")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        unavailable("playwright is not installed")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("javascript", [True, False])
def test_a_reader_searches_filters_and_reads(browser: Any, base: str, width: int, javascript: bool) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=javascript, locale="zh-CN"
    )
    page = context.new_page()
    problems: list[str] = []
    elsewhere: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on(
        "request", lambda request: None if request.url.startswith((base, "data:")) else elsewhere.append(request.url)
    )
    page.goto(base)
    page.fill("#q", "乡村振兴")
    page.press("#q", "Enter")
    page.wait_for_url("**/search?q=*")
    assert page.locator(".hits mark", has_text="鄉村振興").count()
    before = page.locator(".hits > li").count()
    if width < 960:
        assert not page.locator(".facets").is_visible()
        page.click(".open-filters")
    page.locator(".facets a", has_text="县区").or_(page.locator(".facets a", has_text="縣區")).first.click()
    page.wait_for_url("**section=**")
    assert 0 < page.locator(".hits > li").count() < before
    assert page.locator(".chips a").count() == 1
    if javascript:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("getComputedStyle(document.querySelector('.hits h2 a')).fontFamily").startswith('"Songti')
    page.locator(".hits a[href^='article/']").first.click()
    assert page.locator("article h1").count() == 1
    context.close()
    assert (problems, elsewhere) == ([], [])


def test_the_keyboard_is_enough(browser: Any, base: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    page = context.new_page()
    page.goto(base)
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("监督")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_url("**#results")  # a jump within the page may take its time
    context.close()


def test_filters_open_and_close_on_a_telephone_with_the_keyboard(browser: Any, base: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    page.goto(base + "/search?q=监督")
    page.focus(".open-filters")
    page.keyboard.press("Enter")
    assert page.locator("#filters").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**#results")
    assert not page.locator("#filters").is_visible()
    context.close()


@pytest.mark.parametrize("path", ["/", "/search?q=监督", "/search?q=xyz&match=all", "/search?sort=x", "/article/none"])
@pytest.mark.parametrize("width", [360, 768, 1280, 2560])
def test_nothing_is_wider_than_the_screen(browser: Any, base: str, path: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 740})
    page = context.new_page()
    page.goto(base + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_dark_and_light_differ(browser: Any, base: str, tmp_path: Path) -> None:
    colours = []
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(base)
        colours.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        context.close()
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
