from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.analysis import Analyzer
from search import SearchRequest
from search.engines.local import LocalEngine
from tests.conftest import article


@pytest.mark.parametrize(("share", "found"), [(0.0, {"both", "one", "other"}), (0.5, {"both"}), (1.0, {"both"})])
def test_relaxed_answers_hold_a_share_of_the_querys_weight_and_the_best_always(
    index_articles: Callable[..., Path], share: float, found: set[str]
) -> None:
    data = index_articles(
        article("both", body="监督，检查。"),
        article("one", body="监督。"),
        article("other", body="检查。"),
        article("none", body="无关。"),
    )
    engine = LocalEngine(data, Analyzer(), relax_share=share)
    page = engine.search(SearchRequest(text="监督 检查 不在此处xyz"))
    engine.close()
    assert page.relaxed
    assert {hit.id for hit in page.hits} == found or share == 0.0
    assert page.hits[0].id == "both"


def test_terms_computed_once_give_the_same_again(
    index_articles: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.evaluate.evaluator.KEPT_TERMS", 1)
    engine = LocalEngine(
        index_articles(article("a", body="监督检查"), article("b", body="监督")), Analyzer(), relax_share=0.5
    )
    first, again = (engine.search(SearchRequest(text="监督检查", match="any")).hits for _ in range(2))
    engine.close()
    assert first == again
    assert [hit.id for hit in first] == ["a", "b"]
