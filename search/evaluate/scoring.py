"""What the terms of a query are worth to the articles that match it, added up over all parts of a collection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from search.evaluate.arrays import Chosen, Docs, Floats, Positions, Terms
from search.evaluate.backend import Steps
from search.evaluate.bm25 import Bm25, idf, saturated
from search.evaluate.parts import Part

__all__ = ["Scorer", "Weighted"]

Weighted = Sequence[tuple[str, float]]
"""Terms, each with its weight in the query."""

Counted = Callable[[Part, str], Docs]
"""How often a character stands in each article of a part (``uint32[n_docs]``)."""


class Scorer:
    """Adds to the scores (``float64[n_docs]``) of the ``chosen`` articles of a whole collection.

    A term counts as its weight in the query times its idf among the ``n_live`` live articles, of which those with it are taken to
    be no fewer than ``at_least`` says. ``word_idfs`` and ``bigram_idfs`` hold the idfs of those that were added.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        n_live: int,
        chosen: Chosen,
        scores: Floats,
        steps: Steps,
        parameters: Bm25,
        at_least: Mapping[str, int],
    ) -> None:
        self._at_least = at_least
        self._parts = parts
        self._chosen = [chosen.within(part.first, part.last) for part in parts]
        self._scores = [scores[part.first : part.last] for part in parts]
        self._n_live = n_live
        self._steps = steps
        self._k1 = parameters.k1
        self.word_idfs: dict[str, float] = {}
        self.bigram_idfs: dict[str, float] = {}

    def add_words(self, words: Weighted) -> None:
        """Adds what ``words`` are worth."""
        found = [[part.segment.word_range(word) for word, _ in words] for part in self._parts]
        having = [0] * len(words)
        for part, ranges in zip(self._parts, found, strict=True):
            for at, (first, last) in enumerate(ranges):
                having[at] += part.alive_in(first, last)
        weights = self._weights(words, having, self.word_idfs)
        for part, ranges, chosen, scores in zip(self._parts, found, self._chosen, self._scores, strict=True):
            self._steps.score_words(scores, chosen, part.words, _terms(ranges, weights), self._k1)

    def add_bigrams(self, bigrams: Weighted) -> None:
        """Adds what ``bigrams`` are worth."""
        found = [[part.segment.bigram_range(bigram) for bigram, _ in bigrams] for part in self._parts]
        having = [0] * len(bigrams)
        for part, ranges in zip(self._parts, found, strict=True):
            for at, (first, last, n_docs) in enumerate(ranges):
                having[at] += (
                    n_docs if part.segment.deleted is None else self._alive(part, part.bigrams.positions[first:last])
                )
        weights = self._weights(bigrams, having, self.bigram_idfs)
        for part, ranges, chosen, scores in zip(self._parts, found, self._chosen, self._scores, strict=True):
            terms = _terms([(first, last) for first, last, _ in ranges], weights)
            self._steps.score_positions(scores, chosen, part.bigrams, terms, self._k1)

    def add_characters(self, counted: Counted, characters: Weighted) -> None:
        """Adds what single ``characters`` are worth, each of which is many bigrams."""
        for character, weight in characters:
            counts = [counted(part, character) for part in self._parts]
            having = sum(
                int(np.count_nonzero(part.live & (own > 0))) for part, own in zip(self._parts, counts, strict=True)
            )
            (worth,) = self._weights([(character, weight)], [having], self.bigram_idfs)
            for part, own, chosen, scores in zip(self._parts, counts, self._chosen, self._scores, strict=True):
                docs = chosen.docs[own[chosen.docs] > 0]
                frequencies, norms = own[docs].astype(np.float64), part.bigrams.norms[docs]
                scores[docs] += worth * saturated(frequencies, norms, self._k1)

    def _alive(self, part: Part, positions: Positions) -> int:
        """In how many live articles of a part ascending ``positions`` lie."""
        mask = np.zeros(part.last - part.first, dtype=np.bool_)
        self._steps.mark_positions(mask, positions, part.bigrams)
        return int((mask & part.live).sum())

    def _weights(self, terms: Weighted, having: Sequence[int], idfs: dict[str, float]) -> Floats:
        for (term, _), found in zip(terms, having, strict=True):
            idfs[term] = idf(self._n_live, max(found, self._at_least.get(term, 0)))
        return np.array([weight * idfs[term] for term, weight in terms], dtype=np.float64)


def _terms(ranges: Sequence[tuple[int, int]], weights: Floats) -> Terms:
    borders = np.array(ranges, dtype=np.int64).reshape(-1, 2)
    return Terms(borders[:, 0], borders[:, 1], weights)
