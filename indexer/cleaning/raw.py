"""The page as it was crawled: what a source hands to the cleaning, and what the archive keeps.

Between a source and :func:`~indexer.cleaning.extract_page`. Kept whole, so that better cleaning can be applied later without
the files.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RawPage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPage:
    """A crawled page before cleaning.

    ``text`` is its decoded text or HTML; ``url`` its address where one is known; ``fallback_id`` the article's id where there is
    no ``url``; ``host`` names the pages that share their boilerplate: the host of the address, else the folder of the file.
    """

    text: str
    url: str | None = None
    fallback_id: str
    host: str
