"""The words of a segment: one sorted dictionary for all fields, and for each word the documents that hold it.

How often a word stands in each field of a document is one byte, the code of a row of frequencies: few rows are common. The
table of a segment holds the commonest, at most 255; other rows stand apart.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from indexer.schema import WORD_FIELDS
from indexer.store.byte_strings import BytesList
from indexer.store.parts import PartFile

__all__ = ["EXCEPTION", "Rows", "WordLists", "choose_table", "codes_of", "pack_rows"]

Rows = npt.NDArray[np.uint32]

EXCEPTION = 255
"""The code of a row that is not in the table."""
N_FIELDS = len(WORD_FIELDS)
_BITS = 60 // N_FIELDS
_MOST = (1 << _BITS) - 1
_SHIFTS = np.arange(N_FIELDS, dtype=np.uint64) * np.uint64(_BITS)
_UNPACKED = np.uint64(2**64 - 1)


class WordLists:
    """The words of a segment, read in place; safe to share between threads.

    Attributes:
        text: the words, sorted, UTF-8.
        starts: where the entries of each word begin, ``[n_words + 1]``.
        docs: the document of each entry, ascending for each word; codes: its row, ``uint8[n_entries]``.
        table: the row of each code, ``uint32[256, n_fields]``, in the order of ``WORD_FIELDS``.
        large_at: entries whose code is ``EXCEPTION``, ascending; large: their rows, ``uint32[n, n_fields]``.
    """

    def __init__(self, parts: PartFile) -> None:
        self.text = BytesList(parts["words.text"], parts["words.text_offsets"])
        self.starts = parts["words.starts"]
        self.docs = parts["words.docs"]
        self.codes: npt.NDArray[np.uint8] = parts["words.codes"]
        rows = parts["words.rows"]
        self.table: Rows = np.zeros((EXCEPTION + 1, N_FIELDS), dtype=np.uint32)
        self.table[: len(rows)] = rows
        self.large_at = parts["words.large_at"]
        self.large: Rows = parts["words.large"]

    def range(self, word: str) -> tuple[int, int]:
        """The first entry of a word and the one after its last; equal when no document holds it."""
        at = self.text.find(word.encode())
        if at is None:
            return 0, 0
        return int(self.starts[at]), int(self.starts[at + 1])

    def rows_at(self, entries: npt.NDArray[np.int64]) -> Rows:
        """The row of frequencies of each of ``entries``."""
        codes = self.codes[entries]
        rows = self.table[codes]
        apart = np.flatnonzero(codes == EXCEPTION)
        rows[apart] = self.large[np.searchsorted(self.large_at, entries[apart].astype(np.uint64))]
        return rows

    def frequencies(self, field: int, first: int, last: int) -> npt.NDArray[np.uint32]:
        """How often the word stands in field number ``field`` of each entry from ``first`` to ``last``; mostly 0."""
        frequencies: npt.NDArray[np.uint32] = self.table[:, field][self.codes[first:last]]
        if len(self.large_at):
            low, high = np.searchsorted(self.large_at, np.array([first, last], dtype=np.uint64)).tolist()
            frequencies[self.large_at[low:high] - np.uint64(first)] = self.large[low:high, field]
        return frequencies

    def between(self, prefix: str) -> Iterator[tuple[str, int]]:
        """The words that begin with ``prefix``, sorted, each with how many documents hold it, deleted ones included."""
        begin = prefix.encode()
        first = self.text.place(begin)
        # NOTE: no byte of UTF-8 is 255, so that all that begin with the prefix come before it with 255 added.
        last = self.text.place(begin + b"\xff")
        borders = self.starts[first : last + 1].tolist()
        for at in range(first, last):
            word: bytes = self.text[at]
            yield word.decode(), borders[at - first + 1] - borders[at - first]


def pack_rows(rows: Rows) -> npt.NDArray[np.uint64]:
    """A number for each row, different for different ones; one and the same for all that are too large to be in a table."""
    packed = np.zeros(len(rows), dtype=np.uint64)
    # PERF: field by field, 500,000 rows take 1.2 ms, by a reduction along rows 16 ms.
    for field in range(N_FIELDS):
        packed |= rows[:, field].astype(np.uint64) << _SHIFTS[field]
    if rows.max(initial=0) > _MOST:
        packed[(rows > _MOST).any(axis=1)] = _UNPACKED
    return packed


def choose_table(packed: npt.NDArray[np.uint64], counts: npt.NDArray[np.int64]) -> Rows:
    """The rows that get a code, the commonest first, from packed rows and how often each is there."""
    distinct, inverse = np.unique(packed, return_inverse=True)
    totals = np.bincount(inverse, weights=counts, minlength=len(distinct))
    order = np.lexsort((distinct, -totals))
    chosen = distinct[order[distinct[order] != _UNPACKED]][:EXCEPTION]
    rows: Rows = (chosen[:, None] >> _SHIFTS & np.uint64(_MOST)).astype(np.uint32)
    return rows


def codes_of(packed: npt.NDArray[np.uint64], table: Rows) -> npt.NDArray[np.uint8]:
    """The code of each packed row in ``table``."""
    if not len(table):
        return np.full(len(packed), EXCEPTION, dtype=np.uint8)
    known = pack_rows(table)
    order = np.argsort(known)
    at = np.minimum(np.searchsorted(known[order], packed), len(known) - 1)
    found = order[at]
    return np.where(known[found] == packed, found, EXCEPTION).astype(np.uint8)
