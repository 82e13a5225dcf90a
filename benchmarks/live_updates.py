"""Searching while articles are written: ``python -m benchmarks.live_updates``, with commits beside it and without, in one run.

An engine in this process is searched by several threads, as a worker of the service is; another process writes one article ten
times a second and commits it, with merges beside, as ``serve`` does it. Searches with and without the writer take turns. The lag
is the time from before the archive takes an article until a search finds it.
"""

from __future__ import annotations

import argparse
import queue
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path

from benchmarks.corpus import default_news, make_queries, read_news
from benchmarks.endless_updates import ZONE, article_of
from indexer.analysis import Analyzer, open_segmenter
from indexer.archive import Archive
from indexer.article import Article
from indexer.follow import Follower
from indexer.store import Merger
from indexer.targets import LocalTarget
from search import SearchRequest
from search.engines.local import LocalEngine

__all__ = ["LiveUpdates", "live_updates", "percentile"]

WORD = "第{}次修订记号"
MOST_S = 60
"""So long the start of the writer, and its first commit, may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveUpdates:
    """Milliseconds: of each search without and with commits beside it, of each commit, and until each write was found."""

    quiet: list[float]
    busy: list[float]
    commits: list[float]
    lags: list[float]


def live_updates(
    data: Path,
    articles: Sequence[Article],
    texts: Sequence[str],
    *,
    turns: int,
    seconds: float,
    threads: int,
    a_second: float,
    pause_ms: float,
) -> LiveUpdates:
    """Searches an index of ``articles`` made in ``data`` for ``texts``, in turns of so many seconds without and with a writer."""
    analyzer = Analyzer(open_segmenter("auto"))
    with Archive(data) as archive:
        archive.put(articles)
        target = LocalTarget(data, analyzer, ZONE)
        Follower(archive, target).finish()
        target.close()
    engine = LocalEngine(data, analyzer, relax_share=0.1)
    for text in texts:
        engine.search(SearchRequest(text=text))
    found = LiveUpdates(quiet=[], busy=[], commits=[], lags=[])
    context = get_context("spawn")
    writes: Queue[tuple[str, float, float]] = context.Queue()
    ready, on, end = context.Event(), context.Event(), context.Event()
    arguments = (data, list(articles[:2_000]), a_second, ready, on, end, writes)
    writer = context.Process(target=_write, args=arguments, daemon=True)
    writer.start()
    try:
        if not ready.wait(MOST_S):
            raise AssertionError("the process that writes did not start")
        for _ in range(turns):
            found.quiet.extend(_search(engine, texts, seconds, threads, pause_ms))
            on.set()
            watch = _Lags(engine, writes)
            found.busy.extend(_search(engine, texts, seconds, threads, pause_ms))
            on.clear()
            lags, commits = watch.finished()
            found.lags.extend(lags)
            found.commits.extend(commits)
    finally:
        end.set()
        on.set()
        writer.join(60)
        engine.close()
    return found


class _Lags:
    """A thread that searches for what is written until it is found."""

    def __init__(self, engine: LocalEngine, writes: Queue[tuple[str, float, float]]) -> None:
        self._engine, self._writes, self._stop = engine, writes, threading.Event()
        self._lags: list[float] = []
        self._commits: list[float] = []
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def finished(self) -> tuple[list[float], list[float]]:
        self._stop.set()
        self._thread.join()
        return self._lags, self._commits

    def _watch(self) -> None:
        until = time.monotonic() + MOST_S
        while True:
            try:
                # The writer tells of a write when its commit is done; a search from then on must find it.
                text, begun, commit_ms = self._writes.get(timeout=0.5)
            except queue.Empty:
                if self._stop.is_set() and (self._lags or time.monotonic() > until):
                    return
                continue
            if self._engine.search(SearchRequest(text=f'"{text}"', limit=1, facets=())).total != 1:
                raise AssertionError(f"{text} was committed, and is not found")
            self._lags.append((time.time() - begun) * 1000)
            self._commits.append(commit_ms)


def _write(
    data: Path,
    articles: list[Article],
    a_second: float,
    ready: Event,
    on: Event,
    end: Event,
    writes: Queue[tuple[str, float, float]],
) -> None:
    analyzer, merger, chance = Analyzer(open_segmenter("auto")), Merger(), random.Random(1)
    analyzer.words("热")
    ready.set()
    with Archive(data) as archive:
        number = 0
        while on.wait() and not end.is_set():
            number += 1
            text, begun = WORD.format(number), time.time()
            item = chance.choice(articles)
            archive.put([replace(item, body=f"{item.body}\n{text}。")])
            begin = time.perf_counter()
            target = LocalTarget(data, analyzer, ZONE, merger=merger)
            Follower(archive, target).finish()
            target.tend()
            target.close()
            writes.put((text, begun, (time.perf_counter() - begin) * 1000))
            time.sleep(max(0.0, begun + 1 / a_second - time.time()))
    merger.close()


def _search(engine: LocalEngine, texts: Sequence[str], seconds: float, threads: int, pause_ms: float) -> list[float]:
    """How long each search of so many threads took, each waiting a little after every answer, as people and networks do."""
    times: list[float] = []
    until = time.monotonic() + seconds

    def run(seed: int) -> None:
        chance = random.Random(seed)
        while time.monotonic() < until:
            request = SearchRequest(text=chance.choice(texts))
            begin = time.perf_counter()
            engine.search(request)
            times.append((time.perf_counter() - begin) * 1000)
            time.sleep(pause_ms / 1000)

    running = [threading.Thread(target=run, args=(seed,)) for seed in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return times


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of ``values`` lies."""
    return sorted(values)[int(share * (len(values) - 1))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--commits", type=float, default=10, help="commits a second")
    parser.add_argument("--pause-ms", type=float, default=20, help="what each thread waits between two searches")
    parser.add_argument("--news", type=Path, default=default_news())
    options = parser.parse_args()
    news = read_news(options.news, options.articles)
    texts = [query.text for query in make_queries(news[:5_000])]
    folder = Path(tempfile.mkdtemp())
    try:
        found = live_updates(
            folder / "data",
            [article_of(record) for record in news],
            texts,
            turns=options.turns,
            seconds=options.seconds,
            threads=options.threads,
            a_second=options.commits,
            pause_ms=options.pause_ms,
        )
    finally:
        shutil.rmtree(folder)
    for name, times in [
        ("searches without commits", found.quiet),
        ("searches with commits", found.busy),
        ("commits", found.commits),
        ("until found", found.lags),
    ]:
        shown = ", ".join(f"{label} {percentile(times, share):.2f}" for label, share in _SHARES.items())
        print(f"{name}: {len(times)}, ms: {shown}")
    print(
        f"search p95 with commits: {percentile(found.busy, 0.95) / percentile(found.quiet, 0.95):.2f} of that without"
    )


_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "most": 1.0}

if __name__ == "__main__":
    main()
