"""The reader is chosen by content."""

from __future__ import annotations

import gzip

import pytest

from indexer.errors import UnreadableError
from indexer.sources.detect import PEEK_BYTES, Format, detect


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b'{"id": "a"}\n', Format.JSON),
        (b'\xef\xbb\xbf{"id": "a"}', Format.JSON),
        (b'[{"id": "a"}]', Format.JSON),
        (b"{\n", Format.JSON),
        (b"[]", Format.JSON),
        ("{春灌}".encode(), Format.PLAIN),
        ("[日期:2024-05-06]".encode(), Format.PLAIN),
        ("春灌".encode("gb18030"), Format.PLAIN),
        (b"", Format.EMPTY),
        (b" \r\n\t", Format.EMPTY),
        (b"\xef\xbb\xbf", Format.EMPTY),
        ("\u3000".encode(), Format.EMPTY),
        (gzip.compress(b'{"id": "a"}'), Format.JSON),
        (gzip.compress("春灌".encode()), Format.PLAIN),
    ],
)
def test_the_beginning_tells_the_format(head: bytes, kind: Format) -> None:
    assert detect(head) is kind


def test_a_head_cut_within_a_character_is_still_text() -> None:
    assert detect(("a" + "春" * PEEK_BYTES).encode()[:PEEK_BYTES]) is Format.PLAIN


def test_a_cut_gzip_is_told_by_what_can_be_read() -> None:
    assert detect(gzip.compress(b'{"id": "a"}' * 9)[:-6]) is Format.JSON


@pytest.mark.parametrize("head", [b"\x1f\x8bnonsense", b"\x00\x01", b'{"a\x00"}', gzip.compress(b"\x00\x01")])
def test_binary_input_is_refused(head: bytes) -> None:
    with pytest.raises(UnreadableError):
        detect(head)
