"""The search box in a real browser: what its tests share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from indexer import index_paths
from tests.conftest import ROOT
from tests.host_site import HostSite, host_site
from tests.test_browser import browser as browser_fixture
from tests.test_service import served

SCREENSHOTS = ROOT / "build" / "screenshots"
BOX = "<article-search-box></article-search-box>"
WAY = "<article-search-box endpoint='/way/'></article-search-box>"
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

HOSTILE = {
    "id": "hostile?x=1&y", "title": "<img src=x onerror=alert(1)> 恶意标题 &amp;lt;", "url": "javascript:alert(2)",
    "body": "恶意标题的正文 <script>alert(3)</script> 到此为止。", "source": "<b>来源</b>",
}  # fmt: skip

browser = browser_fixture


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A page with a box, what went wrong on it, and what it asked for."""

    page: Any
    problems: list[str]
    requests: list[str]

    @property
    def input(self) -> Any:
        return self.page.locator("article-search-box").first.locator("input")

    @property
    def options(self) -> Any:
        return self.page.locator("article-search-box").first.locator("[role=option]")

    @property
    def panel(self) -> Any:
        return self.page.locator("article-search-box").first.locator(".panel")

    def type(self, text: str) -> None:
        """Types, and waits for the answer to it."""
        self.input.click()
        self.page.keyboard.insert_text(text)
        self.panel.wait_for(state="visible")

    def shows(self, text: str) -> None:
        """Waits until an option or a note has that text."""
        self.panel.get_by_text(text).first.wait_for(state="visible")

    def active(self) -> str | None:
        """The text of the option that the keyboard is on, told as a screen reader is told."""
        text: str | None = self.page.evaluate(
            """() => { const root = document.querySelector('article-search-box').shadowRoot;
            const id = root.querySelector('input').getAttribute('aria-activedescendant');
            return root.getElementById(id)?.textContent ?? null }"""
        )
        return text

    def faults(self) -> list[str]:
        """What axe-core finds wrong with the page as it is."""
        from axe_playwright_python.base import AXE_SCRIPT

        self.page.evaluate(AXE_SCRIPT)
        found = self.page.evaluate("rules => axe.run(document, rules)", AXE_RULES)["violations"]
        return [f"{one['id']}: {node['html']} {node['failureSummary']}" for one in found for node in one["nodes"]]

    def shoot(self, name: str) -> None:
        """Keeps a picture of the window."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"box-{name}.png")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostSite]:
    data = tmp_path_factory.mktemp("box") / "data"
    hostile = tmp_path_factory.mktemp("hostile") / "hostile.jsonl"
    hostile.write_text(json.dumps(HOSTILE) + "\n", encoding="utf-8")
    index_paths([ROOT / "corpus", hostile], data)
    with host_site() as host:
        (data / "settings.toml").write_text(f'cors_origins = "{host.origin}"\n', encoding="utf-8")
        with served(data) as service:
            host.service = service
            yield host


@pytest.fixture
def opened(browser: Any, site: HostSite) -> Iterator[Any]:
    """A function that opens an address with a box; what its console tells is checked at the end, but for what is expected."""
    contexts: list[Any] = []
    site.delays_s.clear()
    site.asked.clear()
    site.broken = None

    def open_page(address: str, **options: Any) -> Opened:
        options = {"viewport": {"width": 1024, "height": 800}, "locale": "zh-CN", **options}
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.set_default_navigation_timeout(60_000)
        problems: list[str] = []
        page.on(
            "console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None
        )
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(address)
        page.wait_for_function("!!customElements.get('article-search-box')")
        return Opened(page=page, problems=problems, requests=requests)

    yield open_page
    for context in contexts:
        context.close()
