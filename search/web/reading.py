"""``GET /article/{id}``: an article to read, with the words of the search marked, its reprints, and articles like it."""

from __future__ import annotations

import falcon

from indexer.article import SECTION_SEPARATOR
from search.engines.base import Engine
from search.errors import RequestError
from search.request import SearchRequest
from search.web import view
from search.web.pages import page_request, send_page

__all__ = ["ArticlePage"]

MOST_SIMILAR = 5
_MARK, _FIRST_MARK = "<mark>", '<mark id="mark">'


class ArticlePage:
    """The reading view."""

    def __init__(self, engine: Engine, title: str) -> None:
        self._engine = engine
        self._title = title

    def on_get(self, request: falcon.Request, response: falcon.Response, article_id: str) -> None:
        """The article, with the way back to the search that led here."""
        try:
            search = page_request(request)
        except RequestError:
            search = SearchRequest()  # the search is only the way here; the article is what was asked for
        reading = self._engine.read(article_id, search.text)
        article = reading.article
        crumbs = [
            (name, view.search_href(SearchRequest(sections=(SECTION_SEPARATOR.join(article.section[: at + 1]),))))
            for at, name in enumerate(article.section)
        ]
        address = view.web_address(article.url)
        context = {
            "site": self._title,
            "article": article,
            "reading": reading,
            "texts": _with_first_mark(
                {
                    "title": (reading.title,),
                    "summary": reading.summary,
                    "body": reading.body,
                    "captions": reading.captions,
                }
            ),
            "crumbs": crumbs,
            "authors": [(name, view.search_href(SearchRequest(authors=(name,)))) for name in article.authors],
            "source": view.search_href(SearchRequest(sources=(article.source,))) if article.source else None,
            "lang": view.han_language(article.title + article.body[:500]),
            "address": address,
            "also_at": [url for url in article.also_at if view.web_address(url) and url != address],
            "similar": self._engine.similar(article_id, MOST_SIMILAR),
            "search": search,
            "back": view.search_href(search, offset=search.offset),
            "here": view.article_href(article_id, search),
        }
        send_page(response, "article.html", request, context)

    on_head = on_get


def _with_first_mark(texts: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The marked lines with an id on the first mark, so that a link without a script leads to it."""
    for name, lines in texts.items():
        for at, line in enumerate(lines):
            if name != "title" and _MARK in line:
                marked = (*lines[:at], line.replace(_MARK, _FIRST_MARK, 1), *lines[at + 1 :])
                return texts | {name: marked}
    return texts
