"""Folded text to words: runs by script, each cut by its own rule. Used for ranking and for words of Latin script.

Han runs are cut by the segmenter. Everything else is ours: a run of letters and digits is a word (``c919``, ``5g``), and so
that each way of writing it finds the others, more words are made of it:

- its parts of two and more characters where letters and digits meet (``iphone15``: iphone, 15);
- words joined by hyphens, where a letter is among them, also as one (``covid-19``: covid, 19, covid19; ``s-300``: s300);
- a number with thousands separators also without (``1,000``: 1000).

Whatever else stands between words (the dots of an address, ``@``, ``+``) is left to the literal rule of ``bigrams.py``: a query
that holds such a character is looked up as the string it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.analysis.segment import FIRST_KNOWN, LAST_KNOWN, Segmenter
from indexer.analysis.token import Token

__all__ = ["MAX_WORD_CHARS", "WORD_RULES", "is_plain_word", "words_of"]

MAX_WORD_CHARS = 100
"""Longer runs of letters (data in disguise) make no word; the literal rule still finds them."""

_HAN = "\u2e80-\u2fd5\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SYLLABLES = (
    "\u3041-\u30ff\u31f0-\u31ff\uac00-\ud7af"  # kana and Hangul, written without spaces between words or with endings
)
_WORD_CHAR = rf"[^\W_{_HAN}{_SYLLABLES}]"
_RUN = re.compile(
    rf"(?P<han>[{FIRST_KNOWN}-{LAST_KNOWN}]+)"
    rf"|(?P<rare>[{_HAN}])"
    rf"|(?P<syllables>[{_SYLLABLES}]+)"
    rf"|(?P<number>(?<![\d.])\d{{1,3}}(?:,\d{{3}})+(?![\d,]))"
    rf"|(?P<compound>{_WORD_CHAR}+(?:-{_WORD_CHAR}+)*)"
)
_PARTS = re.compile(r"\d+|[^\W\d]+")
_PLAIN_WORD = re.compile(rf"{_WORD_CHAR}+\Z")

WORD_RULES = f"1 {_RUN.pattern} {_PARTS.pattern} {MAX_WORD_CHARS}"
"""What decides how text is cut, in words that change when it does: part of the fingerprint."""


def words_of(folded: str, segmenter: Segmenter) -> list[Token]:
    """The words of a folded text in the order of their ends, shorter ones inside a longer before it."""
    tokens: list[Token] = []
    for match in _RUN.finditer(folded):
        start = match.start()
        if match.lastgroup == "han":
            tokens.extend(
                Token(text, start + first, start + last) for text, first, last in segmenter.cut(match.group())
            )
        elif match.lastgroup in ("rare", "syllables"):
            tokens.extend(_bounded(match.group(), start))
        elif match.lastgroup == "number":
            tokens.extend(_number_words(match.group(), start))
        else:
            tokens.extend(_compound_words(match.group(), start))
    return tokens


def is_plain_word(folded: str) -> bool:
    """Whether ``folded`` is letters and digits of a script that sets its words apart, and nothing else."""
    return bool(_PLAIN_WORD.match(folded))


def _bounded(text: str, start: int) -> Iterator[Token]:
    if len(text) <= MAX_WORD_CHARS:
        yield Token(text, start, start + len(text))


def _number_words(text: str, start: int) -> Iterator[Token]:
    at = start
    for group in text.split(","):
        yield Token(group, at, at + len(group))
        at += len(group) + 1
    if len(text) <= MAX_WORD_CHARS:
        yield Token(text.replace(",", ""), start, start + len(text))


def _compound_words(text: str, start: int) -> Iterator[Token]:
    at = start
    for word in text.split("-"):
        parts = list(_PARTS.finditer(word))
        if len(parts) > 1 and len(word) <= MAX_WORD_CHARS:
            for part in parts:
                if len(part.group()) > 1:
                    yield Token(part.group(), at + part.start(), at + part.end())
        yield from _bounded(word, at)
        at += len(word) + 1
    if "-" in text and len(text) <= MAX_WORD_CHARS and not text.replace("-", "").isdigit():
        yield Token(text.replace("-", ""), start, start + len(text))
