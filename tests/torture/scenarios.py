"""The scenarios by name, and what each needs of the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from random import Random
from time import perf_counter
from types import ModuleType

from tests.torture import (
    clock,
    damage,
    full_disk,
    full_service,
    kills,
    old_reader,
    power,
    restores,
    rivals,
    serving,
    traffic,
    twins,
)
from tests.torture.counts import Counts

__all__ = ["SCENARIOS", "lacking", "run_scenario"]

SCENARIOS: dict[str, ModuleType] = {
    "kills": kills,
    "traffic": traffic,
    "twins": twins,
    "restores": restores,
    "power": power,
    "damage": damage,
    "serving": serving,
    "full_disk": full_disk,
    "full_service": full_service,
    "clock": clock,
    "rivals": rivals,
    "old_reader": old_reader,
}


def lacking(name: str) -> str:
    """What the machine lacks for the scenario of that name; empty when nothing."""
    if name == "power" and not (shutil.which("strace") and _may_trace()):
        return "strace, and the right to trace a process"
    if name == "clock" and not Path(clock.LIBRARY).exists():
        return f"{clock.LIBRARY} (Debian's package faketime)"
    if name in ("full_disk", "full_service") and not _may_mount():
        return "the right to mount a file system"
    return ""


def run_scenario(name: str, rounds: int, seed: int) -> Counts:
    """The counts of a scenario, in a folder of its own that goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        begin = perf_counter()
        try:
            counts: Counts = SCENARIOS[name].run(Path(folder) / name, rounds, Random(f"{name} {seed}"))
        except Exception as error:  # noqa: BLE001 - the other scenarios are to be run too
            counts = Counts()
            counts.fault(f"it broke off: {type(error).__name__}: {error}")
        counts.seconds = perf_counter() - begin
    return counts


def _may_trace() -> bool:
    return subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False).returncode == 0


def _may_mount() -> bool:
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, check=False)
        if mounted.returncode == 0:
            subprocess.run(["umount", folder], check=True)
    return mounted.returncode == 0
