"""A segment: the arrays of some articles that were written together, read in place from its three files.

``<name>.seg`` holds documents and words, ``<name>.grams`` the bigrams, ``<name>.articles`` the articles themselves. Documents
are numbered from 0. The literal
texts of all documents stand one after another, so one number says where a bigram is, and ``starts`` whose it is.
"""

from __future__ import annotations

import secrets
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import orjson

from indexer.errors import IndexDamagedError
from indexer.schema import STORED_FACETS, WORD_FIELDS
from indexer.store.bigrams import BigramLists
from indexer.store.byte_strings import BytesList
from indexer.store.parts import PartFile, lengths_of
from indexer.store.texts import StoredTexts, read_texts
from indexer.store.words import Rows, WordLists

__all__ = ["SEGMENT_FILES", "Segment", "SegmentFacet", "new_name"]

SEGMENT_FILES = (".seg", ".grams", ".articles")
"""How the names of a segment's files end."""
ID_STEP = 512
VERIFIED_BYTES = 1 << 20
Value = TypeVar("Value")
_LEFT_OUT: dict[str, Any] = {
    "section": [], "authors": [], "source": None, "published": None, "url": None, "also_at": [], "story": None
}  # fmt: skip
"""Values that the head of an article leaves out."""


def new_name() -> str:
    """A name that no segment has had."""
    return f"MAIN_{secrets.token_hex(8)}"


@dataclass(frozen=True)
class SegmentFacet:
    """The values of one facet. ``forms`` are pairs of folded key and form as written, sorted.

    Document ``d`` has the forms ``entries[offsets[d]:offsets[d + 1]]``, one for each of its keys.
    """

    forms: tuple[tuple[str, str], ...]
    offsets: npt.NDArray[Any]
    entries: npt.NDArray[Any]

    @cached_property
    def docs(self) -> npt.NDArray[np.int32]:
        """The document of each entry, ``int32[n_entries]``."""
        return np.repeat(np.arange(len(self.offsets) - 1, dtype=np.int32), lengths_of(self.offsets))


