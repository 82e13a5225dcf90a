"""A check of a data directory: the archive, every file of the index, and whether the index holds what the archive says.

``archive, store → check``; nothing is changed but, where that is asked for, an index at fault is built anew from a sound archive.
Others may search and write meanwhile: what is looked through is the commit that was newest at the beginning, and an article that
was written after the change it covers is not compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from time import perf_counter

import numpy as np

from indexer.archive import ARCHIVE_NAME, Archive
from indexer.archive.verification import MOST_OF_A_KIND, verify_archive
from indexer.article import article_to_record
from indexer.build import BuildOptions, sync
from indexer.directory import write_lock
from indexer.errors import (
    AnalysisMismatchError,
    ArchiveError,
    IndexDamagedError,
    IndexMissingError,
    StorageError,
)
from indexer.findings import Finding
from indexer.intake import Progress
from indexer.store import Manifest, Snapshot, index_folder, open_newest, read_contents, read_manifest

__all__ = ["CheckReport", "check"]

_REBUILD = "build it anew: article-search rebuild"
_SYNC = "bring it up: article-search sync"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What a check looked at and found.

    Attributes:
        archive_articles, archive_change: what the archive shows; 0 where it cannot be read.
        index_articles, index_change, generation: what the index holds; 0 and None where it cannot be read.
        index_bytes: so much of the index was read.
        findings: what is wrong; repaired: the generation that was built instead of the one at fault.
    """

    archive_articles: int = 0
    archive_change: int = 0
    index_articles: int = 0
    index_change: int = 0
    index_bytes: int = 0
    generation: str | None = None
    findings: tuple[Finding, ...] = ()
    repaired: str | None = None
    seconds: float = 0.0


@dataclass(slots=True)
class _Index:
    """What could be opened of the index, and what was found on the way."""

    manifest: Manifest | None = None
    snapshot: Snapshot | None = None
    findings: list[Finding] = field(default_factory=list)


def check(
    data: str | Path,
    options: BuildOptions,
    *,
    repair: bool = False,
    progress: Progress = lambda _stage, _done: None,
) -> CheckReport:
    """What is wrong with a data directory. With ``repair`` an index at fault is built anew, if the archive is sound.

    Raises:
        ArchiveError: there is neither an archive nor an index.
        StorageError: the index cannot be built anew.
    """
    begin = perf_counter()
    path = Path(data) / ARCHIVE_NAME
    if not path.exists() and not index_folder(data).exists():
        raise ArchiveError(
            f"there is no archive at {path}, so nothing to check; index something first: article-search index PATH",
            path=path,
        )
    index = _open_index(Path(data), options)
    findings = verify_archive(data)
    report = CheckReport()
    if index.manifest is not None and index.snapshot is not None:
        report = _index_facts(index.manifest, index.snapshot)
        damage = _damaged_files(index.snapshot, progress)
        index.findings += damage
    if not findings:
        with Archive(data, create=False) as archive:
            report = replace(report, archive_articles=archive.count(), archive_change=archive.last_change())
            if index.manifest is not None and index.snapshot is not None and not damage:
                found = _disagreements(index.snapshot, index.manifest, archive, progress)
                index.findings += islice(found, MOST_OF_A_KIND)
    findings += index.findings
    if repair and findings and all(finding.part == "index" for finding in findings):
        sync(data, options, anew=True, progress=progress)
        report = replace(report, repaired=read_manifest(data).generation)
    return replace(report, findings=tuple(findings), seconds=perf_counter() - begin)


