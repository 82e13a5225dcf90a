"""Words of the user's own, found above the segmenter: extra tokens wherever such a word stands.

jieba's ``add_word`` would change how everything around the word is cut, and jieba and rjieba then differ; found by a trie
over the folded text they leave all other tokens as they are, and a change touches only articles that hold the words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from indexer.analysis.bigrams import literal_form
from indexer.analysis.normalize import clean, fold
from indexer.analysis.token import Token

__all__ = ["UserWords"]

_END = ""


class UserWords:
    """A set of words, folded, and a trie that finds them all in one pass."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.words = tuple(sorted({literal_form(fold(clean(word))).text for word in words} - {""}))
        self._trie: dict[str, Any] = {}
        for word in self.words:
            node = self._trie
            for char in word:
                node = node.setdefault(char, {})
            node[_END] = word

    @property
    def fingerprint(self) -> str:
        """Eight hexadecimal digits of the words; the same for no words whatever the program."""
        return hashlib.blake2b("\n".join(self.words).encode(), digest_size=4).hexdigest()

    def find(self, folded: str) -> list[Token]:
        """Every occurrence of every word in ``folded``, overlapping ones too, by start, shorter before longer."""
        if not self._trie:
            return []
        found = []
        for start in range(len(folded)):
            node = self._trie
            for end in range(start, len(folded)):
                node = node.get(folded[end], {})
                if not node:
                    break
                if _END in node:
                    found.append(Token(node[_END], start, end + 1))
        return found
