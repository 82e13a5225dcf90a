from __future__ import annotations

from collections.abc import Sequence

from indexer.analysis import Analyzer
from indexer.article import Article
from indexer.schema import clean_article
from search.engines.base import Engine
from search.engines.reference import ReferenceEngine
from tests.conftest import ZONE
from tests.contracts.engine import CORPUS, EngineContract


class TestReferenceEngine(EngineContract):
    def make_engine(self, articles: Sequence[Article]) -> Engine:
        return ReferenceEngine(map(clean_article, articles), Analyzer(), ZONE, relax_share=0.5)

    def test_a_closed_engine_has_forgotten_its_articles(self) -> None:
        engine = self.make_engine(CORPUS)
        engine.close()
        assert engine.stats().articles == 0
