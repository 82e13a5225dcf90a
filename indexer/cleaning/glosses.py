"""Stray pinyin glosses: found, told from readings that the author meant, and taken out.

First step of the cleaning, over the whole page, since one gloss is judged by the others: ``監(jiān)督`` → ``監督``.

Pages that were converted to Traditional characters by a faulty program carry a gloss behind many of their
characters. What such a program writes has a form of its own: it glosses characters that differ between the
scripts, each time they occur, always with the commonest reading, and without a space before it. A reading that the author
gives is the opposite: of a rare character, or a reading that is *not* the commonest one, once, often beside words
such as 讀音. These are the rules:

1. What is in the parentheses must be one reading of the character before it; ``指數(CPI)`` is none.
2. A gloss goes where the character is common, the reading is its first one, and no word of reading stands by.
3. On a page that is shown to be faulty by several characters of this kind, a gloss also goes where only the page's own
   habit speaks for it: another reading or a rare character, glossed every time; a reading without a tone mark (嗎(ma));
   one with a word of reading near by. And where nearly all of them are characters of Traditional text only, a
   reading of a character that both scripts share stays, since that program never touches those.
   A page where many of the characters of Traditional text only carry a reading without its tone mark was made by another
   such program, which leaves a space behind each: there these go, and the space with them.
   Only GB 2312 is asked for this: what it lacks is written in Traditional text only.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, NamedTuple

from indexer.analysis.normalize import variant_classes

__all__ = ["Gloss", "is_reading", "remove_glosses"]

FAULTY_PAGE_CHARS: Final = 3
TONELESS_PAGE_CHARS: Final = 5
SHARED_FORM_SHARE: Final = 0.2
EXPLANATION_REACH_CHARS: Final = 10
CACHED_GLOSSES: Final = 16_384

_LETTERS = "a-zA-Züāáǎàēéěèếềêīíǐìōóǒòūúǔùǖǘǚǜńňǹḿɡ\u0300-\u030c"
_PARENTHESIS = re.compile(rf"[(（]\s*([{_LETTERS}]{{1,9}})\s*[)）]")
# PERF: words without classes of characters: the search skips to their first characters, 6 us a page and not 40 us.
_EXPLANATION = re.compile(
    "读|讀|唸|发音|發音|古音|今音|原音|本音|普音|注音|標音|标音|多音|正音|异音|異音|同音|音为|音為|音:|音：|拼音|通假"
    "|念作|念成|念做|念“|念‘|念「|念『"
)
_OPENING_QUOTES = "“‘「『《〈\"'"
_CLOSING_QUOTES = "”’」』》〉\"'"


_STAYS, _GOES_UNEXPLAINED, _GOES = range(3)


class Gloss(NamedTuple):
    """A gloss that was taken out; ``start`` is the offset of the character it follows, in the text as it was given."""

    start: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Reading:
    """A reading of a character, with what is known of the two wherever they stand; one object for each."""

    char: str
    syllable: str
    toneless: bool
    likely: bool
    one_script: bool


# PERF: a plain tuple; a page has hundreds, and naming its parts costs 12 us for 75.
_Candidate = tuple[_Reading, int, int, bool]
"""A parenthesis with a reading of the character before it: reading, start, end; last, whether a program writes it so."""


def remove_glosses(text: str) -> tuple[str, list[Gloss]]:
    """``text`` without its stray glosses, and these in their order.

    ``text`` is in NFC, as ``clean`` leaves it. Removing glosses twice changes nothing where none is left.
    """
    if "(" not in text and "（" not in text:
        return text, []
    candidates = _candidates(text)
    if not candidates:
        return text, []
    page = _Page(text, candidates)
    pieces: list[str] = []
    removed: list[Gloss] = []
    at = 0
    for reading, start, end, bare in candidates:
        if not bare:
            continue
        verdict = page.verdicts[reading]
        if verdict == _GOES or (verdict == _GOES_UNEXPLAINED and not page.explains(start, end)):
            pieces.append(text[at : start + 1])
            removed.append(Gloss(start, text[start:end]))
            at = end + 1 if reading.toneless and text[end : end + 1] == " " else end
    pieces.append(text[at:])
    return "".join(pieces), removed


def is_reading(char: str, syllable: str) -> bool:
    """Whether ``syllable`` is a reading of the Han character, with its tone mark or, in plain letters, without one."""
    return _reading(char, syllable) is not None


class _Page:
    """What the glosses of one page say together."""

    def __init__(self, text: str, candidates: list[_Candidate]) -> None:
        self._text = text
        self._explanations: list[int] | None = None
        self._glossed = Counter([reading for reading, _, _, _ in candidates])
        bare = Counter([reading for reading, _, _, bare in candidates if bare])
        likely = [reading for reading in bare if reading.likely]
        one_script = {reading.char for reading in likely if reading.one_script}
        shared_forms = sum(bare[reading] for reading in likely if not reading.one_script)
        few_shared = shared_forms <= SHARED_FORM_SHARE * sum(bare[reading] for reading in likely)
        toneless = {reading.char for reading in bare if reading.one_script and reading.toneless}
        self.toneless = len(toneless) >= TONELESS_PAGE_CHARS
        self.faulty = len({reading.char for reading in likely}) >= FAULTY_PAGE_CHARS
        self.converted = len(one_script) >= FAULTY_PAGE_CHARS and few_shared
        self.verdicts = {reading: self._verdict(reading) for reading in bare}

    def _verdict(self, reading: _Reading) -> int:
        if self.converted and not reading.one_script:
            return _STAYS
        habit = self.faulty and self._glossed[reading] == self._text.count(reading.char)
        if reading.likely:
            return _GOES if habit else _GOES_UNEXPLAINED
        if self.toneless and reading.toneless:
            return _GOES_UNEXPLAINED
        return _GOES_UNEXPLAINED if habit and reading.one_script else _STAYS

    def explains(self, start: int, end: int) -> bool:
        """Whether a word of reading stands near the gloss."""
        if self._explanations is None:
            self._explanations = [match.start() for match in _EXPLANATION.finditer(self._text)]
        first = start - EXPLANATION_REACH_CHARS
        at = bisect_left(self._explanations, first)
        return at < len(self._explanations) and self._explanations[at] < end + EXPLANATION_REACH_CHARS


def _candidates(text: str) -> list[_Candidate]:
    found: list[_Candidate] = []
    for match in _PARENTHESIS.finditer(text):
        opening, end = match.span()
        reading, bare = _glossed(text[opening - 1 : end]) if opening else (None, False)
        if reading:
            if bare and opening > 1 and text[opening - 2] in _OPENING_QUOTES:
                bare = not _quoted_alone(text, opening - 1, end)
            found.append((reading, opening - 1, end, bare))
    return found


# PERF: a page repeats few glosses often; with this cache the 75 of one page are found in 40 us and not in 0.8 ms.
@lru_cache(maxsize=CACHED_GLOSSES)
def _glossed(text: str) -> tuple[_Reading | None, bool]:
    """The reading in a character with its parenthesis, ``監(jiān)``, and whether no space stands before the syllable."""
    return _reading(text[0], text[2:-1].strip()), not text[2].isspace()


def _quoted_alone(text: str, start: int, end: int) -> bool:
    """Whether the character and its reading are all that stands between the quotation marks: 「驪(lí)」."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return bool(before and after) and before in _OPENING_QUOTES and after in _CLOSING_QUOTES


