"""What a client may keep: weak ETags, made without answering, so that a 304 costs no search.

An ETag stands for what an answer is made of: the state of the engine, the address, the settings and the program, for a page
also its reader's language and cookies and the day. ``took_ms`` makes two answers of one state differ, so it is weak.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from zoneinfo import ZoneInfo

import falcon

from search.engines.base import Engine

__all__ = ["FRESHNESS", "NEVER_KEPT", "Caching"]

FRESHNESS: dict[str, str] = {
    "/": "page",
    "/search": "page",
    "/article/{article_id}": "page",
    "/values": "page",
    "/help": "fixed page",
    "/demo": "fixed page",
    "/docs": "fixed page",
    "/box.js": "body",
    "/static/{name}": "body",
    "/favicon.ico": "body",
    "/robots.txt": "fixed",
    "/opensearch.xml": "fixed",
    "/openapi.json": "fixed",
    "/feed": "index",
    "/api/v1/search": "index",
    "/api/v1/facets/{name}": "index",
    "/api/v1/articles/{article_id}": "index",
    "/api/v1/articles/{article_id}/similar": "index",
    "/api/v1/suggest": "body",
}
"""Route → of what its answers are made: the ``index``, what is ``fixed`` while the service runs, either of them as a ``page``,
or what only the ``body`` can tell (completions follow the index a moment later)."""

NEVER_KEPT = frozenset({"/healthz", "/readyz", "/metrics", "/language", "/api/v1/export"})
"""Routes whose answers are of the moment, or too large to be kept."""


class Caching:
    """Middleware: ETags and 304, and for how long an answer may be used unasked (never). Checks of access come before it.

    ``settings`` stands for all of them, ``zone`` is where its days begin; ``private``: shared caches may keep nothing.
    """

    def __init__(self, engine: Engine, *, settings: str, zone: ZoneInfo, private: bool = False) -> None:
        self._fixed = _weak_tag(f"{settings} {program_version()}".encode())
        self._zone = zone
        self._control = "private, no-cache" if private else "no-cache"
        self._makers: dict[str, Callable[[falcon.Request], str]] = {
            "index": lambda _request: engine.version(),
            "page": lambda request: f"{engine.version()} {self._reader(request)}",
            "fixed": lambda _request: "",
            "fixed page": self._reader,
        }

    def process_resource(
        self, request: falcon.Request, response: falcon.Response, _resource: object, _params: object
    ) -> None:
        """Makes the ETag before anything is read, and ends the request where the client has what it stands for."""
        maker = self._makers.get(FRESHNESS.get(request.uri_template or "", ""))
        if maker is None or request.method not in ("GET", "HEAD"):
            return
        # NOTE: made before the answer: should the index change between the two, the client only asks once more.
        tag = _weak_tag(f"{request.path}?{request.query_string} {maker(request)} {self._fixed}".encode())
        response.context.tag = tag
        if _holds(request, tag):
            response.status = falcon.HTTP_304
            response.complete = True

    def process_response(
        self, request: falcon.Request, response: falcon.Response, _resource: object, _ok: bool
    ) -> None:
        """Says what the answer may be kept as; ``response.context.passing`` is set by whoever cut its answer short."""
        if request.method not in ("GET", "HEAD"):
            return
        template = request.uri_template or ""
        kind = FRESHNESS.get(template, "")
        if response.status_code in (200, 304) and not getattr(response.context, "passing", False):
            tag = getattr(response.context, "tag", None)
            if kind == "body" and response.data is not None:
                tag = _weak_tag(response.data)
                if _holds(request, tag):
                    response.status, response.data = falcon.HTTP_304, None
                    response.delete_header("Content-Type")
            if tag is not None:
                response.set_header("ETag", tag)
        if kind.endswith("page"):
            response.set_header("Vary", "Accept-Language, Cookie")
        if response.get_header("Cache-Control") is None:
            response.set_header("Cache-Control", "no-store" if template in NEVER_KEPT else self._control)

    def _reader(self, request: falcon.Request) -> str:
        headers = request.get_header("Accept-Language"), request.get_header("Cookie")
        return f"{headers} {datetime.now(self._zone).date()}"


@cache
def program_version() -> str:
    """What changes when the program does: a hash of the files that answers are made by."""
    content = hashlib.blake2b(digest_size=8)
    for package in ("search", "indexer"):
        _feed(content, resources.files(package))
    return content.hexdigest()


def _feed(content: hashlib.blake2b, folder: Traversable) -> None:
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.is_dir():
            _feed(content, file)
        elif file.name.endswith((".py", ".html", ".css", ".js", ".svg")):
            content.update(file.read_bytes())


def _weak_tag(content: bytes) -> str:
    return f'W/"{hashlib.blake2b(content, digest_size=9).hexdigest()}"'


def _holds(request: falcon.Request, tag: str) -> bool:
    """Whether the client has what ``tag`` stands for; weak and strong are alike here (RFC 9110, 13.1.2).

    ``*`` is not taken: it asks whether there is anything at the address, which nobody has looked at yet.
    """
    given = request.get_header("If-None-Match")
    if given is None:
        return False
    return tag.removeprefix("W/") in {each.strip().removeprefix("W/") for each in given.split(",")}
