"""Which reader an input gets: by its first 64 KiB, never by its name.

Between ``inputs.py``, which opens files, and the readers. gzip is told by its first bytes and looked into. JSON is
what begins with a brace and a string, or a bracket and a brace; a page that begins with ``[日期:…]`` is text.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from enum import Enum
from typing import Final

from indexer.errors import UnreadableError
from indexer.sources.decode import decode, reject_binary

__all__ = ["GZIP_MAGIC", "PEEK_BYTES", "Format", "detect"]

PEEK_BYTES: Final = 64 * 1024
GZIP_MAGIC: Final = b"\x1f\x8b"

_JSON_START = re.compile(rb'\s*(?:\{\s*(?:["}]|$)|\[\s*(?:[{\]]|$))')


class Format(Enum):
    """What an input holds."""

    EMPTY = "empty"
    JSON = "json"
    PLAIN = "plain"


def detect(head: bytes) -> Format:
    """The format of the input whose first 64 KiB (or all of it, if shorter) are ``head``.

    Raises:
        UnreadableError: it is binary.
    """
    if head.startswith(GZIP_MAGIC):
        head = _unpacked(head)
    if not head.strip(codecs.BOM_UTF8 + b" \t\r\n"):
        return Format.EMPTY
    if _JSON_START.match(head.removeprefix(codecs.BOM_UTF8)):
        # A text's first line tells it; what is wrong further down is for the reader to say, with the line.
        reject_binary(head.split(b"\n", 1)[0])
        return Format.JSON
    text = decode(head, complete=len(head) < PEEK_BYTES)
    return Format.PLAIN if text.strip() else Format.EMPTY


def _unpacked(head: bytes) -> bytes:
    """The beginning of what the gzip data holds; damage further on is for the reader to find."""
    pieces = io.BytesIO()
    with gzip.GzipFile(fileobj=io.BytesIO(head)) as packed:
        try:
            while pieces.tell() < PEEK_BYTES and (piece := packed.read1(PEEK_BYTES - pieces.tell())):
                pieces.write(piece)
        except (EOFError, OSError, zlib.error) as error:
            if not pieces.tell():
                raise UnreadableError(f"the gzip data cannot be read: {error}") from None
    return pieces.getvalue()
