"""The head of a page: breadcrumb, title, byline and summary, up to the first paragraph.

Part of the cleaning, called by ``page.py``; ``title.py`` chooses the title among the short lines found here. Sentences that a
site says to its visitors may stand above the title, so the head does not end at the first sentence: where a byline with
a time or a label follows, and more of the text stands behind it than before, what stands before it is page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from indexer.cleaning.authors import parse_name_line, parse_role_line
from indexer.cleaning.boilerplate import is_chrome, is_end_marker, is_keyword_line, is_prose
from indexer.cleaning.breadcrumb import MAX_CRUMB_LINES, read_crumbs, section_path
from indexer.cleaning.byline import Byline, is_medium, parse_byline
from indexer.cleaning.captions import is_caption
from indexer.cleaning.chrome import is_menu, is_notice
from indexer.cleaning.dates import find_day, is_date_line
from indexer.cleaning.field_table import read_field, title_in_field
from indexer.cleaning.notices import byline_follows, end_of_notices
from indexer.cleaning.title import (
    MAX_TITLE_CHARS,
    Block,
    Candidate,
    choose_title,
    goes_on,
    is_same_title,
    is_subtitle,
    names_section,
)
from indexer.cleaning.wrap import Line

__all__ = ["Head", "read_head"]

FEW_TEXTS: Final = 4
MAX_LONE_LINE_CHARS: Final = 10
MAX_BUTTON_CHARS: Final = 4
REPEATED: Final = "repeated across the host"

_SUMMARY = re.compile(
    r"[【\[]?\s*(?:[内內]容|[论論]文)?(?:摘\s{0,4}要|提要|[导導][读讀]|核心提示|[内內]容[简簡]介|[内內]容提要)\s*(?:[】\]]\s*[:：]?|[:：])\s*"
)
_ORIGINAL_TITLE = re.compile(r"[(（]?\s*原[标標][题題]\s*[:：]")
_CHANNEL = re.compile(r"[∙•·]?\s*[^\s>＞»]{2,12}\s*[>＞»]")
_CLOCK = re.compile(r"\d{1,2}[:：]\d{2}")


@dataclass(slots=True)
class Head:
    """What the head says; ``body`` are its lines that belong to the body, ``end`` the first line behind the head."""

    title: str | None = None
    office: str | None = None
    section: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    source: str | None = None
    published: str | None = None
    summary: str | None = None
    captions: list[str] = field(default_factory=list)
    body: list[Line] = field(default_factory=list)
    end: int = 0
    removed: list[tuple[Line, str]] = field(default_factory=list)
    frame: frozenset[str] = frozenset()
    """The short texts of the page's frame that stand above the title, and the crumbs."""


def read_head(lines: Sequence[Line], *, repeated: frozenset[int] = frozenset(), known_title: str | None = None) -> Head:
    """The head of the page whose lines these are.

    ``repeated`` numbers the lines that stand on other pages of the host too; ``known_title`` is a title known from
    elsewhere, and the line that says it is the title's.
    """
    reader = _HeadReader(lines, repeated, known_title)
    reader.read()
    return reader.head


