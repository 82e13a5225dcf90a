"""Counts shared by processes."""

from __future__ import annotations

import os
import threading

import pytest

from search.web.counters import BOUNDS_S, METHODS, OTHER, PROCESSES, STATUSES, Counters


@pytest.fixture
def counters() -> Counters:
    counters = Counters()
    counters.know(["/", "/search"])
    return counters


def requests(counters: Counters, route: str, method: str, status: int) -> int:
    at = (counters.routes.index(route), METHODS.index(method), STATUSES.index(status))
    return int(counters.requests()[at])


def test_requests_are_counted_by_route_method_status_and_duration(counters: Counters) -> None:
    for seconds in (0.0, 0.001, 0.3, 99.0):
        counters.count("/search", "GET", 200, seconds)
    counters.count("/", "GET", 304, 0.001)
    assert requests(counters, "/search", "GET", 200) == 4
    assert requests(counters, "/", "GET", 304) == 1
    assert counters.requests().sum() == 5
    durations = counters.durations()[counters.routes.index("/search")]
    assert durations[BOUNDS_S.index(0.001)] == 2
    assert durations[BOUNDS_S.index(0.5)] == 1
    assert durations[-1] == 1
    assert counters.seconds()[counters.routes.index("/search")] == pytest.approx(99.301)


def test_what_is_not_known_counts_as_other(counters: Counters) -> None:
    counters.count(None, "GET", 404, 0.0)
    counters.count("/new", "BREW", 799, 0.0)
    assert requests(counters, OTHER, "GET", 404) == 1
    assert requests(counters, OTHER, OTHER, 0) == 1


def test_processes_count_apart_and_are_shown_together(counters: Counters) -> None:
    rows = [counters.claim() for _ in range(3)]
    children = []
    for row in rows:
        child = os.fork()
        if child == 0:
            counters.use(row)
            for _ in range(1000):
                counters.count("/", "GET", 200, 0.25)
            counters.count_partial()
            os._exit(0)
        children.append(child)
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    assert requests(counters, "/", "GET", 200) == 3000
    assert counters.durations().sum() == 3000
    assert counters.seconds().sum() == 750
    assert (counters.partial, counters.started) == (3, 3)


def test_the_row_of_a_dead_process_goes_to_the_next_with_its_counts(counters: Counters) -> None:
    first = counters.claim()
    counters.use(first)
    counters.count("/", "GET", 200, 0.0)
    counters.release(first)
    assert counters.claim() == first
    counters.count("/", "GET", 200, 0.0)
    assert requests(counters, "/", "GET", 200) == 2
    assert counters.started == 2


def test_processes_beyond_all_rows_share_the_last(counters: Counters) -> None:
    rows = [counters.claim() for _ in range(PROCESSES + 2)]
    assert rows == [*range(PROCESSES), PROCESSES - 1, PROCESSES - 1]


def test_threads_lose_no_count(counters: Counters) -> None:
    def count() -> None:
        for _ in range(5000):
            counters.count("/", "GET", 200, 0.0)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert requests(counters, "/", "GET", 200) == 20_000