class Segment:
    """The articles of one segment; safe to share between threads, for it only reads.

    Attributes:
        files: what it is read from, in the order of ``SEGMENT_FILES``.
        deleted: ``bool[n_docs]``, None when no article is deleted.
        starts: where each literal text begins, ``uint32[n_docs + 1]``; borders: where each of its fields does, relative to
            that, ``[n_docs, n_fields + 1]``.
        lengths: words in each field of ``WORD_FIELDS``; days, moments: as in ``PreparedArticle``.
        ids: the ids by document; order: documents by id; ranks: the place of each in that.

    With ``verify`` all of each file is read and compared with its checksums, before anything is made of it.

    Raises:
        FileNotFoundError: a file is missing.
        IndexDamagedError: a file is damaged.
    """

    def __init__(self, folder: Path, name: str, deleted: Sequence[int] = (), *, verify: bool = False) -> None:
        self.name = name
        self.parts, self.grams, self.stored = (PartFile(folder / (name + end)) for end in SEGMENT_FILES)
        self.files = (self.parts, self.grams, self.stored)
        for file in self.files if verify else ():
            for _ in file.verify_in_steps(VERIFIED_BYTES):
                pass
        self.starts = self.parts["starts"]
        self.n_docs = len(self.starts) - 1
        self._folder = folder
        self._kept: dict[str, Any] = {}
        self._delete(tuple(deleted))
        self.borders = self.parts["borders"]
        self.gaps = self.grams["gaps"]
        self.days = self.parts["days"]
        self.moments = self.parts["moments"]
        self.order = self.parts["order"]
        self.ranks = self.parts["ranks"]
        self.lengths = {field: self.parts[f"lengths.{field}"] for field in WORD_FIELDS}
        self.ids = BytesList(self.parts["ids"], self.parts["ids_offsets"])
        self.words = WordLists(self.parts)
        self.bigrams = BigramLists(self.grams)
        self.positions = self.bigrams.positions
        self._heads = BytesList(self.stored["heads"], self.stored["heads_offsets"])
        self._texts = self.stored["texts"]
        self._text_offsets = self.stored["texts_offsets"]

    def with_deleted(self, deleted: tuple[int, ...]) -> Segment:
        """The same segment with these documents deleted; files, and what was computed of them, are shared."""
        if deleted == self._deleted:
            return self
        other = copy(self)
        other._delete(deleted)
        return other

    def once(self, name: str, compute: Callable[[Segment], Value], *, of_live: bool = False) -> Value:
        """What ``compute`` makes of the segment whatever is deleted in it: made once, and kept as long as its files are read.

        What depends on the deleted documents is ``of_live`` ones, and kept as long as no more are deleted.
        """
        kept = self._kept_of_live if of_live else self._kept
        if name not in kept:
            kept[name] = compute(self)
        value: Value = kept[name]
        return value

    def _delete(self, deleted: tuple[int, ...]) -> None:
        self._deleted = deleted
        self._kept_of_live: dict[str, Any] = {}
        self.deleted: npt.NDArray[np.bool_] | None = None
        if deleted:
            if max(deleted) >= self.n_docs:
                raise IndexDamagedError(
                    f"the index file {self._folder / self.name}.seg has {self.n_docs} articles, and should have more; build the "
                    "index anew: article-search rebuild",
                    path=self._folder / f"{self.name}.seg",
                )
            self.deleted = np.zeros(self.n_docs, dtype=np.bool_)
            self.deleted[np.array(deleted)] = True

    @cached_property
    def _some_ids(self) -> list[bytes]:
        """Every id that is so many places after another, in their order."""
        return [self.ids[doc] for doc in self.order[::ID_STEP].tolist()]

    @cached_property
    def facets(self) -> dict[str, SegmentFacet]:
        """The values of each of ``STORED_FACETS``."""
        return {
            name: SegmentFacet(
                forms=tuple((key, form) for key, form in orjson.loads(self.parts[f"facets.{name}.forms"].tobytes())),
                offsets=self.parts[f"facets.{name}.offsets"],
                entries=self.parts[f"facets.{name}.entries"],
            )
            for name in STORED_FACETS
        }

    def id(self, doc: int) -> str:
        """The id of a document."""
        article_id: bytes = self.ids[doc]
        return article_id.decode()

    def place_of(self, article_id: bytes) -> int:
        """How many of the ids come before that one."""
        # PERF: a few ids are searched in C first: of 250,000 one is found in 5 µs, without them in 7 µs.
        block = bisect_left(self._some_ids, article_id) * ID_STEP
        return bisect_left(
            self.order, article_id, max(0, block - ID_STEP), min(block, self.n_docs), key=self.ids.__getitem__
        )

    def rank_of(self, article_id: str) -> int:
        """The rank of that id, or of the one before it when no document has it; -1 when all come after."""
        wanted = article_id.encode()
        place = self.place_of(wanted)
        return place if place < self.n_docs and self.ids[self.order[place]] == wanted else place - 1

    def find(self, article_id: str) -> int | None:
        """The live document with that id."""
        rank = self.rank_of(article_id)
        if rank < 0:
            return None
        doc = int(self.order[rank])
        if self.ids[doc] != article_id.encode() or (self.deleted is not None and self.deleted[doc]):
            return None
        return doc

    def word_range(self, word: str) -> tuple[int, int]:
        """The first entry of a word in ``words.docs`` and ``words.codes``, and the one after its last; equal without any."""
        return self.words.range(word)

    def word_rows(self, first: int, last: int) -> Rows:
        """How often the word of each entry from ``first`` to ``last`` stands in each field, ``uint32[n, n_fields]``."""
        return self.words.rows_at(np.arange(first, last))

    def word(self, field: str, word: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The documents in whose ``field`` the word stands, ascending, and how often in each."""
        first, last = self.words.range(word)
        frequencies = self.words.frequencies(WORD_FIELDS.index(field), first, last)
        having = np.flatnonzero(frequencies)
        return self.words.docs[first:last][having], frequencies[having]

    def words_between(self, prefix: str) -> Iterator[tuple[str, int]]:
        """The words that begin with ``prefix``, sorted, each with how many documents hold it, deleted ones included."""
        return self.words.between(prefix)

    def bigram_range(self, term: str) -> tuple[int, int, int]:
        """The first of a bigram's places in ``positions``, the one after its last, and how many documents hold it."""
        return self.bigrams.range(term)

    def bigram(self, term: str) -> npt.NDArray[np.uint32]:
        """Where in the segment the bigram, or the last character alone, begins; ascending."""
        first, last, _ = self.bigram_range(term)
        return self.positions[first:last]

    def character(self, char: str) -> npt.NDArray[np.uint32]:
        """Where in the segment the character stands, by the character that follows: not ascending."""
        first, last = self.bigrams.beginning(char)
        return self.positions[first:last]

    def head(self, doc: int) -> bytes:
        """The JSON object of the article without its texts and without values that say nothing."""
        head: bytes = self._heads[doc]
        return head

    def text_units(self, doc: int) -> npt.NDArray[np.uint16]:
        """The code units of all texts of the article, as ``texts.py`` has them."""
        units: npt.NDArray[np.uint16] = self._texts[self._text_offsets[doc] : self._text_offsets[doc + 1]]
        return units

    def texts(self, doc: int) -> StoredTexts:
        """The texts of the article that its head leaves out."""
        return read_texts(self.text_units(doc))

    def record(self, doc: int) -> dict[str, Any]:
        """The article as the JSON object that ``article_to_record`` makes."""
        texts = self.texts(doc)
        head: dict[str, Any] = orjson.loads(self.head(doc))
        return _LEFT_OUT | head | {"body": texts.body, "summary": texts.summary, "captions": list(texts.captions)}
