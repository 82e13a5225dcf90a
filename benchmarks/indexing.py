"""Indexing, the whole path: JSON lines → archive, durably → index, searchable. ``python -m benchmarks.indexing [--tile N]``.

Each run is a process of its own on an empty data directory, its clock going from the call to the return of ``index_paths`` (the
dictionary is loaded before). Where the time goes is counted as processor time in this process and its workers, stage by stage.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import wraps
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.corpus import default_news, read_news, write_jsonl
from benchmarks.tiles import tiled
from indexer.analysis import Analyzer
from indexer.archive import ARCHIVE_NAME, Archive
from indexer.build import BuildOptions, index_paths
from indexer.follow import Follower
from indexer.intake import Intake
from indexer.sources import ReadLimits
from indexer.store import IndexWriter, merge, writer

__all__ = ["Run", "main", "measure", "to_table"]

REPEATS = 3
SAMPLED_EVERY_S = 0.02
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

STAGES: Mapping[str, Sequence[tuple[Any, str]]] = {
    "archive": [(Intake, "take"), (Intake, "read_pages")],
    "stories": [(Archive, "assign_stories")],
    "handing on": [(Follower, "feed")],
    "analysis, inversion": [(writer, "write_run")],
    "merge": [(merge, "merge_file"), (writer, "merge_file")],
    "commit": [(IndexWriter, "commit")],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run. ``cpu_s`` is user and system time of all processes, ``stages`` of it by stage (what is none of them is ``other``).

    ``peak_rss_mb`` is the most that all processes held at one time; pages they share count for each of them.
    """

    workers: int
    articles: int
    seconds: float
    cpu_s: float
    stages: dict[str, float]
    peak_rss_mb: float
    archive_bytes: int
    index_bytes: int


class _Clocks:
    """Processor time by stage, of this process and those forked from it; a stage within another is not counted twice."""

    def __init__(self) -> None:
        self._spent = {name: multiprocessing.get_context("fork").Value("d", 0.0) for name in STAGES}
        self._inner: list[float] = []

    def seconds(self) -> dict[str, float]:
        return {name: spent.value for name, spent in self._spent.items()}

    def start(self) -> None:
        """Puts a clock around every function of ``STAGES``, the same one wherever a function stands under its name."""
        clocked: dict[Callable[..., Any], Callable[..., Any]] = {}
        for stage, functions in STAGES.items():
            for owner, name in functions:
                function = getattr(owner, name)
                if function not in clocked:
                    clocked[function] = self._timed(stage, function)
                setattr(owner, name, clocked[function])

    def _timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)  # workers are sent functions by name
        def timed(*values: Any, **named: Any) -> Any:
            begin = thread_time()
            self._inner.append(0.0)
            try:
                return function(*values, **named)
            finally:
                whole = thread_time() - begin
                spent = self._spent[stage]
                with spent.get_lock():
                    spent.value += whole - self._inner.pop()
                if self._inner:
                    self._inner[-1] += whole

        return timed


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, prints the table, and writes the raw figures where ``--out`` says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.indexing", description=__doc__)
    parser.add_argument("--news", type=Path, default=default_news(), help="news-broadcast.jsonl.gz")
    parser.add_argument("--articles", type=int, help="take only the first N")
    parser.add_argument("--tile", type=int, help="make a corpus of N articles out of them")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--out", type=Path, help="file for the raw figures, as JSON")
    options = parser.parse_args(arguments)
    if not options.news.exists():
        print(
            f"there are no news articles at {options.news}; name them with --news or ARTICLE_SEARCH_SHARED",
            file=sys.stderr,
        )
        return 2
    articles = read_news(options.news, options.articles)
    corpus = tiled(articles, options.tile) if options.tile else articles
    runs = measure(corpus, workers=options.workers, repeats=options.repeats)
    print(to_table(runs))
    if options.out:
        options.out.write_text(json.dumps([asdict(run) for run in runs]) + "\n", encoding="utf-8")
    return 0


