"""The words of segments that become one: dictionaries are joined, documents renumbered, rows of frequencies coded anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.schema import WORD_FIELDS
from indexer.store.merge_sources import MergeSource, range_entries, scatter, walk
from indexer.store.part_writer import PartWriter
from indexer.store.parts import lengths_of, narrowest, offsets_of
from indexer.store.words import EXCEPTION, Rows, choose_table, codes_of, pack_rows

__all__ = ["merge_words"]

Array = npt.NDArray[Any]

COUNTED_AT_ONCE = 1 << 20
BYTES_AN_ENTRY = 256
"""What a document of a word takes while its range is merged, if it is the only one of the word."""


def merge_words(file: PartWriter, sources: Sequence[MergeSource], memory: int) -> None:
    """Writes the words of the live documents of ``sources`` to ``file``, within about ``memory`` bytes."""
    table = _merged_table(sources)
    lists = [_SourceWords(source, table) for source in sources]
    all_words = [source.segment.words for source in sources]
    most_entries = sum(len(words.docs) for words in all_words)
    n_docs = sum(source.n_live for source in sources)
    file.add("words.rows", table)
    text = file.spooled("words.text", np.uint8)
    offsets = file.spooled("words.text_offsets", narrowest(sum(len(words.text.content) for words in all_words)))
    starts = file.spooled("words.starts", narrowest(most_entries))
    codes = file.spooled("words.codes", np.uint8)
    large_at = file.spooled("words.large_at", np.uint64)
    large = file.spooled("words.large", np.uint32, (len(WORD_FIELDS),))
    end = text_end = 0
    with file.streaming("words.docs", narrowest(n_docs)) as docs:
        for parts in walk(lists, range_entries(memory, len(sources), BYTES_AN_ENTRY)):
            merged = _merged(parts)
            joined = b"".join(merged.words)
            text.append(np.frombuffer(joined, dtype=np.uint8))
            offsets.append(text_end + offsets_of([len(word) for word in merged.words])[:-1])
            starts.append(end + offsets_of(merged.counts)[:-1])
            docs.append(merged.docs)
            codes.append(merged.codes)
            large_at.append(end + np.flatnonzero(merged.codes == EXCEPTION))
            large.append(merged.large)
            end, text_end = end + len(merged.docs), text_end + len(joined)
    starts.append(np.array([end]))
    offsets.append(np.array([text_end]))


def _merged_table(sources: Sequence[MergeSource]) -> Rows:
    """The table that serves all segments best; deleted documents count too, which does no harm."""
    packed = [np.zeros(0, dtype=np.uint64)]
    totals = [np.zeros(0, dtype=np.int64)]
    for source in sources:
        words = source.segment.words
        counts = np.zeros(EXCEPTION + 1, dtype=np.int64)
        for at in range(0, len(words.codes), COUNTED_AT_ONCE):
            counts += np.bincount(words.codes[at : at + COUNTED_AT_ONCE], minlength=EXCEPTION + 1)
        used = np.flatnonzero(counts[:EXCEPTION])
        packed += [pack_rows(words.table[used]), pack_rows(words.large)]
        totals += [counts[used], np.ones(len(words.large), dtype=np.int64)]
        source.release()
    return choose_table(np.concatenate(packed), np.concatenate(totals))


@dataclass(frozen=True, slots=True)
class _Range:
    """Words with their entries: how many documents each has, all documents and codes, and the rows of the exceptions."""

    words: list[bytes]
    counts: Array
    docs: Array
    codes: Array
    large: Rows


class _SourceWords:
    """The words of one segment with the documents as they will be numbered and the codes of the merged table."""

    def __init__(self, source: MergeSource, table: Rows) -> None:
        self.source = source
        self._words = source.segment.words
        self.starts = self._words.starts
        self.term = self._words.text.__getitem__
        self.place = self._words.text.place
        self._numbers = None if source.keep is None else source.new_numbers().astype(np.int32)
        self._base = np.uint32(source.base)
        self._table = table
        self._code = codes_of(pack_rows(self._words.table), table)
        self._code[EXCEPTION] = EXCEPTION

    def moved(self, first: int, last: int) -> _Range:
        """The words ``first`` to ``last``, those that are left."""
        words = self._words.text.listed(first, last)
        starts = self.starts[first : last + 1].astype(np.int64)
        begin, end = int(starts[0]), int(starts[-1])
        counts = lengths_of(starts)
        codes = self._code[self._words.codes[begin:end]]
        docs: Array = self._words.docs[begin:end]
        entries = np.flatnonzero(codes == EXCEPTION)
        rows = self._words.rows_at(entries + begin)
        codes[entries] = codes_of(pack_rows(rows), self._table)
        if self._numbers is None:
            docs = docs.astype(np.uint32) + self._base
        else:
            docs = self._numbers[docs]
            kept = docs >= 0
            rows, entries = rows[kept[entries]], entries[kept[entries]]
            counts = lengths_of(np.append(0, np.cumsum(kept))[starts - begin])
            words = [word for word, count in zip(words, counts.tolist(), strict=True) if count]
            still, docs, counts = codes[entries] == EXCEPTION, docs[kept].astype(np.uint32), counts[counts > 0]
            return _Range(words, counts, docs, codes[kept], rows[still])
        return _Range(words, counts, docs, codes, rows[codes[entries] == EXCEPTION])


def _merged(parts: Sequence[_Range]) -> _Range:
    """The same range of words of all segments as one."""
    words = sorted(set(chain.from_iterable(part.words for part in parts)))
    place = dict(zip(words, range(len(words)), strict=True)).__getitem__
    terms = [np.fromiter(map(place, part.words), dtype=np.int64, count=len(part.words)) for part in parts]
    counts, (docs, codes) = scatter(
        len(words), terms, [part.counts for part in parts], [[part.docs, part.codes] for part in parts]
    )
    # Rows of exceptions go by word and document, as all entries do.
    keys = [_exception_keys(part, own) for part, own in zip(parts, terms, strict=True)]
    rows = np.concatenate([part.large for part in parts])
    return _Range(words, counts, docs, codes, rows[np.argsort(np.concatenate(keys))])


def _exception_keys(part: _Range, terms: Array) -> Array:
    entries = np.flatnonzero(part.codes == EXCEPTION)
    term = terms[np.searchsorted(np.cumsum(part.counts), entries, side="right")]
    return term << 32 | part.docs[entries]
