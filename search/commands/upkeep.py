"""The subcommands that keep the data safe: ``check``, ``backup`` and ``restore``."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import asdict
from typing import Any

from indexer.backup import back_up
from indexer.build import sync
from indexer.check import CheckReport, check
from indexer.restore import restore
from search.commands.frame import ProgressBars, add_command, build_options, error_record, print_report
from search.settings import data_directory, read_settings

__all__ = ["add_upkeep"]


def add_upkeep(commands: Any) -> None:
    """Adds the subcommands of this module to the tree."""
    command = add_command(commands, "check", _run_check, "Verifies the archive, the index, and that they agree.")
    command.add_argument(
        "--repair",
        action="store_true",
        help="build the index anew if it is at fault; a damaged archive is left as it is",
    )
    command = add_command(
        commands, "backup", _run_backup, "Writes archive, state, settings and editor's files to one file."
    )
    command.add_argument("file", metavar="FILE", help="where to; a zip file")
    command.add_argument("--yes", action="store_true", help="replace FILE where it is there already")
    command = add_command(
        commands, "restore", _run_restore, "Brings back what a backup holds, and builds the index of it."
    )
    command.add_argument("file", metavar="FILE", help="a file that backup wrote")
    command.add_argument("--yes", action="store_true", help="replace what the data directory holds")


def _run_check(options: argparse.Namespace) -> int:
    settings = read_settings(data=options.data)
    with ProgressBars() as progress:
        report = check(settings.data, build_options(settings, os.cpu_count()), repair=options.repair, progress=progress)
    findings = [{"part": found.part, "path": str(found.path), "message": found.message} for found in report.findings]
    print_report(options, {**asdict(report), "findings": findings}, _check_text(report))
    return 1 if report.findings else 0


def _check_text(report: CheckReport) -> str:
    lines = [f"found: {found.message}" for found in report.findings]
    lines += [
        f"archive: {report.archive_articles:,} articles, last change {report.archive_change:,}",
        f"index:   {report.index_articles:,} articles, covers change {report.index_change:,}, {report.index_bytes:,} bytes",
    ]
    if report.repaired:
        lines.append(f"the index was built anew of the archive as generation {report.repaired}")
    elif any(found.part == "archive" for found in report.findings):
        lines.append("the archive is at fault: nothing was changed")
    found = f"{len(report.findings)} found" if report.findings else "nothing is wrong"
    return "\n".join([*lines, f"{found}, in {report.seconds:.1f} s"])


def _run_backup(options: argparse.Namespace) -> int:
    report = back_up(data_directory(options.data), options.file, replace=options.yes)
    text = (
        f"{report.articles:,} articles up to change {report.change:,} and {len(report.members) - 1} other files are in "
        f"{report.file}: {report.bytes:,} bytes, in {report.seconds:.1f} s"
    )
    print_report(options, asdict(report), text)
    return 0


def _run_restore(options: argparse.Namespace) -> int:
    restored = restore(data_directory(options.data), options.file, replace=options.yes)
    print(f"restored the backup of {restored.created}; now the index is built", file=sys.stderr)
    # Only now: the settings are those that were restored.
    settings = read_settings(data=options.data)
    with ProgressBars() as progress:
        synced = sync(settings.data, build_options(settings, os.cpu_count()), progress=progress)
    for error in synced.rejected:
        print(f"rejected: {error}", file=sys.stderr)
    record = {**asdict(restored), "rejected": [error_record(error) for error in synced.rejected]}
    names = ", ".join(restored.members)
    text = f"{restored.articles:,} articles up to change {restored.change:,} are back, with the index ({names})"
    print_report(options, record, text)
    return 1 if synced.rejected else 0
