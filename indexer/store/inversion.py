"""Prepared articles to the arrays of a segment, by sorting: what stands where becomes where what stands."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from indexer.analysis import GAP, WordOccurrences
from indexer.article import Article, article_to_record
from indexer.schema import STORED_FACETS, WORD_FIELDS, PreparedRun, facet_key
from indexer.store.parts import lengths_of, narrow, write_parts

__all__ = ["MAX_RUN_CHARS", "NO_MOMENT", "SegmentArrays", "invert", "joined", "offsets_of", "word_arrays"]

NO_MOMENT = -(2**63)
TEXT_FIELDS = ("body", "summary", "captions")
MAX_RUN_CHARS = 1 << 22
"""Literal characters of one run: two code points of 21 bits and a position fill a number of 64 bits."""

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class SegmentArrays:
    """The parts of the two files of a segment."""

    n_docs: int
    searched: Arrays
    stored: Arrays

    def write(self, folder: Path, name: str) -> None:
        """Writes both files, durably."""
        write_parts(folder / f"{name}.seg", self.searched)
        write_parts(folder / f"{name}.articles", self.stored)


def offsets_of(lengths: npt.NDArray[Any] | Sequence[int]) -> npt.NDArray[np.int64]:
    """Where each of successive things of these lengths begins, and at last where all end: ``int64[n + 1]``."""
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def joined(name: str, items: Sequence[bytes]) -> Arrays:
    """The parts that ``BytesList`` reads."""
    content = np.frombuffer(b"".join(items), dtype=np.uint8)
    return {name: content, f"{name}_offsets": narrow(offsets_of([len(item) for item in items]))}


def invert(run: PreparedRun) -> SegmentArrays:
    """The segment of some articles."""
    n_docs = len(run.articles)
    moments = [NO_MOMENT if moment is None else moment for moment in run.moments]
    searched: Arrays = {
        "starts": offsets_of([len(literal) for literal in run.literals]).astype(np.uint32),
        "borders": narrow(np.array(run.starts, dtype=np.int64)),
        "days": np.array(run.days, dtype=np.int32),
        "moments": np.array(moments, dtype=np.int64),
    }
    searched |= _id_arrays([article.id.encode() for article in run.articles])
    searched |= _bigram_arrays("".join(run.literals))
    for field, occurrences in zip(WORD_FIELDS, run.words, strict=True):
        searched |= _words_of_field(field, occurrences, n_docs)
    for name in STORED_FACETS:
        searched |= _facet_arrays(name, [values[name] for values in run.facets])
    return SegmentArrays(n_docs, searched, _stored_arrays(run.articles))


def _id_arrays(ids: Sequence[bytes]) -> Arrays:
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.uint32)
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(ids), dtype=np.uint32)
    return joined("ids", ids) | {"order": order, "ranks": ranks}


def _bigram_arrays(text: str) -> Arrays:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    gap = np.uint64(ord(GAP))
    following = np.append(codes[1:], gap)
    following[following == gap] = 0
    positions = np.flatnonzero(codes != gap).astype(np.uint64)
    keys = codes[positions] << np.uint64(21) | following[positions]
    if len(codes) <= MAX_RUN_CHARS:
        # PERF: one plain sort of packed numbers takes a tenth of the time of a stable argsort.
        packed = np.sort(keys << np.uint64(22) | positions)
        keys, positions = packed >> np.uint64(22), packed & np.uint64(MAX_RUN_CHARS - 1)
    else:
        order = np.argsort(keys, kind="stable")
        keys, positions = keys[order], positions[order]
    first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
    distinct = keys[first]
    return {
        "gaps": np.flatnonzero(codes == gap).astype(np.uint32),
        "bigrams.keys": (distinct >> np.uint64(21)) << np.uint64(32) | (distinct & np.uint64(0x1FFFFF)),
        "bigrams.starts": np.append(first, len(keys)).astype(np.uint32),
        "bigrams.positions": positions.astype(np.uint32),
    }


def _words_of_field(field: str, occurrences: WordOccurrences, n_docs: int) -> Arrays:
    words = sorted(occurrences.words)  # NOTE: UTF-8 sorts as code points do
    number = {word: at for at, word in enumerate(words)}
    place = np.array([number[word] for word in occurrences.words], dtype=np.int64)
    entries = np.sort(place[occurrences.numbers] << 32 | occurrences.texts)
    first = np.flatnonzero(np.append(True, entries[1:] != entries[:-1])[: len(entries)])
    frequencies = lengths_of(np.append(first, len(entries)))
    counts = np.bincount(entries[first] >> 32, minlength=len(words))
    encoded = [word.encode() for word in words]
    lengths = narrow(np.bincount(occurrences.texts, minlength=n_docs))
    arrays = word_arrays(field, encoded, counts, entries[first] & 0xFFFFFFFF, frequencies, n_docs)
    return arrays | {f"lengths.{field}": lengths}


def word_arrays(
    field: str,
    words: Sequence[bytes],
    counts: npt.NDArray[Any],
    docs: npt.NDArray[Any],
    frequencies: npt.NDArray[Any],
    n_docs: int,
) -> Arrays:
    """The parts of one field: its sorted words, and word by word the documents with their frequencies.

    A frequency is a byte; one that is more stands apart, so that a single long article does not widen all others.
    """
    large_at = np.flatnonzero(frequencies > 255)
    return joined(f"words.{field}.text", words) | {
        f"words.{field}.starts": narrow(offsets_of(counts)),
        f"words.{field}.docs": narrow(docs, n_docs),
        f"words.{field}.frequencies": np.minimum(frequencies, 255).astype(np.uint8),
        f"words.{field}.large_at": large_at.astype(np.uint64),
        f"words.{field}.large": frequencies[large_at].astype(np.uint32),
    }


def _facet_arrays(name: str, values: Sequence[tuple[str, ...]]) -> Arrays:
    key_of: dict[str, str] = {}
    kept: list[dict[str, str]] = []
    for labels in values:
        first_forms: dict[str, str] = {}
        for label in labels:
            if label not in key_of:
                key_of[label] = facet_key(label)
            first_forms.setdefault(key_of[label], label)
        kept.append(first_forms)
    forms = sorted({pair for first_forms in kept for pair in first_forms.items()})
    number = {pair: at for at, pair in enumerate(forms)}
    entries = [number[pair] for first_forms in kept for pair in first_forms.items()]
    return {
        f"facets.{name}.forms": np.frombuffer(orjson.dumps(forms), dtype=np.uint8),
        f"facets.{name}.offsets": narrow(offsets_of([len(first_forms) for first_forms in kept])),
        f"facets.{name}.entries": narrow(np.array(entries, dtype=np.int64)),
    }


def _stored_arrays(articles: Sequence[Article]) -> Arrays:
    heads, texts = [], []
    for article in articles:
        head = article_to_record(article)
        texts.append(zlib.compress(orjson.dumps({name: head.pop(name) for name in TEXT_FIELDS}), 1))
        heads.append(orjson.dumps(head))
    return joined("heads", heads) | joined("texts", texts)
