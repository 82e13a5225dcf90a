"""Stored texts: title, summary, body and captions of each article, as UTF-16: they are read in place and scanned as numbers.

The title stands in the head of an article too, from which a list of titles is shown without its texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.article import Article
from indexer.store.parts import narrow, offsets_of

__all__ = ["TEXT_FIELDS", "StoredTexts", "read_texts", "text_parts"]

TEXT_FIELDS = ("body", "summary", "captions")
_SEPARATOR = "\0"
"""Stands between the texts of an article; cleaning leaves none in them."""
_ENCODING, _ERRORS = "utf-16-le", "surrogatepass"


@dataclass(frozen=True, slots=True)
class StoredTexts:
    """The texts of an article that are shown piece by piece."""

    title: str
    summary: str | None
    body: str
    captions: tuple[str, ...]


def text_parts(articles: Sequence[Article]) -> dict[str, npt.NDArray[Any]]:
    """The parts ``texts``, ``uint16[]``, and ``texts_offsets``, where in it those of each article begin."""
    encoded = [_joined(article).encode(_ENCODING, _ERRORS) for article in articles]
    return {
        "texts": np.frombuffer(b"".join(encoded), dtype="<u2"),
        "texts_offsets": narrow(offsets_of([len(text) // 2 for text in encoded])),
    }


def read_texts(units: npt.NDArray[np.uint16]) -> StoredTexts:
    """The texts that the code units of one article stand for."""
    title, summary, body, *captions = units.tobytes().decode(_ENCODING, _ERRORS).split(_SEPARATOR)
    return StoredTexts(title, summary or None, body, tuple(captions))


def _joined(article: Article) -> str:
    texts = (article.title, article.summary or "", article.body, *article.captions)
    whole = _SEPARATOR.join(texts)
    if whole.count(_SEPARATOR) >= len(texts):
        return _SEPARATOR.join(text.replace(_SEPARATOR, "") for text in texts)
    return whole
