"""The id of a request: in its answer as ``X-Request-Id``, in the access log, and in what the error log says of it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, Final

import falcon

__all__ = ["HEADER", "GiveRequestIds", "request_id"]

HEADER: Final = "X-Request-Id"
_KEY: Final = "article_search.request_id"
_SANE: Final = re.compile(r"[A-Za-z0-9._:@+/=-]{1,64}", re.ASCII)
"""What is taken from a request: what a proxy in front gave it, and nothing that could be anything else in a log."""


class GiveRequestIds:
    """Middleware: every request has an id from its begin to its answer."""

    def process_request(self, request: falcon.Request, response: falcon.Response) -> None:
        """Takes the id that came with the request, or makes one of 16 hexadecimal digits."""
        given = request.env.get("HTTP_X_REQUEST_ID", "")
        request.env[_KEY] = chosen = given if _SANE.fullmatch(given) else os.urandom(8).hex()
        response.set_header(HEADER, chosen)


def request_id(environ: Mapping[str, Any]) -> str:
    """The id of a request by its WSGI environment; ``-`` where it was refused before it got one."""
    return str(environ.get(_KEY, "-"))
