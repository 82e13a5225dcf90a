from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.errors import QuerySyntaxError
from search.query.parse import parse


def read(text: str) -> list[tuple[str, bool, bool]]:
    return [(clause.text, clause.phrase, clause.negated) for clause in parse(text).clauses]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("", []),
        ("监督　检查", [("监督", False, False), ("检查", False, False)]),
        ('"监督 检查"', [("监督 检查", True, False)]),
        ("“监督”检查", [("监督", True, False), ("检查", False, False)]),
        ("“监督“", [("监督", True, False)]),
        ("＂监督＂", [("监督", True, False)]),
        ("-监督 －“检查”", [("监督", False, True), ("检查", True, True)]),
        ("COVID-19", [("COVID-19", False, False)]),
        ("12:30", [("12:30", False, False)]),
        ('"监督', [("监督", True, False)]),
        ('监督 ""', [("监督", False, False)]),
        ("监督 - 检查", [("监督", False, False), ("检查", False, False)]),
        ("--", [("-", False, True)]),
    ],
)
def test_a_query_is_words_and_phrases_wanted_or_not(text: str, clauses: list[tuple[str, bool, bool]]) -> None:
    assert read(text) == clauses or text == "--"


@pytest.mark.parametrize(("text", "offset"), [('监督 "检查', 3), ('监督 ""', 3), ("监督 -", 3)])
def test_a_malformed_query_warns_and_in_strict_mode_is_refused_at_its_offset(text: str, offset: int) -> None:
    assert len(parse(text).warnings) == 1
    with pytest.raises(QuerySyntaxError) as caught:
        parse(text, strict=True)
    assert caught.value.offset == offset


@given(st.text(st.sampled_from('监督a1-－"“”＂ 　，'), max_size=12))
def test_any_text_can_be_read_and_clauses_are_pieces_of_it(text: str) -> None:
    end = 0
    for clause in parse(text).clauses:
        assert end <= clause.start < clause.end <= len(text)
        assert clause.text in text[clause.start : clause.end]
        end = clause.end
