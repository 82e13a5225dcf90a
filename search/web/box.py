"""The search box that other sites put into their pages, and the page that shows it."""

from __future__ import annotations

from functools import cache
from importlib import resources

import falcon

from search.web.pages import send_page

__all__ = ["BoxResource", "DemoPage"]


class BoxResource:
    """``GET /box.js``: the script, for pages of any site."""

    def on_get(self, _request: falcon.Request, response: falcon.Response) -> None:
        """The script; browsers ask each time whether theirs is still the one, so that an upgrade reaches every site."""
        response.set_header("Access-Control-Allow-Origin", "*")
        response.set_header("Cross-Origin-Resource-Policy", "cross-origin")
        response.set_header("Cache-Control", "no-cache")
        response.content_type = "text/javascript; charset=utf-8"
        response.data = _script()

    on_head = on_get


class DemoPage:
    """``GET /demo``: the box as another site would have it, and what may be set on it."""

    def __init__(self, title: str) -> None:
        self._title = title

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """The page, in the language of the reader."""
        send_page(response, "demo.html", request, {"site": self._title})

    on_head = on_get


@cache
def _script() -> bytes:
    """The script as it was when the program started."""
    return (resources.files("search.web") / "static" / "box.js").read_bytes()
