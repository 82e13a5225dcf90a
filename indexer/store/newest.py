"""The newest state of an index, opened while others commit to it and rebuild it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from indexer.errors import IndexDamagedError
from indexer.store.manifest import Manifest, index_folder, manifest_stamp, read_manifest
from indexer.store.reader import Snapshot, open_snapshot

__all__ = ["Newest", "open_newest"]

ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Newest:
    """A manifest, the stamp it had (``manifest_stamp``), and the snapshot of its commit or a later one."""

    manifest: Manifest
    stamp: tuple[int, int, int] | None
    snapshot: Snapshot


def open_newest(
    data: str | Path, *, analysis: str | None = None, before: Snapshot | None = None, verify: bool = False
) -> Newest:
    """The newest state of the index in a data directory; what it shares with ``before``, an older one, is not opened again.

    Opening looks at headers, directories and lengths; with ``verify`` every byte of what is opened is compared with its checksum.

    Raises:
        IndexMissingError, IndexDamagedError: there is none, or it is not what was written.
        AnalysisMismatchError: it was built by other rules than those of the fingerprint ``analysis``.
    """
    for attempt in range(ATTEMPTS):
        stamp = manifest_stamp(data)
        manifest = read_manifest(data)
        folder = index_folder(data)
        if analysis is not None:
            manifest.check_analysis(analysis, folder)
        try:
            snapshot = open_snapshot(folder / manifest.generation, commit=manifest.commit, before=before, verify=verify)
        except IndexDamagedError:
            # A rebuild may have taken the place of the generation that was being opened, and removed it.
            if attempt == ATTEMPTS - 1 or manifest_stamp(data) == stamp:
                raise
        else:
            return Newest(manifest, stamp, snapshot)
    raise AssertionError("unreachable")
