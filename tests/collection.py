"""A collection over small texts: the plain implementation that tests of corrections count with."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.analysis import Analyzer
from indexer.schema import PreparedArticle, prepare
from search.engines.reference_help import ReferenceCollection
from tests.conftest import ZONE, article


class CountedTexts(ReferenceCollection):
    """Each text is the body of an article."""

    def __init__(self, texts: Sequence[str]) -> None:
        analyzer = Analyzer()
        known: dict[str, PreparedArticle] = {}
        for text in texts:
            if text not in known:
                known[text] = prepare(article(body=text), analyzer, ZONE)
        super().__init__([known[text] for text in texts])
