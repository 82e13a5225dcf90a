"""Did you mean: one small change of a query that finds more, or nothing.

``query → edits that make it likelier (edits.py, letters.py) → the best of them tried as searches → the one that is far better``.
The corpus decides twice: its bigrams choose what is tried, and what the best article scores says whether the change was right.
An offer is made only to whoever asked for something that no article has; it is never applied by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from indexer.analysis import Analyzer, Token, clean, covering_words, fold, is_plain_word
from search.suggest.characters import in_traditional, is_traditional
from search.suggest.collection import Collection
from search.suggest.edits import Edit, han_edits, scale_of

__all__ = ["Outcome", "Trial", "correct"]

TRIED = 12
LEAST_SCORE, LEAST_SCORE_OF_LONG = 14.0, 16.0
"""A long query has more places at which something likelier is found by chance: 16 saves a third of the false alarms."""

LEAST_COVER, LEAST_COVER_OF_LONG, LONG_CHARS = 0.4, 0.3, 12
"""What share of its ceiling the corrected query must reach in its best article; less a long one (over 12 characters)."""

WORD_BONUS, TONE_BONUS = 2.0, 2.0
LETTERS_DELTA = (12.0, 8.0)
"""What it is worth to mend one or two mistakes in a word of letters that no article has."""

FEW_ARTICLES = 1_000
"""Of fewer articles one must have all the words of a correction."""

MOST_CHARS = 80
"""Longer queries are pasted, not typed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a query fares: what its best article scores, and the ``ceiling`` that no article can pass.

    The ceiling is (k1 + 1) · Σ weight · idf over its words and bigrams: each of them endlessly often.
    """

    best: float
    ceiling: float


class Trial(Protocol):
    """Runs queries without showing anything. Used by one thread."""

    def score(self, text: str) -> Outcome:
        """How ``text`` fares among the articles that pass the filters."""

    def total(self, text: str) -> int:
        """How many of these have all its words."""


def correct(text: str, collection: Collection, analyzer: Analyzer, trial: Trial) -> str | None:
    """``text``, which no article has all the words of, with one small change that finds more; None when there is none to offer.

    The change is in the script of the text, and all else stands as it was typed.
    """
    text = clean(text)
    if not 1 < len(text) <= MOST_CHARS or not collection.n_articles:
        return None
    typed, folded = trial.score(text), fold(text)
    words = covering_words(analyzer.words(text))
    edits = han_edits(folded, collection, words) + _letter_edits(text, words, collection)
    scale = scale_of(collection.n_articles)
    least = scale * (LEAST_SCORE_OF_LONG if len(text) > LONG_CHARS else LEAST_SCORE)
    offers = []
    for edit in sorted(edits, key=_promise)[:TRIED]:
        corrected = _in_own_script(text, edit)  # what would be offered: folded, AND and OR would be words
        outcome = trial.score(corrected)
        saved = len(words) - len(covering_words(analyzer.words(corrected)))
        bonus = scale * (WORD_BONUS * saved + TONE_BONUS * edit.same_tone)
        score = edit.delta + outcome.best - typed.best + bonus
        if score > least and _is_covered(outcome, corrected):
            offers.append((score, outcome.best > typed.best, corrected, edit))
    for _, gains, corrected, edit in sorted(offers, key=lambda offer: -offer[0]):
        if (gains and collection.n_articles >= FEW_ARTICLES) or trial.total(corrected):
            return _in_own_script(text, edit)
    return None


def _promise(edit: Edit) -> float:
    """By what edits are ordered before any is tried, the least first."""
    return -(edit.delta + TONE_BONUS * edit.same_tone)


def _is_covered(outcome: Outcome, text: str) -> bool:
    """Whether one article has enough of the corrected query: names that the corpus lacks have no such article."""
    least = LEAST_COVER_OF_LONG if len(text) > LONG_CHARS else LEAST_COVER
    return outcome.best > least * outcome.ceiling


def _letter_edits(text: str, words: Iterable[Token], collection: Collection) -> list[Edit]:
    """Words of letters that no article has, each by the nearest that some have; the names of fields are not among them."""
    edits: list[Edit] = []
    for word in words:
        if not is_plain_word(word.text) or collection.letter_words.count(word.text):
            continue
        if text[word.end : word.end + 1] in (":", "："):
            continue
        for other, distance in collection.letter_words.nearest(word.text):
            delta = LETTERS_DELTA[distance - 1] * scale_of(collection.n_articles)
            delta += math.log10(collection.letter_words.count(other))
            kept = (None,) * len(other)
            edits.append(Edit(start=word.start, end=word.end, replacement=other, kept=kept, delta=delta))
    return edits


def _in_own_script(text: str, edit: Edit) -> str:
    """``text`` with the change: characters that only moved as they were typed, new ones in the script of the rest."""
    rest = text[: edit.start] + text[edit.end :]
    replacement = in_traditional(edit.replacement) if is_traditional(rest) else edit.replacement
    if text[edit.start : edit.end].isupper():
        replacement = replacement.upper()
    own = "".join(new if at is None else text[at] for new, at in zip(replacement, edit.kept, strict=True))
    return text[: edit.start] + own + text[edit.end :]
