"""The body of a page: its paragraphs, told from captions, from what stands between them, and from what follows.

Part of the cleaning, called by ``page.py`` with the lines behind the head. The text ends at the first marker of an end
that has more prose before it than behind it; from what then is the end, bylines and links are taken back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from indexer.cleaning.authors import parse_role_line
from indexer.cleaning.boilerplate import (
    is_chrome,
    is_end_marker,
    is_list_item,
    is_prose,
    is_signature_date,
    is_tail_text,
)
from indexer.cleaning.byline import Byline, parse_byline
from indexer.cleaning.captions import is_caption
from indexer.cleaning.chrome import is_menu
from indexer.cleaning.dates import find_day, is_date_line
from indexer.cleaning.head import Head
from indexer.cleaning.wrap import Line

__all__ = ["Body", "read_body"]

MAX_TAIL_LINES: Final = 12
MAX_TAIL_BYLINE_CHARS: Final = 60
SIGNATURE_LINES: Final = 2
MAX_SHORT_LINE_CHARS: Final = 160
BYLINES_BEHIND_END: Final = 5
MIN_DATED_LINKS: Final = 3
MIN_LINKS: Final = 5
LINK_SHARE: Final = 0.8
MIN_HEADLINE_CHARS: Final = 10
MAX_HEADLINE_CHARS: Final = 40
MIN_MENU_LINES: Final = 4
MAX_MENU_CHARS: Final = 7

_CLOSING_EDITOR = re.compile(
    r"\s*[(（【\[]\s*(?:本文|[网網]络?络?)?(?:[责責]任?)?(?:[编編][辑輯]?|[审審][核校]|校[对對])\s*[:：][^()（）【】\[\]]{1,30}[)）】\]](?:1\d{6})?$"
)
_CLOSING_LINK = re.compile(r"返回搜狐[，,]查看更多$")
_SENTENCE = re.compile("[。！？!?]")
_HAN = re.compile("[\u3400-\u9fff]")
_DATE_BEHIND = re.compile(
    r"\S\s*[\[(（【]?\s*(?:(?:19|20)\d\d\s?[-/.年]\s?)?\d{1,2}\s?[-/.月]\s?\d{1,2}日?\s*[\])）】]?$"
)
_PAUSE = re.compile(r"[，。、；：！？,.;:!?“”「」…]")


class Body:
    """What was read: paragraphs in ``lines``, captions, what the end says of author, source and date, what was removed."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.captions: list[str] = []
        self.authors: tuple[str, ...] = ()
        self.source: str | None = None
        self.published: str | None = None
        self.removed: list[tuple[Line, str]] = []


def read_body(head: Head, lines: Sequence[Line], repeated: frozenset[int]) -> Body:
    """The body on ``lines``, those behind ``head``; ``repeated`` numbers lines that stand on other pages of the host."""
    reader = _BodyReader(head, repeated)
    reader.read(lines)
    return reader.body


