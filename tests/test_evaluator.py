from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.analysis import Analyzer
from indexer.store import index_folder, open_snapshot, read_manifest
from search import SearchRequest
from search.engines.local import LocalEngine
from search.evaluate import arrays
from search.evaluate.arrays import Chosen
from search.evaluate.evaluator import Evaluator
from search.query.parse import parse
from search.query.plan import MAX_EXPANSIONS
from search.query.rewrite import rewrite
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
    assert {hit.id for hit in page.hits} == found
    assert page.hits[0].id == "both"


def test_the_numpy_steps_and_the_compiled_ones_give_the_same(index_articles: Callable[..., Path]) -> None:
    kernels = pytest.importorskip("search.evaluate.kernels")
    words = ["监督", "检查", "水利", "covid-19", "银行"]
    data = index_articles(
        *(article(f"{at}", title=words[at % 5], body="，".join(words[: at % 4 + 1]) * at) for at in range(20))
    )
    index_articles(article("3", body="检查银行"), deleted=["7"], data=data)
    snapshot = open_snapshot(index_folder(data) / read_manifest(data).generation)
    for text in ("监督 检查", "银行", '"督，检"', "covid19 -水利", "没有这词 监督", ""):
        plan = rewrite(parse(text), Analyzer())
        answers = []
        for steps in (arrays, kernels):
            evaluation = Evaluator(snapshot, relax_share=0.5, steps=steps).start(plan)
            match = evaluation.match("auto")
            answers.append((match.mask.tolist(), match.relaxed, evaluation.scores(Chosen.of(match.mask)).tolist()))
        assert answers[0] == answers[1], text


def test_a_search_that_takes_too_long_is_cut_short_and_says_so(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("both", body="监督，检查。"), article("one", body="监督。"))
    snapshot = open_snapshot(index_folder(data) / read_manifest(data).generation)
    ticks = iter(range(100))
    evaluator = Evaluator(snapshot, relax_share=0.5, clock=lambda: next(ticks))
    evaluation = evaluator.start(rewrite(parse("监督 检查"), Analyzer()), budget_s=0.5)
    assert evaluation.match("all").mask.tolist() == [True, True]
    assert evaluation.cuts == ["time ran out: 1 of 2 parts of the query were not looked at"]
    engine = LocalEngine(data, Analyzer(), relax_share=0.5, timeout_s=0.0)
    page = engine.search(SearchRequest(text="监督 检查"))
    assert page.partial
    assert page.warnings
    engine.close()


@pytest.mark.parametrize(
    "text", ["(监督 OR 检查 OR 水利)", "监*督*检*查", "县 -(监督 AND 检查)", "-监督 -检查", "date:2023 date:2024"]
)
def test_time_is_looked_at_within_brackets_and_for_what_is_left_out_too(
    index_articles: Callable[..., Path], text: str
) -> None:
    data = index_articles(article("both", body="监督，检查。"), article("one", body="县。"))
    snapshot = open_snapshot(index_folder(data) / read_manifest(data).generation)
    ticks = iter(range(100))
    evaluator = Evaluator(snapshot, relax_share=0.5, clock=lambda: next(ticks))
    evaluation = evaluator.start(rewrite(parse(text), Analyzer()), budget_s=0.5)
    evaluation.match("all")
    assert len(evaluation.cuts) == 1


def test_a_wildcard_stands_for_so_many_words_and_no_more(index_articles: Callable[..., Path]) -> None:
    many = " ".join(f"a{number:04d}" for number in range(MAX_EXPANSIONS + 5))
    engine = LocalEngine(index_articles(article("many", body=many), article("none")), Analyzer(), relax_share=0.5)
    page = engine.search(SearchRequest(text="a*"))
    assert (page.total, page.partial) == (1, True)
    assert page.warnings == ("a* stands for 1,005 words; only the first 1,000 were looked up",)
    assert not engine.search(SearchRequest(text="a00*")).partial
    engine.close()
