"""Corrections, completions and similar articles of the reference engine: the statistics they need, in plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from indexer.analysis import GAP
from indexer.schema import PreparedArticle
from search.suggest.correction import Outcome
from search.suggest.letters import LetterWords

__all__ = ["ReferenceCollection", "ReferenceTrial"]

Codes = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.int64]


class ReferenceCollection:
    """How often characters, pairs of them and words of letters stand in ``articles``."""

    def __init__(self, articles: Sequence[PreparedArticle]) -> None:
        literals = [article.literal for article in articles]
        self._characters = Counter(char for literal in literals for char in literal if char != GAP)
        self._bigrams = Counter(
            first + second for literal in literals for first, second in pairwise(literal) if GAP not in (first, second)
        )
        self._articles = articles
        self.n_articles = len(articles)
        self.n_characters = sum(map(len, literals))

    @cached_property
    def letter_words(self) -> LetterWords:
        """The words of Latin letters that stand in the articles."""
        found = Counter(word for article in self._articles for word in set().union(*article.words))
        words = {word: count for word, count in found.items() if "a" <= word[0] <= "z"}
        return LetterWords(words, self.n_articles)

    def characters(self, codes: Codes) -> Counts:
        """How often each character stands."""
        return np.array([self._characters[chr(code)] for code in codes.tolist()], dtype=np.int64)

    def bigrams(self, first: Codes, second: Codes) -> Counts:
        """How often each pair of neighbours stands."""
        pairs = zip(first.tolist(), second.tolist(), strict=True)
        return np.array([self._bigrams[chr(one) + chr(other)] for one, other in pairs], dtype=np.int64)

    def followers(self, code: int) -> Codes:
        """The characters that stand right after ``code`` somewhere, ascending."""
        return np.array(sorted(ord(pair[1]) for pair in self._bigrams if pair[0] == chr(code)), dtype=np.uint32)


class ReferenceTrial:
    """Tries queries: ``scores`` gives those of the articles that pass the filters and the ceiling, ``total`` counts."""

    def __init__(self, scores: Callable[[str], tuple[Iterable[float], float]], total: Callable[[str], int]) -> None:
        self._scores = scores
        self.total = total

    def score(self, text: str) -> Outcome:
        """How ``text`` fares."""
        scores, ceiling = self._scores(text)
        return Outcome(max(scores, default=0.0), ceiling)