class _BodyReader:
    def __init__(self, head: Head, repeated: frozenset[int]) -> None:
        self.body = Body()
        self.body.lines = list(head.body)
        self.body.captions = list(dict.fromkeys(head.captions))
        self._repeated = repeated
        self._frame = head.frame | set(head.section)
        self._chrome_at = -1
        self._prose_seen = any(is_prose(line.text) for line in head.body)

    def read(self, lines: Sequence[Line]) -> None:
        self._drop_menu()
        end = self._end(lines)
        for line in lines[:end]:
            self._sort(line)
        if end < len(lines):
            self._chrome_at = lines[end].number
        self._read_behind(lines[end:])
        self._read_tail()
        self._cut_closing()
        if not self.body.lines and self.body.captions:
            self._take_caption_as_text(lines)

    def _sort(self, line: Line) -> None:
        text = line.text
        if len(text) > MAX_SHORT_LINE_CHARS:
            self.body.lines.append(line)
            self._prose_seen = True
        elif is_caption(text):
            self.body.captions.append(text)
        elif is_chrome(text) and not text.isdigit():
            self._remove(line, "page chrome")
            self._chrome_at = line.number
        elif not self._prose_seen and (names := parse_role_line(text)):
            self.body.authors = self.body.authors or names
            self._remove(line, "byline")
        elif line.number in self._repeated and not is_list_item(text):
            self._remove(line, "repeated across the host")
            self._chrome_at = line.number
        else:
            self.body.lines.append(line)
            self._prose_seen = self._prose_seen or is_prose(text)

    def _end(self, lines: Sequence[Line]) -> int:
        """Where the article ends: at the first end marker that has more prose before it than behind it."""
        prose = [len(line.text) if is_prose(line.text) else 0 for line in lines]
        foreign = [line.text.isascii() for line in lines]
        if not all(foreign):
            # A portal's disclaimer in English behind a short item must not outweigh it.
            prose = [0 if ascii_only else length for length, ascii_only in zip(prose, foreign, strict=True)]
        before = list(accumulate(prose, initial=0))
        for at, line in enumerate(lines):
            if before[at] == 0 and not self.body.lines:
                continue
            marked = len(line.text) <= MAX_SHORT_LINE_CHARS and is_end_marker(line.text)
            if marked and before[at] >= before[-1] - before[at + 1]:
                return at
        return len(lines)

    def _read_behind(self, lines: Sequence[Line]) -> None:
        """Remove what stands behind the article; the lines next to it may still name its author, source and date."""
        for at, line in enumerate(lines):
            if at == 0 or (at < BYLINES_BEHIND_END and not is_prose(line.text)):
                self._keep(self._byline(line.text))
                if is_date_line(line.text) and all(_is_frame(above.text) for above in lines[:at]):
                    self.body.published = self.body.published or find_day(line.text)
            caption = is_caption(line.text) and not is_end_marker(line.text)
            self._remove(line, "caption behind the article" if caption else "behind the article")

    def _read_tail(self) -> None:
        """Take from the end what is no part of the article: bylines, and links where the page is seen to go on."""
        kept_lines = self.body.lines
        last = next((at for at in reversed(range(len(kept_lines))) if is_prose(kept_lines[at].text)), -1)
        if last < 0:
            return
        tail = [line for line in kept_lines[last + 1 :] if not self._is_tail_byline(line)]
        signed = next((at for at, line in enumerate(tail) if is_signature_date(line.text)), -1)
        framed = any(self._is_framed(line.text) for line in tail)
        page_goes_on = 0 < len(tail) <= MAX_TAIL_LINES and (framed or self._chrome_at > kept_lines[last].number)
        page_goes_on = page_goes_on or _are_links([line.text for line in tail])
        kept = []
        for at, line in enumerate(tail):
            in_signature = signed - SIGNATURE_LINES <= at <= signed
            if page_goes_on and not in_signature and not is_tail_text(line.text):
                self._remove(line, "short line behind the last paragraph")
            else:
                kept.append(line)
        kept_lines[last + 1 :] = kept

    def _is_framed(self, text: str) -> bool:
        """Whether the line is of the page's frame: a crumb, a menu, a page number, another article's day and source."""
        if text in self._frame or is_menu(text) or text.isdigit():
            return True
        byline = parse_byline(text) if not is_signature_date(text) else None
        return bool(byline and byline.published and byline.source)

    def _drop_menu(self) -> None:
        """Take a run of very short lines from between byline and text: buttons whose words nobody listed."""
        short = [len(line.text) <= MAX_MENU_CHARS and not _PAUSE.search(line.text) for line in self.body.lines]
        if sum(short) >= MIN_MENU_LINES:
            for line, is_short in zip(self.body.lines, short, strict=True):
                if is_short:
                    self._remove(line, "run of short lines")
            self.body.lines = [line for line, is_short in zip(self.body.lines, short, strict=True) if not is_short]

    def _is_tail_byline(self, line: Line) -> bool:
        byline = self._byline(line.text)
        if not byline:
            return False
        self._keep(byline)
        self._remove(line, "byline")
        return True

    def _byline(self, text: str) -> Byline | None:
        byline = parse_byline(text) if len(text) <= MAX_TAIL_BYLINE_CHARS else None
        return byline if byline and byline.labels & {"author", "source"} else None

    def _keep(self, byline: Byline | None) -> None:
        if byline:
            self.body.authors = self.body.authors or byline.authors
            self.body.source = self.body.source or byline.source

    def _cut_closing(self) -> None:
        """Take ``(责任编辑:张三)`` and a portal's link from the end of the last paragraph."""
        for pattern, rule in ((_CLOSING_LINK, "behind the article"), (_CLOSING_EDITOR, "byline")):
            if not self.body.lines:
                return
            last = self.body.lines[-1]
            if match := pattern.search(last.text, max(0, len(last.text) - 60)):
                self._remove(Line(last.number, match.group().strip()), rule)
                kept = last.text[: match.start()]
                self.body.lines[-1:] = [last._replace(text=kept)] if kept else []

    def _take_caption_as_text(self, lines: Sequence[Line]) -> None:
        """A page whose only sentences end in a photographer is a picture with its story: that is the body."""
        told = [line for line in lines if line.text in self.body.captions and _SENTENCE.search(line.text)]
        self.body.lines = told
        self.body.captions = [caption for caption in self.body.captions if caption not in {line.text for line in told}]

    def _remove(self, line: Line, rule: str) -> None:
        self.body.removed.append((line, rule))


def _are_links(tail: Sequence[str]) -> bool:
    """Whether lines behind the last paragraph are headlines: some with a date behind them, or many of a headline's length."""
    dated = sum(_DATE_BEHIND.search(text) is not None for text in tail)
    headlines = sum(
        MIN_HEADLINE_CHARS <= _han_chars(text) <= MAX_HEADLINE_CHARS and not is_tail_text(text) for text in tail
    )
    return dated >= MIN_DATED_LINKS or (headlines >= MIN_LINKS and headlines >= LINK_SHARE * len(tail))


def _han_chars(text: str) -> int:
    return len(_HAN.findall(text))


def _is_frame(text: str) -> bool:
    return is_chrome(text) or is_end_marker(text)
