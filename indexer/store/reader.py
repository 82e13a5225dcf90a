"""One generation of the index as arrays: what an engine reads. The codec below it may change, this may not.

A snapshot never changes: a commit or a new generation is seen by opening another.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from whoosh.filedb.filestore import FileStorage
from whoosh.reading import IndexReader as WhooshReader

from indexer.errors import IndexDamagedError
from indexer.schema import STORED_FACETS, WORD_FIELDS
from indexer.store.columns import FacetColumn, facet_column
from indexer.store.fields import NO_MOMENT, NUMBERS
from indexer.store.postings import PostingLists

__all__ = ["Snapshot", "open_snapshot"]

OPEN_ATTEMPTS = 20
RETRY_S = 0.01


class Snapshot:
    """The articles of an index at one moment, numbered from 0 to ``n_docs``; safe to share between threads.

    Attributes:
        live: ``bool[n_docs]``, False for deleted articles, which are in no posting list.
        ids: the id of each article; ``ranks``: ``int32[n_docs]``, its place among the sorted ids.
        lengths: words in each field of ``WORD_FIELDS``, ``float64[n_docs]`` a field.
        literal_lengths: characters of the literal text, ``float64[n_docs]``.
        starts: borders of the fields in the literal text, ``uint32[n_docs, n_fields + 1]``.
        days: first and last day, ``int32[n_docs, 2]``; moments: seconds, ``int64[n_docs]``; dated: ``bool[n_docs]``.
        facets: the column of each facet; postings: the posting lists.
    """

    def __init__(self, reader: WhooshReader) -> None:
        self._reader = reader
        self.n_docs: int = reader.doc_count_all()
        # NOTE: the reader of an index without segments is no segment reader, and has no leaves worth the name.
        self._leaves: list[tuple[WhooshReader, int]] = list(reader.leaf_readers()) if self.n_docs else []
        self.live = np.ones(self.n_docs, dtype=np.bool_)
        for leaf, base in self._leaves:
            self.live[[base + doc for doc in leaf.deleted_docs_set]] = False
        numbers = self._numbers()
        self.moments: npt.NDArray[np.int64] = numbers["moment"]
        self.dated: npt.NDArray[np.bool_] = self.moments != NO_MOMENT
        self.days: npt.NDArray[np.int32] = numbers["days"]
        self.starts: npt.NDArray[np.uint32] = numbers["starts"]
        self.lengths = {name: numbers["lengths"][:, at].astype(np.float64) for at, name in enumerate(WORD_FIELDS)}
        self.literal_lengths = self.starts[:, -1].astype(np.float64)
        self.ids = self._ids()
        self.ranks = np.empty(self.n_docs, dtype=np.int32)
        self.ranks[sorted(range(self.n_docs), key=self.ids.__getitem__)] = np.arange(self.n_docs, dtype=np.int32)
        self._sorted_ids = sorted(self.ids)
        self.facets = self._facets()
        # NOTE: what Whoosh reads through shares the position of one file, so one thread at a time may read.
        self._lock = Lock()
        self.postings = PostingLists(self._leaves, self._lock)

    def close(self) -> None:
        """Closes the files; the snapshot must not be used afterwards."""
        self._reader.close()

    def record(self, doc: int) -> dict[str, Any]:
        """The article numbered ``doc`` as the JSON object that was stored."""
        with self._lock:
            stored = self._reader.stored_fields(doc)["record"]
        record: dict[str, Any] = orjson.loads(stored)
        return record

    def find(self, article_id: str) -> int | None:
        """The number of the live article with that id."""
        with self._lock:
            for leaf, base in self._leaves:
                for doc in self._docs_with_id(leaf, article_id):
                    if self.live[base + doc]:
                        return base + doc
        return None

    def rank_of(self, article_id: str) -> int:
        """The rank of that id, or of the one before it when no article has it; -1 when all come after."""
        return bisect_right(self._sorted_ids, article_id) - 1

    def _docs_with_id(self, leaf: WhooshReader, article_id: str) -> list[int]:
        if ("id", article_id.encode()) not in leaf:
            return []
        return list(leaf.postings("id", article_id.encode()).all_ids())

    def _ids(self) -> list[str]:
        ids = [""] * self.n_docs
        for leaf, base in self._leaves:
            for term in leaf.lexicon("id"):
                for doc in leaf.postings("id", term).all_ids():
                    ids[base + doc] = term.decode()
        return ids

    def _numbers(self) -> npt.NDArray[Any]:
        rows = b"".join(bytes(value) for value in self._column("numbers"))
        return np.frombuffer(rows, dtype=NUMBERS)

    def _column(self, name: str) -> list[bytes]:
        values: list[bytes] = []
        for leaf, _ in self._leaves:
            values.extend(leaf.column_reader(name, translate=False))
        return values

    def _facets(self) -> dict[str, FacetColumn]:
        none = b"{}"
        values = zip(self._column("facets"), self.live.tolist(), strict=True)
        stored = [orjson.loads(value if live else none) for value, live in values]
        columns = {name: facet_column(values.get(name, ()) for values in stored) for name in STORED_FACETS}
        years, months = self.days // 10000, self.days // 100
        columns["year"] = facet_column(_same(first, last, f"{first:04d}") for first, last in years.tolist())
        columns["month"] = facet_column(
            _same(first, last, f"{first // 100:04d}-{first % 100:02d}") for first, last in months.tolist()
        )
        return columns


def open_snapshot(folder: Path) -> Snapshot:
    """The newest commit of the generation in ``folder``.

    Raises:
        IndexDamagedError: it cannot be read.
    """
    for attempt in range(OPEN_ATTEMPTS):
        try:
            return Snapshot(FileStorage(str(folder)).open_index().reader())
        except FileNotFoundError as error:
            # NOTE: Whoosh lists its tables of contents and opens one in two steps; a commit may fall between them.
            if attempt == OPEN_ATTEMPTS - 1:
                raise _damaged(folder, error) from error
            time.sleep(RETRY_S)
        except Exception as error:
            raise _damaged(folder, error) from error
    raise AssertionError("unreachable")


def _damaged(folder: Path, error: Exception) -> IndexDamagedError:
    return IndexDamagedError(
        f"the index in {folder} cannot be read ({type(error).__name__}: {error}); build it anew: article-search rebuild",
        path=folder,
    )


def _same(first: int, last: int, label: str) -> tuple[str, ...]:
    """The one year or month that an article is surely of; nothing when it is undated or spans several."""
    return (label,) if first == last and first else ()
