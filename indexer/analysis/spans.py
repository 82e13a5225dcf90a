"""Where the words of many texts stand: those that cover a text from left to right, in one call of the segmenter.

``bulk.py`` counts the words of articles without caring where they stand; completions need to know where words begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from indexer.analysis.segment import FIRST_KNOWN, LAST_KNOWN, Segmenter
from indexer.analysis.token import covering_words

__all__ = ["covering_spans"]

RUN_END = "\n"
_HAN = re.compile(f"[{FIRST_KNOWN}-{LAST_KNOWN}]+")
_WORD = re.compile(rf"{_HAN.pattern}|[^\W_{FIRST_KNOWN}-{LAST_KNOWN}]+")


def covering_spans(texts: Sequence[str], segmenter: Segmenter) -> list[list[tuple[int, int]]]:
    """For each folded text the spans of its words from left to right, those inside a longer one left out.

    Han runs are cut by the segmenter; any other run of letters and digits is one word.
    """
    runs = [match.group() for text in texts for match in _HAN.finditer(text)]
    words = iter(segmenter.words(RUN_END.join([*runs, ""])))
    lengths: list[list[int]] = []
    for run in runs:
        of_run = list(iter(words.__next__, RUN_END))
        lengths.append(
            _covering_lengths(run, of_run) or [token.end - token.start for token in covering_words(segmenter.cut(run))]
        )
    cut = iter(lengths)
    return [_spans(text, cut) for text in texts]


def _covering_lengths(run: str, words: list[str]) -> list[int]:
    """The lengths of the words that cover ``run``; none where it cannot be told which they are.

    A word comes after the shorter ones inside it, so from the end backwards the first is one that covers.
    """
    found: list[int] = []
    end = len(run)
    at = len(words) - 1
    while end > 0 and at >= 0 and run.endswith(words[at], 0, end):
        word = words[at]
        found.append(len(word))
        end -= len(word)
        at -= 1
        while at >= 0 and len(words[at]) < len(word) and words[at] in word:
            at -= 1
    return found[::-1] if end == 0 else []


def _spans(text: str, cut: Iterator[list[int]]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        at = match.start()
        if not _HAN.match(match.group()):
            spans.append(match.span())
            continue
        for length in next(cut):
            spans.append((at, at + length))
            at += length
    return spans
