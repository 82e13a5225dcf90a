"""More like this: an article's most telling terms as a weighted query, which the scorer of any search evaluates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from indexer.analysis import is_han, is_plain_word
from indexer.schema import WORD_FIELDS
from search.evaluate.bm25 import FIELD_WEIGHTS, idf
from search.query.plan import Plan

__all__ = ["telling_plan"]

MOST_TERMS = 25
MOST_LOOKED_UP = 300
"""Words of an article whose frequency in the corpus is looked up: those that stand in it most often."""

LEAST_ARTICLES = 2
"""A word that no other article has finds nothing."""


def telling_plan(
    words: Sequence[Mapping[str, int]], n_articles: int, article_frequencies: Callable[[str], int]
) -> Plan:
    """The plan that orders by at most 25 words of an article, those with the highest tf · idf, weighted by tf; it asks for none.

    ``words`` are those of each field of ``WORD_FIELDS`` with their frequency; ``article_frequencies`` says how many of the
    ``n_articles`` have a word. Only words of two Han characters or more, or of letters, tell anything.
    """
    frequencies: dict[str, float] = {}
    for field, own in zip(WORD_FIELDS, words, strict=True):
        for word, count in own.items():
            if _tells(word):
                frequencies[word] = frequencies.get(word, 0.0) + FIELD_WEIGHTS[field] * count
    commonest = sorted(frequencies, key=lambda word: (-frequencies[word], word))[:MOST_LOOKED_UP]
    worth = {
        word: frequencies[word] * idf(n_articles, having)
        for word in commonest
        if (having := article_frequencies(word)) >= LEAST_ARTICLES
    }
    chosen = sorted(worth, key=lambda word: (-worth[word], word))[:MOST_TERMS]
    # The scorer multiplies by idf itself.
    most = max((frequencies[word] for word in chosen), default=1.0)
    return Plan(words={word: round(frequencies[word] / most, 6) for word in chosen})


def _tells(word: str) -> bool:
    return (is_han(word[0]) and len(word) > 1) or (is_plain_word(word) and not word.isdigit() and len(word) > 1)
