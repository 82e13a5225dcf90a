"""The Whoosh schema: how a prepared article is laid into Whoosh's fields.

``w_<field>`` holds the words of each of ``WORD_FIELDS`` with their frequencies, ``literal`` the bigrams with their positions.
What is sorted, filtered and counted lies in two columns, the article as JSON in the stored field ``record``. The field types
take ready tokens: analysis is done before (``schema.prepare``), so Whoosh's analyzers have no part in it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
from whoosh import columns, fields, formats

from indexer.analysis import bigram_positions
from indexer.article import article_to_record
from indexer.schema import LITERAL_FIELDS, WORD_FIELDS, PreparedArticle

__all__ = ["NUMBERS", "document_fields", "whoosh_schema", "word_field"]

NO_MOMENT = -(2**63)

NUMBERS = np.dtype(
    [
        ("moment", "<i8"),
        ("days", "<i4", (2,)),
        ("starts", "<u4", (len(LITERAL_FIELDS) + 1,)),
        ("lengths", "<u4", (len(WORD_FIELDS),)),
    ]
)
"""A row of the column ``numbers``: seconds (``NO_MOMENT`` for none), days, field borders in the literal text, words a field."""

_PACK_NUMBERS = struct.Struct(f"<q2i{len(LITERAL_FIELDS) + 1}I{len(WORD_FIELDS)}I")


class CountedWords(fields.FieldType):  # type: ignore[misc]
    """Words with frequencies. The value is a mapping of word to frequency."""

    def __init__(self) -> None:
        super().__init__(format=formats.Frequency(), analyzer=None, scorable=False)

    def index(self, value: dict[str, int], **_options: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Term, frequency, weight and value of each posting, as Whoosh takes them."""
        pack = struct.Struct("!I").pack
        for word, frequency in value.items():
            yield word.encode(), frequency, float(frequency), pack(frequency)


class Bigrams(fields.FieldType):  # type: ignore[misc]
    """Bigrams with positions. The value is a joined literal text."""

    def __init__(self) -> None:
        super().__init__(format=formats.Positions(), analyzer=None, scorable=False)

    def index(self, value: str, **_options: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Term, frequency, weight and value of each posting, as Whoosh takes them."""
        encode = self.format.encode
        for bigram, positions in bigram_positions(value).items():
            yield bigram.encode(), len(positions), float(len(positions)), encode(positions)


def whoosh_schema() -> fields.Schema:
    """The schema of a new index."""
    schema = fields.Schema(
        id=fields.ID(unique=True, stored=True),
        record=fields.STORED(),
        facets=fields.COLUMN(columns.VarBytesColumn()),
        numbers=fields.COLUMN(columns.FixedBytesColumn(NUMBERS.itemsize)),
        literal=Bigrams(),
    )
    for name in WORD_FIELDS:
        schema.add(word_field(name), CountedWords())
    return schema


def word_field(name: str) -> str:
    """The Whoosh field that holds the words of ``name``."""
    return f"w_{name}"


def document_fields(prepared: PreparedArticle) -> dict[str, Any]:
    """The keyword arguments of Whoosh's ``add_document`` for one article."""
    lengths = [words.total() for words in prepared.words]
    numbers = _PACK_NUMBERS.pack(
        NO_MOMENT if prepared.moment is None else prepared.moment, *prepared.days, *prepared.starts, *lengths
    )
    document: dict[str, Any] = {
        "id": prepared.article.id,
        "record": orjson.dumps(article_to_record(prepared.article)),
        "facets": orjson.dumps(prepared.facets),
        "numbers": numbers,
        "literal": prepared.literal,
    }
    document.update({word_field(name): words for name, words in zip(WORD_FIELDS, prepared.words, strict=True) if words})
    return document
