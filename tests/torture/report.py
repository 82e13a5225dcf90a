"""The report of a run: where and when it was, and the counts of each scenario."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tests.torture.counts import Counts
from tests.torture.scenarios import SCENARIOS

__all__ = ["COLUMNS", "write_report"]

COLUMNS = (
    "rounds", "kills", "damages", "full_disks", "lost_powers", "acknowledged", "lost", "twice", "wrong",
)  # fmt: skip


def write_report(path: Path, found: Mapping[str, Counts], *, seed: int) -> None:
    """Writes the counts as a page of Markdown."""
    total = Counts()
    for counts in found.values():
        total.add(counts)
    lines = [
        "# Torture report",
        "",
        f"`python -m tests.torture --seed {seed} --report {path}`, {datetime.now(UTC):%Y-%m-%d}: {_machine()}.",
        "What the counts mean: [operations](operations.md#what-was-tried).",
        "",
        "| scenario | " + " | ".join(column.replace("_", " ") for column in COLUMNS) + " | seconds |",
        "| --- |" + " ---: |" * (len(COLUMNS) + 1),
        *(_row(name, counts) for name, counts in [*found.items(), ("all", total)]),
        "",
    ]
    for name, counts in found.items():
        lines += [f"**{name}**: {_first_sentence(name)}", ""]
        lines += [f"- {what}: {number:,}" for what, number in sorted(counts.notes.items())]
        lines += [f"- problem: {problem}" for problem in counts.problems]
        lines.append("")
    path.write_text("\n".join(lines), encoding="utf-8")


def _row(name: str, counts: Counts) -> str:
    values = [f"{getattr(counts, column):,}" for column in COLUMNS]
    return f"| {name} | " + " | ".join(values) + f" | {counts.seconds:.0f} |"


def _first_sentence(name: str) -> str:
    return (SCENARIOS[name].__doc__ or "").partition("\n\n")[0].replace("\n", " ")


def _machine() -> str:
    return (
        f"{os.cpu_count()} cores {platform.machine()}, {platform.system()} {platform.release().partition('-')[0]}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, numpy {np.__version__}"
    )