def _open_index(data: Path, options: BuildOptions) -> _Index:
    """The newest commit. While nobody writes, what only a run that is under way may leave is a finding too."""
    index = _Index()
    with ExitStack() as stack:
        try:
            stack.enter_context(write_lock(data))
            at_rest = True
        except StorageError:
            at_rest = False  # another process writes, or nobody can: what is there can be read all the same
        try:
            newest = open_newest(data)
            index.manifest, index.snapshot = newest.manifest, newest.snapshot
            index.manifest.check_analysis(options.analyzer.fingerprint, index_folder(data))
            if at_rest:
                index.findings += _left_behind(data, index.manifest)
        except IndexMissingError as error:
            message = f"there is no index in {error.path}; {_SYNC}"
            index.findings.append(Finding(part="index", path=error.path, message=message))
        except (IndexDamagedError, AnalysisMismatchError) as error:
            index.findings.append(Finding(part="index", path=error.path, message=str(error)))
    return index


def _left_behind(data: Path, manifest: Manifest) -> Iterator[Finding]:
    """What tells of a run that was ended by force, or of an older manifest in the place of the newest."""
    folder = index_folder(data)
    newest = max(path.name for path in folder.glob("g[0-9]*"))
    if newest > manifest.generation:
        message = f"the index in {folder} has a newer generation, {newest}, than its manifest names; {_REBUILD}"
        yield Finding(part="index", path=folder, message=message)
    number = read_contents(folder / manifest.generation).number
    if number > manifest.commit:
        message = f"the index in {folder} has the commit {number}, and its manifest knows {manifest.commit}; {_SYNC}"
        yield Finding(part="index", path=folder, message=message)


def _index_facts(manifest: Manifest, snapshot: Snapshot) -> CheckReport:
    return CheckReport(
        index_articles=int(snapshot.live.sum()),
        index_change=manifest.change,
        index_bytes=sum(file.n_bytes for segment in snapshot.segments for file in segment.files),
        generation=manifest.generation,
    )


def _damaged_files(snapshot: Snapshot, progress: Progress) -> list[Finding]:
    """The files in which an array has another checksum than when it was written."""
    findings = []
    for segment in snapshot.segments:
        for file in segment.files:
            try:
                file.verify()
            except IndexDamagedError as error:
                findings.append(Finding(part="index", path=error.path, message=str(error)))
            file.release()
        progress("checksums", segment.n_docs)
    return findings


def _disagreements(snapshot: Snapshot, manifest: Manifest, archive: Archive, progress: Progress) -> Iterator[Finding]:
    """Where the index is not what the archive shows up to the change it covers."""
    folder = index_folder(archive.data)

    def finding(what: str) -> Finding:
        return Finding(part="index", path=folder, message=f"the index in {folder} {what}; {_REBUILD}")

    if manifest.change > archive.last_change():
        yield Finding(part="archive", path=archive.data / ARCHIVE_NAME, message=_older(archive, manifest))
        return
    docs: dict[str, int] = {}
    for doc in np.flatnonzero(snapshot.live).tolist():
        if docs.setdefault(snapshot.ids[doc], doc) != doc:
            yield finding(f"holds the article {snapshot.ids[doc]!r} twice")
    for change in archive.changes(0):
        held = snapshot.record(docs.pop(change.id)) if change.id in docs else None
        if change.number <= manifest.change:
            expected = None if change.article is None else article_to_record(change.article)
            wrong = _disagreement(held, expected)
            if wrong:
                yield finding(f"{wrong}: {change.id!r}")
        progress("compare", 1)
    for article_id in docs:
        yield finding(f"holds an article that the archive never had: {article_id!r}")


def _older(archive: Archive, manifest: Manifest) -> str:
    return (
        f"the archive in {archive.data} ends with change {archive.last_change()}, and the index has covered "
        f"{manifest.change}: the archive is an older one, or has lost writes; bring back the newest backup with "
        "article-search restore FILE, or build the index of what is there: article-search rebuild"
    )


def _disagreement(held: dict[str, object] | None, expected: dict[str, object] | None) -> str | None:
    """What is wrong with an article of the index beside that of the archive; None when nothing is."""
    if held == expected:
        return None
    if held is None:
        return "lacks an article that the archive shows"
    if expected is None:
        return "holds an article that was deleted, or is a copy of another"
    fields = ", ".join(name for name in expected if held.get(name) != expected[name])
    return f"has another {fields} of an article than the archive"
