from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from search.query.parse import parse
from search.query.plan import And, Days, Literal, Node, Not, Or, Pattern, Plan, Word, WordPattern
from search.query.rewrite import MAX_GAP, rewrite


def plan(text: str) -> Plan:
    return rewrite(parse(text), Analyzer())


STAR = (0, MAX_GAP)


@pytest.mark.parametrize(
    ("text", "required"),
    [
        ("资源县", (Literal("资源县"),)),
        ("邹雨芯", (Literal("邹雨芯"),)),
        ("台中", (Literal("台中"),)),
        ("監督", (Literal("监督"),)),
        ("“資源縣紀委”", (Literal("资源县纪委"),)),
        ("AI", (Word("ai"),)),
        ("COVID-19", (Or((Literal("covid-19"), Word("covid19"))),)),
        ("C++", (Literal("c++"),)),
        ("U.S.", (Literal("u.s"),)),
        ("5G网络", (Word("5g"), Literal("网络"))),
        ("监督，检查", (Literal("监督"), Literal("检查"))),
        ("，", (Literal(","),)),
        ("监督 ，", (Literal("监督"),)),
        ("监督 监督", (Literal("监督"),)),
        ("甲 OR 乙", (Or((Literal("甲"), Literal("乙"))),)),
        ("甲 AND NOT 乙", (And((Literal("甲"), Not(Literal("乙")))),)),
        ("title:监督 body:AI", (Literal("监督", ("title",)), Word("ai", ("body",)))),
        ("author:John", (Literal("john", ("authors",)),)),
        ("caption:“督查”", (Literal("督查", ("captions",)),)),
        ('"监督 检查"~5', (Or((Pattern(("监督", "检查"), ((0, 5),)), Pattern(("检查", "监督"), ((0, 5),)))),)),
        ("cov*", (WordPattern("cov*"),)),
        ("title:C?V*", (WordPattern("c?v*", ("title",)),)),
        ("author:J*n", (Pattern(("j", "n"), (STAR,), ("authors",)),)),
        ("covid-1*", (Literal("covid-1"),)),
        ("监督*", (Literal("监督"),)),
        ("监*查", (Pattern(("监", "查"), (STAR,)),)),
        ("监＊??查", (Pattern(("监", "查"), ((2, MAX_GAP),)),)),
        ("监?查", (Pattern(("监", "查"), ((1, 1),)),)),
        ("*监督", (Literal("监督"),)),
        ("监督?", (Literal("监督"),)),
        ("监？查", (Literal("监"), Literal("查"))),
        ("东头?和美东?", (Literal("东头"), Literal("和"), Literal("美东"))),
        ("谁在东头?银行", (Literal("东头"), Literal("银行"))),
        ("监?查*", (Pattern(("监", "查"), ((1, 1),)),)),
        ("监*查?", (Pattern(("监", "查"), (STAR,)),)),
        ("c?v?", (WordPattern("c?v"),)),
        ("督*" * 20, (Pattern(("督",) * 11, (STAR,) * 10),)),
    ],
)
def test_a_query_is_looked_up_as_a_reader_would_mean_it(text: str, required: tuple[Node, ...]) -> None:
    assert plan(text).required == required


def test_what_is_excluded_and_dates_stand_apart_from_what_match_combines() -> None:
    found = plan("监督 -检查 -title:(甲 乙) date:2023-05..2024 -date:2023-06-01")
    assert found.required == (Literal("监督"),)
    assert found.excluded == (
        Literal("检查"),
        And((Literal("甲", ("title",)), Literal("乙", ("title",)))),
        Days(20230601, 20230601),
    )
    assert found.always == (Days(20230501, 20241231),)


@pytest.mark.parametrize("text", ["监督 ，", "*监督", '"监督"~3', "* 监督", "督?" * 20 + "督", "-， -，"])
def test_what_cannot_be_looked_up_is_said(text: str) -> None:
    assert len(plan(text).warnings) == 1


def test_words_and_bigrams_of_wanted_texts_alone_decide_the_order() -> None:
    found = plan("监督 -检查 督 (检查 OR NOT 银行) cov*")
    assert found.words == {"监督": 1, "督": 1, "检查": 1}
    assert found.bigrams == {"监督": 1, "督": 1, "检查": 1}
    assert not plan("cov* date:2023").orders


@given(st.text(st.sampled_from("监督资源县的在a1-.，𠮷 \"'+*?~():"), max_size=15))
def test_any_query_can_be_looked_up(text: str) -> None:
    for node in (found := plan(text)).required + found.excluded:
        _check(node)


def _check(node: Node) -> None:
    if isinstance(node, And | Or):
        assert node.children
        for child in node.children:
            _check(child)
    elif isinstance(node, Not):
        _check(node.child)
    elif isinstance(node, Pattern):
        assert all(node.parts)
        assert len(node.gaps) == len(node.parts) - 1
    elif isinstance(node, Literal | Word):
        assert node.text
