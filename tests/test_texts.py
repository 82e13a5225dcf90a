"""Stored texts come back as they went, character for character."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.store.texts import StoredTexts, read_texts, text_parts
from tests.conftest import article

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)


@given(st.lists(st.tuples(TEXT, TEXT, st.lists(TEXT.filter(bool), max_size=3)), max_size=4))
def test_texts_come_back(stored: list[tuple[str, str, list[str]]]) -> None:
    articles = [
        article("a", body=body, summary=summary or None, captions=tuple(captions)) for body, summary, captions in stored
    ]
    parts = text_parts(articles)
    for number, one in enumerate(articles):
        first, last = parts["texts_offsets"][number : number + 2].tolist()
        assert read_texts(parts["texts"][first:last]) == StoredTexts(one.title, one.summary, one.body, one.captions)


def test_half_a_surrogate_pair_survives() -> None:
    text = "灰\ud83d的\udc00，𠮷"
    assert read_texts(text_parts([article("a", body=text)])["texts"]).body == text


def test_what_was_not_cleaned_keeps_its_fields() -> None:
    found = read_texts(text_parts([article("a", body="一\0二", captions=("三",))])["texts"])
    assert found == StoredTexts("题目", None, "一二", ("三",))
