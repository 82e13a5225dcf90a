"""The analyzer: the declared list of steps from shown text to tokens, and its fingerprint.

``clean → fold → words_of (+ user words)`` for ranking, ``clean → fold → literal_form → bigrams`` for literal matches. The
reader of an article's text has done ``clean`` already (it is what is shown); a query comes as typed and is cleaned here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property

from indexer.analysis.bigrams import LITERAL_RULES, LiteralText, literal_form
from indexer.analysis.bulk import WordOccurrences, occurring_words
from indexer.analysis.normalize import fold, normalization_rules
from indexer.analysis.segment import Segmenter, dictionary_fingerprint, open_segmenter
from indexer.analysis.spans import covering_spans
from indexer.analysis.token import Token
from indexer.analysis.user_words import UserWords
from indexer.analysis.words import WORD_RULES, words_of

__all__ = ["Analyzer"]


class Analyzer:
    """Turns cleaned text into tokens. Immutable and safe to share between threads."""

    def __init__(self, segmenter: Segmenter | None = None, user_words: Iterable[str] = ()) -> None:
        self._segmenter = segmenter or open_segmenter()
        self._user_words = UserWords(user_words)

    @property
    def user_words(self) -> tuple[str, ...]:
        """The user's own words, folded and sorted."""
        return self._user_words.words

    def with_user_words(self, words: Iterable[str]) -> Analyzer:
        """The same analysis with other words of the user's."""
        chosen = UserWords(words)
        return self if chosen.words == self.user_words else Analyzer(self._segmenter, chosen.words)

    @cached_property
    def fingerprint(self) -> str:
        """Two parts, ``rules:words``: rules with base dictionary, and the user's words.

        An index whose first part differs must be built anew; a change of the second touches only articles with the words.
        The library that carries the rules out is no part of it: jieba and rjieba give the same tokens.
        """
        rules = hashlib.blake2b(digest_size=8)
        for part in (normalization_rules(), WORD_RULES, LITERAL_RULES, dictionary_fingerprint()):
            rules.update(part.encode())
        return f"{rules.hexdigest()}:{self._user_words.fingerprint}"

    def words(self, text: str) -> list[Token]:
        """The words of a cleaned text, jieba's search mode, with the user's own words after them."""
        folded = fold(text)
        tokens = words_of(folded, self._segmenter)
        return tokens + self._user_words.find(folded)

    def words_of_all(self, folded: Sequence[str]) -> WordOccurrences:
        """The words of many folded texts, those that ``words`` finds in each."""
        return occurring_words(folded, self._segmenter, self._user_words)

    def spans_of_all(self, folded: Sequence[str]) -> list[list[tuple[int, int]]]:
        """For each folded text the spans of the words that cover it from left to right, without the user's own."""
        return covering_spans(folded, self._segmenter)

    def literal(self, text: str) -> LiteralText:
        """The literal form of one piece of cleaned text."""
        return literal_form(fold(text))
