"""Small changes of a query that make its Han text likelier: another character of the same sound or look, one more, two swapped.

Likelier is measured by the bigrams of the corpus alone, so a thousand changes cost a fraction of a millisecond; ``correction.py``
tries the few best of them as searches.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from indexer.analysis import Token
from search.evaluate.bm25 import idf
from search.suggest.characters import homophones, lookalikes
from search.suggest.collection import Collection

__all__ = ["Edit", "han_edits", "scale_of"]

Codes = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float64]

SMOOTHING = 20.0
"""What a character's own frequency weighs against the pairs that were counted, in occurrences."""

LEAST_OCCURRENCES, CHARACTERS_FOR_ONE = 5, 100_000
"""Rarer characters are names that nobody mistypes into; in a small corpus one occurrence in 100,000 characters is enough."""

INSERTION_WORTH, INSERTION_WORTH_IN_LONG, LONG_CHARS = 2.0, -2.0, 12
"""What is added for one character more, which by itself makes any text less likely; a long one has more places for it.

Measured on spoilt queries: -4 finds a tenth of the characters left out of keywords, 2 four tenths with no more false alarms; in
whole questions it doubles these.
"""

MOST_TOGETHER = 3
"""A pair that stands more often in the corpus misses nothing between."""

LEAST_DELTA = 2.0
MEASURED_ARTICLES = 9_000
_RUN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff]{2,}")
_QUESTION = re.compile(
    "什么样?|甚么|啥|哪[一个些位种里]*|谁|多[少久大高长远]|第?几[个位种]?|如何|为[何什]么?|怎么?[样办]?|是否|请问|何|吗|呢|若干"
)
_FIRST_HAN = ord("\u3400")
_NONE = 0
"""Stands for the border of a run in a pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """``text[start:end]`` becomes ``replacement``.

    ``kept[i]`` is the place that its character ``i`` had in the text, None for a new one. ``delta`` is the gain in
    log-likelihood; ``same_tone``: the new character sounds exactly as the old one.
    """

    start: int
    end: int
    replacement: str
    kept: tuple[int | None, ...]
    delta: float
    same_tone: bool = False


def scale_of(n_articles: int) -> float:
    """The idf of the rarest word against that of the corpus on which thresholds were measured, at most 1.

    All that is added up in a score are differences of such logarithms, which are smaller where there are fewer articles.
    """
    return min(1.0, idf(n_articles, 1) / idf(MEASURED_ARTICLES, 1))


def han_edits(folded: str, collection: Collection, words: Sequence[Token]) -> list[Edit]:
    """Edits of the Han runs of ``folded`` that make it likelier by more than 2, in no order.

    ``words`` are the words of the text from left to right, without overlaps. Question words are left as they are.
    """
    fixed = {at for match in _QUESTION.finditer(folded) for at in range(*match.span())}
    model = _Model(collection)
    edits: list[Edit] = []
    for run in _RUN.finditer(folded):
        span = (run.start(), run.end())
        edits += _substitutions(folded, span, fixed, model)
        edits += _insertions(folded, span, fixed, model)
        neighbours = [(at, at + 1, at + 2) for at in range(span[0], span[1] - 1)]
        neighbours += [
            (one.start, other.start, other.end)
            for one, other in pairwise(words)
            if span[0] <= one.start and one.end == other.start and other.end <= span[1] and other.end - one.start > 2
        ]
        edits += _swaps(folded, span, neighbours, fixed, model)
    return edits


class _Model:
    """``p(b|a) = (n(ab) + 20·p(b)) / (n(a) + 20)``, and ``p(b) = (n(b) + ½) / all`` at the border of a run."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.all = max(1, collection.n_characters)
        self.scale = scale_of(collection.n_articles)
        self.least = min(LEAST_OCCURRENCES, 1 + self.all // CHARACTERS_FOR_ONE)

    def log_p(self, first: Codes, second: Codes) -> tuple[Floats, npt.NDArray[np.int64]]:
        """The logarithm of each ``p(second|first)``, and how often each pair stands."""
        together = self.collection.bigrams(first, second)
        alone = (self.collection.characters(second) + 0.5) / self.all
        given = self.collection.characters(first)
        chained = np.log((together + SMOOTHING * alone) / (given + SMOOTHING))
        at_border = (first == _NONE) | (second == _NONE)
        # What follows the last character costs nothing, whatever it is.
        border = np.where(second == _NONE, 0.0, np.log(alone))
        return np.where(at_border, border, chained), np.where(at_border, 0, together)

    def log_likelihoods(self, texts: Sequence[Sequence[int]]) -> Floats:
        """For each sequence of characters the sum over its pairs of neighbours."""
        # PERF: all at once: 20 pairs of swapped neighbours 0.2 ms, one by one 1.6 ms.
        codes = np.array([code for text in texts for code in text], dtype=np.uint32)
        of_text = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
        within = of_text[1:] == of_text[:-1]
        logs, _ = self.log_p(codes[:-1][within], codes[1:][within])
        return np.bincount(of_text[1:][within], weights=logs, minlength=len(texts)).astype(np.float64)


def _substitutions(folded: str, span: tuple[int, int], fixed: set[int], model: _Model) -> list[Edit]:
    """Each character of a run by those that sound or look like it and stand beside one of its neighbours somewhere."""
    places = [at for at in range(*span) if at not in fixed]
    options = [_alike(folded[at]) for at in places]
    if not options:
        return []
    codes = np.concatenate([own for own, _ in options])
    toned = np.concatenate([exact for _, exact in options])
    of_place = np.repeat(np.arange(len(places)), [len(own) for own, _ in options])
    before, own, after = (
        np.array([_code(folded, at + shift, span) for at in places], dtype=np.uint32) for shift in (-1, 0, 1)
    )
    frequent = model.collection.characters(codes) >= model.least
    codes, toned, of_place = codes[frequent], toned[frequent], of_place[frequent]
    left, known_left = model.log_p(before[of_place], codes)
    right, known_right = model.log_p(codes, after[of_place])
    typed = model.log_p(before, own)[0] + model.log_p(own, after)[0]
    delta = left + right - typed[of_place]
    chosen = np.flatnonzero((delta > LEAST_DELTA * model.scale) & (known_left + known_right > 0))
    return [
        Edit(
            start=places[of_place[at]],
            end=places[of_place[at]] + 1,
            replacement=chr(codes[at]),
            kept=(None,),
            delta=float(delta[at]),
            same_tone=bool(toned[at]),
        )
        for at in chosen.tolist()
    ]


def _insertions(folded: str, span: tuple[int, int], fixed: set[int], model: _Model) -> list[Edit]:
    """One more character between two that hardly ever stand together, where it is known after the first and before the second."""
    codes = np.array([ord(char) for char in folded[slice(*span)]], dtype=np.uint32)
    together = model.collection.bigrams(codes[:-1], codes[1:])
    gaps = [
        at for at in np.flatnonzero(together <= MOST_TOGETHER).tolist() if not {span[0] + at, span[0] + at + 1} <= fixed
    ]
    followers = [model.collection.followers(int(codes[at])) for at in gaps]
    if not gaps:
        return []
    between = np.concatenate(followers)
    of_gap = np.repeat(gaps, [len(own) for own in followers])
    kept = (between >= _FIRST_HAN) & (model.collection.characters(between) >= model.least)
    between, of_gap = between[kept], of_gap[kept]
    kept = model.collection.bigrams(between, codes[of_gap + 1]) > 0
    between, of_gap = between[kept], of_gap[kept]
    worth = INSERTION_WORTH_IN_LONG if len(folded) > LONG_CHARS else INSERTION_WORTH
    left, right = model.log_p(codes[of_gap], between)[0], model.log_p(between, codes[of_gap + 1])[0]
    delta = left + right - model.log_p(codes[:-1], codes[1:])[0][of_gap] + worth * model.scale
    return [
        Edit(
            start=(place := span[0] + int(of_gap[at]) + 1),
            end=place,
            replacement=chr(between[at]),
            kept=(None,),
            delta=float(delta[at]),
        )
        for at in np.flatnonzero(delta > LEAST_DELTA * model.scale).tolist()
    ]


def _swaps(
    folded: str, span: tuple[int, int], neighbours: Sequence[tuple[int, int, int]], fixed: set[int], model: _Model
) -> list[Edit]:
    """Two neighbouring stretches in the other order; ``neighbours`` holds start, border and end of each two."""
    places, texts = [], []
    for start, border, end in neighbours:
        typed, swapped = folded[start:end], folded[border:end] + folded[start:border]
        if swapped != typed and fixed.isdisjoint(range(start, end)):
            before, after = _code(folded, start - 1, span), _code(folded, end, span)
            places.append((start, border, end))
            texts += [[before, *map(ord, text), after] for text in (typed, swapped)]
    if not places:
        return []
    logs = model.log_likelihoods(texts)
    return [
        Edit(
            start=start,
            end=end,
            replacement=folded[border:end] + folded[start:border],
            kept=(*range(border, end), *range(start, border)),
            delta=delta,
        )
        for (start, border, end), delta in zip(places, (logs[1::2] - logs[::2]).tolist(), strict=True)
        if delta > LEAST_DELTA * model.scale
    ]


@lru_cache(maxsize=4096)
def _alike(char: str) -> tuple[Codes, npt.NDArray[np.bool_]]:
    """The characters that sound or look like ``char``, itself left out, and which of them have a reading and tone of its own."""
    sounding, toned = homophones(char)
    codes = np.union1d(sounding, lookalikes(char))
    codes = codes[codes != ord(char)]
    return codes, np.isin(codes, toned)


def _code(folded: str, at: int, span: tuple[int, int]) -> int:
    return ord(folded[at]) if span[0] <= at < span[1] else _NONE
