"""Han text as people type it by its sound: pinyin and its initials.

A word is spelt as the phrase it is where pypinyin knows it (重庆: chongqing), else by the commonest reading of each character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from search.suggest.characters import plain_readings, readings, without_tone

__all__ = ["initials_of_parts", "letters_of_query", "pattern_of_parts", "spell", "split_mixed"]

_LETTERS = re.compile(r"[a-z]+(?:[ '’]+[a-z]+)*\Z")
MOST_SPLITS = 12
MOST_LETTERS = 60
"""Longer than any title is typed by its sound."""


def spell(word: str) -> tuple[str, ...]:
    """The syllable of each character of a folded word; a letter or digit is its own, anything else an empty one."""
    from pypinyin.phrases_dict import phrases_dict

    phrase = phrases_dict.get(word)
    if phrase is not None and len(phrase) == len(word):
        return tuple(without_tone(options[0].partition(",")[0]) for options in phrase)
    return tuple(map(_syllable, word))


def letters_of_query(folded: str) -> str:
    """The letters of a query that may be pinyin (``zi yuan``, ``xi'an``), joined; empty when it is none."""
    return re.sub("[^a-z]", "", folded) if _LETTERS.match(folded) else ""


def split_mixed(letters: str) -> list[tuple[str, ...]]:
    """Ways to read ``letters`` as syllables and initials mixed (``ziyuanx``: zi, yuan, x), at most 12, the fullest first.

    None for more than 60 letters.
    """
    if len(letters) > MOST_LETTERS:
        return []
    return [parts for parts, _ in zip(_splits(letters), range(MOST_SPLITS), strict=False)]


def initials_of_parts(parts: tuple[str, ...]) -> str:
    """The initials of syllables: zi, yuan, x → zyx."""
    return "".join(part[0] for part in parts)


def pattern_of_parts(parts: tuple[str, ...]) -> re.Pattern[str]:
    """What joined pinyin looks like that begins with ``parts``, initials standing for any syllable."""
    return re.compile("".join(part if len(part) > 1 else f"{part}[a-z]{{0,5}}?" for part in parts))


def _splits(letters: str) -> Iterator[tuple[str, ...]]:
    if not letters:
        yield ()
        return
    for size in range(min(6, len(letters)), 0, -1):
        head = letters[:size]
        if size == 1 or head in _syllables() or (size == len(letters) and _begins_syllable(head)):
            for rest in _splits(letters[size:]):
                yield (head, *rest)


def _syllable(char: str) -> str:
    found = plain_readings(char)
    if found:
        return found[0]
    return char if char.isalnum() else ""


@cache
def _syllables() -> frozenset[str]:
    return frozenset(without_tone(reading) for own in readings().values() for reading in own)


@lru_cache(maxsize=4096)
def _begins_syllable(letters: str) -> bool:
    return any(syllable.startswith(letters) for syllable in _syllables())
