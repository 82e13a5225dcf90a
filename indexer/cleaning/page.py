"""A crawled page's text as an article: the parts of the cleaning put together.

In the flow between a source and ``Article``. The text is cleaned, stray glosses go, wrapped lines are joined, and the
lines are read in three zones: the head (``head.py``: breadcrumb, title, byline, summary), the body with its captions
(``body.py``), and the end, where the page goes on after the article. All of it is a function of the text, the address,
and what is known of the host and of the article, without state.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import Final, NamedTuple

from indexer.analysis.normalize import clean
from indexer.article import Article, article_from_record, derive_id, first_sentence
from indexer.cleaning.body import Body, read_body
from indexer.cleaning.boilerplate import is_prose
from indexer.cleaning.glosses import Gloss, remove_glosses
from indexer.cleaning.head import Head, read_head
from indexer.cleaning.host import HostProfile, line_key
from indexer.cleaning.known import KnownFields
from indexer.cleaning.wrap import Line, join_wrapped
from indexer.errors import UnreadableError

__all__ = ["Extraction", "Removal", "extract_page"]

_BLANK: Final = " \t\u3000\u00a0\x0b\x0c"
_BY_LINE: Final = itemgetter(0)
_NOTHING_KNOWN: Final = KnownFields()
_NOTHING_REPEATED: Final[frozenset[int]] = frozenset()


# PERF: a tuple, since a faulty page has hundreds of glosses: 75 are made in 17 us, as frozen dataclasses in 50 us.
class Removal(NamedTuple):
    """Something that was left out: the line it stood on (from 1), its text, and the rule that took it."""

    line: int
    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """The article of a page, and what of the page is not in it, in the order of the page."""

    article: Article
    removed: tuple[Removal, ...]


def extract_page(
    text: str,
    url: str | None = None,
    *,
    fallback_id: str | None = None,
    host: HostProfile | None = None,
    known: KnownFields | None = None,
) -> Extraction:
    """The article of a page with all that was removed; ``fallback_id`` is its id where there is no ``url``.

    ``host`` names lines that stand on other pages of the host too, and go; what ``known`` says comes before what the
    text says.

    Raises:
        ArticleError: ``fallback_id`` breaks the contract's rule for ids.
        UnreadableError: nothing of the text is an article.
    """
    # PERF: 3,170 pages/s a core on a page of 5.7 kB with 75 glosses, 5,800 on corpus/pages (benchmarks/extraction.py); glosses
    # take a third, the head a fifth. Patterns are asked only where a hint of one character finds something.
    cleaned = clean(text)
    readable, glosses = remove_glosses(cleaned)
    single = [
        Line(number, stripped, line[0] in _BLANK)
        for number, line in enumerate(readable.split("\n"), start=1)
        if (stripped := line.strip(_BLANK))
    ]
    if not single:
        raise UnreadableError("the page is empty: there is no text to make an article from")
    repeated = _repeated_lines(cleaned, host) if host else _NOTHING_REPEATED
    lines = join_wrapped(single)
    known = known or _NOTHING_KNOWN
    head = read_head(lines, repeated=repeated, known_title=known.title)
    body = read_body(head, lines[head.end :], repeated)
    removed = _gloss_removals(cleaned, glosses) if glosses else []
    removed += [Removal(line.number, line.text, rule) for line, rule in head.removed + body.removed]
    article = _article(head, body, url, fallback_id or (None if url else derive_id(readable)), known)
    return Extraction(article, tuple(sorted(removed, key=_BY_LINE)))


def _article(head: Head, body: Body, url: str | None, fallback_id: str | None, known: KnownFields) -> Article:
    paragraphs = _without_second_copy([line.text for line in body.lines])
    text = "\n".join(paragraphs)
    title = known.title or head.title or first_sentence(text or head.summary or "\n".join(body.captions))
    if not title:
        raise UnreadableError("the page holds no article: all of its lines are navigation, labels or footer")
    return article_from_record(
        {
            "title": title,
            "body": text,
            "summary": known.summary or head.summary,
            "section": known.section or head.section,
            "authors": known.authors or head.authors or body.authors,
            "source": known.source or head.source or body.source or head.office,
            "published": known.published or head.published or body.published,
            "url": url or None,
            "captions": body.captions,
        },
        fallback_id=fallback_id,
    )


def _repeated_lines(cleaned: str, host: HostProfile) -> frozenset[int]:
    """The numbers of the lines that ``host`` has learnt; a sentence is never among them."""
    return frozenset(
        number
        for number, line in enumerate(cleaned.split("\n"), start=1)
        if (key := line_key(line)) in host.lines and not is_prose(key)
    )


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
