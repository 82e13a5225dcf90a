from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indexer.analysis.bigrams import GAP, bigram_positions, join_lines, join_pieces, literal_form, phrase_terms

ALPHABET = st.sampled_from("监督检查甲a1，。  \t　")
PIECE = st.text(ALPHABET, max_size=20)


@given(st.lists(PIECE, max_size=4).map("\n".join))
def test_lines_are_joined_as_pieces_are(text: str) -> None:
    assert join_lines(text) == join_pieces(text.split("\n"))


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("监 督", "监督"),
        ("监　\t 督", "监督"),
        ("a  b", "a b"),
        ("中 a", "中 a"),
        (" 监督 ", "监督"),
        ("监督 ，检查", "监督 ，检查"),
        ("𠮷 野", "𠮷野"),
        ("   ", ""),
        ("", ""),
    ],
)
def test_white_space_counts_as_the_literal_rule_says(text: str, literal: str) -> None:
    assert literal_form(text).text == literal


@given(PIECE)
def test_every_character_of_a_literal_form_knows_where_it_came_from(text: str) -> None:
    form = literal_form(text)
    for at, char in enumerate(form.text):
        offset, end = form.span(at, at + 1)
        assert end == offset + 1
        assert text[offset] == char or (char == " " and text[offset].isspace())


@given(PIECE, st.data())
def test_a_piece_of_a_text_stands_in_it_literally(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert literal_form(text[start:end]).text in literal_form(text).text


def test_a_span_covers_white_space_inside_it() -> None:
    assert literal_form("在 监 督").span(1, 3) == (2, 5)


def test_nothing_crosses_from_one_piece_to_the_next() -> None:
    joined = join_pieces(["监督", "", "检查"])
    assert joined == f"监督{GAP}检查{GAP}"
    assert bigram_positions(joined) == {"监督": [0], "督": [1], "检查": [3], "查": [4]}


@given(st.lists(PIECE, max_size=4))
def test_every_character_starts_one_term_at_its_position(pieces: list[str]) -> None:
    joined = join_pieces(pieces)
    places = {place: term for term, found in bigram_positions(joined).items() for place in found}
    assert sorted(places) == [place for place, char in enumerate(joined) if char != GAP]
    assert all(joined.startswith(term, place) and GAP not in term for place, term in places.items())


@given(
    st.text(st.sampled_from("监督检查a1"), min_size=2, max_size=9), st.text(st.sampled_from("监督检查a1"), max_size=30)
)
def test_bigrams_of_a_phrase_at_their_places_are_the_phrase(phrase: str, text: str) -> None:
    assume(text)
    positions = {term: set(found) for term, found in bigram_positions(join_pieces([text])).items()}
    starts = {
        start
        for start in range(len(text))
        if all(start + place in positions.get(term, ()) for term, place in phrase_terms(phrase))
    }
    assert starts == {start for start in range(len(text)) if text.startswith(phrase, start)}
