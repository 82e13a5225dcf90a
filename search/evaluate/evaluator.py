"""A plan and a snapshot to the articles that match and their scores: the text side of an answer.

Everything is an array over the numbered articles of one snapshot. Statistics count live articles only, so that an answer does
not depend on what has been merged.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt

from indexer.schema import WORD_FIELDS
from indexer.store import Snapshot
from search.evaluate.bm25 import FIELD_WEIGHTS, Bm25, idf, normalized_frequency, saturated
from search.evaluate.literal import occurrences
from search.evaluate.topk import SCORE_DECIMALS
from search.query.rewrite import Plan, PlannedClause, Unit

__all__ = ["Evaluator", "TextMatch"]

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
TermParts = tuple[npt.NDArray[np.int64], Floats]

KEPT_TERMS = 4000


@dataclass(frozen=True, slots=True)
class TextMatch:
    """The live articles that match a query's text (``bool[n_docs]``); ``relaxed``: not all of them have all its words."""

    mask: Mask
    relaxed: bool = False


class Evaluator:
    """Answers plans over one snapshot; safe to use from several threads."""

    def __init__(self, snapshot: Snapshot, *, relax_share: float, parameters: Bm25 | None = None) -> None:
        self._snapshot = snapshot
        self._relax_share = relax_share
        self._bm25 = parameters or Bm25()
        self._n_live = int(snapshot.live.sum())
        self._means = {name: self._mean(snapshot.lengths[name]) for name in WORD_FIELDS}
        self._mean_literal = self._mean(snapshot.literal_lengths)
        self._kept: OrderedDict[tuple[str, str], TermParts] = OrderedDict()
        self._lock = Lock()

    def match(self, plan: Plan, mode: str) -> TextMatch:
        """The articles that match under ``auto``, ``all`` or ``any``; all of them for a plan that wants nothing."""
        allowed = self._snapshot.live.copy()
        for clause in plan.unwanted:
            allowed &= ~self._clause_mask(clause)
        units = plan.units
        if not units:
            return TextMatch(allowed)
        masks = [self._unit_mask(unit) for unit in units]
        combine = np.logical_or if mode == "any" else np.logical_and
        mask: Mask = combine.reduce(masks) & allowed
        if mode != "auto" or mask.any() or len(units) == 1:
            return TextMatch(mask)
        return self._relaxed(masks, allowed)

    def scores(self, plan: Plan) -> Floats:
        """``float64[n_docs]``: the score of every article, matched or not, rounded."""
        scores = np.zeros(self._snapshot.n_docs)
        for word, count in sorted(plan.words.items()):
            docs, parts = self._keep("word", word, self._word_parts)
            scores[docs] += count * parts
        for bigram, count in sorted(plan.bigrams.items()):
            docs, parts = self._keep("bigram", bigram, self._bigram_parts)
            scores[docs] += count * parts
        return np.round(scores, SCORE_DECIMALS)

    def _relaxed(self, masks: list[Mask], allowed: Mask) -> TextMatch:
        """Articles that hold at least ``relax_share`` of the query's idf mass; the best of them always in."""
        mass: Floats = np.zeros(self._snapshot.n_docs)
        total = 0.0
        for mask in masks:
            weight = idf(self._n_live, int((mask & self._snapshot.live).sum()))
            mass += weight * mask
            total += weight
        mass = np.where(allowed, np.round(mass, SCORE_DECIMALS), 0.0)
        best = mass.max(initial=0.0)
        if best <= 0:
            return TextMatch(np.zeros_like(allowed))
        return TextMatch(mass >= min(best, round(self._relax_share * total, SCORE_DECIMALS)), relaxed=True)

    def _clause_mask(self, clause: PlannedClause) -> Mask:
        mask: Mask = np.logical_and.reduce([self._unit_mask(unit) for unit in clause.units])
        return mask

    def _unit_mask(self, unit: Unit) -> Mask:
        mask = np.zeros(self._snapshot.n_docs, dtype=np.bool_)
        if unit.literal:
            mask[occurrences(self._snapshot, unit.literal).docs] = True
        if unit.word:
            for field in WORD_FIELDS:
                mask[self._snapshot.postings.word(field, unit.word).docs] = True
        return mask

    def _word_parts(self, word: str) -> TermParts:
        """Articles with the word, and what it adds to their scores."""
        combined = np.zeros(self._snapshot.n_docs)
        for field in WORD_FIELDS:
            postings = self._snapshot.postings.word(field, word)
            lengths = self._snapshot.lengths[field][postings.docs]
            frequencies = postings.frequencies.astype(np.float64)
            part = normalized_frequency(frequencies, lengths, self._means[field], self._bm25.b)
            combined[postings.docs] += FIELD_WEIGHTS[field] * part
        return self._parts(np.flatnonzero(combined), combined)

    def _bigram_parts(self, bigram: str) -> TermParts:
        """Articles with the bigram (or single character), and what it adds to their scores."""
        docs, counts = np.unique(occurrences(self._snapshot, bigram).docs, return_counts=True)
        combined = np.zeros(self._snapshot.n_docs)
        lengths = self._snapshot.literal_lengths[docs]
        combined[docs] = normalized_frequency(counts.astype(np.float64), lengths, self._mean_literal, self._bm25.b)
        return self._parts(docs, combined)

    def _parts(self, docs: npt.NDArray[np.int64], combined: Floats) -> TermParts:
        weight = idf(self._n_live, int(self._snapshot.live[docs].sum()))
        return docs, weight * saturated(combined[docs], self._bm25.k1)

    def _keep(self, kind: str, term: str, compute: Callable[[str], TermParts]) -> TermParts:
        with self._lock:
            if (kind, term) in self._kept:
                self._kept.move_to_end((kind, term))
                return self._kept[kind, term]
        parts = compute(term)
        with self._lock:
            self._kept[kind, term] = parts
            if len(self._kept) > KEPT_TERMS:
                self._kept.popitem(last=False)
        return parts

    def _mean(self, lengths: Floats) -> float:
        return float(lengths[self._snapshot.live].mean()) if self._n_live else 0.0
