"""A Whoosh codec that reads our segments, so that Whoosh's own searcher answers from the same bytes.

Whoosh's queries are the oracle of the evaluator's tests. The codec only reads: segments are written by ``writer.py``. Words are
the fields ``w_<field>`` with frequencies, ``literal`` holds bigrams with positions, ``id`` the ids.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh import fields, formats
from whoosh.codec import base
from whoosh.index import FileIndex
from whoosh.matching import ListMatcher
from whoosh.reading import IndexReader, TermInfo

from indexer.schema import WORD_FIELDS
from indexer.store.contents import read_contents
from indexer.store.segment import Segment

__all__ = ["open_whoosh_reader", "word_field"]

LITERAL, ID = "literal", "id"


def word_field(name: str) -> str:
    """The Whoosh field that holds the words of ``name``."""
    return f"w_{name}"


def open_whoosh_reader(folder: Path) -> IndexReader:
    """Whoosh's reader over the newest commit of the generation in ``folder``, for ``whoosh.searching.Searcher``.

    Raises:
        FileNotFoundError: a commit fell between the reading of its table and the opening of its files; open again.
        IndexDamagedError: it cannot be read.
    """
    schema = fields.Schema(id=fields.ID(stored=True, unique=True), literal=_Field(formats.Positions()))
    for name in WORD_FIELDS:
        schema.add(word_field(name), _Field(formats.Frequency()))
    contents = read_contents(folder)
    segments = [_ReadSegment(Segment(folder, entry.name, entry.deleted)) for entry in contents.segments]
    return FileIndex._reader(None, schema, segments, contents.number)


class _Field(fields.FieldType):  # type: ignore[misc,unused-ignore]
    def __init__(self, format_: formats.Format) -> None:
        super().__init__(format=format_, analyzer=None, scorable=True)


class _ReadSegment(base.Segment):  # type: ignore[misc,unused-ignore]
    """A segment as Whoosh knows it: its size and its deletions."""

    def __init__(self, segment: Segment) -> None:
        super().__init__(segment.name)
        self.segment = segment
        self.deleted = [] if segment.deleted is None else np.flatnonzero(segment.deleted).tolist()

    def codec(self) -> base.Codec:
        return _ReadingCodec()

    def doc_count_all(self) -> int:
        return self.segment.n_docs

    def doc_count(self) -> int:
        return self.segment.n_docs - len(self.deleted)

    def has_deletions(self) -> bool:
        return bool(self.deleted)

    def deleted_docs(self) -> list[int]:
        return self.deleted

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self.deleted


class _ReadingCodec(base.Codec):  # type: ignore[misc,unused-ignore]
    def terms_reader(self, _storage: object, segment: _ReadSegment) -> base.TermsReader:
        return _TermsReader(segment.segment)

    def per_document_reader(self, _storage: object, segment: _ReadSegment) -> base.PerDocumentReader:
        return _PerDocumentReader(segment)


class _PerDocumentReader(base.PerDocumentReader):  # type: ignore[misc,unused-ignore]
    def __init__(self, segment: _ReadSegment) -> None:
        self._segment = segment
        texts = segment.segment
        self._lengths = {word_field(name): lengths for name, lengths in texts.lengths.items()}
        self._lengths[LITERAL] = np.diff(texts.starts)

    def close(self) -> None:
        """Nothing: the files go with the last view of them."""

    def doc_count(self) -> int:
        return self._segment.doc_count()

    def doc_count_all(self) -> int:
        return self._segment.doc_count_all()

    def has_deletions(self) -> bool:
        return self._segment.has_deletions()

    def is_deleted(self, docnum: int) -> bool:
        return self._segment.is_deleted(docnum)

    def deleted_docs(self) -> list[int]:
        return self._segment.deleted_docs()

    def has_column(self, _fieldname: str) -> bool:
        return False

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return int(self._lengths[fieldname][docnum]) if fieldname in self._lengths else default

    def field_length(self, fieldname: str) -> int:
        return int(self._lengths[fieldname].sum()) if fieldname in self._lengths else 0

    def min_field_length(self, fieldname: str) -> int:
        return int(self._lengths[fieldname].min()) if fieldname in self._lengths else 0

    def max_field_length(self, fieldname: str) -> int:
        return int(self._lengths[fieldname].max()) if fieldname in self._lengths else 0

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        return {ID: self._segment.segment.id(docnum)}


class _TermsReader(base.TermsReader):  # type: ignore[misc,unused-ignore]
    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._fields = (ID, LITERAL, *map(word_field, WORD_FIELDS))

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return bool(len(self._postings(*term)[0]))

    def indexed_field_names(self) -> Sequence[str]:
        return self._fields

    def terms(self) -> Iterator[tuple[str, bytes]]:
        return ((name, term) for name in sorted(self._fields) for term in self._lexicon(name))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        lexicon = self._lexicon(fieldname)
        for at in range(bisect_left(lexicon, prefix), len(lexicon)):
            yield fieldname, lexicon[at]

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        docs, weights = self._postings(fieldname, text)
        if not len(docs):
            raise KeyError((fieldname, text))
        # A bound on lengths is enough: they only serve to skip what cannot be among the best.
        return TermInfo(
            float(weights.sum()), len(docs), 0, 2**31 - 1, float(weights.max()), int(docs[0]), int(docs[-1])
        )

    def frequency(self, fieldname: str, text: bytes) -> float:
        return float(self.term_info(fieldname, text).weight())

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        return int(self.term_info(fieldname, text).doc_frequency())

    def matcher(self, fieldname: str, text: bytes, format_: formats.Format, scorer: Any = None) -> ListMatcher:
        info = self.term_info(fieldname, text)
        docs, weights = self._postings(fieldname, text)
        values = None
        if fieldname == LITERAL:
            places = self._segment.bigram(text.decode()).astype(np.int64)
            borders = np.searchsorted(places, self._segment.starts[docs])[1:]
            each = zip(np.split(places, borders), self._segment.starts[docs].tolist(), strict=True)
            values = [format_.encode((own - start).tolist()) for own, start in each]
        return ListMatcher(
            docs.tolist(), weights.tolist(), values, format_, scorer, term=(fieldname, text), terminfo=info
        )

    def close(self) -> None:
        """Nothing: the files go with the last view of them."""

    def _lexicon(self, fieldname: str) -> Sequence[bytes]:
        if fieldname == ID:
            return [self._segment.ids[doc] for doc in self._segment.order.tolist()]
        if fieldname == LITERAL:
            bigrams = self._segment.bigrams
            pairs = map(bigrams.pair, range(len(bigrams.keys)))
            return [(chr(first) + chr(second) * bool(second)).encode() for first, second in pairs]
        words = self._segment.words
        having = words.frequencies(WORD_FIELDS.index(fieldname.removeprefix("w_")), 0, len(words.docs)) > 0
        held = np.diff(np.append(0, np.cumsum(having))[words.starts]) > 0
        return [words.text[at] for at in np.flatnonzero(held).tolist()]

    def _postings(self, fieldname: str, text: bytes) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The documents that hold a term, and how often."""
        if fieldname == ID:
            rank = self._segment.rank_of(text.decode())
            docs = self._segment.order[rank : rank + 1] if rank >= 0 else self._segment.order[:0]
            docs = docs[[self._segment.ids[int(doc)] == text for doc in docs]]
            return docs, np.ones(len(docs))
        if fieldname == LITERAL:
            places = self._segment.bigram(text.decode())
            return np.unique(np.searchsorted(self._segment.starts, places, side="right") - 1, return_counts=True)
        return self._segment.word(fieldname.removeprefix("w_"), text.decode())
