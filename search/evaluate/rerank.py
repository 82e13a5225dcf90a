"""The order by relevance after the first pass: titles, boosts and recency for all that match, then the best by their texts.

``evaluator.py`` has scored what matches; the engine shows what comes out here. All that depends on the snapshot alone is
worked out once for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from indexer.analysis import GAP
from indexer.article import SECTION_SEPARATOR, split_section
from indexer.schema import LITERAL_FIELDS, facet_key
from indexer.store import Snapshot
from search.evaluate.arrays import Chosen, Floats
from search.evaluate.bm25 import idf
from search.evaluate.closeness import Needles, pack_needles
from search.evaluate.evaluator import Evaluation, Evaluator
from search.evaluate.explain import term_scores
from search.evaluate.literal import occurrences
from search.evaluate.ranking import Ranking
from search.evaluate.topk import SCORE_DECIMALS
from search.page import Explanation

__all__ = ["Ranked", "Ranker"]

DAY_S = 86_400
_READ_FIELDS = LITERAL_FIELDS.index("body") + 1
"""Title, summary and body stand first in a literal text, and those are read."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The order of what matches.

    Attributes:
        keys: ``float64[n_docs]``, rounded, the best highest; titled: the articles whose titles added something, ``int64[n]``,
            ascending; titles: what, ``float64[n]``; factors: by what boosts and recency multiplied (None: by nothing).
        read: the articles that were ordered anew, ``uint32[n]``; parts: what characters, window and order added for each,
            ``float64[n, 3]``.
    """

    keys: Floats
    titled: npt.NDArray[np.int64]
    titles: Floats
    factors: Floats | None
    read: npt.NDArray[np.uint32]
    parts: Floats


class Ranker:
    """Orders what matches on one snapshot; safe to use from several threads."""

    def __init__(self, snapshot: Snapshot, evaluator: Evaluator, ranking: Ranking) -> None:
        self._snapshot = snapshot
        self._evaluator = evaluator
        self._ranking = ranking
        self._character_idfs: dict[str, float] = {}

    def rank(self, evaluation: Evaluation, chosen: Chosen) -> Ranked:
        """The order of the chosen articles."""
        keys = evaluation.scores(chosen)
        gains = _gains(evaluation)
        (titled, titles), factors = self._titles(evaluation, chosen, sum(gains.values())), self._factors
        keys[titled] += titles
        changed = titled
        if factors is not None:
            changed = chosen.docs
            keys[changed] *= factors[changed]
        self._evaluator.steps.round_keys(keys, changed)
        docs = chosen.docs.astype(np.uint32)
        read = self._evaluator.steps.best(keys, self._snapshot.ranks, docs, self._ranking.depth)
        parts = self._closeness(evaluation, gains, read)
        keys[read] = np.round(keys[read] + parts.sum(axis=1), SCORE_DECIMALS)
        return Ranked(keys, titled, titles, factors, read, parts)

    def explain(self, evaluation: Evaluation, ranked: Ranked, doc: int) -> Explanation:
        """The parts of the score of an article."""
        read = np.flatnonzero(ranked.read == doc)
        parts = ranked.parts[read[0]].tolist() if len(read) else [0.0, 0.0, 0.0]
        characters, window, order = (round(part, SCORE_DECIMALS) for part in parts)
        return Explanation(
            terms=term_scores(evaluation, doc),
            title=round(float(ranked.titles[ranked.titled == doc].sum()), SCORE_DECIMALS),
            factor=1.0 if ranked.factors is None else round(float(ranked.factors[doc]), SCORE_DECIMALS),
            characters=characters,
            window=window,
            order=order,
        )

    def _titles(self, evaluation: Evaluation, chosen: Chosen, mass: float) -> tuple[npt.NDArray[np.int64], Floats]:
        """The chosen articles whose titles are the query, or hold it, and what is added for each; the query is worth ``mass``."""
        whole, ranking = evaluation.plan.whole, self._ranking
        docs, worth = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
        # One character in a title says little, and it stands in many.
        if len(whole) > 1 and (ranking.exact_title or ranking.title_phrase):
            for part in self._evaluator.parts:
                starts, borders = part.segment.starts, part.segment.borders
                places = occurrences(part.segment, whole, self._evaluator.steps)
                found = self._evaluator.steps.articles_at(places, part.bigrams)
                held = np.unique(found[places < starts[found] + borders[found, 1]])
                held = held[chosen.mask[held + part.first]]
                exact = borders[held, 1] == len(whole) + len(GAP)
                docs.append(held + part.first)
                worth.append(np.where(exact, ranking.exact_title, ranking.title_phrase) * mass)
        return np.concatenate(docs), np.concatenate(worth)

    def _closeness(self, evaluation: Evaluation, gains: dict[str, float], read: npt.NDArray[np.uint32]) -> Floats:
        """What characters, window and order add for each of the articles to be read (``float64[n, 3]``)."""
        if not len(read):
            return np.zeros((0, 3))
        texts = [self._snapshot.text_units(doc) for doc in read.tolist()]
        ends = np.cumsum([0, *map(len, texts)])
        codes, offsets = self._evaluator.steps.stored_codes(np.concatenate(texts), ends)
        shares = np.array([self._ranking.characters, self._ranking.window, self._ranking.order])
        parts: Floats = self._evaluator.steps.closeness(codes, offsets, self._needles(evaluation, gains)) * shares
        return parts

    def _needles(self, evaluation: Evaluation, gains: dict[str, float]) -> Needles:
        plan, ranking = evaluation.plan, self._ranking
        words = _capped(plan.words, evaluation.word_idfs)
        return pack_needles(
            gains,
            {pair: min(words[pair[0]], words[pair[1]]) for pair in plan.neighbours if words.keys() >= set(pair)},
            {char: count * self._character_idf(char) for char, count in plan.characters.items()},
            mean_length=self._mean_length,
            k1=ranking.bm25.k1,
            b=ranking.bm25.b,
            window=ranking.window_chars,
        )

    def _character_idf(self, char: str) -> float:
        """The idf of a character over the literal texts of all live articles; kept, as there are a few thousand of them."""
        if char not in self._character_idfs:
            having = self._evaluator.having(char, is_word=False)
            self._character_idfs[char] = idf(self._evaluator.n_live, having)
        return self._character_idfs[char]

    @cached_property
    def _mean_length(self) -> float:
        """The characters of title, summary and body in the literal text of a live article, on average."""
        total = sum(
            int(part.segment.borders[part.live, _READ_FIELDS].sum(dtype=np.int64)) for part in self._evaluator.parts
        )
        return total / max(1, self._evaluator.n_live)

    @cached_property
    def _factors(self) -> Floats | None:
        """By what the score of each article is multiplied (``float64[n_docs]``); None where that is nothing for all."""
        ranking, snapshot = self._ranking, self._snapshot
        if not ranking.boosts and not ranking.recency_weight:
            return None
        factors = np.ones(snapshot.n_docs)
        for boost in ranking.boosts:
            value = SECTION_SEPARATOR.join(split_section(boost.value)) if boost.facet == "section" else boost.value
            factors[snapshot.facets[boost.facet].having(facet_key(value), snapshot.n_docs)] *= boost.factor
        dated = snapshot.dated & snapshot.live
        if ranking.recency_weight and dated.any():
            age = (snapshot.moments[dated].max() - snapshot.moments[dated]) / DAY_S
            factors[dated] *= 1 + ranking.recency_weight * np.exp2(-age / ranking.recency_half_life_days)
        return factors


def _gains(evaluation: Evaluation) -> dict[str, float]:
    """What each distinct term is worth, as a word, a bigram, or both."""
    gains = _capped(evaluation.plan.words, evaluation.word_idfs)
    for term, gain in _capped(evaluation.plan.bigrams, evaluation.bigram_idfs).items():
        gains[term] = gains.get(term, 0.0) + gain
    return gains


def _capped(weights: dict[str, float], idfs: dict[str, float]) -> dict[str, float]:
    """Weight × idf of each term; that it comes more than once in the query counts nothing here."""
    return {term: min(weights[term], 1.0) * rarity for term, rarity in idfs.items()}
