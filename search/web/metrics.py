"""``GET /metrics``: figures of all processes of the service, in the text format of Prometheus.

They tell how much and how fast, nothing of what is asked or found. The format:
prometheus.io/docs/instrumenting/exposition_formats.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import Final

import falcon
import numpy as np

from indexer.archive import ArchiveFigures, read_figures
from indexer.errors import ArticleSearchError
from indexer.status import read_status
from indexer.store.manifest import FORMAT
from search.engines.base import Engine
from search.web.counters import BOUNDS_S, METHODS, STATUSES, Counters

__all__ = ["CountRequests", "MetricsResource"]

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_BEGIN: Final = "article_search.begin"

Labels = Mapping[str, str]


class CountRequests:
    """Middleware: counts every request with the time it took until its answer was ready to be sent."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    def process_request(self, request: falcon.Request, _response: falcon.Response) -> None:
        """Notes when the request came."""
        request.env[_BEGIN] = perf_counter()

    def process_response(
        self, request: falcon.Request, response: falcon.Response, _resource: object, _ok: bool
    ) -> None:
        """Counts it by the template of its route, never by its path: whoever asks cannot make new series."""
        seconds = perf_counter() - request.env.get(_BEGIN, perf_counter())
        self._counters.count(request.uri_template, request.method, response.status_code, seconds)


class MetricsResource:
    """``GET /metrics``: of the requests, the searched index, and the archive of ``data``."""

    def __init__(self, counters: Counters, engine: Engine, data: str) -> None:
        self._counters = counters
        self._engine = engine
        self._data = data
        self._figures: ArchiveFigures | None = None

    def on_get(self, _request: falcon.Request, response: falcon.Response) -> None:
        """The figures as they are now."""
        response.content_type = CONTENT_TYPE
        response.text = "".join(self._families())

    on_head = on_get

    def _families(self) -> Iterator[str]:
        yield from _of_requests(self._counters)
        change = None
        try:
            stats = self._engine.stats()
        except ArticleSearchError:
            yield _family("index_up", "gauge", "Whether there is an index that can be searched.", 0)
        else:
            change = stats.change
            yield _family("index_up", "gauge", "Whether there is an index that can be searched.", 1)
            yield _family("index_generation", "gauge", "Generation that is searched.", _number(stats.generation))
            yield _family("index_articles", "gauge", "Articles that can be found.", stats.articles)
            yield _family("index_change", "gauge", "Last change of the archive that the index covers.", stats.change)
            yield _family("index_size_bytes", "gauge", "Bytes of the index on disk.", stats.index_bytes)
        figures = self._figures = read_figures(self._data, self._figures)
        if figures is not None:
            yield _family("archive_articles", "gauge", "Articles that the archive holds.", figures.articles)
            yield _family("archive_size_bytes", "gauge", "Bytes of the archive on disk.", figures.bytes)
            yield _family("archive_change", "gauge", "Last change of the archive.", figures.change)
            if figures.changed_at is not None:
                text = "When that change was written, in seconds since 1970."
                yield _family("archive_changed_timestamp_seconds", "gauge", text, figures.changed_at)
            lag = max(0, figures.change - (change or 0))
            yield _family("index_lag_changes", "gauge", "Changes of the archive that cannot be found yet.", lag)
        yield from _of_keeper(self._data)
        yield _family("time_seconds", "gauge", "The clock of the service, in seconds since 1970.", time.time())
        labels = {"version": _version(), "python": platform.python_version(), "index_format": str(FORMAT)}
        yield _family("build_info", "gauge", "What runs; always 1.", [(labels, 1)])


def _of_requests(counters: Counters) -> Iterator[str]:
    requests = counters.requests()
    counted = (
        ({"route": counters.routes[route], "method": METHODS[method], "status": str(STATUSES[status])}, value)
        for route, method, status in np.argwhere(requests)
        for value in [requests[route, method, status]]
    )
    yield _family("requests_total", "counter", "Requests that were answered.", counted)
    yield _family(
        "request_duration_seconds",
        "histogram",
        "Time until the answer to a request was ready to be sent.",
        _histogram(counters),
    )
    yield _family(
        "partial_searches_total", "counter", "Searches that were cut short by search_timeout_ms.", counters.partial
    )
    yield _family(
        "worker_starts_total", "counter", "Processes started to answer requests, replaced ones too.", counters.started
    )


def _of_keeper(data: str) -> Iterator[str]:
    """What the process that keeps the index has written down of itself; nothing where there is none."""
    status = read_status(data)
    if status is None:
        return
    yield _family(
        "keeper_state", "gauge", "What the keeper of the index is about; always 1.", [({"state": status.state}, 1)]
    )
    for name, text in (
        ("damages", "Times the index was found damaged."),
        ("rebuilds", "Times the index was built anew."),
        ("failures", "Attempts to bring the index up that failed."),
    ):
        yield _family(f"keeper_{name}_total", "counter", text, getattr(status, name))


def _histogram(counters: Counters) -> Iterator[tuple[Labels, float]]:
    for route, durations, seconds in zip(counters.routes, counters.durations(), counters.seconds(), strict=True):
        if not durations.any():
            continue
        for bound, count in zip([*map(str, BOUNDS_S), "+Inf"], np.cumsum(durations), strict=True):
            yield {"": "_bucket", "route": route, "le": bound}, count
        yield {"": "_sum", "route": route}, seconds
        yield {"": "_count", "route": route}, durations.sum()


def _family(name: str, kind: str, text: str, values: float | Iterable[tuple[Labels, float]]) -> str:
    """The lines of one metric. The label without a name is what is added to the name of the metric."""
    name = f"article_search_{name}"
    lines = [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
    for labels, value in [({}, values)] if isinstance(values, (int, float)) else values:
        named = ",".join(f'{label}="{_escaped(labels[label])}"' for label in labels if label)
        lines.append(f"{name}{labels.get('', '')}{f'{{{named}}}' if named else ''} {_shown(value)}")
    return "\n".join(lines) + "\n"


def _shown(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(generation: str) -> int:
    digits = generation.lstrip("g")
    return int(digits) if digits.isdigit() else 0


def _version() -> str:
    try:
        return version("article-search")
    except PackageNotFoundError:
        return "unknown"  # it runs where it was unpacked
