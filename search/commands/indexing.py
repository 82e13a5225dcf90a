"""The subcommand ``index``: once, or with ``--watch`` until it is told to stop."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, NoReturn

from indexer.archive import RootCount
from indexer.build import Absent, BuildOptions, IndexReport, index_paths
from indexer.watch import Pace, watch_paths
from search.commands.frame import ProgressBars, add_command, build_options, error_record, print_report
from search.settings import Settings, read_settings

__all__ = ["add_index", "reanalysed_text"]


def add_index(commands: Any) -> None:
    """Adds the subcommand to the tree."""
    command = add_command(commands, "index", _run_index, "Reads files and folders and makes their articles searchable.")
    command.add_argument("paths", nargs="+", metavar="PATH", help="file or folder, or - for JSONL on standard input")
    command.add_argument(
        "--workers", type=int, default=os.cpu_count(), metavar="N", help="processes that write the index"
    )
    command.add_argument("--memory-mb", type=int, metavar="N", help="what the index writer may hold (default: 1024)")
    command.add_argument("--revive", action="store_true", help="bring back deleted articles that are still there")
    command.add_argument(
        "--delete-missing", action="store_true", help="delete what came from under the paths and is no longer there"
    )
    command.add_argument("--yes", action="store_true", help="delete even more than a fifth of what came from a path")
    command.add_argument(
        "--watch", action="store_true", help="go on indexing what changes under the paths, until it is stopped"
    )
    command.add_argument(
        "--poll",
        type=_seconds,
        metavar="SECONDS",
        help="with --watch: look at all files that often, instead of being told by the system (default: only where it cannot)",
    )


def reanalysed_text(ids: Sequence[str]) -> str:
    """What a report adds where articles were analysed anew."""
    return f", {len(ids)} analysed anew for the user's words" if ids else ""


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0.1 <= seconds <= 86_400:
        raise ValueError(text)
    return seconds


def _run_index(options: argparse.Namespace) -> int:
    settings = read_settings(data=options.data, memory_mb=options.memory_mb)
    absent = Absent(revive=options.revive, delete_missing=options.delete_missing, however_many=options.yes)
    build = build_options(settings, options.workers)
    if options.watch:
        return _watch(options, settings, build, absent)
    with ProgressBars() as progress:
        report = index_paths(options.paths, settings.data, build, absent=absent, progress=progress)
    _print(options, report)
    if report.refused:
        return 2
    return 1 if report.rejected else 0


def _watch(options: argparse.Namespace, settings: Settings, build: BuildOptions, absent: Absent) -> int:
    """Follows the paths until it is told to stop, which is how it ends well."""
    progress = ProgressBars()
    pace = Pace() if options.poll is None else Pace(blind=options.poll, always_blind=True)

    def on_report(report: IndexReport) -> None:
        progress.close()
        _print(options, report)
        sys.stdout.flush()

    try:
        with _interrupted_by(signal.SIGTERM):
            watch_paths(
                options.paths,
                settings.data,
                build,
                absent=absent,
                on_report=on_report,
                say=_say,
                progress=progress,
                pace=pace,
            )
    except KeyboardInterrupt:
        pass
    finally:
        progress.close()
    return 0


@contextmanager
def _interrupted_by(number: signal.Signals) -> Iterator[None]:
    """Has the signal end the work within as Ctrl+C does."""

    def interrupt(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(number, interrupt)
    try:
        yield
    finally:
        signal.signal(number, before)


def _print(options: argparse.Namespace, report: IndexReport) -> None:
    for error in report.rejected:
        print(f"rejected: {error}", file=sys.stderr)
    record = {**asdict(report), "rejected": [error_record(error) for error in report.rejected]}
    print_report(options, record, _report_text(report))
    if report.refused:
        _say(_refused_text(report.refused))


def _say(text: str) -> None:
    print(f"article-search: {text}", file=sys.stderr, flush=True)


def _report_text(report: IndexReport) -> str:
    counts = f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged"
    if report.deleted:
        counts += f", {report.deleted} deleted"
    if report.kept_deleted:
        counts += f", {len(report.kept_deleted)} left deleted (--revive brings them back)"
    if report.duplicates:
        counts += f", {report.duplicates} the same as another"
    if report.stories:
        counts += f", {report.stories} stories with reprints"
    counts += reanalysed_text(report.reanalysed)
    return f"{counts}, {len(report.rejected)} rejected, in {report.seconds:.1f} s"


def _refused_text(refused: Sequence[RootCount]) -> str:
    counts = ", ".join(f"{root.missing} of the {root.held} articles from {root.path}" for root in refused)
    return (
        f"nothing was deleted: {counts} are no longer there, more than a fifth;"
        " see that all is mounted and complete, or delete them with --yes"
    )
