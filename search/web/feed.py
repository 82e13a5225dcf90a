"""``GET /feed``: a search as an Atom feed (RFC 4287), its pages linked as RFC 5005 has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from html import escape
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import Element, SubElement
from zoneinfo import ZoneInfo

import falcon

from indexer.article import SECTION_SEPARATOR
from search.engines.base import Engine
from search.page import HIT_FIELDS, Hit, Page
from search.request import SearchRequest, request_from_parameters, request_to_parameters
from search.web.resources import query_parameters
from search.web.site import Site, as_iri, as_xml
from search.web.view import is_cut, web_address

__all__ = ["FEED_LIMIT", "FeedResource", "WrittenTimes", "write_feed"]

FEED_LIMIT = 50
"""Entries of a feed that asks for no number."""

WrittenTimes = Callable[[Sequence[str]], Mapping[str, str]]
"""Ids → when each of them was last written, as RFC 3339; those that nobody knows are left out."""

_ATOM = "http://www.w3.org/2005/Atom"
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
_NEVER = "1970-01-01T00:00:00Z"
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_GIVEN_BY_US = frozenset({"fields", "facets", "facet_limit", "highlight_pre", "highlight_post", "explain", "offsets"})


class FeedResource:
    """``GET /feed``: any search, the newest first unless it says otherwise. Parameters that it doesn't know are ignored."""

    def __init__(self, engine: Engine, site: Site, written: WrittenTimes) -> None:
        self._engine = engine
        self._site = site
        self._written = written

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """The feed."""
        given = {name: value for name, value in query_parameters(request).items() if name not in _GIVEN_BY_US}
        search = request_from_parameters({"sort": ["newest"], "limit": [str(FEED_LIMIT)], **given}, ignore_unknown=True)
        page = self._engine.search(replace(search, facets=(), fields=(*HIT_FIELDS, "summary")))
        response.context.passing = page.partial
        response.content_type = "application/atom+xml; charset=utf-8"
        response.set_header("X-Robots-Tag", "noindex")
        response.data = write_feed(search, page, self._site, self._written([hit.id for hit in page.hits]))

    on_head = on_get


def write_feed(search: SearchRequest, page: Page, site: Site, written: Mapping[str, str]) -> bytes:
    """The feed of ``page``, the answer to ``search``; ``written`` as ``WrittenTimes`` gives it."""
    feed = Element("feed", {"xmlns": _ATOM, "xmlns:opensearch": _OPENSEARCH})
    own = _query(replace(search, cursor=None, offset=0))
    # The id stays whatever the page of the feed is, and has no place in it where the feed has no address.
    _text(feed, "id", site.address(f"feed{own}") if site.base_url else site.tag_uri(f"feed{own}"))
    _text(feed, "title", f"{search.text} · {site.title}" if search.text else site.title)
    _text(SubElement(feed, "author"), "name", site.title)
    _text(feed, "generator", "article-search")
    _link(feed, "self", site.address(f"feed{_query(search)}"), "application/atom+xml")
    _link(feed, "alternate", site.address(f"search{_page_query(search)}"), "text/html")
    _link(feed, "first", site.address(f"feed{own}"), "application/atom+xml")
    if page.next is not None:
        after = _query(replace(search, offset=0, cursor=page.next))
        _link(feed, "next", site.address(f"feed{after}"), "application/atom+xml")
    _text(feed, "opensearch:totalResults", str(page.total))
    times = [_updated(hit, written, site.zone) for hit in page.hits]
    _text(feed, "updated", max(times, key=datetime.fromisoformat, default=_NEVER))
    names: set[str] = set()
    for hit, updated in zip(page.hits, times, strict=True):
        _add_entry(feed, hit, updated, site, names)
    return as_xml(feed)


def _add_entry(feed: Element, hit: Hit, updated: str, site: Site, names: set[str]) -> None:
    """Adds an entry; ``names`` are the ids of those before it."""
    address = web_address(hit.url)
    entry = SubElement(feed, "entry")
    name = as_iri(address) if address else ""
    if not name or name in names:
        name = site.tag_uri(f"article/{quote(hit.id, safe='')}")
    names.add(name)
    _text(entry, "id", name)
    _text(entry, "title", hit.title)
    _text(entry, "updated", updated)
    if moment := _moment(hit.published, site.zone):
        _text(entry, "published", moment)
    link = as_iri(address) if address else site.address(f"article/{quote(hit.id, safe='')}")
    _link(entry, "alternate", link, "text/html")
    for author in hit.authors or ((hit.source,) if hit.source else ()):
        _text(SubElement(entry, "author"), "name", author)
    if hit.section:
        SubElement(
            entry,
            "category",
            {"term": _in_xml(SECTION_SEPARATOR.join(hit.section)), "label": _in_xml(hit.section[-1])},
        )
    summary = [escape(hit.more["summary"], quote=False)] if hit.more["summary"] else []
    snippets = [f"{text}…" if is_cut(text) else text for text in hit.highlights.snippets]
    paragraphs = [f"<p>{text}</p>" for text in (*summary, *snippets)]
    content = SubElement(entry, "content", {"type": "html"})
    content.text = _in_xml("".join(paragraphs))


def _updated(hit: Hit, written: Mapping[str, str], zone: ZoneInfo) -> str:
    """When the article was last written, as the archive knows it; of one from before it did, its date."""
    return written.get(hit.id) or _moment(hit.published, zone) or _NEVER


def _moment(published: str | None, zone: ZoneInfo) -> str | None:
    """The moment of a date, RFC 3339; a day begins in the service's time zone, a month or a year is no moment."""
    if published is None or len(published) < len("2024-05-06"):
        return None
    if _DAY.match(published):
        return datetime.fromisoformat(published).replace(tzinfo=zone).isoformat()
    return published


def _query(search: SearchRequest) -> str:
    """The parameters of a feed, its own defaults left out."""
    pairs = [(name, value) for name, value in request_to_parameters(search) if name not in ("sort", "limit")]
    if search.sort != "newest":
        pairs.append(("sort", search.sort))
    if search.limit != FEED_LIMIT:
        pairs.append(("limit", str(search.limit)))
    return "?" + urlencode(pairs) if pairs else ""


def _page_query(search: SearchRequest) -> str:
    """The parameters of the page for the same search."""
    pairs = request_to_parameters(replace(search, cursor=None, offset=0, limit=10))
    return "?" + urlencode(pairs) if pairs else ""


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = _in_xml(text)


def _link(parent: Element, relation: str, address: str, kind: str) -> None:
    SubElement(parent, "link", {"rel": relation, "href": address, "type": kind})


def _in_xml(text: str) -> str:
    """``text`` without the characters that XML cannot hold."""
    return _NOT_IN_XML.sub("", text)
