"""What tests in a real browser share: the browser, the service over the sample corpus, axe, and screenshots that are kept."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
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
WIDTHS = (360, 768, 1440)
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PICTURES = ROOT / "build" / "screenshots"
"""Where each run leaves its screenshots; the folder is not in the repository."""


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


@contextmanager
def opened(browser: Any, address: str, *, width: int = 1440, height: int = 900, **options: Any) -> Iterator[Any]:
    """A page at ``address``; it fails when the browser reported an error, or asked anybody else for anything."""
    context = browser.new_context(viewport={"width": width, "height": height}, **{"locale": "zh-CN", **options})
    context.set_default_timeout(10_000)
    page = context.new_page()
    problems: list[str] = []
    origin = re.match(r"https?://[^/]+", address)[0]  # type: ignore[index]
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "request", lambda request: None if request.url.startswith((origin, "data:")) else problems.append(request.url)
    )
    page.problems = problems
    try:
        page.goto(address)
        yield page
    finally:
        context.close()
    assert problems == []


def axe_findings(page: Any) -> list[str]:
    """What axe-core finds fault with: rule, place and reason."""
    script = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(script)
    found = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", AXE_TAGS)
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def keep_picture(page: Any, name: str, *, full: bool = False) -> Path:
    """A screenshot in ``PICTURES``."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, full_page=full)
    return path


def shown_results(page: Any, text: str) -> None:
    """Waits until the results for ``text`` are shown."""
    page.wait_for_function("text => document.querySelector('#results h1')?.textContent.includes(text)", arg=text)
