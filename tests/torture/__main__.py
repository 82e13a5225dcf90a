"""``python -m tests.torture``: the long form of every scenario, and the report of what it did and found.

Exit status 1 where anything was lost, found twice or wrong, or a scenario could not run.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.torture.counts import Counts
from tests.torture.report import write_report
from tests.torture.scenarios import SCENARIOS, lacking, run_scenario


def main() -> int:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__, allow_abbrev=False)
    parser.add_argument("--only", action="append", choices=[*SCENARIOS], metavar="NAME", help=", ".join(SCENARIOS))
    parser.add_argument("--rounds", type=int, metavar="N", help="rounds of each scenario, in place of its own number")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--report", type=Path, metavar="FILE", help="where the report goes, as Markdown")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="scenarios at the same time")
    options = parser.parse_args()
    names = options.only or [*SCENARIOS]
    lacks = {name: lack for name in names if (lack := lacking(name))}
    for name, lack in lacks.items():
        print(f"{name}: this machine lacks {lack}", file=sys.stderr)  # noqa: T201
    able = [name for name in names if name not in lacks]
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn"), initializer=logging.disable) as pool:
        runs = {
            name: pool.submit(run_scenario, name, options.rounds or SCENARIOS[name].LONG, options.seed) for name in able
        }
        found = {name: _told(name, run.result()) for name, run in runs.items()}
    if options.report:
        write_report(options.report, found, seed=options.seed)
    return int(bool(lacks) or not all(counts.clean for counts in found.values()))


def _told(name: str, counts: Counts) -> Counts:
    for problem in counts.problems:
        print(f"{name}: {problem}", file=sys.stderr)  # noqa: T201
    print(  # noqa: T201
        f"{name}: {counts.rounds} rounds, {counts.acknowledged} acknowledged, {counts.lost} lost, {counts.twice} twice, "
        f"{counts.wrong} wrong, {counts.seconds:.0f} s",
        flush=True,
    )
    return counts


if __name__ == "__main__":
    sys.exit(main())
