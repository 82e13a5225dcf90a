from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from search.query.parse import parse
from search.query.rewrite import rewrite


def units(text: str) -> list[tuple[str | None, str | None]]:
    return [(unit.literal, unit.word) for unit in rewrite(parse(text), Analyzer()).units]


@pytest.mark.parametrize(
    ("text", "looked_up"),
    [
        ("资源县", [("资源县", None)]),
        ("邹雨芯", [("邹雨芯", None)]),
        ("台中", [("台中", None)]),
        ("監督", [("监督", None)]),
        ("“資源縣紀委”", [("资源县纪委", None)]),
        ("AI", [(None, "ai")]),
        ("COVID-19", [("covid-19", "covid19")]),
        ("C++", [("c++", None)]),
        ("U.S.", [("u.s", None)]),
        ("5G网络", [(None, "5g"), ("网络", None)]),
        ("监督，检查", [("监督", None), ("检查", None)]),
        ("，", [(",", None)]),
        ("监督 ，", [("监督", None)]),
    ],
)
def test_a_query_is_looked_up_as_a_reader_would_mean_it(
    text: str, looked_up: list[tuple[str | None, str | None]]
) -> None:
    assert units(text) == looked_up


def test_what_cannot_be_looked_up_is_said() -> None:
    assert len(rewrite(parse("监督 ，"), Analyzer()).warnings) == 1


def test_words_and_bigrams_of_wanted_clauses_alone_decide_the_order() -> None:
    plan = rewrite(parse("监督 -检查 督"), Analyzer())
    assert plan.words == {"监督": 1, "督": 1}
    assert plan.bigrams == {"监督": 1, "督": 1}
    assert [clause.literal for clause in plan.unwanted] == ["检查"]


@given(st.text(st.sampled_from("监督资源县的在a1-.，𠮷 \"'+"), max_size=15))
def test_any_query_can_be_looked_up(text: str) -> None:
    plan = rewrite(parse(text), Analyzer())
    assert all(unit.literal or unit.word for unit in plan.units)
    assert all(clause.units for clause in plan.clauses)
