"""HTML as lines of text, and what its markup says of the article: meta tags, JSON-LD, Open Graph, captions.

Part of the cleaning: :func:`read_markup` reads a page once, with the parser of the standard library, which takes any
text. Blocks become lines; menus, forms and scripts go, a breadcrumb stays. What is said by gov.cn's meta tags comes before
JSON-LD, and that before Open Graph.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urlsplit

from indexer.article import split_section
from indexer.cleaning.authors import split_authors
from indexer.cleaning.breadcrumb import crumb_rest, section_path
from indexer.cleaning.dates import read_published
from indexer.cleaning.known import KnownFields

__all__ = ["Markup", "is_html", "read_markup"]

MAX_META_CHARS: Final = 200
MAX_JSON_DEPTH: Final = 6
MIN_TITLE_CHARS: Final = 4

_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*"
    r"<(?:!doctype\s+html|html|head|body|meta|title|article|div|section|main|table|script|link|h[1-6]|p)\b[^<]{0,2000}>",
    re.IGNORECASE | re.DOTALL,
)
_CLOSING = re.compile(r"</(?:html|head|body|title|article|div|section|main|table|h[1-6]|p|script)\s*>", re.IGNORECASE)
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "html", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead",
    "tr", "ul",
))  # fmt: skip
_DROPPED = frozenset((
    "script", "style", "noscript", "textarea", "select", "option", "svg", "iframe", "template", "object",
    "button", "canvas", "audio", "video",
))  # fmt: skip
_ZONES = frozenset({"nav", "footer", "aside", "figcaption"})
_VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
))  # fmt: skip
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_SITE_SUFFIX = re.compile(r"\s*(?:_+|\||｜|\s[-–—]+\s|--+|—{2,}|(?<=[\u3400-\u9fff”」])[-–](?=[\u3400-\u9fff]))\s*")
_ARTICLE_TYPES = re.compile(r"(?:News|Blog|Report|Opinion|Scholarly|Analysis)?\w*(?:Article|Posting)$")
_META_TITLE = ("articletitle",)
_GRAPH_TITLE = ("og:title", "twitter:title")
_PUBLISHED = ("pubdate", "article:published_time", "og:release_date", "publishdate", "datepublished", "dc.date", "date")
_SOURCE = ("contentsource", "article:source", "source")
_SECTION = ("columnname", "article:section")
_AUTHOR = ("author", "article:author", "og:article:author", "dc.creator")
_URL = ("url", "og:url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """A page's ``lines``, and apart from them its ``captions``, what is ``known`` by its markup, and its ``url``.

    ``document_title`` is what stands in ``<title>``, without the name of the site: good where nothing better is found.
    """

    lines: tuple[str, ...]
    captions: tuple[str, ...]
    known: KnownFields
    document_title: str | None
    url: str | None


def is_html(text: str) -> bool:
    """Whether ``text`` is markup: it begins with a tag that a page begins with, and closes one."""
    return bool(_HTML_START.match(text)) and bool(_CLOSING.search(text))


def read_markup(html: str) -> Markup:
    """The lines and the metadata of a page; of any text, however broken its markup."""
    reader = _Reader()
    # NOTE: HTMLParser raises AssertionError on a marked section that it does not know, which browsers take for a comment.
    reader.feed(html.replace("<![", "<!x"))
    reader.close()
    reader.end_line()
    lines = tuple(reader.lines)
    url = next((value for value in (reader.canonical, *_values(reader.metas, _URL)) if _is_address(value)), None)
    return Markup(
        lines=lines,
        captions=tuple(dict.fromkeys(reader.captions)),
        known=_known(reader, lines),
        document_title=_without_site(reader.title) or None,
        url=url,
    )


@dataclass(slots=True)
class _Zone:
    tag: str
    kind: str
    pieces: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects lines, captions, metas, JSON-LD and the title in one pass."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.captions: list[str] = []
        self.metas: dict[str, str] = {}
        self.linked: list[str] = []
        self.headings: list[str] = []
        self.title = ""
        self.canonical = ""
        self._text: list[str] = []
        self._dropped: str | None = None
        self._depth = 0
        self._zones: list[_Zone] = []
        self._in_title = False
        self._script: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._dropped:
            self._depth += tag == self._dropped
            return
        given = {name: value or "" for name, value in attrs}
        if tag in _DROPPED:
            self._dropped, self._depth = tag, 1
            if tag == "script" and "ld+json" in given.get("type", "").lower():
                self._script = []
        elif tag == "meta":
            self._take_meta(given)
        elif tag == "link":
            if given.get("rel", "").lower() == "canonical":
                self.canonical = given.get("href", "").strip()
        elif tag == "title" and not self.title:
            self._in_title = True
        elif tag in _BLOCKS:
            self.end_line()
        elif tag in ("td", "th"):
            self._text.append(" ")
        crumb = "crumb" in (given.get("class", "") + given.get("id", "") + given.get("aria-label", "")).lower()
        if tag not in _VOID and (tag in _ZONES or (crumb and tag in _BLOCKS)):
            self._zones.append(_Zone(tag, "crumb" if crumb else tag))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._dropped:
            self._depth -= tag == self._dropped
            if self._depth <= 0:
                self._end_dropped()
            return
        if tag == "title":
            self._in_title = False
        if tag in _BLOCKS:
            self.end_line()
            self._end_zone(tag)

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self._script.append(data)
        elif self._in_title:
            self.title = (self.title + data)[:MAX_META_CHARS]
        elif not self._dropped:
            self._text.append(data)

    def end_line(self) -> None:
        """Make a line of the text since the last one."""
        line = _SPACES.sub(" ", "".join(self._text)).strip()
        self._text.clear()
        if not line:
            return
        if self._zones:
            self._zones[-1].pieces.append(line)
        else:
            self.lines.append(line)

    def close(self) -> None:
        super().close()
        self.end_line()
        # What an unclosed zone holds is kept: better a menu among the lines than an article lost.
        for zone in self._zones:
            self.lines.extend(zone.pieces)
        self._zones.clear()

    def _end_dropped(self) -> None:
        self._dropped = None
        if self._script is not None:
            self.linked.append("".join(self._script))
            self._script = None

    def _end_zone(self, tag: str) -> None:
        if not self._zones or self._zones[-1].tag != tag:
            return
        zone = self._zones.pop()
        joined = " ".join(zone.pieces)
        if zone.kind == "figcaption":
            self.captions.extend([joined] if joined else [])
        elif zone.kind == "crumb":
            path = " > ".join(piece.strip(" >/»›") for piece in zone.pieces)
            self.lines.append(path if crumb_rest(path) is not None else f"当前位置：{path}")
        elif zone.kind == "nav" and crumb_rest(joined) is not None:
            self.lines.append(joined)

    def _take_meta(self, given: dict[str, str]) -> None:
        name = (given.get("name") or given.get("property") or given.get("itemprop") or "").strip().lower()
        content = _SPACES.sub(" ", given.get("content", "")).strip()
        if name and content:
            self.metas.setdefault(name, content)


def _known(reader: _Reader, lines: tuple[str, ...]) -> KnownFields:
    metas = reader.metas
    article = _linked_article(reader.linked)
    graph_title = _without_site(next(_values(metas, _GRAPH_TITLE), ""))
    titles = (*_values(metas, _META_TITLE), _text_of(article.get("headline")), graph_title)
    title = next((value for value in titles if value), None) or _line_in_title(reader.title, lines)
    dates = (*_values(metas, _PUBLISHED), _text_of(article.get("datePublished")))
    gov, graph = (next(_values(metas, names), "") for names in (_SECTION, _SECTION[1:]))
    section = gov or _text_of(article.get("articleSection")) or graph
    source = next(_values(metas, _SOURCE), "") or _text_of(article.get("publisher"))
    linked = tuple(name for value in _names(article.get("author")) for name in _authors(value))
    named = (names for value in _values(metas, _AUTHOR) if (names := _authors(value)))
    return KnownFields(
        title=title[:MAX_META_CHARS] if title else None,
        authors=linked or next(named, ()),
        source=source if source and not _is_address(source) else None,
        section=_less_than_crumbs(split_section(section), lines, title),
        published=next((day for value in dates if (day := read_published(value))), None),
    )


def _less_than_crumbs(section: tuple[str, ...], lines: tuple[str, ...], title: str | None) -> tuple[str, ...]:
    """``section``, or nothing where the page's breadcrumb says it with more of its path, and so is left to tell it."""
    rest = next((rest for line in lines if (rest := crumb_rest(line))), "")
    path = section_path(rest, title=title) if rest else ()
    return () if len(path) > len(section) and set(section) & set(path) else section


