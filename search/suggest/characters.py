"""What is taken for what: readings of characters, those that sound or look alike, and the script a text is written in.

Read by ``edits.py`` for corrections and by ``completion.py`` for pinyin. All characters are folded; readings are those of any
character of the class.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from indexer.analysis import fold

__all__ = ["homophones", "in_traditional", "is_traditional", "lookalikes", "plain_readings", "readings", "without_tone"]

Codes = npt.NDArray[np.uint32]

MOST_READINGS = 3
"""Readings of a character that are taken: what follows is of old books and names of places."""


@cache
def readings() -> dict[str, tuple[str, ...]]:
    """Folded character → its readings with tone marks, the commonest first."""
    from pypinyin.pinyin_dict import pinyin_dict

    chars = "".join(map(chr, pinyin_dict))
    found: dict[str, dict[str, None]] = {}
    for char, own, listed in zip(chars, fold(chars), pinyin_dict.values(), strict=True):
        given, before = dict.fromkeys(listed.split(",")), found.get(own, {})
        # The readings of the character that stands for the class come before those of the others.
        found[own] = given | before if char == own else before | given
    return {char: tuple(own)[:MOST_READINGS] for char, own in found.items()}


@cache
def plain_readings(char: str) -> tuple[str, ...]:
    """The readings of a folded character in letters a to z, each once, the commonest first; ü is v."""
    return tuple(dict.fromkeys(map(without_tone, readings().get(char, ()))))


def homophones(char: str) -> tuple[Codes, Codes]:
    """Code points of the characters that share a reading with ``char``: tones ignored, and with the same tone."""
    plain, toned = _by_reading()
    own = readings().get(char, ())
    return _joined([plain[without_tone(reading)] for reading in own]), _joined([toned[reading] for reading in own])


def lookalikes(char: str) -> Codes:
    """Code points of the characters that look like ``char``; it looks like each of them."""
    return _by_look().get(char, np.zeros(0, dtype=np.uint32))


def is_traditional(text: str) -> bool:
    """Whether more characters of ``text`` are written in a Traditional form than in the Simplified one of such a character."""
    forms = _traditional_forms()
    folded = fold(text)
    traditional = sum(char != own and own in forms for char, own in zip(text, folded, strict=True))
    simplified = sum(char == own and own in forms for char, own in zip(text, folded, strict=True))
    return traditional > simplified


def in_traditional(folded: str) -> str:
    """``folded`` with each character in the Traditional form that most often stands for it."""
    forms = _traditional_forms()
    return "".join(forms.get(char, char) for char in folded)


@cache
def _by_look() -> dict[str, Codes]:
    alike: defaultdict[str, set[int]] = defaultdict(set)
    for char, others in _table("lookalikes"):
        for other in others:
            alike[char].add(ord(other))
            alike[other].add(ord(char))
    return _arrays(alike)


@cache
def _traditional_forms() -> dict[str, str]:
    return dict(_table("traditional"))


@cache
def _by_reading() -> tuple[dict[str, Codes], dict[str, Codes]]:
    """Reading → code points of the characters that have it; by readings without tone, and with."""
    plain: defaultdict[str, set[int]] = defaultdict(set)
    toned: defaultdict[str, set[int]] = defaultdict(set)
    for char, own in readings().items():
        for reading in own:
            plain[without_tone(reading)].add(ord(char))
            toned[reading].add(ord(char))
    return _arrays(plain), _arrays(toned)


def _arrays(sets: Mapping[str, set[int]]) -> dict[str, Codes]:
    return {key: np.array(sorted(codes), dtype=np.uint32) for key, codes in sets.items()}


def _joined(arrays: list[Codes]) -> Codes:
    return np.unique(np.concatenate([np.zeros(0, dtype=np.uint32), *arrays]))


@cache
def without_tone(reading: str) -> str:
    """A reading in letters a to z; ü is v."""
    letters = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(letter for letter in letters if letter.isascii())


def _table(name: str) -> list[tuple[str, str]]:
    text = (resources.files("search.suggest") / "dictionaries" / f"{name}.tsv").read_text(encoding="utf-8")
    rows = (line.partition("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return [(char, value) for char, _, value in rows]
