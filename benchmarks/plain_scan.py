"""The literal rule once more, written apart from the product's, and a plain scan of the texts by it: what a query must find.

Nothing here comes from ``indexer`` or ``search`` but the table of character classes, read as data. The rule: what cannot be seen
does not count, nor do width, case, script and the compatibility forms of Han; white space between two Han characters is nothing,
other white space is one space, and none at the ends; no string crosses from one paragraph, list item or field to the next.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

__all__ = ["FIELDS", "PlainScan", "comparable_form", "pieces_of", "shown_form"]

FIELDS = ("title", "body", "summary", "captions", "authors", "source", "section")
TABLE = Path(__file__).resolve().parent.parent / "indexer" / "analysis" / "dictionaries" / "variants.tsv"

_LINE_END = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
_HAN_NAMES = ("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "CJK RADICAL", "KANGXI RADICAL")
_HAN_MARKS = "々〆〇"
# Default_Ignorable_Code_Point of the Unicode standard, and the marks of interlinear annotations.
_DEFAULT_IGNORABLE = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F),
    (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
_PIECE_END, _ARTICLE_END = "\n", "\0"


def shown_form(text: str) -> str:
    """``text`` composed, its line ends alike, without characters that cannot be seen."""
    lines = _LINE_END.sub("\n", text)
    return unicodedata.normalize("NFC", "".join(char for char in lines if not _is_invisible(char)))


def comparable_form(text: str) -> str:
    """What two texts that count as the same literally have in common; ``text`` is one piece."""
    parts = "".join(map(_plain_char, shown_form(text))).split()
    joined = parts[0] if parts else ""
    for part in parts[1:]:
        between_han = _is_han(joined[-1]) and _is_han(part[0])
        joined += part if between_han else f" {part}"
    return joined


def pieces_of(record: Mapping[str, Any], field: str) -> list[str]:
    """The pieces of one of ``FIELDS`` of an article as it was given, none of which a string may cross."""
    value = record.get(field) or ()
    if field == "body":
        return shown_form(value or "").split("\n")
    return [" ".join(shown_form(piece).split("\n")) for piece in ([value] if isinstance(value, str) else value)]


class PlainScan:
    """The comparable texts of all articles, field by field, in which strings are looked for from first to last."""

    def __init__(self, records: Sequence[Mapping[str, Any]]) -> None:
        self.ids = [str(record["id"]) for record in records]
        self._texts: dict[str, str] = {}
        self._ends: dict[str, list[int]] = {}
        for field in FIELDS:
            own = [_joined(pieces_of(record, field)) for record in records]
            self._texts[field] = "".join(own)
            self._ends[field] = list(accumulate(map(len, own)))

    def find(self, text: str, fields: Iterable[str] = FIELDS) -> set[str]:
        """The ids of the articles in which ``text`` stands, in one of ``fields``; not all white space."""
        wanted = comparable_form(text)
        return {self.ids[at] for field in fields for at in self._articles(wanted, field)}

    def _articles(self, wanted: str, field: str) -> Iterable[int]:
        text, ends = self._texts[field], self._ends[field]
        at = text.find(wanted)
        while at >= 0:
            article = bisect_right(ends, at)
            yield article
            at = text.find(wanted, ends[article])


def _joined(pieces: Iterable[str]) -> str:
    return "".join(comparable_form(piece) + _PIECE_END for piece in pieces) + _ARTICLE_END


@cache
def _is_invisible(char: str) -> bool:
    code = ord(char)
    ignorable = any(first <= code <= last for first, last in _DEFAULT_IGNORABLE)
    return ignorable or (unicodedata.category(char) == "Cc" and char not in "\t\n")


@cache
def _is_han(char: str) -> bool:
    return unicodedata.name(char, "").startswith(_HAN_NAMES) or char in _HAN_MARKS


@cache
def _plain_char(char: str) -> str:
    """The character that stands for all that count as ``char``."""
    kind = unicodedata.decomposition(char).partition(" ")[0]
    if kind in ("<wide>", "<narrow>") or (kind == "<compat>" and _is_han(char)):
        decomposed = unicodedata.normalize("NFKC", char)
        char = decomposed if len(decomposed) == 1 else char
    lower = char.casefold() if len(char.casefold()) == 1 else char.lower()
    char = lower if len(lower) == 1 else char
    return _classes().get(char, char)


@cache
def _classes() -> dict[str, str]:
    classes: dict[str, str] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            first, others = line.split("\t")
            classes.update(dict.fromkeys(others, first))
    return classes
