"""The bounds of reading, which every reader obeys."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ReadLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """How much of one input is read; what is larger is rejected with its place and this limit."""

    max_article_bytes: int = 4 * 1024 * 1024
