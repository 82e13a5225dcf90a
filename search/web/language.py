"""In which language a page speaks: what the reader chose with the switch, else what the browser asks for.

The choice is a cookie that holds a language and nothing else. ``GET /language`` sets it at an address beside the pages, so that
it holds for them under any URL prefix.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import falcon

from search.web.messages import MESSAGES, choose_language

__all__ = ["VARY", "LanguageResource", "language_choices", "reader_language"]

VARY = "Accept-Language, Cookie"
"""The headers of a request that a page depends on beside its address."""

NAMES = {"zh-Hans": "简体", "zh-Hant": "繁體", "en": "English"}
_COOKIE = "article_search_language"
_KEPT_S = 31_536_000
_PAGE = re.compile(r"(?:\./|search|values|help|docs|article/[^/?#\\]+)?(?:\?[^#\\]*)?")
"""Where the switch may lead back to: a page of ours, relative, so it is no way to anywhere else."""


class LanguageResource:
    """``GET /language?lang=en&to=search%3Fq%3D…``: remembers the language and goes back to the page."""

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """To the page that ``to`` names, else to the first one."""
        language, to = request.get_param("lang", default=""), request.get_param("to", default="")
        if language in MESSAGES:
            # NOTE: without a path, browsers take that of this address up to its last slash: the prefix of the pages.
            response.set_cookie(_COOKIE, language, max_age=_KEPT_S, path=None, secure=False, same_site="Lax")
        response.status = falcon.HTTP_303
        safe = to if to and _PAGE.fullmatch(to) else "./"
        response.set_header("Location", quote(safe, safe="/?&=%+.-_~!*'();:@,$[]"))
        response.set_header("Cache-Control", "no-store")

    on_head = on_get


def reader_language(request: falcon.Request) -> str:
    """The language tag of the page for whoever asks."""
    chosen = request.cookies.get(_COOKIE)
    return chosen if chosen in MESSAGES else choose_language(request.get_header("Accept-Language"))


def language_choices(language: str, here: str) -> list[tuple[str, str, str, bool]]:
    """Tag, name, address and state of each language; the addresses lead back to ``here``, a page relative to the first one."""
    return [
        (tag, name, f"language?lang={tag}&to={quote(here, safe='')}", tag == language) for tag, name in NAMES.items()
    ]
