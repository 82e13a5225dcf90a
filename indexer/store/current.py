"""The index of a data directory as it is now: the manifest, and a snapshot of the generation that it names.

A commit or a rebuild may fall between the reading of one and the opening of the other; then it is begun again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from indexer.errors import IndexDamagedError
from indexer.store.manifest import Manifest, index_folder, manifest_stamp, read_manifest
from indexer.store.reader import Snapshot, open_snapshot

__all__ = ["Current", "open_current"]

OPEN_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """An index at one moment; ``stamp`` is that of its manifest (``manifest_stamp``)."""

    manifest: Manifest
    snapshot: Snapshot
    stamp: tuple[int, int, int] | None


def open_current(data: str | Path, *, analysis: str | None = None) -> Current:
    """The newest commit of the current generation, which must be of the analysis with the fingerprint ``analysis``, if given.

    Raises:
        IndexMissingError: there is no index.
        IndexDamagedError: it cannot be read.
        AnalysisMismatchError: it was built by another analysis.
    """
    for attempt in range(OPEN_ATTEMPTS):
        stamp = manifest_stamp(data)
        try:
            manifest = read_manifest(data)
            if analysis is not None:
                manifest.check_analysis(analysis, index_folder(data))
            snapshot = open_snapshot(index_folder(data) / manifest.generation, commit=manifest.commit)
        except IndexDamagedError:
            # A rebuild may have taken the place of the generation that was being opened.
            if attempt == OPEN_ATTEMPTS - 1 or manifest_stamp(data) == stamp:
                raise
        else:
            return Current(manifest=manifest, snapshot=snapshot, stamp=stamp)
    raise AssertionError("unreachable")