class _HeadReader:
    def __init__(self, lines: Sequence[Line], repeated: frozenset[int], known_title: str | None) -> None:
        self.head = Head()
        self._lines = lines
        self._repeated = repeated
        self._known_title = known_title
        self._texts: list[Candidate] = []
        self._blocks: list[Block] = []
        self._crumbs = ""
        self._crumb_at = -1
        self._names: tuple[str, ...] = ()
        self._page_until = 0

    def read(self) -> None:
        at = 0
        while at < len(self._lines):
            taken = self._take(at)
            if not taken:
                self._page_until = self._page_until or self._end_of_notices(at)
                if self._page_until <= at:
                    break
                continue
            at += taken
        self.head.end = at
        self._settle_title()
        self.head.section = section_path(self._crumbs, title=self.head.title) or self.head.section
        self.head.authors = self.head.authors or self._names

    def _end_of_notices(self, at: int) -> int:
        told = any(block.weight > 1 for block in self._blocks)
        return 0 if told else end_of_notices(self._lines, at)

    def _take(self, at: int) -> int:
        """How many lines from ``at`` belong to the head; 0 where the first paragraph begins."""
        line = self._lines[at]
        text = line.text
        if self._crumb_at < 0 and (taken := self._take_crumbs(at)):
            return taken
        if match := _SUMMARY.match(text):
            return self._take_summary(at, text[match.end() :])
        if is_prose(text) and not self._may_be_title(at):
            byline = parse_byline(text) if ":" in text or "：" in text else None
            if byline:
                return self._take_byline(at, byline)
            if at < self._page_until or is_notice(text):
                self._remove(line, "before the title")
                return 1
            return self._take_prose(line)
        return self._take_short(at)

    def _take_prose(self, line: Line) -> int:
        if _ORIGINAL_TITLE.match(line.text):
            self._remove(line, "original title")
            return 1
        return 0

    def _take_short(self, at: int) -> int:
        line = self._lines[at]
        text = line.text
        if taken := self._take_field(at):
            return taken
        if is_keyword_line(text):
            self._remove(line, "keywords")
        elif _ORIGINAL_TITLE.match(text):
            self._remove(line, "original title")
        elif is_date_line(text):
            return self._take_byline(at, Byline(published=find_day(text), labels=frozenset({"date"})))
        elif byline := parse_byline(text):
            return self._take_byline(at, byline)
        elif is_chrome(text) or is_menu(text) or _CHANNEL.fullmatch(text):
            self._remove(line, "page chrome")
        elif names := self._names_above_byline(at):
            return self._take_byline(at, Byline(authors=names, labels=frozenset({"author"})))
        elif lone := self._lone_field(at):
            return self._take_byline(at, lone)
        elif not self._texts and (names := parse_name_line(text)):
            self._names = names
            self._remove(line, "byline")
        elif is_caption(text) and self._texts and at >= self._page_until:
            if not byline_follows(self._lines, at):
                return 0
            self.head.captions.append(text)
        else:
            self._texts.append(Candidate(at, text))
        return 1

    def _take_field(self, at: int) -> int:
        """A field of a document's table, on one line or on two; its title is the page's."""
        text = self._lines[at].text
        below = self._lines[at + 1].text if at + 1 < len(self._lines) else ""
        joined = read_field(text, below) if below else None
        title = title_in_field(joined or text)
        if not joined and not title:
            return 0
        if title:
            self._known_title = self._known_title or title
            self._remove(self._lines[at], "field of a table")
        else:
            self._take_byline(at, parse_byline(joined or text) or Byline())
        if joined:
            self._remove(self._lines[at + 1], "field of a table")
            return 2
        return 1

    def _names_above_byline(self, at: int) -> tuple[str, ...]:
        """The names on a line of nothing but names, between the title and the date."""
        if not self._texts or at + 1 >= len(self._lines):
            return ()
        below = self._lines[at + 1].text
        byline = parse_byline(below)
        dated = is_date_line(below) or (byline is not None and byline.published is not None)
        return parse_name_line(self._lines[at].text) if dated else ()

    def _lone_field(self, at: int) -> Byline | None:
        """A source or an author alone on a line, directly behind a line of the byline."""
        text = self._lines[at].text
        if not self._blocks or self._blocks[-1].last != at - 1 or len(text) > MAX_LONE_LINE_CHARS or not self._texts:
            return None
        if not self.head.source and is_medium(text):
            return Byline(source=text, labels=frozenset({"source"}))
        if not self.head.authors and (names := parse_name_line(text, alone=True)):
            return Byline(authors=names, labels=frozenset({"author"}))
        return None

    def _may_be_title(self, at: int) -> bool:
        """Whether a line that ends in ``?`` or ``!`` is rather a title: short, one sentence, and no title before it."""
        text = self._lines[at].text
        return not self._texts and len(text) <= MAX_TITLE_CHARS // 2 and "。" not in text and at + 1 < len(self._lines)

    def _take_crumbs(self, at: int) -> int:
        crumbs, taken = read_crumbs([line.text for line in self._lines[at : at + MAX_CRUMB_LINES]])
        if taken:
            self._crumb_at = at
            self._crumbs = crumbs
        for line in self._lines[at : at + taken]:
            self._remove(line, "breadcrumb")
        return taken

    def _take_summary(self, at: int, rest: str) -> int:
        self._remove(self._lines[at], "summary")
        if rest:
            self.head.summary = self.head.summary or rest
            return 1
        if at + 1 < len(self._lines):
            self.head.summary = self.head.summary or self._lines[at + 1].text
            return 2
        return 1

    def _take_byline(self, at: int, byline: Byline) -> int:
        self._remove(self._lines[at], "byline")
        head = self.head
        in_block = bool(self._blocks) and self._blocks[-1].last == at - 1
        if in_block and parse_role_line(self._lines[at].text):
            head.authors = tuple(dict.fromkeys(head.authors + byline.authors))
        head.authors = head.authors or byline.authors
        head.source = head.source or byline.source
        head.office = head.office or byline.office
        today = head.published and self._blocks and not self._texts
        if byline.published and (
            not head.published or today or (len(byline.labels) > 1 and self._blocks[-1].weight == 1)
        ):
            head.published = byline.published
        weight = 2 * len(byline.labels) if len(byline.labels) > 1 or "date" not in byline.labels else 1
        weight += 1 if byline.published and _CLOCK.search(self._lines[at].text) else 0
        if self._blocks and not (self._texts and self._texts[-1].at > self._blocks[-1].last):
            block = self._blocks.pop()
            self._blocks.append(Block(block.first, at, block.weight + weight))
        else:
            self._blocks.append(Block(at, at, weight))
        return 1

    def _settle_title(self) -> None:
        """Choose the title among the short lines, and say what becomes of the others."""
        texts = []
        for text in self._texts:
            if is_end_marker(text.text):
                self._remove(self._lines[text.at], "page chrome")
            else:
                texts.append(text)
        title = self._choose(texts)
        self.head.frame = frozenset(text.text for text in texts if title and text.at < title.at)
        if not title:
            for line in (self._lines[text.at] for text in texts):
                if line.number in self._repeated:
                    self._remove(line, REPEATED)
                else:
                    self.head.body.append(line)
            return
        self._sort_around(title, texts)

    def _choose(self, texts: list[Candidate]) -> Candidate | None:
        if self._known_title:
            told = [text for text in texts if len(text.text) > 3 and is_same_title(text.text, self._known_title)]
            if told:
                return told[-1]
        return choose_title(
            texts,
            self._blocks,
            crumbs=self._crumbs,
            crumb_at=self._crumb_at,
            complete=self.head.end < len(self._lines),
            repeated={text.at for text in texts if self._lines[text.at].number in self._repeated},
        )

    def _sort_around(self, title: Candidate, texts: list[Candidate]) -> None:
        head, lines = self.head, self._lines
        before = [text for text in texts if text.at < title.at]
        behind = [text for text in texts if text.at > title.at]
        head.title = title.text
        self._remove(lines[title.at], "title")
        if behind and behind[0].at == title.at + 1 and (is_subtitle(behind[0].text) or goes_on(title.text)):
            head.title += behind[0].text
            self._remove(lines[behind.pop(0).at], "title")
        if before and len(before) <= FEW_TEXTS and names_section(before):
            head.section = (before[-1].text,)
        for text in before:
            self._remove(lines[text.at], REPEATED if lines[text.at].number in self._repeated else "before the title")
        inside = self._blocks[-1].last if self._blocks else -1
        for text in behind:
            if is_same_title(text.text, head.title) or text.text in head.frame:
                self._remove(lines[text.at], "title")
            elif lines[text.at].number in self._repeated:
                self._remove(lines[text.at], REPEATED)
            elif text.at < inside:
                self._remove(lines[text.at], "between the lines of the byline")
            elif self._is_button(text):
                self._remove(lines[text.at], "page chrome")
            else:
                head.body.append(lines[text.at])

    def _is_button(self, text: Candidate) -> bool:
        """Whether the line is one or two words directly above words of the page, as the reader's place above 分享."""
        below = self._lines[text.at + 1].text if text.at + 1 < len(self._lines) else ""
        return len(text.text) <= MAX_BUTTON_CHARS and bool(below) and is_chrome(below)

    def _remove(self, line: Line, rule: str) -> None:
        self.head.removed.append((line, rule))
