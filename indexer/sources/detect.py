"""What an input holds: told by its first 64 KiB, never by its name.

Between ``inputs.py``, which opens files, and the readers. A container is told by its first bytes, a structured format by what
it must begin with, and everything else that is text is a crawled page: so a page with commas, tabs, angle brackets or
a line of dashes stays text, since a table needs known column names, HTML a tag of a page, front matter a known name.
"""

from __future__ import annotations

import codecs
import re
from enum import Enum
from typing import Final

from indexer.cleaning import is_html
from indexer.sources.decode import decode, reject_binary
from indexer.sources.delimited import is_delimited
from indexer.sources.markdown import is_markdown

__all__ = ["PEEK_BYTES", "Format", "detect"]

PEEK_BYTES: Final = 64 * 1024
TAR_MAGIC_AT: Final = 257

_JSON_START = re.compile(rb'\s*(?:\{\s*(?:["}]|$)|\[\s*(?:[{\]]|$))')
_FEED_START = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<\?[^>]{0,500}\?>\s*|<!--.{0,2000}?-->\s*|<!DOCTYPE[^\[>]{0,500}(?:\[[^\]]{0,5000}\]\s*)?>\s*)*"
    r"<(?:rss|(?:rdf:)?RDF|(?:atom:)?feed)[\s>]",
    re.DOTALL,
)


class Format(Enum):
    """What an input holds."""

    EMPTY = "empty"
    JSON = "json"
    PLAIN = "plain"
    HTML = "html"
    MARKDOWN = "markdown"
    DELIMITED = "delimited"
    FEED = "feed"
    WARC = "warc"
    GZIP = "gzip"
    ZIP = "zip"
    TAR = "tar"


def detect(head: bytes) -> Format:
    """The format of the input whose first 64 KiB (or all of it, if shorter) are ``head``.

    Raises:
        UnreadableError: it is binary.
    """
    if container := _container(head):
        return container
    if not head.strip(codecs.BOM_UTF8 + b" \t\r\n"):
        return Format.EMPTY
    if _JSON_START.match(head.removeprefix(codecs.BOM_UTF8)):
        # A text's first line tells it; what is wrong further down is for the reader to say, with the line.
        reject_binary(head.split(b"\n", 1)[0])
        return Format.JSON
    return _text_format(decode(head, complete=len(head) < PEEK_BYTES).removeprefix("\ufeff"))


def _container(head: bytes) -> Format | None:
    if head.startswith(b"\x1f\x8b"):
        return Format.GZIP
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Format.ZIP
    if head.startswith(b"ustar", TAR_MAGIC_AT):
        return Format.TAR
    # Its records hold bytes of any kind, so the beginning of the first must do.
    return Format.WARC if re.match(rb"WARC/\d\.\d\r?\n", head) else None


def _text_format(text: str) -> Format:
    if not text.strip():
        return Format.EMPTY
    if _FEED_START.match(text):
        return Format.FEED
    if is_html(text):
        return Format.HTML
    if is_markdown(text):
        return Format.MARKDOWN
    return Format.DELIMITED if is_delimited(text) else Format.PLAIN
