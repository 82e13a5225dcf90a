"""A site of somebody else's, on an origin of its own: its pages hold the box; its proxy makes the service slow or bad."""

from __future__ import annotations

import contextlib
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PAGE = """<!doctype html><html lang="{lang}" dir="{direction}"><head><meta charset="utf-8"><title>Site</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="{scheme}">
<script type="module" src="{service}/box.js"></script></head><body><main><h1>Site</h1>{body}</main></body></html>"""


class HostSite:
    """Serves pages by path. Under ``/way/`` it hands requests on to the service, as ``delays_s`` and ``broken`` say."""

    def __init__(self) -> None:
        self.service = ""
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        self.delays_s: dict[str, float] = {}
        self.broken: int | None = None
        self.asked: list[tuple[str, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                # A browser that has given a request up is what is tested.
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    site.answer(self)

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"

    def put(
        self,
        body: str,
        *,
        path: str = "/",
        lang: str = "zh-Hans",
        direction: str = "ltr",
        scheme: str = "light",
        **headers: str,
    ) -> str:
        """The address of a page with that body; header names are written with underscores."""
        text = PAGE.format(lang=lang, direction=direction, scheme=scheme, service=self.service, body=body)
        self.pages[path] = text, {name.replace("_", "-"): value for name, value in headers.items()}
        return self.origin + path

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answers one request."""
        parts = urlsplit(handler.path)
        if parts.path.startswith("/way/"):
            self._hand_on(handler, handler.path.removeprefix("/way"), parse_qs(parts.query).get("q", [""])[0])
            return
        text, headers = self.pages.get(parts.path, ("<!doctype html><title>Elsewhere</title>", {}))
        _send(handler, 200, {"Content-Type": "text/html; charset=utf-8", **headers}, text.encode())

    def _hand_on(self, handler: BaseHTTPRequestHandler, path: str, query: str) -> None:
        self.asked.append((urlsplit(path).path.rpartition("/")[2], query))
        if self.broken == 0:
            handler.close_connection = True
            return
        if self.broken:
            _send(handler, self.broken, {"Content-Type": "application/problem+json"}, b"{}")
            return
        time.sleep(self.delays_s.get(query, 0))
        with urllib.request.urlopen(self.service + path, timeout=30) as answer:
            _send(handler, 200, {"Content-Type": answer.headers["Content-Type"]}, answer.read())


def _send(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], content: bytes) -> None:
    handler.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(content))}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(content)


@contextmanager
def host_site() -> Iterator[HostSite]:
    """The site, running."""
    site = HostSite()
    thread = threading.Thread(target=site.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.server.shutdown()
        site.server.server_close()
        thread.join(timeout=10)
