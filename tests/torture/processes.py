"""Child processes that are to die, and what they said before they did."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

__all__ = ["Child", "Death", "begun_at", "children_of", "count_steps", "described", "die", "die_at_step"]

Work = Callable[[Callable[[str], object]], object]
"""What a child does; it says lines through its argument."""

LONGEST_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """What became of a child: ``status`` 0 when it was done, -9 when it was killed, else it failed; and what it said."""

    status: int
    said: list[str]
    errors: str
    seconds: float


class Child:
    """A child that does ``work`` and writes what it says on standard error to a file.

    A plain fork: everything is loaded, and what measures coverage in processes of multiprocessing would fail after the last step.
    """

    def __init__(self, work: Work, errors: Path, *, step: int | None = None) -> None:
        self._begin = time.perf_counter()
        self._errors = errors
        self._said: list[str] = []
        reading, writing = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            os.close(reading)
            _be_child(work, writing, errors, step)
        os.close(writing)
        self._reader = Thread(target=_read, args=(reading, self._said))
        self._reader.start()

    def kill(self, victim: str = "self") -> None:
        """Kills it with -9, or one of its own children."""
        killed = children_of(self.process) if victim == "child" else []
        _kill(killed[0] if killed else self.process)

    def end(self) -> Death:
        """Waits for its end, and for that of its own children."""
        status = _wait(self.process)
        self._reader.join()
        seconds = time.perf_counter() - self._begin
        return Death(status=status, said=self._said, errors=self._errors.read_text("utf-8", "replace"), seconds=seconds)


def die(
    work: Work, errors: Path, *, after_s: float | None = None, step: int | None = None, victim: str = "self"
) -> Death:
    """Has a child do ``work``, and kills it (or its ``child``) after a time, or at a call of a C function; or lets it be done."""
    child = Child(work, errors, step=step)
    if after_s is not None:
        time.sleep(after_s)
        child.kill(victim)
    return child.end()


def die_at_step(work: Callable[[], object], errors: Path, step: int) -> bool:
    """Whether a child that does ``work`` died, at that call of a C function, before it was done."""
    death = die(lambda _say: work(), errors, step=step)
    assert death.status in (0, -signal.SIGKILL), death.errors
    return death.status != 0


def count_steps(work: Callable[[], object]) -> int:
    """How many calls of C functions ``work`` is."""
    count = 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "c_call"

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def children_of(process: int) -> list[int]:
    """The processes that a process has started and that are there still, its own child's children after them."""
    found: list[int] = []
    for child in _children(process):
        found.append(child)
        found += children_of(child)
    return found


def begun_at(process: int) -> str:
    """When a process began, which tells it from a later one of the same number; empty when there is none."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def described(process: int) -> str:
    """What a process runs, and its state."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        return f"{process} {state} " + Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")[-200:]
    except OSError:
        return f"{process} has ended"


def _children(process: int) -> Iterator[int]:
    for listing in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            yield from map(int, listing.read_text().split())
        except OSError:
            continue  # it has just ended


def _be_child(work: Work, writing: int, errors: Path, step: int | None) -> None:
    status = 1
    try:
        descriptor = os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(descriptor, 2)
        sys.stdout = sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
        _work(lambda: work(lambda line: os.write(writing, line.encode())), step)
        status = 0
    except BaseException:  # noqa: BLE001 - told, and told apart by its status
        traceback.print_exc()
    finally:
        os._exit(status)


def _work(work: Callable[[], object], step: int | None) -> None:
    left = step

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal left
        if event == "c_call" and left is not None:
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    if step is not None:
        sys.setprofile(note)
    work()
    sys.setprofile(None)


def _read(reading: int, said: list[str]) -> None:
    with os.fdopen(reading, encoding="utf-8", errors="replace") as lines:
        said.extend(lines)


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def _wait(child: int) -> int:
    deadline = time.monotonic() + LONGEST_S
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    _kill(child)
    os.waitpid(child, 0)
    raise AssertionError(f"a process did not end within {LONGEST_S} s")
