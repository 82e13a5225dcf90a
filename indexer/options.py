"""How an index is built: what the command and the service pass down to whoever builds it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from indexer.analysis import Analyzer
from indexer.archive import KEPT_VERSIONS
from indexer.sources import ReadLimits

__all__ = ["BuildOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """How to build: ``memory_mb`` bounds what the index writer holds, ``workers`` is the number of processes that write.

    ``kept_versions`` earlier versions of each article stay in the archive. The ``analyzer`` gets the user's words of the data
    directory. Whoever else writes is waited for, ``lock_wait_s``; what was taken is made searchable every ``commit_every_s``.
    """

    analyzer: Analyzer
    zone: ZoneInfo
    limits: ReadLimits
    workers: int = 1
    memory_mb: int = 1024
    kept_versions: int = KEPT_VERSIONS
    lock_wait_s: float = 0
    commit_every_s: float = math.inf
