"""Queries tried one after another fare as each does by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexer.analysis import Analyzer
from indexer.store import index_folder, open_snapshot, read_manifest
from search.evaluate.arrays import Chosen
from search.evaluate.evaluator import Evaluator
from search.query.parse import parse
from search.query.plan import Plan
from search.query.rewrite import rewrite
from search.suggest.trial import IndexTrial
from tests.contracts.engine import CORPUS


@pytest.fixture
def evaluator(index_articles: Callable[..., Path]) -> Evaluator:
    data = index_articles(*CORPUS[:3])
    index_articles(*CORPUS[3:], deleted=["undated"], data=data)
    return Evaluator(open_snapshot(index_folder(data) / read_manifest(data).generation), relax_share=0.5)


def test_what_differs_is_added_and_taken_away(evaluator: Evaluator, analyzer: Analyzer) -> None:
    def plan(text: str) -> Plan:
        return rewrite(parse(text), analyzer)

    trial = IndexTrial(evaluator, plan, evaluator.live)
    for text in ("监督检查 资原县", "监督检查 资源县", "监督 督", "没有", "AI covid", "监督检查 资源县"):
        scores = evaluator.start(plan(text)).scores(Chosen.of(evaluator.live))
        assert trial.score(text).best == pytest.approx(scores.max(initial=0.0), abs=2e-6)
        assert trial.score(text).ceiling >= trial.score(text).best
        assert trial.total(text) == evaluator.start(plan(text)).match("all").mask.sum()


def test_only_allowed_articles_count(evaluator: Evaluator, analyzer: Analyzer) -> None:
    none = np.zeros(evaluator.n_docs, dtype=np.bool_)
    trial = IndexTrial(evaluator, lambda text: rewrite(parse(text), analyzer), none)
    assert (trial.score("监督").best, trial.total("监督")) == (0, 0)


def test_articles_that_have_a_term_are_live_ones(evaluator: Evaluator) -> None:
    assert evaluator.having("监督", is_word=False) == 3
    assert evaluator.having("督", is_word=False) == 3
    assert evaluator.having("covid", is_word=True) == 1
    assert evaluator.having("3", is_word=True) == 0
