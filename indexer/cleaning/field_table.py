"""The table of fields above a document: a label on one line, its value on the next, as government sites print them.

Part of the cleaning, asked by ``head.py``. ``发布日期：`` over ``2021年09月03日`` says what the two say on one line; numbers of
an index and their like say nothing of the article, and go with their values.
"""

from __future__ import annotations

import re
from typing import Final

from indexer.cleaning.dates import find_day
from indexer.cleaning.labels import label_kind

__all__ = ["read_field", "title_in_field"]

MAX_LABEL_CHARS: Final = 12
MAX_VALUE_CHARS: Final = 60
MAX_NAME_CHARS: Final = 20
MAX_PEN_NAME_CHARS: Final = 8

_COLONS = (":", "：")
_TITLE = re.compile(
    r"[【\[]?\s*(?:(?:信息|文章|公文)?[标標]\s{0,6}[题題]|信息名[称稱]|文件名[称稱])\s*[】\]]?\s*[:：]\s*(.*)"
)
_MARKS: Final = " \t\u3000|｜│·•"
_PAUSE = re.compile("[，。；！？,;!?]")


def read_field(line: str, below: str) -> str | None:
    """The two lines as one where ``line`` is a label alone and ``below`` reads as its value; nothing for other lines."""
    label = line.strip(_MARKS)
    if len(label) > MAX_LABEL_CHARS or not label.endswith(_COLONS) or below.endswith(_COLONS):
        return None
    if len(below) > MAX_VALUE_CHARS:
        return None
    kind = label_kind(label.rstrip(":： "))
    if kind is None and not _TITLE.fullmatch(label):
        return None
    fits = {
        "date": find_day(below) is not None,
        "source": len(below) <= MAX_NAME_CHARS and not _PAUSE.search(below),
        "author": len(below) <= MAX_PEN_NAME_CHARS and not _PAUSE.search(below),
    }
    return label + below if fits.get(kind or "", True) else None


def title_in_field(field: str) -> str | None:
    """The title that a field names (``标　题：关于…``), or nothing where it is another field."""
    match = _TITLE.fullmatch(field)
    return match[1].strip() or None if match else None
