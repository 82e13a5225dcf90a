"""The editor's own words, as ``rewrite.py`` uses them: synonyms, stop words and pins, and the words of the regions.

They are plain files in the data directory (``docs/editorial-words.md``). ``VocabularyFiles`` looks at their stamps before each
search and reads what has changed; a file with a bad line is not taken, and the version before it goes on serving.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from indexer.analysis import clean, fold, literal_form
from indexer.editorial import (
    PINS_NAME,
    STOP_WORDS_NAME,
    SYNONYMS_NAME,
    Entry,
    read_entries,
    read_words,
    split_words,
    word_form,
)
from indexer.errors import EditorialError, UnreadableError

__all__ = ["Vocabulary", "VocabularyFiles", "region_words"]

MAX_GROUP_WORDS = 50
MAX_PINS = 20

Finds = Mapping[str, tuple[str, ...]]

_ARROW = re.compile(r"[=＝][>＞]|→")
_ID_SEPARATOR = re.compile(r"[,，、]")
_log = logging.getLogger("article_search")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Words in their literal form. ``synonyms`` are what a word finds besides itself, ``pins`` the ids that a query shows first.

    ``longest_synonym`` is the number of characters of the longest word that has synonyms.
    """

    synonyms: Finds = field(default_factory=dict)
    stop_words: frozenset[str] = frozenset()
    pins: Finds = field(default_factory=dict)
    longest_synonym: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "longest_synonym", max(map(len, self.synonyms), default=0))

    def pinned(self, text: str) -> tuple[str, ...]:
        """The ids that a query shows first: one as it was typed, but for script, width, case and outer white space."""
        return self.pins.get(literal_form(fold(clean(text))).text, ()) if self.pins else ()

    @property
    def fingerprint(self) -> str:
        """Eight hexadecimal digits that change when a word does."""
        content = [sorted(self.synonyms.items()), sorted(self.stop_words), sorted(self.pins.items())]
        return hashlib.blake2b(orjson.dumps(content), digest_size=4).hexdigest()


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What the files held when their stamps were ``stamps``; ``contents`` by name, each of its last good version."""

    stamps: tuple[object, ...] | None = None
    contents: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[UnreadableError, ...] = ()
    vocabulary: Vocabulary = Vocabulary()


class VocabularyFiles:
    """The vocabulary of a data directory, read again when a file changes. Safe to share between threads.

    ``regions``: whether the words of the regions count as synonyms too.
    """

    def __init__(self, data: str | Path, *, regions: bool = True) -> None:
        self._paths = [Path(data) / name for name in _READERS]
        self._regions = regions
        self._loaded = _Loaded()
        self._lock = threading.Lock()

    def current(self) -> Vocabulary:
        """The words that hold now."""
        return self._newest().vocabulary

    def stamps(self) -> tuple[object, ...] | None:
        """What changes when a file of which ``current`` was read changes."""
        return self._newest().stamps

    def problems(self) -> tuple[UnreadableError, ...]:
        """The lines because of which a file was not taken."""
        return self._newest().problems

    def _newest(self) -> _Loaded:
        stamps = tuple(map(_stamp, self._paths))
        if stamps == self._loaded.stamps:
            return self._loaded
        with self._lock:
            if stamps != self._loaded.stamps:
                self._loaded = self._read(stamps)
            return self._loaded

    def _read(self, stamps: tuple[object, ...]) -> _Loaded:
        contents = dict(self._loaded.contents)
        problems: list[UnreadableError] = []
        for path in self._paths:
            try:
                contents[path.name] = _READERS[path.name](path)
            except EditorialError as error:
                problems.extend(error.problems)
        for problem in problems:
            _log.warning("not taken, what was there before goes on: %s", problem)
        synonyms = contents.get(SYNONYMS_NAME, {})
        vocabulary = Vocabulary(
            synonyms=_merged([region_words(), synonyms]) if self._regions else synonyms,
            stop_words=contents.get(STOP_WORDS_NAME, frozenset()),
            pins=contents.get(PINS_NAME, {}),
        )
        return _Loaded(stamps, contents, tuple(problems), vocabulary)


@cache
def region_words() -> Finds:
    """What each word of one region finds in the others."""
    table = resources.files("indexer.analysis") / "dictionaries" / "region_words.tsv"
    pairs = []
    for line in table.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            word, relation, other = line.split("\t")
            pairs.append({word: (other,)})
            if relation == "=":
                pairs.append({other: (word,)})
    return MappingProxyType(_merged(pairs))


def _read_synonyms(path: Path) -> Finds:
    return _merged(read_entries(path, _synonyms_of))


def _synonyms_of(entry: Entry) -> Finds:
    """A group of words that find one another, or ``a, b => c, d``: those on the left find those on the right."""
    sides = _ARROW.split(entry.text)
    if len(sides) > 2:
        raise ValueError("has more than one =>; write each on a line of its own")
    words = list(map(split_words, sides))
    if max(map(len, words)) > MAX_GROUP_WORDS:
        raise ValueError(f"has more than {MAX_GROUP_WORDS} words; take some away")
    finding, found = words[0], words[-1]
    finds = {word: tuple(other for other in found if other != word) for word in finding}
    if not any(finds.values()):
        raise ValueError(
            "has one word alone, scripts, width and case being the same everywhere; write others beside it, with commas"
        )
    return {word: others for word, others in finds.items() if others}


def _read_stop_words(path: Path) -> frozenset[str]:
    return frozenset(read_words(path))


def _read_pins(path: Path) -> Finds:
    pins: dict[str, tuple[str, ...]] = {}

    def take(entry: Entry) -> None:
        query, ids = _pins_of(entry)
        if query in pins:
            raise ValueError("is for the same query as a line above; write all its ids on one line")
        pins[query] = ids

    read_entries(path, take)
    return pins


def _pins_of(entry: Entry) -> tuple[str, tuple[str, ...]]:
    sides = _ARROW.split(entry.text)
    if len(sides) != 2 or not sides[0].strip():
        raise ValueError("must be a query, =>, and the ids of articles with commas between them")
    ids = tuple(dict.fromkeys(clean(part).strip() for part in _ID_SEPARATOR.split(sides[1])))
    if not all(ids):
        raise ValueError("an id is missing; write it after => or take the comma away")
    if len(ids) > MAX_PINS:
        raise ValueError(f"has {len(ids)} ids; {MAX_PINS} are the most")
    return word_form(sides[0]), ids


def _merged(finds: Iterable[Finds]) -> dict[str, tuple[str, ...]]:
    """What each word finds by any of them, in their order, each once."""
    merged: dict[str, dict[str, None]] = {}
    for each in finds:
        for word, others in each.items():
            merged.setdefault(word, {}).update(dict.fromkeys(others))
    return {word: tuple(others) for word, others in merged.items()}


def _stamp(path: Path) -> object:
    """What changes when the file does; None without one."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


_READERS: dict[str, Callable[[Path], Any]] = {
    SYNONYMS_NAME: _read_synonyms,
    STOP_WORDS_NAME: _read_stop_words,
    PINS_NAME: _read_pins,
}
