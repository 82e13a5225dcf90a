"""How kernels are compiled: once, kept in a private folder, and without the interpreter's lock. Needs the extra ``fast``."""

from __future__ import annotations

import os
from typing import Any

from indexer.analysis.segment import private_cache_dir

# NOTE: numba reads this when it is imported, and its cache is pickled: the folder must be ours alone.
os.environ.setdefault("NUMBA_CACHE_DIR", str(private_cache_dir() / "numba"))

from numba import njit

__all__ = ["compiled"]

compiled: Any = njit(cache=True, nogil=True)
"""Compiles a function; ``NUMBA_DISABLE_JIT=1`` leaves it plain Python."""
