"""Waiting until the index covers a change, and never with all threads."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from search.web.waiting import IndexWatch
from tests.conftest import article


def test_what_the_index_covers_is_seen_as_it_grows(tmp_path: Path, index_articles: Callable[..., Path]) -> None:
    watch = IndexWatch(tmp_path / "data", timeout_s=0.01, most_waiting=1)
    assert not watch.covers(1)
    assert not watch.wait(1)
    data = index_articles(article("a"))
    assert watch.covers(1)
    assert watch.wait(1)
    assert not watch.covers(2)
    index_articles(article("b"))
    assert watch.covers(2)
    (data / "index" / "manifest.json").write_text("{")
    assert not watch.covers(1)


def test_who_comes_when_all_other_threads_wait_is_not_kept_long(tmp_path: Path) -> None:
    watch = IndexWatch(tmp_path, timeout_s=60, most_waiting=1)
    patient = threading.Thread(target=watch.wait, args=(1,), daemon=True)
    patient.start()
    while watch._places._value:
        time.sleep(0.001)
    assert not watch.wait(1)
    assert patient.is_alive()


ORPHAN = """
import os, sys, time
from search.web.waiting import IndexWatch
watch = IndexWatch(sys.argv[1], timeout_s=600, most_waiting=1)
reading, writing = os.pipe()
if os.fork():
    os.read(reading, 1)
    time.sleep(0.3)
    os._exit(0)
os.write(writing, b"x")
assert not watch.wait(1)
assert not watch.wait(1)  # who comes when it is gone already
print("let go")
"""


def test_a_worker_whose_service_was_killed_waits_no_longer(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ORPHAN, str(tmp_path)]
    assert subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout == "let go\n"
