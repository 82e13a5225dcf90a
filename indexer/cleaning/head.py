"""The head of a page: breadcrumb, title, byline and summary, up to the first paragraph.

Part of the cleaning, called by ``page.py``. The title is found by what follows it: it is the line above the byline.
Where a page has none, it is the first short line above the first paragraph; where the first line is a paragraph, the
page has no title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from indexer.cleaning.boilerplate import is_chrome, is_end_marker, is_keyword_line, is_list_item, is_prose
from indexer.cleaning.breadcrumb import crumb_rest, is_separator, section_path
from indexer.cleaning.byline import Byline, parse_byline, parse_name_line
from indexer.cleaning.captions import is_caption
from indexer.cleaning.dates import find_day, is_date_line

__all__ = ["Head", "Line", "read_head"]

MAX_TITLE_CHARS: Final = 60
MAX_SECTION_CHARS: Final = 8
MAX_CRUMB_CHARS: Final = 12
FEW_TEXTS: Final = 4

_SUMMARY = re.compile(
    r"[【\[]?\s*(?:[内內]容)?(?:摘\s{0,2}要|提要|[导導][读讀]|核心提示|[内內]容[简簡]介)\s*(?:[】\]]\s*[:：]?|[:：])\s*"
)
_SUBTITLE = re.compile(r"(?:——|—|--|―)\s*\S")
_SECTION = re.compile(r"[\u3400-\u9fff·]{2,8}")


class Line(NamedTuple):
    """A line of the page that is not blank, with its number from 1."""

    number: int
    text: str


class _Text(NamedTuple):
    at: int
    line: Line


@dataclass(slots=True)
class Head:
    """What the head says; ``body`` are its lines that belong to the body, ``end`` the first line behind the head."""

    title: str | None = None
    section: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    source: str | None = None
    published: str | None = None
    summary: str | None = None
    body: list[Line] = field(default_factory=list)
    end: int = 0
    removed: list[tuple[Line, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Block:
    """Lines of a byline that follow one another; ``weight`` is how much they say."""

    first: int
    last: int
    weight: int = 0


def read_head(lines: Sequence[Line]) -> Head:
    """The head of the page whose lines these are."""
    reader = _HeadReader(lines)
    reader.read()
    return reader.head


class _HeadReader:
    def __init__(self, lines: Sequence[Line]) -> None:
        self.head = Head()
        self._lines = lines
        self._texts: list[_Text] = []
        self._blocks: list[_Block] = []
        self._crumbs = ""
        self._crumb_at = -1
        self._names: tuple[str, ...] = ()

    def read(self) -> None:
        at = 0
        while at < len(self._lines):
            taken = self._take(at)
            if not taken:
                break
            at += taken
        self.head.end = at
        self._settle_title()
        self.head.section = section_path(self._crumbs, title=self.head.title) or self.head.section
        self.head.authors = self.head.authors or self._names

    def _take(self, at: int) -> int:
        """How many lines from ``at`` belong to the head; 0 where the first paragraph begins."""
        line = self._lines[at]
        text = line.text
        if self._crumb_at < 0 and (rest := crumb_rest(text)) is not None:
            return self._take_crumb(at, rest)
        if match := _SUMMARY.match(text):
            return self._take_summary(at, text[match.end() :])
        if is_prose(text) and not self._may_be_title(at):
            byline = parse_byline(text) if ":" in text or "：" in text else None
            return self._take_byline(at, byline) if byline else 0
        if is_keyword_line(text):
            self._remove(line, "keywords")
        elif is_date_line(text):
            return self._take_byline(at, Byline(published=find_day(text), labels=frozenset({"date"})))
        elif byline := parse_byline(text):
            return self._take_byline(at, byline)
        elif is_chrome(text):
            self._remove(line, "page chrome")
        elif not self._texts and (names := parse_name_line(text)):
            self._names = names
            self._remove(line, "byline")
        elif is_caption(text) and self._texts:
            return 0
        else:
            self._texts.append(_Text(at, line))
        return 1

    def _may_be_title(self, at: int) -> bool:
        """Whether a line that ends in ``?`` or ``!`` is rather a title: short, one sentence, and no title before it."""
        text = self._lines[at].text
        return not self._texts and len(text) <= MAX_TITLE_CHARS // 2 and "。" not in text and at + 1 < len(self._lines)

    def _take_crumb(self, at: int, rest: str) -> int:
        self._crumb_at = at
        self._remove(self._lines[at], "breadcrumb")
        taken = 1
        if not rest.strip():
            crumbs: list[str] = []
            for line in self._lines[at + 1 :]:
                joins = is_separator(line.text) or (crumbs and is_separator(crumbs[-1])) or not crumbs
                if not joins or len(line.text) > MAX_CRUMB_CHARS:
                    break
                crumbs.append(line.text)
                self._remove(line, "breadcrumb")
            taken += len(crumbs)
            rest = "".join(crumbs)
        self._crumbs = rest
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
        head.authors = head.authors or byline.authors
        head.source = head.source or byline.source
        head.published = head.published or byline.published
        weight = 2 * len(byline.labels) if len(byline.labels) > 1 or "date" not in byline.labels else 1
        if not self._blocks or (self._texts and self._texts[-1].at > self._blocks[-1].last):
            self._blocks.append(_Block(at, at))
        self._blocks[-1].last = at
        self._blocks[-1].weight += weight
        return 1

    def _settle_title(self) -> None:
        """Choose the title among the short lines, and say what becomes of the others."""
        texts = []
        for text in self._texts:
            if is_end_marker(text.line.text):
                self._remove(text.line, "page chrome")
            else:
                texts.append(text)
        title = self._title_above_byline(texts) or self._title_above_body(texts)
        if not title:
            self.head.body = [text.line for text in texts]
            return
        before = [text for text in texts if text.at < title.at]
        behind = [text for text in texts if text.at > title.at]
        self.head.title = title.line.text
        self._remove(title.line, "title")
        if behind and behind[0].at == title.at + 1 and _SUBTITLE.match(behind[0].line.text):
            self.head.title += " " + behind[0].line.text
            self._remove(behind.pop(0).line, "title")
        if before and _SECTION.fullmatch(before[-1].line.text) and len(before) <= FEW_TEXTS:
            self.head.section = (before[-1].line.text,)
        for text in before:
            self._remove(text.line, "before the title")
        for text in behind:
            if text.line.text == self.head.title:
                self._remove(text.line, "title")
            else:
                self.head.body.append(text.line)

    def _title_above_byline(self, texts: list[_Text]) -> _Text | None:
        weights = sorted(self._blocks, key=lambda block: -block.weight)
        for block in weights:
            above = [text for text in texts if text.at < block.first and len(text.line.text) <= 2 * MAX_TITLE_CHARS]
            while len(above) > 1 and _SUBTITLE.match(above[-1].line.text):
                above.pop()
            if above:
                return above[-1]
        behind = [text for text in texts if weights and text.at > weights[0].last]
        return behind[0] if behind and not is_list_item(behind[0].line.text) else None

    def _title_above_body(self, texts: list[_Text]) -> _Text | None:
        if self._blocks:
            return None
        candidates = [text for text in texts if text.at > self._crumb_at and not is_list_item(text.line.text)]
        if not candidates:
            return None
        if len(candidates) > FEW_TEXTS and self.head.end < len(self._lines):
            return candidates[-1]
        first_is_section = len(candidates) > 1 and _SECTION.fullmatch(candidates[0].line.text)
        return candidates[1] if first_is_section else candidates[0]

    def _remove(self, line: Line, rule: str) -> None:
        self.head.removed.append((line, rule))
