"""Pages of other sites may read: what a browser must be told before it hands our answers to them.

Reading alone, and without what the browser knows of the reader: no cookie, no stored password. Who may write is not decided here.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import falcon

from indexer.errors import SettingsError

__all__ = ["ANY_ORIGIN", "CrossOrigin", "parse_origins"]

ANY_ORIGIN = "*"
_READABLE = frozenset(
    {
        "/api/v1/search",
        "/api/v1/suggest",
        "/api/v1/facets/{name}",
        "/api/v1/articles/{article_id}",
        "/api/v1/articles/{article_id}/similar",
    }
)
_METHODS = "GET, HEAD"
_REQUEST_HEADERS = "Authorization, If-None-Match"
_SHOWN_HEADERS = "ETag, Retry-After"
_PREFLIGHT_KEPT_S = 7200  # as long as browsers keep one
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")


def parse_origins(text: str) -> frozenset[str]:
    """The origins that ``text`` lists, apart by spaces or commas, as browsers write them; ``*`` alone stands for all.

    Raises:
        SettingsError: one of them is no origin.
    """
    return frozenset(_parse_origin(given) for given in text.replace(",", " ").split())


class CrossOrigin:
    """Middleware: answers of the reading interface that pages of ``origins`` may have."""

    def __init__(self, origins: frozenset[str]) -> None:
        self._origins = origins

    def process_response(
        self, request: falcon.Request, response: falcon.Response, _resource: object, _ok: bool
    ) -> None:
        """Sets the headers, on errors too: a page must be able to read what was wrong."""
        if not self._origins or request.uri_template not in _READABLE:
            return
        if ANY_ORIGIN in self._origins:
            allowed = ANY_ORIGIN
        else:
            response.append_header("Vary", "Origin")
            allowed = request.get_header("Origin") or ""
            if allowed not in self._origins:
                return
        response.set_header("Access-Control-Allow-Origin", allowed)
        if request.method == "OPTIONS":
            response.set_header("Access-Control-Allow-Methods", _METHODS)
            response.set_header("Access-Control-Allow-Headers", _REQUEST_HEADERS)
            response.set_header("Access-Control-Max-Age", str(_PREFLIGHT_KEPT_S))
        else:
            response.set_header("Access-Control-Expose-Headers", _SHOWN_HEADERS)


def _parse_origin(given: str) -> str:
    if given == ANY_ORIGIN:
        return given
    try:
        parts = urlsplit(given)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except ValueError:  # of the address, or of what a name may hold
        raise _no_origin(given) from None
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host) or parts.path not in ("", "/"):
        raise _no_origin(given)
    if parts.query or parts.fragment or parts.username is not None:
        raise _no_origin(given)
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, _DEFAULT_PORTS[parts.scheme]) else "")


def _no_origin(given: str) -> SettingsError:
    return SettingsError(
        f"cors_origins: {given!r} is no origin; write https://www.example.org, one for each site, or * for all",
        setting="cors_origins",
    )
