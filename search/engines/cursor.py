"""Cursors: where a page ended, so that the next one costs the same at any depth.

A cursor holds the sort key and the id of the last hit, and a hash of the search it belongs to. It goes on by key, so articles
that come or go in between neither repeat nor skip others.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
from dataclasses import dataclass, fields
from operator import attrgetter

import orjson

from search.errors import RequestError
from search.request import SearchRequest

__all__ = ["Cursor", "read_cursor", "write_cursor"]


_SHOWN = frozenset(
    [
        "cursor",
        "offset",
        "limit",
        "facets",
        "facet_limit",
        "strict",
        "explain",
        "offsets",
        "fields",
        "snippets",
        "snippet_chars",
        "highlight_pre",
        "highlight_post",
    ]
)
"""What of a search decides only how many of its hits are shown, and how."""

_deciding = attrgetter(*(field.name for field in fields(SearchRequest) if field.name not in _SHOWN))


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after the article ``id``, whose sort key (higher comes first) is ``key``."""

    key: float
    id: str


def write_cursor(request: SearchRequest, key: float, article_id: str) -> str:
    """The cursor as it stands in a URL."""
    content = [None if math.isinf(key) else key, article_id, _search_hash(request)]
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


def read_cursor(request: SearchRequest) -> Cursor | None:
    """The cursor of ``request``, None when it has none.

    Raises:
        RequestError: it is no cursor, or one of another search.
    """
    if request.cursor is None:
        return None
    try:
        padded = request.cursor + "=" * (-len(request.cursor) % 4)
        key, article_id, search_hash = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        cursor = Cursor(-math.inf if key is None else float(key), str(article_id))
    except (binascii.Error, ValueError, TypeError):
        raise RequestError(
            "cursor cannot be read; take it as it is from next of the page before", parameter="cursor"
        ) from None
    if search_hash != _search_hash(request):
        raise RequestError("cursor belongs to another search; start again without it", parameter="cursor")
    return cursor


def _search_hash(request: SearchRequest) -> str:
    """What must be the same from page to page: all that decides hits and their order."""
    # PERF: 5 µs; over the parameters of a URL 18 µs.
    return hashlib.blake2b(orjson.dumps(_deciding(request)), digest_size=6).hexdigest()
