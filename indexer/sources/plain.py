"""The reader of a crawled page's text: one file is one article.

Called by ``inputs.py`` for what ``detect.py`` finds to be plain text; the work is the cleaning's.
"""

from __future__ import annotations

from typing import BinaryIO

from indexer.article import Article
from indexer.cleaning import extract_page
from indexer.errors import UnreadableError
from indexer.sources.decode import decode
from indexer.sources.limits import ReadLimits

__all__ = ["read_page"]


def read_page(stream: BinaryIO, *, limits: ReadLimits, fallback_id: str) -> Article:
    """The article of the page in ``stream``.

    Raises:
        IngestError: the page is empty, larger than the limit, no text, or holds no article.
    """
    data = stream.read(limits.max_article_bytes + 1)
    if len(data) > limits.max_article_bytes:
        raise UnreadableError(
            f"the page is larger than max_article_bytes ({limits.max_article_bytes:,} bytes); raise the limit"
        )
    if not data.strip():
        raise UnreadableError("the file is empty")
    return extract_page(decode(data), fallback_id=fallback_id).article
