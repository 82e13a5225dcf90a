"""Did you mean: one small change of a query that finds more, or nothing.

``query → edits that make it likelier (edits.py, letters.py) → the best eight tried as searches → the one that is far better``.
The corpus decides twice: its bigrams choose what is tried, and what the best article scores says whether the change was right.
An offer is made only to whoever asked for something that no article has; it is never applied by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from indexer.analysis import Analyzer, Token, clean, fold, is_plain_word
from search.suggest.characters import in_traditional, is_traditional
from search.suggest.collection import Collection
from search.suggest.edits import TONE_BONUS, Edit, han_edits

__all__ = ["Outcome", "correct", "covering_words"]

TRIED = 8
LEAST_SCORE = 14.0
LEAST_COVER, LEAST_COVER_OF_LONG, LONG_CHARS = 0.4, 0.3, 12
"""What share of the most that the corrected query could score its best article must reach; less of a long query (over 12 characters)."""

WORD_BONUS = 2.0
LETTERS_DELTA = (12.0, 8.0)
"""What one and two mistakes in a word of letters are worth, that no article has."""

MOST_CHARS = 80
"""Longer queries are pasted, not typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a query fares: ``total`` articles have all its words, the best of those that have any scores ``best``.

    ``ceiling`` is what an article would score that has every word and bigram, each endlessly often: (k1 + 1) · Σ weight · idf.
    """

    total: int
    best: float
    ceiling: float


def correct(
    text: str,
    collection: Collection,
    analyzer: Analyzer,
    attempt: Callable[[str], Outcome],
    left_alone: Callable[[str], Iterable[tuple[int, int]]] = lambda _: (),
) -> str | None:
    """``text`` with one small change that finds more, in its own script; None when there is none to offer.

    A query that some article answers with all its words is left as it is. ``attempt`` runs a query; ``left_alone`` gives the
    spans of a folded text that nobody mistypes into something else (question words).
    """
    text = clean(text)
    if not text or len(text) > MOST_CHARS:
        return None
    typed = attempt(text)
    if typed.total:
        return None
    folded = fold(text)
    words = covering_words(analyzer.words(text))
    edits = han_edits(folded, collection, words, left_alone(folded))[:TRIED] + _letter_edits(words, collection)
    offers = []
    for edit in sorted(edits, key=lambda edit: -edit.promise)[:TRIED]:
        corrected = edit.applied(folded)
        outcome = attempt(corrected)
        saved = len(words) - len(covering_words(analyzer.words(corrected)))
        score = edit.delta + outcome.best - typed.best + WORD_BONUS * saved + TONE_BONUS * edit.same_tone
        if score > LEAST_SCORE and _finds_more(typed, outcome) and _is_covered(outcome, corrected):
            offers.append((score, edit))
    if not offers:
        return None
    _, best = max(offers, key=lambda offer: offer[0])
    return _in_own_script(text, best)


def covering_words(tokens: Iterable[Token]) -> list[Token]:
    """The tokens that cover a text from left to right, the longest at each place."""
    covering: list[Token] = []
    end = 0
    for token in sorted(tokens, key=lambda token: (token.start, -token.end)):
        if token.start >= end:
            covering.append(token)
            end = token.end
    return covering


def _finds_more(typed: Outcome, corrected: Outcome) -> bool:
    """Whether more articles have all the words, or, where none has, the best has more of them."""
    return corrected.total > typed.total or corrected.best > typed.best


def _is_covered(outcome: Outcome, text: str) -> bool:
    """Whether one article has enough of the corrected query: names that the corpus lacks have no such article."""
    least = LEAST_COVER_OF_LONG if len(text) > LONG_CHARS else LEAST_COVER
    return outcome.best > least * outcome.ceiling


def _letter_edits(words: Iterable[Token], collection: Collection) -> list[Edit]:
    """Words of letters that no article has, each by the nearest that some have."""
    edits: list[Edit] = []
    for word in words:
        if not is_plain_word(word.text) or collection.letter_words.count(word.text):
            continue
        for other, distance in collection.letter_words.nearest(word.text):
            delta = LETTERS_DELTA[distance - 1] + math.log10(collection.letter_words.count(other))
            kept = (None,) * len(other)
            edits.append(Edit(start=word.start, end=word.end, replacement=other, kept=kept, delta=delta))
    return edits


def _in_own_script(text: str, edit: Edit) -> str:
    """``text`` with the change: characters that only moved as they were typed, new ones in the script of the rest."""
    replacement = in_traditional(edit.replacement) if is_traditional(text) else edit.replacement
    if text[edit.start : edit.end].isupper():
        replacement = replacement.upper()
    own = "".join(new if at is None else text[at] for new, at in zip(replacement, edit.kept, strict=True))
    return text[: edit.start] + own + text[edit.end :]
