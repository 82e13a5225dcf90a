"""``python -m tests.torture``: the long form of every scenario, and the report of what it did and found.

Exit status 1 where anything was lost, found twice or wrong, or a scenario could not run.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from tests.torture.report import write_report
from tests.torture.scenarios import SCENARIOS, lacking, run_scenario


def main() -> int:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__, allow_abbrev=False)
    parser.add_argument("--only", action="append", choices=[*SCENARIOS], metavar="NAME", help=", ".join(SCENARIOS))
    parser.add_argument("--rounds", type=int, metavar="N", help="rounds of each scenario, in place of its own number")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--report", type=Path, metavar="FILE", help="where the report goes, as Markdown")
    options = parser.parse_args()
    logging.disable()  # what a keeper says of the damage that it finds
    failed = False
    found = {}
    for name in options.only or SCENARIOS:
        if lack := lacking(name):
            print(f"{name}: this machine lacks {lack}", file=sys.stderr)  # noqa: T201
            failed = True
            continue
        counts = found[name] = run_scenario(name, options.rounds or SCENARIOS[name].LONG, options.seed)
        failed = failed or not counts.clean
        for problem in counts.problems:
            print(f"{name}: {problem}", file=sys.stderr)  # noqa: T201
        print(  # noqa: T201
            f"{name}: {counts.rounds} rounds, {counts.acknowledged} acknowledged, {counts.lost} lost, {counts.twice} twice, "
            f"{counts.wrong} wrong, {counts.seconds:.0f} s",
            flush=True,
        )
    if options.report:
        write_report(options.report, found, seed=options.seed)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
