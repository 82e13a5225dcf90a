"""What each term of a query adds to the score of one article: asked for by ``explain=1``, so it may look everything up again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from indexer.schema import WORD_FIELDS
from search.evaluate.bm25 import FIELD_WEIGHTS
from search.evaluate.evaluator import Evaluation
from search.evaluate.parts import Part
from search.evaluate.topk import SCORE_DECIMALS
from search.page import TermScore

__all__ = ["term_scores"]


def term_scores(evaluation: Evaluation, doc: int) -> tuple[TermScore, ...]:
    """The terms that stand in the article numbered ``doc``, of an evaluation that has scored it."""
    return tuple(_term_scores(evaluation, doc))


def _term_scores(evaluation: Evaluation, doc: int) -> Iterator[TermScore]:
    part = next(part for part in evaluation.shared.parts if part.first <= doc < part.last)
    own, k1, plan = doc - part.first, evaluation.shared.bm25.k1, evaluation.plan
    for word, rarity in sorted(evaluation.word_idfs.items()):
        if counts := _word_counts(part, word, own):
            frequency = sum(FIELD_WEIGHTS[name] * count for name, count in counts.items())
            worth = plan.words[word] * rarity * (k1 + 1) * frequency / (frequency + float(part.words.norms[own]))
            yield _term_score("word", word, plan.words[word], rarity, counts, worth)
    for bigram, rarity in sorted(evaluation.bigram_idfs.items()):
        if count := _bigram_count(part, bigram, own):
            worth = plan.bigrams[bigram] * rarity * (k1 + 1) * count / (count + float(part.bigrams.norms[own]))
            yield _term_score("bigram", bigram, plan.bigrams[bigram], rarity, {"text": count}, worth)


def _term_score(
    kind: str, term: str, weight: float, rarity: float, counts: dict[str, float], worth: float
) -> TermScore:
    return TermScore(
        kind=kind,
        term=term,
        weight=weight,
        idf=round(rarity, SCORE_DECIMALS),
        frequencies=counts,
        score=round(worth, SCORE_DECIMALS),
    )


def _word_counts(part: Part, word: str, doc: int) -> dict[str, float]:
    """How often a word stands in each field of an article, only where it does."""
    counts = {}
    for name in WORD_FIELDS:
        docs, frequencies = part.segment.word(name, word)
        at = int(np.searchsorted(docs, doc))
        if at < len(docs) and docs[at] == doc:
            counts[name] = float(frequencies[at])
    return counts


def _bigram_count(part: Part, bigram: str, doc: int) -> float:
    segment = part.segment
    places: npt.NDArray[np.uint32] = segment.bigram(bigram) if len(bigram) > 1 else segment.character(bigram)
    first, last = segment.starts[doc], segment.starts[doc + 1]
    return float(np.count_nonzero((places >= first) & (places < last)))
