"""The page under a URL prefix, which nobody tells the service of."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from indexer.analysis import Analyzer
from indexer.schema import clean_article
from search.engines.reference import ReferenceEngine
from search.settings import Settings
from service import create_app
from tests import browser as shared
from tests.browser import opened, shown_results
from tests.conftest import ZONE
from tests.contracts.engine import CORPUS

browser = shared.browser

PREFIX = "/news/find"


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        """Nothing: what the browser asks for is no news."""


@pytest.fixture(scope="module")
def mounted() -> Iterator[str]:
    engine = ReferenceEngine(map(clean_article, CORPUS), Analyzer(), ZONE, relax_share=0.5)
    app = create_app(Settings(), engine)

    def mount(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(PREFIX + "/"):
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"outside of the prefix: " + path.encode()]
        answer: Iterable[bytes] = app(environ | {"PATH_INFO": path[len(PREFIX) :]}, start)
        return answer

    with make_server("127.0.0.1", 0, mount, _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("javascript", [True, False])
def test_everything_stays_below_the_prefix(browser: Any, mounted: str, javascript: bool) -> None:
    with opened(browser, mounted + "/", java_script_enabled=javascript) as page:
        missing: list[str] = []
        page.on("response", lambda answer: missing.append(answer.url) if answer.status == 404 else None)
        page.fill("#q", "监督")
        page.press("#q", "Enter")
        page.wait_for_url(mounted + "/search?q=*")
        page.locator("#facet-section .value").first.click()
        page.wait_for_url(mounted + "/search?q=*section=*")
        page.locator(".chip").click()
        page.wait_for_url(mounted + "/search?q=%E7%9B%91%E7%9D%A3")
        page.click("#languages a[hreflang=en]")
        page.wait_for_url(mounted + "/search?q=*")
        assert page.locator("html").get_attribute("lang") == "en"
        page.locator(".hits a[href^='article/']").first.click()
        page.wait_for_url(mounted + "/article/*")
        assert page.locator("html").get_attribute("lang") == "en"
        page.click("#languages a[hreflang=zh-Hant]")
        page.wait_for_url(mounted + "/article/*")
        assert page.locator("html").get_attribute("lang") == "zh-Hant"
        page.locator(".back a").click()
        page.wait_for_url(mounted + "/search?q=*")
        page.click(".foot .ways a")
        page.wait_for_url(mounted + "/help")
        page.click(".site")
        page.wait_for_url(mounted + "/")
        assert missing == []


def test_results_and_completions_come_as_one_types_below_the_prefix(browser: Any, mounted: str) -> None:
    with opened(browser, mounted + "/") as page:
        page.keyboard.type("清")
        shown_results(page, "清")
        page.locator("#completions [role=option]").first.wait_for()
        assert page.url == mounted + "/search?q=%E6%B8%85"
