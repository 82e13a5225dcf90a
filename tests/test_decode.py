"""Bytes become text, whatever the encoding, or are refused."""

from __future__ import annotations

import codecs
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import UnreadableError
from indexer.sources.decode import decode, detect_encoding

SIMPLIFIED = "春灌之前,十二个村的水渠全部清淤完毕。\n镇里的水管员说,今年的水比往年早来三天。"
TRADITIONAL = "春灌之前,十二個村的水渠全部清淤完畢。\n鎮裡的水管員說,今年的水比往年早來三天。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL])
def test_text_is_read_in_every_encoding(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_big5_is_told_from_gb18030() -> None:
    assert decode(TRADITIONAL.encode("big5")) == TRADITIONAL
    assert detect_encoding(TRADITIONAL.encode("big5")) == "big5hkscs"
    assert detect_encoding(TRADITIONAL.encode("gb18030")) == "gb18030"


def test_a_character_that_only_gb18030_has_decides() -> None:
    assert decode("𠮷野家的水".encode("gb18030")) == "𠮷野家的水"


def test_a_long_text_whose_beginning_tells_nothing_is_gb18030() -> None:
    assert decode(b"a" * 70_000 + "春灌".encode("gb18030")).endswith("春灌")


def test_a_cut_beginning_is_read_up_to_the_cut() -> None:
    assert decode("春灌".encode()[:-1], complete=False) == "春"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"abc\x00def", "NUL byte at offset 3"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x89PNG\r\n", "PNG"),
        (b"\xff\xff\xff", "save the file as UTF-8"),
        (codecs.BOM_UTF8 + b"\xff", "offset"),
        (b"PK\x03\x04\x00\x00", "ZIP"),
        (b"\x00\x00" * 9, "NUL byte at offset 0"),
        (b"a\x00" * 9 + b"\x00\xdc", "NUL byte at offset 1"),
    ],
)
def test_what_is_no_text_is_refused_with_words(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        decode(data)


def test_bytes_without_any_wide_character_in_either_encoding_are_gb18030() -> None:
    assert detect_encoding(b"\xff") == "gb18030"


@given(st.text(alphabet=st.characters(exclude_characters="\x00\ufeff", exclude_categories=["Cs"])))
def test_utf8_and_marked_utf16_round_trip(text: str) -> None:
    data = text.encode()
    if not any(data.startswith(magic) for magic in (b"%PDF-", b"PK\x03\x04", b"GIF8")):
        assert decode(data) == text
    assert decode(text.encode("utf-16")) == text


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_one_of_our_errors(data: bytes) -> None:
    with contextlib.suppress(UnreadableError):
        assert isinstance(decode(data), str)


def test_what_a_page_declares_decides_where_the_bytes_allow_for_several() -> None:
    text = "兀乂丕"
    assert decode(text.encode("big5"), declared="Big5") == text
    assert decode("春灌".encode("gb18030"), declared="gb2312") == "春灌"
    assert decode("春灌".encode(), declared="gb2312") == "春灌"


def test_one_broken_byte_does_not_make_a_declared_utf8_page_another_encoding() -> None:
    data = ("春灌开始了。" * 300).encode()
    assert decode(data[:900] + b"\xff" + data[900:], declared="utf-8").count("\ufffd") == 1
