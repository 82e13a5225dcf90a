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
        (gzip.compress(b'{"id": "a"}'), Format.GZIP),
        (b"PK\x03\x04", Format.ZIP),
        (b"\x00" * 257 + b"ustar", Format.TAR),
        (b"WARC/1.0\r\n", Format.WARC),
        ("<!DOCTYPE html><p>春灌</p>".encode(), Format.HTML),
        (b"<?xml version='1.0'?>\n<rss version='2.0'><channel/></rss>", Format.FEED),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'/>", Format.FEED),
        ("---\ntitle: 春灌\n---\n水来了。".encode(), Format.MARKDOWN),
        ("+++\ntitle = '春灌'\n+++\n水来了。".encode(), Format.MARKDOWN),
        ("标题,正文\n春灌,水来了。".encode("gb18030"), Format.DELIMITED),
        ("標題\t作者\n春灌\t陳曉禾".encode("utf-16"), Format.DELIMITED),
    ],
)
def test_the_beginning_tells_the_format(head: bytes, kind: Format) -> None:
    assert detect(head) is kind


def test_a_head_cut_within_a_character_is_still_text() -> None:
    assert detect(("a" + "春" * PEEK_BYTES).encode()[:PEEK_BYTES]) is Format.PLAIN


@pytest.mark.parametrize(
    "text",
    [
        "春灌,秧田,水渠\n记者走访了十二个村,水都来了。",
        "标题,很长的一句话，里面有正文二字，也有作者\n水来了。",
        "作者,来源\n陈晓禾,岫川日报",
        "a<b>c</b>,标题",
        "<春灌>开始了</春灌>",
        "<< 上一篇\n春灌开始了",
        "---\n春灌开始了\n---\n水来了。",
        "---\n时间:2024年\n水来了。",
        "作者\t来源\t日期\n春灌开始了",
        "来源：岫川日报 | 标题 | 正文很长很长，记者说，水来了。",
        "WARC/1.0 是一种格式。",
    ],
)
def test_a_page_of_text_with_marks_of_other_formats_stays_text(text: str) -> None:
    assert detect(text.encode()) is Format.PLAIN


@pytest.mark.parametrize("head", [b"\x00\x01", b'{"a\x00"}'])
def test_binary_input_is_refused(head: bytes) -> None:
    with pytest.raises(UnreadableError):
        detect(head)
