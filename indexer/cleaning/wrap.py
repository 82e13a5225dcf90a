"""Hard-wrapped paragraphs: text that was broken into lines of one width, joined again.

Part of the cleaning, before the lines are read. A page is wrapped where three lines in a row fill the same width and break
off within a sentence; then a full line that ends no sentence goes on with the next. Lists, headings, verse (lines that
end at a pause of their own) and lines set apart by a blank line or an indent stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from operator import and_
from typing import Final, NamedTuple

from indexer.cleaning.boilerplate import is_list_item

__all__ = ["Line", "join_wrapped"]

MIN_WIDTH: Final = 34
MAX_WIDTH: Final = 160
RAGGED_COLUMNS: Final = 3
"""How much narrower a full line may be: a mark that may not start a line takes the character before it along."""
RUN_LINES: Final = 3


_ENDS: Final = frozenset("。！？!?…；;：:”’」』）)]】|>")
_PAUSE = re.compile(r"[，。、；：,]")
_FIRST_WIDE: Final = "\u2e80"


class Line(NamedTuple):
    """A line of the page that is not blank, with its number from 1; ``indented`` says whether blanks open it."""

    number: int
    text: str
    indented: bool = False


def join_wrapped(lines: Sequence[Line]) -> list[Line]:
    """``lines`` with the lines of a wrapped paragraph made one, which has the number of the first."""
    opens = [_open(line) for line in lines]
    width = _wrap_width(lines, opens)
    if not width:
        return list(lines)
    indents = any(line.indented for line in lines)
    joined: list[Line] = []
    at = 0
    while at < len(lines):
        first = at
        while at + 1 < len(lines) and _goes_on(lines[at], lines[at + 1], width, indents=indents):
            at += 1
        joined.append(lines[first]._replace(text=_join([line.text for line in lines[first : at + 1]])))
        at += 1
    return joined


def _open(line: Line) -> bool:
    return MIN_WIDTH // 2 <= len(line.text) <= MAX_WIDTH and line.text[-1] not in _ENDS


def _wrap_width(lines: Sequence[Line], opens: Sequence[bool]) -> int:
    """The width at which the page is wrapped, in columns; 0 where it isn't."""
    for at, two_open in enumerate(map(and_, opens, opens[1:])):
        run = lines[at : at + RUN_LINES]
        if not two_open or len(run) < RUN_LINES or any(b.number != a.number + 1 for a, b in pairwise(run)):
            continue
        widths = [_columns(line.text) for line in run]
        even = max(widths) - min(widths) <= RAGGED_COLUMNS
        paused = sum(1 for line in run if _PAUSE.search(line.text))
        if even and widths[0] >= MIN_WIDTH and 2 * paused >= RUN_LINES and not any(map(_is_item, run[1:])):
            return max(widths)
    return 0


def _goes_on(line: Line, following: Line, width: int, *, indents: bool) -> bool:
    if following.number - line.number != 1 or following.indented or _is_item(following):
        return False
    columns = _columns(line.text)
    if not width - RAGGED_COLUMNS <= columns <= width + 1 or _columns(following.text) > width + 1:
        return False
    return indents or line.text[-1] not in _ENDS


def _is_item(line: Line) -> bool:
    return is_list_item(line.text)


def _columns(text: str) -> int:
    return len(text) + sum(1 for char in text if char >= _FIRST_WIDE)


def _join(parts: list[str]) -> str:
    joined = parts[0]
    for part in parts[1:]:
        apart = joined[-1].isascii() and joined[-1].isalnum() and part[0].isascii() and part[0].isalnum()
        joined += f" {part}" if apart else part
    return joined
