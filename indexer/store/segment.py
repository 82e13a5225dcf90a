"""A segment: the arrays of some articles that were written together, read in place from its two files.

``<name>.seg`` holds what is searched, ``<name>.articles`` the articles themselves. Documents are numbered from 0. The literal
texts of all documents stand one after another, so one number says where a bigram is, and ``starts`` whose it is.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from indexer.schema import STORED_FACETS, WORD_FIELDS
from indexer.store.parts import PartFile

__all__ = ["BytesList", "Segment", "SegmentFacet", "bigram_key"]

SAMPLE_STEP = 64
_WORD_PARTS = ("docs", "starts", "frequencies", "large_at", "large")


def bigram_key(term: str) -> int:
    """The number by which a bigram, or a last character alone, is sorted."""
    return ord(term[0]) << 32 | (ord(term[1]) if len(term) > 1 else 0)


class BytesList(Sequence[bytes]):
    """Byte strings that stand in one array: item ``i`` at ``offsets[i]:offsets[i + 1]``."""

    def __init__(self, content: npt.NDArray[np.uint8], offsets: npt.NDArray[Any]) -> None:
        self.content = content
        self.offsets = offsets

    @cached_property
    def _samples(self) -> list[bytes]:
        return [self[at] for at in range(0, len(self), SAMPLE_STEP)]

    def place(self, wanted: bytes) -> int:
        """Where ``wanted`` stands among the items, which are sorted, or would stand: as ``bisect_left`` says."""
        # PERF: every 64th item is a list of its own, searched in C: 3 µs a look-up among 130,000 words, 11 µs without.
        block = bisect_left(self._samples, wanted) * SAMPLE_STEP
        return bisect_left(self, wanted, max(0, block - SAMPLE_STEP), min(block, len(self)))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: Any) -> Any:
        return self.content[self.offsets[index] : self.offsets[index + 1]].tobytes()


@dataclass(frozen=True, slots=True)
class SegmentFacet:
    """The values of one facet. ``forms`` are pairs of folded key and form as written, sorted.

    Document ``d`` has the forms ``entries[offsets[d]:offsets[d + 1]]``, one for each of its keys.
    """

    forms: tuple[tuple[str, str], ...]
    offsets: npt.NDArray[Any]
    entries: npt.NDArray[Any]


class Segment:
    """The articles of one segment; safe to share between threads, for it only reads.

    Attributes:
        deleted: ``bool[n_docs]``, None when no article is deleted.
        starts: where each literal text begins, ``uint32[n_docs + 1]``; borders: where each of its fields does, relative to
            that, ``[n_docs, n_fields + 1]``.
        lengths: words in each field of ``WORD_FIELDS``; days, moments: as in ``PreparedArticle``.
        ids: the ids by document; order: documents by id; ranks: the place of each in that.

    Raises:
        FileNotFoundError: a file is missing.
        IndexDamagedError: a file is damaged.
    """

    def __init__(self, folder: Path, name: str, deleted: Sequence[int] = ()) -> None:
        self.name = name
        self.parts = PartFile(folder / f"{name}.seg")
        self.stored = PartFile(folder / f"{name}.articles")
        self.starts = self.parts["starts"]
        self.n_docs = len(self.starts) - 1
        self.deleted: npt.NDArray[np.bool_] | None = None
        if deleted:
            self.deleted = np.zeros(self.n_docs, dtype=np.bool_)
            self.deleted[list(deleted)] = True
        self.borders = self.parts["borders"]
        self.gaps = self.parts["gaps"]
        self.days = self.parts["days"]
        self.moments = self.parts["moments"]
        self.order = self.parts["order"]
        self.ranks = self.parts["ranks"]
        self.lengths = {field: self.parts[f"lengths.{field}"] for field in WORD_FIELDS}
        self.ids = self.bytes_list("ids")
        self.words = {field: self.bytes_list(f"words.{field}.text") for field in WORD_FIELDS}
        self._word_arrays = {
            field: tuple(self.parts[f"words.{field}.{part}"] for part in _WORD_PARTS) for field in WORD_FIELDS
        }
        self._keys = self.parts["bigrams.keys"]
        self._bigram_starts = self.parts["bigrams.starts"]
        self._positions = self.parts["bigrams.positions"]

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

    def bytes_list(self, name: str) -> BytesList:
        """The byte strings of the part ``name``."""
        return BytesList(self.parts[name], self.parts[f"{name}_offsets"])

    def id(self, doc: int) -> str:
        """The id of a document."""
        article_id: bytes = self.ids[doc]
        return article_id.decode()

    def rank_of(self, article_id: str) -> int:
        """The rank of that id, or of the one before it when no document has it; -1 when all come after."""
        return bisect_right(self.order, article_id.encode(), key=self.ids.__getitem__) - 1

    def find(self, article_id: str) -> int | None:
        """The live document with that id."""
        rank = self.rank_of(article_id)
        if rank < 0:
            return None
        doc = int(self.order[rank])
        if self.ids[doc] != article_id.encode() or (self.deleted is not None and self.deleted[doc]):
            return None
        return doc

    def word(self, field: str, word: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The documents in whose ``field`` the word stands, ascending, and how often in each."""
        docs, starts, frequencies, _, _ = self._word_arrays[field]
        words, wanted = self.words[field], word.encode()
        at = words.place(wanted)
        if at == len(words) or words[at] != wanted:
            return docs[:0], frequencies[:0]
        first, last = int(starts[at]), int(starts[at + 1])
        return docs[first:last], self.frequencies(field, first, last)

    def words_with(self, field: str, prefix: str) -> Iterator[str]:
        """The words of a ``field`` that begin with ``prefix``, sorted; all of them with an empty one."""
        words, start = self.words[field], prefix.encode()
        for at in range(words.place(start), len(words)):
            word: bytes = words[at]
            if not word.startswith(start):
                return
            yield word.decode()

    def frequencies(self, field: str, first: int, last: int) -> npt.NDArray[Any]:
        """The frequencies of the entries ``first`` to ``last`` of a field, those that need more than a byte put in."""
        _, _, frequencies, large_at, large = self._word_arrays[field]
        narrow: npt.NDArray[Any] = frequencies[first:last]
        if not len(large_at):
            return narrow
        low, high = (int(place) for place in np.searchsorted(large_at, [first, last]))
        if low == high:
            return narrow
        wide = narrow.astype(np.uint32)
        wide[large_at[low:high] - first] = large[low:high]
        return wide

    def bigram(self, term: str) -> npt.NDArray[np.uint32]:
        """Where in the segment the bigram, or the last character alone, begins; ascending."""
        key = np.uint64(bigram_key(term))
        at = int(np.searchsorted(self._keys, key))
        if at == len(self._keys) or self._keys[at] != key:
            return self._positions[:0]
        return self._positions[int(self._bigram_starts[at]) : int(self._bigram_starts[at + 1])]

    def character(self, char: str) -> npt.NDArray[np.uint32]:
        """Where in the segment the character stands; ascending."""
        borders = np.array([ord(char) << 32, (ord(char) + 1) << 32], dtype=np.uint64)
        first, last = self._bigram_starts[np.searchsorted(self._keys, borders)]
        return np.sort(self._positions[int(first) : int(last)])

    def head(self, doc: int) -> bytes:
        """The JSON object of the article without its texts."""
        head: bytes = BytesList(self.stored["heads"], self.stored["heads_offsets"])[doc]
        return head

    def record(self, doc: int) -> dict[str, Any]:
        """The article as the JSON object that was stored."""
        texts = BytesList(self.stored["texts"], self.stored["texts_offsets"])[doc]
        record: dict[str, Any] = orjson.loads(self.head(doc)) | orjson.loads(zlib.decompress(texts))
        return record
