"""What every subcommand needs: its parser, settings made into options of a build, bars of progress, and its report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

import orjson
from tqdm import tqdm

from indexer.analysis import Analyzer, open_segmenter
from indexer.build import BuildOptions
from indexer.errors import IngestError
from indexer.sources import ReadLimits
from search.settings import Settings

__all__ = ["ProgressBars", "add_command", "build_options", "error_record", "print_report", "read_limits", "write_json"]


def add_command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], summary: str, *, json: bool = True
) -> argparse.ArgumentParser:
    """A subcommand of ``commands`` that ``run`` carries out, with the options that all have."""
    command: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)
    command.add_argument("--data", metavar="DIR", help="directory of archive and index (default: data)")
    if json:
        command.add_argument("--json", action="store_true", help="report as JSON")
    command.set_defaults(run=run)
    return command


class ProgressBars:
    """Bars on standard error, one a stage; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._bars: dict[str, tqdm[Any]] = {}

    def __enter__(self) -> ProgressBars:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Leaves the bars as they are."""
        for bar in self._bars.values():
            bar.close()

    def __call__(self, stage: str, done: int) -> None:
        """Notes that ``done`` more articles have passed a stage."""
        if stage not in self._bars:
            self._bars[stage] = tqdm(desc=stage, unit=" articles", disable=None, file=sys.stderr)
        self._bars[stage].update(done)


def build_options(settings: Settings, workers: int | None = 1) -> BuildOptions:
    """How to build an index, as the settings have it."""
    return BuildOptions(
        analyzer=Analyzer(open_segmenter(settings.segmenter)),
        zone=settings.zone,
        limits=read_limits(settings),
        workers=max(1, workers or 1),
        memory_mb=settings.memory_mb,
        kept_versions=settings.kept_versions,
    )


def read_limits(settings: Settings) -> ReadLimits:
    """What may be read of an input, as the settings have it."""
    return ReadLimits(
        max_article_bytes=settings.max_article_bytes,
        max_archive_bytes=settings.max_archive_bytes,
        max_archive_ratio=settings.max_archive_ratio,
        max_archive_depth=settings.max_archive_depth,
    )


def error_record(error: IngestError) -> dict[str, Any]:
    """An input that was rejected, for a report."""
    return {"path": error.path, "line": error.line, "reason": error.reason}


def print_report(options: argparse.Namespace, record: dict[str, Any], text: str) -> None:
    """Prints ``text``, or with ``--json`` the record."""
    if options.json:
        write_json(record)
    else:
        print(text)


def write_json(record: dict[str, Any]) -> None:
    """Prints a record as a line of JSON."""
    sys.stdout.write(orjson.dumps(record).decode() + "\n")
