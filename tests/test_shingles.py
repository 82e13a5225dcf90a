"""Arrays against a plain reading of the same rules."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import fold, is_han
from indexer.cleaning.shingles import (
    FEWEST_CHARS,
    SHINGLE_CHARS,
    content_characters,
    shingle_characters,
    shingle_hashes,
)

TEXTS = st.lists(
    st.one_of(
        st.text(alphabet="监督檢查①1２aｂé，。 \n\u3000", max_size=30),
        st.text(max_size=10),
        st.just("字" * 45).flatmap(lambda han: st.text(alphabet="a1 督", max_size=12).map(lambda other: han + other)),
    ),
    max_size=6,
)


def plain_content(text: str) -> str:
    return "".join(char for char in fold(text) if is_han(char) or char.isnumeric() or char.isalpha())


def plain_shingled(content: str) -> str:
    if sum(map(is_han, content)) < FEWEST_CHARS:
        return content
    kept = ""
    for at, char in enumerate(content):
        before, after = content[at - 1 : at] if at else "", content[at + 1 : at + 2]
        is_tone = is_letter(before) and not is_digit(after)
        if is_han(char) or (is_digit(char) and not is_tone):
            kept += char
    return kept


def is_digit(char: str) -> bool:
    return bool(char) and not is_han(char) and char.isnumeric()


def is_letter(char: str) -> bool:
    return bool(char) and not is_han(char) and not char.isnumeric()


def parts(codes: object, lengths: object) -> list[str]:
    text = "".join(map(chr, codes.tolist()))  # type: ignore[attr-defined]
    found, begin = [], 0
    for length in lengths.tolist():  # type: ignore[attr-defined]
        found.append(text[begin : begin + length])
        begin += length
    assert begin == len(text)
    return found


@given(TEXTS)
def test_content_is_what_a_look_at_each_character_finds(texts: list[str]) -> None:
    assert parts(*content_characters(texts)) == list(map(plain_content, texts))


@given(TEXTS)
def test_shingles_are_over_what_a_look_at_each_character_keeps(texts: list[str]) -> None:
    found = parts(*shingle_characters(*content_characters(texts)))
    assert found == [plain_shingled(plain_content(text)) for text in texts]


def test_shingles_are_over_han_and_numbers_and_a_tone_goes_with_its_gloss() -> None:
    content = content_characters(["增长（zeng1 zhang3）到15%，" + "字" * 40, "C919 AI"])
    assert parts(*shingle_characters(*content)) == ["增长到15" + "字" * 40, "c919ai"]


@given(st.text(alphabet="监督检查", max_size=20))
def test_a_hash_stands_for_the_six_characters_that_begin_there(text: str) -> None:
    codes, _ = content_characters([text])
    hashes = shingle_hashes(codes).tolist()
    shingles = [text[at : at + SHINGLE_CHARS] for at in range(len(text) - SHINGLE_CHARS + 1)]
    assert len(hashes) == len(shingles)
    assert len(set(hashes)) == len(set(shingles))
    assert hashes == [plain_hash(shingle) for shingle in shingles]


def plain_hash(shingle: str) -> int:
    value = 0
    for char in shingle:
        value = (value * 0x0000_0100_0000_01B3 + ord(char)) % 2**64
    value = (value ^ value >> 30) * 0xBF58_476D_1CE4_E5B9 % 2**64
    value = (value ^ value >> 27) * 0x94D0_49BB_1331_11EB % 2**64
    return value ^ value >> 31
