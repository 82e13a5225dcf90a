"""What is known of an article before its text is read.

Part of the cleaning: a source that has more than text (meta tags, a feed's entry, a column of a table) says so here,
and :func:`~indexer.cleaning.extract_page` lets it come before what the text says.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KnownFields"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFields:
    """Fields of an article that are known apart from its text; an empty one says nothing.

    ``published`` is written as the contract wants it, ``section`` runs from general to special.
    """

    title: str | None = None
    authors: tuple[str, ...] = ()
    source: str | None = None
    section: tuple[str, ...] = ()
    published: str | None = None
    summary: str | None = None