def _values(metas: dict[str, str], names: tuple[str, ...]) -> Iterator[str]:
    return (metas[name] for name in names if name in metas and len(metas[name]) <= MAX_META_CHARS)


def _authors(value: str) -> tuple[str, ...]:
    return () if _is_address(value) else split_authors(value)


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _without_site(title: str) -> str:
    """The title of a document without the names of section and site behind it."""
    return _SITE_SUFFIX.split(_SPACES.sub(" ", title).strip(), maxsplit=1)[0].strip()


def _line_in_title(document_title: str, lines: tuple[str, ...]) -> str | None:
    """The longest line with which the document's title begins: the page says its title in both places."""
    title = _SPACES.sub(" ", document_title).strip()
    fitting = [line for line in lines if len(line) >= MIN_TITLE_CHARS and title.startswith(line)]
    return max(fitting, key=len, default=None)


def _linked_article(scripts: list[str]) -> dict[str, Any]:
    """The first article among the JSON-LD of the page, also in an array or a ``@graph``; empty where there is none."""
    for script in scripts:
        try:
            value = json.loads(script.strip().removesuffix(";"), strict=False)
        except (ValueError, RecursionError):
            continue  # a site's broken JSON-LD takes nothing from the page; its text is read all the same
        for item in _objects(value, MAX_JSON_DEPTH):
            kinds = item.get("@type")
            if any(isinstance(kind, str) and _ARTICLE_TYPES.match(kind) for kind in _listed(kinds)):
                return item
    return {}


def _objects(value: object, depth: int) -> Iterator[dict[str, Any]]:
    if depth == 0:
        return
    if isinstance(value, list):
        for item in value:
            yield from _objects(item, depth - 1)
    elif isinstance(value, dict):
        yield value
        for name in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _objects(value.get(name), depth - 1)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _text_of(value: object) -> str:
    """The words of a JSON-LD value: a string, the name of an object, or the first of a list."""
    return next(iter(_names(value)), "")


def _names(value: object) -> list[str]:
    found = [item.get("name") if isinstance(item, dict) else item for item in _listed(value)]
    texts = [_SPACES.sub(" ", item).strip() for item in found if isinstance(item, str)]
    return [text for text in texts if text and len(text) <= MAX_META_CHARS]
