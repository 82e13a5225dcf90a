"""From files to an index on disk: ``index_paths`` is the whole way, ``extract`` the reading of one page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from indexer.analysis import Analyzer
from indexer.article import Article
from indexer.build import BuildOptions, IndexReport
from indexer.build import index_paths as _index_paths
from indexer.cleaning import extract
from indexer.errors import ArticleSearchError
from indexer.sources import ReadLimits

__all__ = ["Article", "ArticleSearchError", "IndexReport", "extract", "index_paths"]


def index_paths(
    paths: Sequence[str | Path], data: str | Path = "data", *, workers: int = 1, timezone: str = "Asia/Shanghai"
) -> IndexReport:
    """Indexes files and folders into a data directory; what was taken, and what was rejected and why.

    Raises:
        StorageError: the data directory cannot be used.
    """
    options = BuildOptions(analyzer=Analyzer(), zone=ZoneInfo(timezone), limits=ReadLimits(), workers=workers)
    return _index_paths(paths, data, options)