@lru_cache(maxsize=CACHED_GLOSSES)
def _reading(char: str, syllable: str) -> _Reading | None:
    """What is known of ``syllable`` behind ``char``, or nothing where it is no reading of it."""
    spelled = _spelled(syllable)
    readings, toneless = _readings(char)
    if spelled not in readings and spelled not in toneless:
        return None
    return _Reading(
        char=char,
        syllable=spelled,
        toneless=spelled.isascii(),
        likely=not spelled.isascii() and spelled == readings[0] and _is_common(char),
        one_script=not char.encode("gb2312", "ignore"),
    )


def _readings(char: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The readings of ``char``, the commonest first, and the same without tone marks."""
    spelled = _pinyin_table().get(ord(char), "")
    readings = tuple(_spelled(reading) for reading in spelled.split(",") if reading)
    return readings, frozenset(_toneless(reading) for reading in readings)


@cache
def _pinyin_table() -> dict[int, str]:
    # PERF: read at the first parenthesis of this kind and not with the module; it takes 0.5 s.
    from pypinyin.pinyin_dict import pinyin_dict

    return dict(pinyin_dict)


def _spelled(syllable: str) -> str:
    return unicodedata.normalize("NFC", syllable.replace("ɡ", "g").lower())


def _toneless(reading: str) -> str:
    plain = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(letter for letter in plain if letter.isascii())


def _is_common(char: str) -> bool:
    """Whether the character, or another form of it, is of the 3,755 of GB 2312's first level."""
    return any(b"\xb0" <= form.encode("gb2312", "ignore")[:1] <= b"\xd7" for form in _forms().get(char, char))


@cache
def _forms() -> dict[str, str]:
    return {char: members for members in variant_classes() for char in members}
