"""Prepared articles to the arrays of a segment, by sorting: what stands where becomes where what stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from indexer.analysis import GAP, WordOccurrences
from indexer.article import Article
from indexer.schema import STORED_FACETS, WORD_FIELDS, PreparedRun, facet_key
from indexer.store.bigrams import key_bits, key_type
from indexer.store.byte_strings import joined
from indexer.store.part_writer import write_parts
from indexer.store.parts import lengths_of, narrow, offsets_of
from indexer.store.segment import SEGMENT_FILES
from indexer.store.texts import TEXT_FIELDS, text_parts
from indexer.store.words import EXCEPTION, choose_table, codes_of, pack_rows

__all__ = ["NO_MOMENT", "SegmentArrays", "invert"]

NO_MOMENT = -(2**63)

HEAD_FIELDS = tuple(field.name for field in fields(Article) if field.name not in TEXT_FIELDS)

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class SegmentArrays:
    """The parts of the files of a segment: documents with words, bigrams, articles."""

    documents: Arrays
    bigrams: Arrays
    articles: Arrays

    @property
    def n_docs(self) -> int:
        """How many articles it has."""
        return len(self.documents["starts"]) - 1

    @property
    def n_chars(self) -> int:
        """How many characters their literal texts have."""
        return int(self.documents["starts"][-1])

    def write(self, folder: Path, name: str) -> None:
        """Writes the files; making them durable is the caller's."""
        for end, parts in zip(SEGMENT_FILES, (self.documents, self.bigrams, self.articles), strict=True):
            write_parts(folder / (name + end), parts)


def invert(run: PreparedRun) -> SegmentArrays:
    """The segment of some articles."""
    moments = [NO_MOMENT if moment is None else moment for moment in run.moments]
    starts = offsets_of([len(literal) for literal in run.literals]).astype(np.uint32)
    documents: Arrays = {
        "starts": starts,
        "borders": narrow(np.array(run.starts, dtype=np.int64)),
        "days": np.array(run.days, dtype=np.int32),
        "moments": np.array(moments, dtype=np.int64),
    }
    documents |= _id_arrays([article.id.encode() for article in run.articles])
    documents |= _word_arrays(run.words, len(run.articles))
    for name in STORED_FACETS:
        documents |= _facet_arrays(name, [values[name] for values in run.facets])
    return SegmentArrays(documents, _bigram_arrays("".join(run.literals), starts), _article_arrays(run.articles))


def _id_arrays(ids: Sequence[bytes]) -> Arrays:
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.uint32)
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(ids), dtype=np.uint32)
    return joined("ids", ids) | {"order": order, "ranks": ranks}


def _bigram_arrays(text: str, starts: npt.NDArray[np.uint32]) -> Arrays:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    chars, numbers = _numbered_chars(codes)
    gaps = codes == ord(GAP)
    positions = np.flatnonzero(~gaps).astype(np.uint64)
    bits = np.uint64(key_bits(len(chars)))
    keys = numbers[positions] << bits | np.append(numbers[1:], np.uint64(0))[positions]
    if bits == 16:
        # PERF: one plain sort of packed numbers takes a tenth of the time of a stable argsort.
        packed = np.sort(keys << np.uint64(32) | positions)
        keys, positions = packed >> np.uint64(32), packed & np.uint64(2**32 - 1)
    else:
        order = np.argsort(keys, kind="stable")
        keys, positions = keys[order], positions[order]
    first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
    of_document = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), lengths_of(starts))[positions]
    changes = np.append(True, of_document[1:] != of_document[:-1])[: len(keys)]
    changes[first] = True
    return {
        "gaps": np.flatnonzero(gaps).astype(np.uint32),
        "bigrams.chars": chars,
        "bigrams.keys": keys[first].astype(key_type(len(chars))),
        "bigrams.starts": np.append(first, len(keys)).astype(np.uint32),
        "bigrams.docs": narrow(np.add.reduceat(changes, first, dtype=np.int64) if len(first) else first),
        "bigrams.positions": positions.astype(np.uint32),
    }


def _numbered_chars(codes: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint64]]:
    """The code points that occur, ascending, after 0, and the number of each of ``codes`` among them: 0 for a gap."""
    occurring = np.zeros(max(int(codes.max(initial=0)), ord(GAP)) + 1, dtype=np.bool_)
    occurring[codes] = True
    occurring[ord(GAP)] = False
    occurring[0] = True
    number = np.cumsum(occurring, dtype=np.uint32) - np.uint32(1)
    number[ord(GAP)] = 0
    return np.flatnonzero(occurring).astype(np.uint32), number[codes].astype(np.uint64)


def _word_arrays(occurrences: WordOccurrences, n_docs: int) -> Arrays:
    n_fields = len(WORD_FIELDS)
    words = occurrences.words
    order = sorted(range(len(words)), key=words.__getitem__)  # NOTE: UTF-8 sorts as code points do
    place = np.empty(len(words), dtype=np.int64)
    place[order] = np.arange(len(words))
    places = np.sort(place[occurrences.numbers] << 32 | occurrences.texts)
    first = np.flatnonzero(np.append(True, places[1:] != places[:-1])[: len(places)])
    frequencies = lengths_of(np.append(first, len(places)))
    of_word, text = places[first] >> 32, places[first] & 0xFFFFFFFF
    of_document, field = np.divmod(text, n_fields)
    begins = np.append(True, (of_word[1:] != of_word[:-1]) | (of_document[1:] != of_document[:-1]))[: len(of_word)]
    rows = np.zeros((int(begins.sum()), n_fields), dtype=np.uint32)
    rows[np.cumsum(begins) - 1, field] = frequencies
    packed = pack_rows(rows)
    table = choose_table(*np.unique(packed, return_counts=True))
    codes = codes_of(packed, table)
    large_at = np.flatnonzero(codes == EXCEPTION)
    lengths = np.bincount(occurrences.texts, minlength=n_docs * n_fields).reshape(n_docs, n_fields)
    return {
        **{f"lengths.{name}": narrow(lengths[:, at]) for at, name in enumerate(WORD_FIELDS)},
        **joined("words.text", [words[number].encode() for number in order]),
        "words.starts": narrow(offsets_of(np.bincount(of_word[begins], minlength=len(words)))),
        "words.docs": narrow(of_document[begins], n_docs),
        "words.codes": codes,
        "words.rows": table,
        "words.large_at": large_at.astype(np.uint64),
        "words.large": rows[large_at],
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


def _article_arrays(articles: Sequence[Article]) -> Arrays:
    return joined("heads", [_head(article) for article in articles]) | text_parts(articles)


def _head(article: Article) -> bytes:
    """The JSON of what is shown of an article beside its texts; absent values are left out."""
    return orjson.dumps({name: value for name in HEAD_FIELDS if (value := getattr(article, name)) or name == "title"})
