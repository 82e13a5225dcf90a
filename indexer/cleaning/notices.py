"""What a site says above its articles: sentences that are the page's, told by the byline below them.

Part of the cleaning, asked by ``head.py``. Age gates, cookie notices and promotions are as much prose as an article is. Where a
byline that names more than a day follows, and much more prose stands behind it than before it, what is before it is page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from indexer.cleaning.boilerplate import is_prose
from indexer.cleaning.byline import parse_byline
from indexer.cleaning.captions import is_caption
from indexer.cleaning.wrap import Line

__all__ = ["byline_follows", "end_of_notices"]

MAX_HEAD_LINES: Final = 150
MAX_BYLINE_CHARS: Final = 120
PROSE_BEHIND: Final = 2
"""How many times as much prose must stand behind a byline as before it, where what is before it is page."""
CAPTIONS_ABOVE_BYLINE: Final = 4

_CLOCK = re.compile(r"\d{1,2}[:：]\d{2}")


def end_of_notices(lines: Sequence[Line], at: int) -> int:
    """The line of the byline that ends what the site says from ``at`` on; 0 where the article begins at ``at``."""
    total = sum(len(line.text) for line in lines[at:] if is_prose(line.text))
    before = 0
    for below in range(at, min(len(lines), MAX_HEAD_LINES)):
        text = lines[below].text
        if is_prose(text):
            before += len(text)
            if before * (1 + PROSE_BEHIND) > total:
                return 0
        elif below > at and len(text) <= MAX_BYLINE_CHARS and _names_more_than_a_day(text):
            return below
    return 0


def byline_follows(lines: Sequence[Line], at: int) -> bool:
    """Whether a line of the byline follows the caption at ``at``, before any sentence."""
    for line in lines[at + 1 : at + 1 + CAPTIONS_ABOVE_BYLINE]:
        if parse_byline(line.text):
            return True
        if is_prose(line.text) and not is_caption(line.text):
            return False
    return False


def _names_more_than_a_day(text: str) -> bool:
    byline = parse_byline(text)
    return bool(byline and (len(byline.labels) > 1 or (byline.published and _CLOCK.search(text))))
