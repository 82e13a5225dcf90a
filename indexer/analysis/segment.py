"""Han runs to words: the segmenter seam and its two implementations, jieba and its Rust port.

Both read the same words: jieba's dictionary and, added to it, the folded form of every word that folding would break.
Both cut with jieba's algorithm, so an index built with one serves with the other; ``tests/test_segment.py`` holds their
tokens to be identical over real text. Only folded runs of the characters jieba knows (U+4E00 to U+9FD5) come here;
``words.py`` takes care of the rest.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import tempfile
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Protocol

from indexer.analysis.token import Token
from indexer.errors import AnalysisError

__all__ = [
    "SEGMENTERS",
    "DictionarySegmenter",
    "FastSegmenter",
    "Segmenter",
    "dictionary_fingerprint",
    "open_segmenter",
    "private_cache_dir",
]

SEGMENTERS = ("auto", "jieba", "rjieba")
FIRST_KNOWN, LAST_KNOWN = "\u4e00", "\u9fd5"


class Segmenter(Protocol):
    """Cuts a run of folded Han characters into words, in jieba's search mode.

    The words of a cut that are not inside another one, joined, are the run: a segmenter may not add, drop or change text.
    A word comes after the shorter words inside it. An empty run gives no words. Safe to use from several threads.
    """

    def cut(self, run: str) -> list[Token]:
        """The words of ``run``, spans counted from its start."""

    def words(self, text: str) -> list[str]:
        """The words of many runs with line feeds and 。 between them, which come as words of their own."""


class DictionarySegmenter:
    """jieba itself, in a tokenizer of our own: its module-level one is shared with whoever else imports it."""

    def __init__(self) -> None:
        import jieba

        jieba.setLogLevel(logging.WARNING)
        self._tokenizer = jieba.Tokenizer(str(_folded_dictionary()))
        self._tokenizer.tmp_dir = str(private_cache_dir())
        self._tokenizer.cache_file = f"jieba-{dictionary_fingerprint()}.cache"
        self._tokenizer.initialize()

    def cut(self, run: str) -> list[Token]:
        """The words of ``run``, by jieba."""
        return [Token(*word) for word in self._tokenizer.tokenize(run, mode="search")]

    def words(self, text: str) -> list[str]:
        """The words of many runs, by jieba."""
        return list(self._tokenizer.cut_for_search(text))


class FastSegmenter:
    """rjieba, the Rust port: the same words about ten times as fast."""

    def __init__(self) -> None:
        try:
            import rjieba
        except ImportError:
            raise AnalysisError(
                "the segmenter rjieba is not installed; install article-search[fast] or choose jieba"
            ) from None
        self._jieba = rjieba.Jieba()
        for word, frequency in _added_words():
            self._jieba.add_word(word, frequency, None)

    def cut(self, run: str) -> list[Token]:
        """The words of ``run``, by rjieba."""
        return [Token(*word) for word in self._jieba.tokenize(run, "search")]

    def words(self, text: str) -> list[str]:
        """The words of many runs, by rjieba."""
        words: list[str] = self._jieba.cut_for_search(text)
        return words


@cache
def open_segmenter(name: str = "auto") -> Segmenter:
    """The segmenter ``name``, one for the process; ``auto`` is rjieba where it is installed, else jieba.

    Raises:
        AnalysisError: no such segmenter, or its library is not installed.
    """
    if name == "jieba":
        return DictionarySegmenter()
    if name == "rjieba":
        return FastSegmenter()
    if name != "auto":
        raise AnalysisError(f"no segmenter is called {name!r}; choose one of {', '.join(SEGMENTERS)}")
    try:
        return open_segmenter("rjieba")
    except AnalysisError:
        return open_segmenter("jieba")


@cache
def dictionary_fingerprint() -> str:
    """16 hexadecimal digits of the words and frequencies that both segmenters cut by."""
    digest = hashlib.blake2b(_base_dictionary().read_bytes(), digest_size=8)
    for word, frequency in _added_words():
        digest.update(f"{word} {frequency}\n".encode())
    return digest.hexdigest()


def private_cache_dir() -> Path:
    """A folder of ours alone (mode 0700) for what libraries cache, made when missing.

    Below ``$XDG_CACHE_HOME`` or ``~/.cache``; where neither can be written, a temporary one for this process. Never a shared
    one: jieba's cache is read with ``marshal``, and another user's file must not be.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "article-search"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        if found.st_uid == os.geteuid():
            if stat.S_IMODE(found.st_mode) != 0o700:
                folder.chmod(0o700)
            if os.access(folder, os.W_OK):
                return folder
    except OSError:
        pass  # a read-only home: the temporary folder below does for this process
    return _temporary_cache_dir()


@cache
def _temporary_cache_dir() -> Path:
    return Path(tempfile.mkdtemp(prefix="article-search-"))


@cache
def _base_dictionary() -> Path:
    import jieba

    return Path(jieba.__file__).with_name("dict.txt")


@cache
def _added_words() -> tuple[tuple[str, int], ...]:
    """Folded forms of words that jieba holds in another form only, and their frequencies; see ``dictionaries``."""
    table = resources.files("indexer.analysis") / "dictionaries" / "words.tsv"
    lines = table.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple((word, int(frequency)) for word, frequency in rows)


def _folded_dictionary() -> Path:
    """The dictionary of jieba with our words after it, as the file that jieba wants, kept in the private folder."""
    path = private_cache_dir() / f"words-{dictionary_fingerprint()}.txt"
    if not path.exists():
        descriptor, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(_base_dictionary().read_text(encoding="utf-8").rstrip("\n") + "\n")
            file.writelines(f"{word} {frequency} x\n" for word, frequency in _added_words())
        Path(temporary).replace(path)
    return path
