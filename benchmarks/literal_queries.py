"""The strings that ``literal.py`` asks for, seeded: pieces of the articles as they are or changed, and strings of no article."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import opencc

from benchmarks.plain_scan import FIELDS, PlainScan, comparable_form, pieces_of

__all__ = ["LiteralQuery", "add_made_fields", "draw_absent", "draw_present", "quoted"]

LONGEST = 20
RESTRICTED = 0.25
"""Share of the queries that ask in one field alone."""

EVERY_NTH = 4
"""Of so many articles one gets a summary and captions: what is rough in them takes few to show."""

Record = dict[str, Any]
_Change = Callable[[str], str]

_QUERY_NAMES = {name: {"captions": "caption", "authors": "author"}.get(name, name) for name in FIELDS}
_WEIGHTS = (20, 50, 10, 10, 4, 3, 3)
_ROUGH = (
    *("　", "\u2009", "\t", "\u00a0", "\u00ad", "\u200d", "\u200b", "\ufe0f", "e\u0301", "ą\u0308", " OR "),
    *("𠮷", "𠮷野家", "⼈⼤", "裏裡", "臺", "ＡＢｃ１２", "서울", "さくら", "ｶﾞｽ", "ΟΔΟΣ", "ß", "İ", "①", "㈱", "℃"),
    *("👍🏽", "👩\u200d🔬", "1,234,567", "3.14", "C++", "COVID-19", "R&D", "-x", "~3", "<b>", "&amp;", "AND"),
    *"…—'\"＂“”「*？?\\(）:/_",
)
_NAMES = (
    "欧阳·娜娜",
    "周嶼",
    "Ann O’Neil",
    "김민준",
    "佐藤 さくら",
    "李\u3000明",
    "Ｊ．Ｋ．羅琳",
    "𠮷田",
    "王小明",
    "J. R. “Bob” Lee",
)
_SOURCES = ("晚报App 3.0", "資源縣紀委監委", "News-24 台北", "新华社", "《讀者》杂志", "路透 (Reuters)")
_SECTIONS = (
    ("国内", "時政要聞"),
    ("清廉之窗", "基層風采"),
    ("Sci & Tech", "AI/ＡＩ"),
    ("国际",),
    ("两岸 · 港澳", "台中市"),
)
_MARKS = "，。、！？；：”“…—·,.!?-"
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_CONVERTERS: tuple[_Change, ...] = tuple(opencc.OpenCC(name).convert for name in ("s2t", "s2tw", "s2hk"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteralQuery:
    """A string to ask for in quotes, in ``fields``; ``kind`` says how it was made and ``article`` of which article."""

    kind: str
    text: str
    fields: tuple[str, ...]
    article: str

    @property
    def asked(self) -> str:
        """The query as it is typed."""
        return quoted(self.text) if len(self.fields) > 1 else f"{_QUERY_NAMES[self.fields[0]]}:{quoted(self.text)}"


def quoted(text: str) -> str:
    """``text`` as a phrase of the query language; a straight quote inside stands doubled."""
    return '"' + text.replace('"', '""').replace("＂", "＂＂") + '"'


def add_made_fields(records: list[Record], seed: int = 11) -> list[Record]:
    """The articles with authors, source and section, and some with a summary and captions full of characters that are hard."""
    rng = random.Random(seed)
    for at, record in enumerate(records):
        record["authors"] = rng.sample(_NAMES, rng.randint(1, 2))
        record["source"] = rng.choice(_SOURCES)
        record["section"] = list(rng.choice(_SECTIONS))
        if at % EVERY_NTH == 0:
            record["summary"] = _roughened(record["body"].replace("\n", " ")[:60], rng)
            record["captions"] = [_roughened(record["title"][:30], rng) for _ in range(rng.randint(1, 2))]
    return records


def draw_present(records: list[Record], number: int, seed: int = 12) -> list[LiteralQuery]:
    """Strings that stand in an article; every second in Traditional, some of the others full width or in capitals."""
    rng = random.Random(seed)
    queries: list[LiteralQuery] = []
    while len(queries) < number:
        record, field = rng.choice(records), rng.choices(FIELDS, _WEIGHTS)[0]
        text = _substring(rng.choice(pieces_of(record, field) or [""]), rng, mixed=rng.random() < 0.5)
        if not comparable_form(text):
            continue
        kind, change = "as it stands", str
        if len(queries) % 2:
            kind, change = "converted to Traditional", rng.choice(_CONVERTERS)
        elif rng.random() < 0.3:
            kind, change = rng.choice((("full width", _widened), ("capitals", str.upper), ("small letters", str.lower)))
        fields = (field,) if rng.random() < RESTRICTED else FIELDS
        queries.append(LiteralQuery(kind=kind, text=change(text), fields=fields, article=record["id"]))
    return queries


def draw_absent(records: list[Record], scan: PlainScan, number: int, seed: int = 13) -> list[LiteralQuery]:
    """Strings that almost stand in an article and by the scan stand nowhere."""
    rng = random.Random(seed)
    makers = {"across paragraphs": _across, "punctuation swapped": _swapped, "halves of two articles": _glued}
    queries: list[LiteralQuery] = []
    while len(queries) < number:
        record, other = rng.sample(records, 2)
        kind, make = rng.choice(list(makers.items()))
        text = make(record, other, rng)
        if text and comparable_form(text) and not scan.find(text):
            queries.append(LiteralQuery(kind=kind, text=text, fields=FIELDS, article=record["id"]))
    return queries


def _substring(piece: str, rng: random.Random, *, mixed: bool) -> str:
    """A stretch of the piece; with ``mixed`` one that begins near a character that is no Han, where there is one."""
    others = [at for at, char in enumerate(piece) if not "\u4e00" <= char <= "\u9fff"] if mixed else []
    start = max(0, rng.choice(others) - rng.randrange(10)) if others else rng.randrange(max(1, len(piece)))
    return piece[start : start + rng.randint(1, LONGEST)]


def _roughened(text: str, rng: random.Random) -> str:
    for _ in range(rng.randint(3, 8)):
        at = rng.randint(0, len(text))
        text = text[:at] + rng.choice(_ROUGH) + text[at:]
    return text


def _widened(text: str) -> str:
    return text.translate(_WIDE)


def _across(record: Record, _other: Record, rng: random.Random) -> str:
    pieces = pieces_of(record, "body")
    at = rng.randrange(len(pieces))
    if at + 1 == len(pieces):
        return ""
    return pieces[at][-rng.randint(1, 8) :] + rng.choice(("", " ", "\n")) + pieces[at + 1].lstrip()[: rng.randint(1, 8)]


def _swapped(record: Record, _other: Record, rng: random.Random) -> str:
    text = _substring(rng.choice(pieces_of(record, "body")), rng, mixed=True)
    places = [at for at, char in enumerate(text) if char in _MARKS]
    if not places:
        return ""
    at = rng.choice(places)
    return text[:at] + rng.choice(_MARKS) + text[at + 1 :]


def _glued(record: Record, other: Record, rng: random.Random) -> str:
    first, second = (_substring(rng.choice(pieces_of(one, "body")), rng, mixed=False) for one in (record, other))
    return first[: LONGEST // 2] + second[: LONGEST // 2]
