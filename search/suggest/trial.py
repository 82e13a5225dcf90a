"""Queries tried on an index: what the best article of each scores. Many that differ in a few terms cost little more than one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from search.evaluate.bm25 import idf
from search.evaluate.evaluator import Evaluator
from search.evaluate.topk import SCORE_DECIMALS
from search.query.plan import Plan
from search.suggest.correction import Outcome

__all__ = ["IndexTrial"]

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Term = tuple[str, bool]
"""A term, and whether it is a word (else a bigram)."""


class IndexTrial:
    """Tries queries among the ``allowed`` articles (``bool[n_docs]``); ``plan`` turns a text into what is looked up."""

    def __init__(self, evaluator: Evaluator, plan: Callable[[str], Plan], allowed: Mask) -> None:
        self._evaluator = evaluator
        self._plan = plan
        self._allowed = allowed
        self._idfs: dict[Term, float] = {}
        self._first: tuple[dict[Term, float], Floats] | None = None

    def score(self, text: str) -> Outcome:
        """How ``text`` fares."""
        plan = self._plan(text)
        weights: dict[Term, float] = {(word, True): weight for word, weight in plan.words.items()}
        weights |= {(bigram, False): weight for bigram, weight in plan.bigrams.items()}
        # PERF: scores are those of the first query and what differs: 12 like queries of 20 terms 2.2 ms, each by itself 11 ms.
        before, scores = self._first or ({}, np.zeros(self._evaluator.n_docs))
        scores = scores.copy()
        terms = sorted(before.keys() | weights.keys())
        changes = [(term, weights.get(term, 0.0) - before.get(term, 0.0)) for term in terms]
        words = [(text, change) for (text, is_word), change in changes if is_word and change]
        bigrams = [(text, change) for (text, is_word), change in changes if not is_word and change]
        self._evaluator.add_scores(scores, words, bigrams)
        if self._first is None:
            self._first = weights, scores
        # A synonym stands in an article instead of the word itself, not beside it: it is no part of what one could score.
        mass = sum(weight * self._idf(term) for term, weight in weights.items() if term[0] not in plan.stand_ins)
        best = float(scores.max(initial=0.0, where=self._allowed))
        return Outcome(round(best, SCORE_DECIMALS), (self._evaluator.bm25.k1 + 1) * mass)

    def total(self, text: str) -> int:
        """How many of the allowed articles have all words of ``text``."""
        found = self._evaluator.start(self._plan(text)).match("all")
        return int((found.mask & self._allowed).sum())

    def _idf(self, term: Term) -> float:
        if term not in self._idfs:
            self._idfs[term] = idf(self._evaluator.n_live, self._evaluator.having(term[0], is_word=term[1]))
        return self._idfs[term]
