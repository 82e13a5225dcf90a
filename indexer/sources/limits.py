"""The bounds of reading, which every reader obeys."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ReadLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """How much of one input is read; what is larger is rejected with its place and this limit.

    ``max_archive_bytes`` is what one file may unpack to, over all its members; ``max_archive_ratio`` how many bytes one
    packed byte may become, asked once more than ``max_article_bytes`` were unpacked; ``max_archive_depth`` how deep
    containers may lie in each other.
    """

    max_article_bytes: int = 4 * 1024 * 1024
    max_archive_bytes: int = 64 * 1024 * 1024 * 1024
    max_archive_ratio: int = 250
    max_archive_depth: int = 3
