"""The short form of every torture; ``make torture`` is the long one."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from tests.torture.counts import Counts
from tests.torture.report import write_report
from tests.torture.scenarios import SCENARIOS, lacking

pytestmark = pytest.mark.torture


def need(name: str) -> None:
    """Skips a test for whose scenario the machine lacks something; never in CI."""
    if lack := lacking(name):
        if os.environ.get("CI"):
            pytest.fail(f"this machine lacks {lack}, and this is CI")
        pytest.skip(f"this machine lacks {lack}")


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_found_twice_or_wrong(name: str, tmp_path: Path) -> None:
    need(name)
    scenario = SCENARIOS[name]
    counts = scenario.run(tmp_path, scenario.SHORT, Random(7))
    assert (counts.problems, counts.clean) == ([], True)
    assert counts.rounds >= scenario.SHORT  # several records share them, and each has one at least


def test_the_report_has_a_row_a_scenario_and_their_sum(tmp_path: Path) -> None:
    found = {"kills": Counts(rounds=3, kills=2, acknowledged=1200), "damage": Counts(damages=4, seconds=2.4)}
    found["damage"].fault("this")
    write_report(tmp_path / "report.md", found, seed=5)
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "| kills | 3 | 2 | 0 | 0 | 0 | 1,200 | 0 | 0 | 0 | 0 |" in text
    assert "| all | 3 | 2 | 4 | 0 | 0 | 1,200 | 0 | 0 | 1 | 2 |" in text
    assert "- problem: wrong: this" in text
