"""The page as it was crawled, and as an article: which way of the cleaning its text or HTML goes.

Between a source, which hands out pages, and ``Article``; the archive keeps the page too. Text goes to ``page.py`` as
it is. HTML is made lines first (``markup.py``), its metadata known before its text; where the extra ``html`` is
installed, trafilatura says which lines are the main text, and of the others only the head and
the bylines stay. Without it, the rules for text find the article among all lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import ModuleType
from typing import Final

from indexer.article import Article
from indexer.cleaning.boilerplate import is_prose
from indexer.cleaning.breadcrumb import MAX_CRUMB_LINES, read_crumbs
from indexer.cleaning.byline import parse_byline
from indexer.cleaning.captions import is_caption
from indexer.cleaning.host import HostProfile
from indexer.cleaning.markup import Markup, is_html, read_markup
from indexer.cleaning.page import Extraction, Removal, extract_page

__all__ = ["RawPage", "explain_raw", "extract", "extract_raw", "page_text"]

MIN_MAIN_CHARS: Final = 20
MIN_MAIN_SHARE: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPage:
    """A crawled page before cleaning.

    ``text`` is its decoded text or HTML; ``url`` its address where one is known; ``fallback_id`` the article's id where there is
    no ``url``; ``host`` names the pages that share their boilerplate: the host of the address, else the folder of the file.
    """

    text: str
    url: str | None = None
    fallback_id: str
    host: str


def extract(text: str, url: str | None = None, host: HostProfile | None = None) -> Article:
    """The article that a crawled page's text or HTML holds.

    Its id is made from ``url`` (or the address that the HTML names), or from the text where there is none; ``host`` is what
    other pages of its host taught.

    Raises:
        UnreadableError: nothing of the text is an article: it is empty, or holds only what surrounds one.
    """
    return _explain(text, url, None, host).article


def extract_raw(page: RawPage, host: HostProfile | None = None) -> Article:
    """The article of ``page``, be its text HTML or not.

    Raises:
        IngestError: nothing of the page is an article.
    """
    return explain_raw(page, host).article


def explain_raw(page: RawPage, host: HostProfile | None = None) -> Extraction:
    """The article of ``page`` with all that was left out; lines are counted in ``page_text(page)``.

    Raises:
        IngestError: nothing of the page is an article.
    """
    return _explain(page.text, page.url, page.fallback_id, host)


def page_text(page: RawPage) -> str:
    """The page as lines of text, from which a host's boilerplate can be learnt: its text, or what its HTML shows."""
    return "\n".join(read_markup(page.text).lines) if is_html(page.text) else page.text


def _explain(text: str, url: str | None, fallback_id: str | None, host: HostProfile | None) -> Extraction:
    if not is_html(text):
        return extract_page(text, url, fallback_id=fallback_id, host=host)
    markup = read_markup(text)
    kept, removed = _main_lines(markup, _main_text(text))
    known = markup.known
    address = url or markup.url
    if not any(kept) and (markup.document_title or markup.captions):
        kept = [known.title or markup.document_title or markup.captions[0]]
    extraction = extract_page("\n".join(kept), address, fallback_id=fallback_id, host=host, known=known)
    titled = known.title or any(removal.rule == "title" for removal in extraction.removed)
    if not titled and markup.document_title:
        known = replace(known, title=markup.document_title)
        extraction = extract_page("\n".join(kept), address, fallback_id=fallback_id, host=host, known=known)
    article = replace(
        extraction.article, captions=tuple(dict.fromkeys((*extraction.article.captions, *markup.captions)))
    )
    return Extraction(article, tuple(sorted((*removed, *extraction.removed), key=lambda removal: removal.line)))


def _main_text(html: str) -> list[str]:
    """The lines of the main text as the extractor finds it; none where it is not installed or finds nothing."""
    extractor = _extractor()
    if extractor is None:
        return []
    text = extractor.extract(html, include_comments=False, include_tables=True, favor_recall=True, fast=True)
    return text.split("\n") if text else []


@cache
def _extractor() -> ModuleType | None:
    # PERF: imported with the first page of HTML, since it takes 0.3 s, and most runs and every server meet none.
    try:
        import trafilatura
    except ImportError:  # the extra `html` is not installed; this module's docstring says what happens then
        return None
    extractor: ModuleType = trafilatura
    return extractor


def _main_lines(markup: Markup, main: Sequence[str]) -> tuple[list[str], list[Removal]]:
    """The page's lines with those emptied that are neither head nor main text, and these as removals."""
    lines = list(markup.lines)
    title_at = _title_at(lines, markup.known.title)
    crumbs = _crumb_lines(lines[: max(title_at, 0)])
    found = {_key(line) for line in main} - {""}
    hits = [at for at, line in enumerate(lines) if at > title_at and _key(line) in found]
    prose = sum(len(line) for line in lines if is_prose(line))
    size = sum(len(lines[at]) for at in hits)
    trusted = size >= MIN_MAIN_CHARS and size >= MIN_MAIN_SHARE * prose
    first, last = (hits[0], hits[-1]) if trusted else (len(lines), len(lines))
    removed = []
    for at, line in enumerate(lines):
        if at < title_at:
            keep = at in crumbs or parse_byline(line) is not None
        elif at <= last:
            keep = at < first or _key(line) in found or is_prose(line) or is_caption(line)
        else:
            keep = _is_named_byline(line) or is_caption(line)
        if not keep:
            lines[at] = ""
            removed.append(Removal(at + 1, line, "outside the main text"))
    return lines, removed


def _title_at(lines: Sequence[str], title: str | None) -> int:
    """The last line before the first paragraph that is the title; -1 where none is."""
    if not title:
        return -1
    at = -1
    for number, line in enumerate(lines):
        if line == title:
            at = number
        elif at >= 0 and is_prose(line):
            break
    return at


def _crumb_lines(lines: Sequence[str]) -> range:
    """The places of the first breadcrumb among ``lines``, on one line or on several."""
    for at in range(len(lines)):
        if taken := read_crumbs(lines[at : at + MAX_CRUMB_LINES])[1]:
            return range(at, at + taken)
    return range(0)


def _is_named_byline(line: str) -> bool:
    byline = parse_byline(line)
    return bool(byline and byline.labels & {"author", "source"})


def _key(line: str) -> str:
    return "".join(line.split()).lstrip("-")
