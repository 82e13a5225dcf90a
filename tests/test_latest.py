from __future__ import annotations

import threading
import time

from search.suggest.latest import Latest


def test_it_is_built_once_however_many_ask() -> None:
    latest: Latest[int] = Latest()
    built: list[int] = []

    def build() -> int:
        time.sleep(0.05)
        built.append(1)
        return 7

    of, found = object(), []
    threads = [threading.Thread(target=lambda: found.append(latest.get(of, build))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, built) == ([7] * 4, [1])


def test_the_one_before_serves_while_the_next_is_built() -> None:
    latest: Latest[str] = Latest()
    first, second, go_on = object(), object(), threading.Event()
    assert latest.get(first, lambda: "first") == "first"

    def build() -> str:
        go_on.wait(5)
        return "second"

    assert latest.get(second, build) == "first"
    assert latest.get(second, lambda: "never") == "first"
    go_on.set()
    for _ in range(100):
        if (now := latest.get(second, build)) == "second":
            break
        time.sleep(0.01)
    assert now == "second"


def test_after_a_slow_build_the_next_waits_its_turn() -> None:
    now = [0.0]
    latest: Latest[int] = Latest(lambda: now[0])

    def build() -> int:
        now[0] += 2.0
        return int(now[0])

    def settled(of: int) -> int:
        latest.get(of, build)
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and thread.daemon:
                thread.join(5)
        return latest.get(of, build)

    assert latest.get(1, build) == 2
    now[0] = 101.0
    assert settled(2) == 2
    now[0] = 102.0
    assert settled(2) == 104
