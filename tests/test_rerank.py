"""The order after the first pass: what is read, what is added, and what stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexer.analysis import Analyzer
from indexer.store import index_folder, open_snapshot, read_manifest
from search.evaluate.arrays import Chosen
from search.evaluate.evaluator import Evaluator
from search.evaluate.ranking import Boost, Ranking
from search.evaluate.rerank import Ranked, Ranker
from search.query.parse import parse
from search.query.rewrite import rewrite
from tests.conftest import article


def ranked(data: Path, text: str, ranking: Ranking) -> Ranked:
    snapshot = open_snapshot(index_folder(data) / read_manifest(data).generation)
    evaluator = Evaluator(snapshot, relax_share=0.1)
    evaluation = evaluator.start(rewrite(parse(text), Analyzer()))
    return Ranker(snapshot, evaluator, ranking).rank(evaluation, Chosen.of(evaluation.match("any").mask))


@pytest.fixture
def data(index_articles: Callable[..., Path]) -> Path:
    articles = [article(str(at), "题目", "监督" + "，很远" * at + "检查。", source="日报") for at in range(6)]
    return index_articles(*articles, article("title", "監督 檢查", "别的。"), article("none", "题目", "别的。"))


def test_as_many_are_read_as_the_depth_says_and_nothing_is_taken_from_them(data: Path) -> None:
    first, second = ranked(data, "监督检查", Ranking(depth=0)), ranked(data, "监督检查", Ranking(depth=3))
    assert (len(first.read), len(second.read)) == (0, 3)
    assert (second.parts >= 0).all()
    others = np.setdiff1d(np.arange(len(first.keys)), second.read)
    assert second.keys[others].tolist() == first.keys[others].tolist()
    assert second.keys[second.read].min() >= second.keys[others].max()


def test_only_a_title_that_is_the_query_or_holds_it_adds(data: Path) -> None:
    assert np.count_nonzero(ranked(data, "监督检查", Ranking()).titles) == 1
    assert not ranked(data, "监督", Ranking(title_phrase=0.0)).titles.any()
    assert not ranked(data, "监", Ranking()).titles.any()
    assert not ranked(data, "监督 -检查", Ranking()).titles.any()


def test_a_boost_multiplies_and_where_there_is_none_nothing_does(data: Path) -> None:
    plain, boosted = (
        ranked(data, "监督", Ranking(depth=0, boosts=boosts)) for boosts in ((), (Boost("source", "日報", 2.0),))
    )
    assert plain.factors is None
    assert boosted.factors is not None
    assert boosted.factors.tolist().count(2.0) == 6
    assert boosted.keys.max() == pytest.approx(2 * plain.keys[boosted.factors == 2.0].max(), abs=1e-5)


def test_a_query_that_nothing_matches_reads_nothing(data: Path) -> None:
    assert len(ranked(data, "没有这个", Ranking()).read) == 0
