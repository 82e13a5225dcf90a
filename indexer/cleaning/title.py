"""The title among the short lines of a page's head.

Part of the cleaning, asked by ``head.py``. The title is found by what surrounds it: it is the line above the byline, it is
often repeated (in the breadcrumb, above the text), and it is no name of a section or a site. Where a page has no byline,
it is the first short line above the first paragraph.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from indexer.cleaning.boilerplate import is_list_item
from indexer.cleaning.byline import is_medium

__all__ = ["Block", "Candidate", "choose_title", "goes_on", "is_same_title", "is_subtitle", "names_section"]

MAX_TITLE_CHARS: Final = 60
FEW_CANDIDATES: Final = 4

_SUBTITLE = re.compile(r"(?:——|—|--|―)\s*\S")
_SECTION = re.compile(r"[\u3400-\u9fff·]{2,8}")
_TITLE_MARK = re.compile(r"[\s：:“”\"《》，,？?！!「」、0-9]")
_DOCUMENT_NUMBER = re.compile(
    r"[\u3400-\u9fff]{1,12}\s?[〔\[(（【]\s?(?:19|20)\d\d\s?[〕\])）】]\s?(?:第\s?)?\d{1,5}\s?号"
)
_FRAME = re.compile(
    r".{0,10}(?:平台|[频頻]道|[网網]站?|[报報]刊?|新[闻聞](?:[网網]|中心)?|[动動][态態]|要[闻聞]|公告|通知|[资資][讯訊]|[专專][栏欄题題])"
)
_FIELD = re.compile(r"[\u3400-\u9fff]{0,6}\s?[:：]\s")
_WITH_SITE = re.compile(r"\s*[-_|｜–—]+\s*\S.{0,11}")
_CONNECTIVES: Final = ("关于", "關於", "的", "和", "与", "與", "及", "、")
_SHORT_CHARS: Final = 5
_SITE_CHARS: Final = 10
_LONG_CHARS: Final = 8


class Candidate(NamedTuple):
    """A short line of the head, at its place among the page's lines."""

    at: int
    text: str


class Block(NamedTuple):
    """Lines of a byline that follow one another; ``weight`` is how much they say."""

    first: int
    last: int
    weight: int


def is_subtitle(text: str) -> bool:
    """Whether the line goes on with the title above it: ``——记水管员张三``."""
    return bool(_SUBTITLE.match(text))


def goes_on(text: str) -> bool:
    """Whether a title is cut short by the end of its line: ``某省人民政府关于``."""
    return text.endswith(_CONNECTIVES)


def is_same_title(text: str, known: str) -> bool:
    """Whether the line says the known title: all of it, its beginning, or the title with the site's name behind it."""
    squeezed, title = "".join(text.split()), "".join(known.split())
    site_behind = squeezed.startswith(title) and len(squeezed) <= len(title) + _SITE_CHARS
    return squeezed == title or site_behind or (len(squeezed) >= _SITE_CHARS and title.startswith(squeezed))


def names_section(before: Sequence[Candidate]) -> bool:
    """Whether the one short line above the title names its section."""
    return (
        bool(_SECTION.fullmatch(before[-1].text))
        and (len(before) == 1 or before[-1].text == before[-2].text)
        and not (is_medium(before[-1].text) and not before[-1].text.endswith(("新闻", "新聞")))
    )


def choose_title(
    candidates: Sequence[Candidate],
    blocks: Sequence[Block],
    *,
    crumbs: str = "",
    crumb_at: int = -1,
    complete: bool = False,
    repeated: Collection[int] = (),
) -> Candidate | None:
    """The candidate that reads as the title, or nothing where none does.

    ``repeated`` holds the places of lines that other pages of the host have too: they are the title where nothing else is.
    ``crumbs`` is what the breadcrumb says and ``crumb_at`` where it stands; ``complete`` says that the body follows.
    """
    able = [
        candidate
        for candidate in candidates
        if len(candidate.text) <= 2 * MAX_TITLE_CHARS
        and not _DOCUMENT_NUMBER.fullmatch(candidate.text)
        and not _FIELD.match(candidate.text)
    ]
    if blocks:
        block = max(blocks, key=lambda block: (block.weight, -block.first))
        return _beside_byline(able, block, crumbs, repeated)
    below_crumbs = [candidate for candidate in able if candidate.at > crumb_at]
    fresh = [candidate for candidate in below_crumbs if candidate.at not in repeated]
    return _above_body(fresh or below_crumbs, crumbs, complete=complete)


def _beside_byline(
    candidates: Sequence[Candidate], block: Block, crumbs: str, repeated: Collection[int]
) -> Candidate | None:
    above = [candidate for candidate in candidates if candidate.at < block.first]
    while len(above) > 1 and is_subtitle(above[-1].text):
        above.pop()
    behind = [candidate for candidate in candidates if candidate.at > block.last and not is_list_item(candidate.text)]
    repeats = _repeats(candidates)
    scored = [
        (_worth(candidate, repeats, crumbs) + max(0, 6 - 2 * distance), candidate)
        for distance, candidate in enumerate(reversed(above[-FEW_CANDIDATES:]))
    ]
    scored += [
        (_worth(candidate, repeats, crumbs) + (3 if candidate.at == block.last + 1 else 0), candidate)
        for candidate in behind[:1]
    ]
    weighed = [(worth - 4 * (candidate.at in repeated), candidate) for worth, candidate in scored]
    return max(weighed, key=lambda pair: pair[0])[1] if weighed else None


def _above_body(candidates: Sequence[Candidate], crumbs: str, *, complete: bool) -> Candidate | None:
    listed = [candidate for candidate in candidates if not is_list_item(candidate.text)]
    if not listed:
        return None
    repeats = _repeats(listed)
    named = [c for c in listed if len(c.text) > _SHORT_CHARS and (repeats[c.text] > 1 or c.text in crumbs)]
    if named:
        return named[-1]
    if len(listed) > FEW_CANDIDATES and complete:
        return max(listed[-FEW_CANDIDATES:], key=lambda candidate: (_worth(candidate, repeats, crumbs), candidate.at))
    while len(listed) > 1 and _FRAME.fullmatch(listed[0].text):
        listed = listed[1:]
    first_is_section = len(listed) > 1 and len(listed) == len(candidates) and _SECTION.fullmatch(listed[0].text)
    return listed[1] if first_is_section else listed[0]


def _repeats(candidates: Sequence[Candidate]) -> Counter[str]:
    """How often each text stands there, alone or with the name of the site behind it."""
    texts = [candidate.text for candidate in candidates]
    repeats = Counter(texts)
    for text in repeats:
        repeats[text] += sum(
            _WITH_SITE.fullmatch(other, len(text)) is not None for other in texts if other.startswith(text)
        )
    return repeats


def _worth(candidate: Candidate, repeats: Counter[str], crumbs: str) -> int:
    """How much the text alone, and its being repeated, speak for a title."""
    text = candidate.text
    worth = 0
    if len(text) > _SHORT_CHARS and (repeats[text] > 1 or text in crumbs):
        worth += 5
    if len(text) <= _SHORT_CHARS:
        worth -= 2
    if len(text) >= _LONG_CHARS:
        worth += 2
    if len(text) > MAX_TITLE_CHARS:
        worth -= 2
    if _TITLE_MARK.search(text):
        worth += 1
    if text.isascii():
        worth -= 2
    if is_medium(text) and not _TITLE_MARK.search(text):
        worth -= 2
    return worth - 3 * text.startswith(("原标题", "原題", "——"))
