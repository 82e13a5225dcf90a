"""A crawled page's text as an article: the parts of the cleaning put together.

In the flow between a source and ``Article``. The text is cleaned, stray glosses go, and the lines are read in three
zones: the head (``head.py``: breadcrumb, title, byline, summary), the body with its captions, and the tail, where the
page goes on after the article. All of it is a function of the text and the address, without state.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from indexer.analysis.normalize import clean
from indexer.article import Article, article_from_record, derive_id, first_sentence
from indexer.cleaning.boilerplate import is_chrome, is_end_marker, is_prose, is_signature_date, is_tail_text
from indexer.cleaning.byline import parse_byline
from indexer.cleaning.captions import is_caption
from indexer.cleaning.glosses import Gloss, remove_glosses
from indexer.cleaning.head import Head, Line, read_head
from indexer.errors import UnreadableError

__all__ = ["Extraction", "Removal", "extract", "extract_page"]

MAX_TAIL_LINES: Final = 12
MAX_TAIL_BYLINE_CHARS: Final = 60
SIGNATURE_LINES: Final = 2
MAX_SHORT_LINE_CHARS: Final = 160

_BLANK = " \t\u3000\u00a0\x0b\x0c"
_CLOSING_EDITOR = re.compile(
    r"\s*[(（【\[]\s*(?:本文|[网網]络?络?)?(?:[责責]任?)?(?:[编編][辑輯]?|[审審][核校]|校[对對])\s*[:：][^()（）【】\[\]]{1,30}[)）】\]]$"
)


@dataclass(frozen=True, slots=True)
class Removal:
    """Something that was left out: the line it stood on (from 1), its text, and the rule that took it."""

    line: int
    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """The article of a page, and what of the page is not in it, in the order of the page."""

    article: Article
    removed: tuple[Removal, ...]


def extract(text: str, url: str | None = None) -> Article:
    """The article that the text of a crawled page holds.

    Its id is made from ``url``, or from the text where there is none.

    Raises:
        UnreadableError: nothing of the text is an article: it is empty, or holds only what surrounds one.
    """
    return extract_page(text, url).article


def extract_page(text: str, url: str | None = None, *, fallback_id: str | None = None) -> Extraction:
    """The article of a page with all that was removed; ``fallback_id`` is its id where there is no ``url``.

    Raises:
        ArticleError: ``fallback_id`` breaks the contract's rule for ids.
        UnreadableError: nothing of the text is an article.
    """
    cleaned = clean(text)
    readable, glosses = remove_glosses(cleaned)
    lines = [
        Line(number, stripped)
        for number, line in enumerate(readable.split("\n"), start=1)
        if (stripped := line.strip(_BLANK))
    ]
    if not lines:
        raise UnreadableError("the page is empty: there is no text to make an article from")
    removed = _gloss_removals(cleaned, glosses)
    head = read_head(lines)
    removed += [Removal(line.number, line.text, rule) for line, rule in head.removed]
    body = _Body(head)
    body.read(lines[head.end :])
    removed += body.removed
    article = _article(head, body, url, fallback_id or derive_id(readable))
    return Extraction(article, tuple(sorted(removed, key=lambda removal: removal.line)))


def _article(head: Head, body: _Body, url: str | None, fallback_id: str) -> Article:
    paragraphs = _without_second_copy([line.text for line in body.lines])
    text = "\n".join(paragraphs)
    title = head.title or first_sentence(text or head.summary or "\n".join(body.captions))
    if not title:
        raise UnreadableError("the page holds no article: all of its lines are navigation, labels or footer")
    return article_from_record(
        {
            "title": title,
            "body": text,
            "summary": head.summary,
            "section": head.section,
            "authors": head.authors or body.authors,
            "source": head.source or body.source,
            "published": head.published,
            "url": url or None,
            "captions": body.captions,
        },
        fallback_id=fallback_id,
    )


class _Body:
    """The zones behind the head: paragraphs in ``lines``, captions, and what the tail says of author and source."""

    def __init__(self, head: Head) -> None:
        self.lines: list[Line] = list(head.body)
        self.captions: list[str] = []
        self.authors: tuple[str, ...] = ()
        self.source: str | None = None
        self.removed: list[Removal] = []
        self._chrome_at = -1

    def read(self, lines: Sequence[Line]) -> None:
        """Sort ``lines`` into paragraphs, captions and page."""
        end = self._end(lines)
        for line in lines[:end]:
            text = line.text
            if len(text) > MAX_SHORT_LINE_CHARS:
                self.lines.append(line)
            elif is_caption(text):
                self.captions.append(text)
            elif is_chrome(text):
                self._remove(line, "page chrome")
                self._chrome_at = line.number
            else:
                self.lines.append(line)
        if end < len(lines):
            self._take_byline(lines[end].text)
            self._chrome_at = lines[end].number
        for line in lines[end:]:
            if is_caption(line.text) and not is_end_marker(line.text):
                self._remove(line, "caption behind the article")
            else:
                self._remove(line, "behind the article")
        self._read_tail()
        self._cut_closing_editor()

    def _end(self, lines: Sequence[Line]) -> int:
        """Where the article ends: at the first end marker that has more prose before it than behind it."""
        prose = [len(line.text) if is_prose(line.text) else 0 for line in lines]
        before = list(accumulate(prose, initial=0))
        for at, line in enumerate(lines):
            if before[at] == 0 and not self.lines:
                continue
            marked = len(line.text) <= MAX_SHORT_LINE_CHARS and is_end_marker(line.text)
            if marked and before[at] >= before[-1] - before[at + 1]:
                return at
        return len(lines)

    def _read_tail(self) -> None:
        """Take from the end what is no part of the article: bylines, and links where the page is seen to go on."""
        last = next((at for at in reversed(range(len(self.lines))) if is_prose(self.lines[at].text)), -1)
        if last < 0:
            return
        tail = [line for line in self.lines[last + 1 :] if not self._is_tail_byline(line)]
        signed = next((at for at, line in enumerate(tail) if is_signature_date(line.text)), -1)
        page_goes_on = 0 < len(tail) <= MAX_TAIL_LINES and self._chrome_at > tail[0].number
        kept = []
        for at, line in enumerate(tail):
            in_signature = signed - SIGNATURE_LINES <= at <= signed
            if page_goes_on and not in_signature and not is_tail_text(line.text):
                self._remove(line, "short line behind the last paragraph")
            else:
                kept.append(line)
        self.lines[last + 1 :] = kept

    def _is_tail_byline(self, line: Line) -> bool:
        if not self._take_byline(line.text):
            return False
        self._remove(line, "byline")
        return True

    def _take_byline(self, text: str) -> bool:
        byline = parse_byline(text) if len(text) <= MAX_TAIL_BYLINE_CHARS else None
        if not byline or not byline.labels & {"author", "source"}:
            return False
        self.authors = self.authors or byline.authors
        self.source = self.source or byline.source
        return True

    def _cut_closing_editor(self) -> None:
        """Take ``(责任编辑:张三)`` from the end of the last paragraph."""
        if not self.lines:
            return
        last = self.lines[-1]
        if match := _CLOSING_EDITOR.search(last.text, max(0, len(last.text) - 60)):
            self._remove(Line(last.number, match.group().strip()), "byline")
            kept = last.text[: match.start()]
            self.lines[-1:] = [Line(last.number, kept)] if kept else []

    def _remove(self, line: Line, rule: str) -> None:
        self.removed.append(Removal(line.number, line.text, rule))


def _without_second_copy(paragraphs: list[str]) -> list[str]:
    """The paragraphs once, where the page prints the whole article twice."""
    half, odd = divmod(len(paragraphs), 2)
    twice = half > 0 and not odd and paragraphs[:half] == paragraphs[half:]
    return paragraphs[:half] if twice else paragraphs


def _gloss_removals(text: str, glosses: list[Gloss]) -> list[Removal]:
    removals = []
    line = 1
    at = 0
    for gloss in glosses:
        line += text.count("\n", at, gloss.start)
        at = gloss.start
        removals.append(Removal(line, gloss.text, "stray gloss"))
    return removals