def measure(articles: Iterable[dict[str, object]], *, workers: Sequence[int], repeats: int) -> list[Run]:
    """``repeats`` runs with each number of workers, in turn, so that a busy machine is so for all of them."""
    runs = []
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "articles.jsonl"
        write_jsonl(articles, source)
        for _ in range(repeats):
            runs += [_run(source, Path(scratch), number) for number in workers]
    return runs


def to_table(runs: Sequence[Run]) -> str:
    """Medians over the runs with the same number of workers: articles a second, and microseconds an article by stage."""
    numbers = sorted({run.workers for run in runs})
    rows: dict[str, list[str]] = {}
    for number in numbers:
        own = [run for run in runs if run.workers == number]
        for name, values in _figures(own).items():
            rows.setdefault(name, []).append(f"{statistics.median(values):,.0f}")
    head = f"| {runs[0].articles:,} articles | " + " | ".join(f"workers: {number}" for number in numbers) + " |"
    lines = [head, "| --- |" + " ---: |" * len(numbers)]
    return "\n".join([*lines, *(f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows.items())])


def _figures(runs: Sequence[Run]) -> dict[str, list[float]]:
    figures = {"articles/s": [run.articles / run.seconds for run in runs]}
    figures["µs of processor time an article"] = [run.cpu_s / run.articles * 1e6 for run in runs]
    for stage in [*STAGES, "other"]:
        figures[f"of these: {stage}"] = [run.stages[stage] / run.articles * 1e6 for run in runs]
    figures["peak RSS of all processes, MB"] = [run.peak_rss_mb for run in runs]
    figures["bytes an article, archive"] = [run.archive_bytes / run.articles for run in runs]
    figures["bytes an article, index"] = [run.index_bytes / run.articles for run in runs]
    return figures


def _run(source: Path, scratch: Path, workers: int) -> Run:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    with tempfile.TemporaryDirectory(dir=scratch) as data:
        process = context.Process(target=_index, args=(source, Path(data), workers, sender))
        process.start()
        sender.close()
        peak, ended = [0.0], threading.Event()
        sampler = threading.Thread(target=_sample, args=(process.pid, peak, ended))
        sampler.start()
        try:
            figures = receiver.recv()
        except EOFError:
            raise RuntimeError(
                f"the run with {workers} workers ended without figures; see its messages above"
            ) from None
        finally:
            process.join()
            ended.set()
            sampler.join()
    return Run(workers=workers, peak_rss_mb=peak[0], **figures)


def _index(source: Path, data: Path, workers: int, sender: Connection) -> None:
    """Indexes in this process, and sends the figures of the run."""
    analyzer = Analyzer()
    analyzer.words("词典")
    clocks = _Clocks()
    clocks.start()
    options = BuildOptions(analyzer=analyzer, zone=ZoneInfo("Asia/Shanghai"), limits=ReadLimits(), workers=workers)
    cpu, begin = _cpu_seconds(), perf_counter()
    report = index_paths([source], data, options)
    seconds, cpu = perf_counter() - begin, _cpu_seconds() - cpu
    stages = clocks.seconds()
    sender.send(
        {
            "articles": report.added + report.duplicates,
            "seconds": seconds,
            "cpu_s": cpu,
            "stages": stages | {"other": cpu - sum(stages.values())},
            "archive_bytes": (data / ARCHIVE_NAME).stat().st_size,
            "index_bytes": sum(path.stat().st_size for path in (data / "index").rglob("*") if path.is_file()),
        }
    )


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _sample(pid: int, peak: list[float], ended: threading.Event) -> None:
    """Keeps in ``peak[0]`` the most MB that the process and its children held, until it has ended."""
    while not ended.wait(SAMPLED_EVERY_S):
        peak[0] = max(peak[0], sum(map(_rss_mb, _family(pid))))


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:  # it has ended since
        return []
    return [pid, *(own for child in children for own in _family(int(child)))]


def _rss_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except OSError:  # it has ended since
        return 0.0
    return pages * PAGE_BYTES / 2**20


if __name__ == "__main__":
    sys.exit(main())
