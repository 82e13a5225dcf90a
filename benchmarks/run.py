"""One run: index, ask, compare. ``python -m benchmarks.run [--news FILE] [--articles N] [--tile N]``.

With ``--tile`` the articles are made N, of their halves (``tiles.py``); stock Whoosh, which would take an hour for a million, is
left out where they are more than 20,000.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.contestants import CONTESTANTS, LEVELS, Contestant, StockWhoosh
from benchmarks.corpus import Query, default_news, make_queries, read_news, write_jsonl
from benchmarks.throughput import measure_throughput
from benchmarks.tiles import tiled

__all__ = ["main", "run"]

REPEATS = 3
MOST_FOR_WHOOSH = 20_000
PACKAGES = ("whoosh3", "tantivy", "rjieba", "numpy", "falcon", "gunicorn")
Times = dict[str, dict[str, dict[str, list[float]]]]


def main() -> int:
    """Runs, prints the table, keeps the raw figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--news", type=Path, default=default_news(), help="news-broadcast.jsonl.gz")
    parser.add_argument("--articles", type=int, help="take only the first N")
    parser.add_argument("--tile", type=int, help="make N articles out of them")
    parser.add_argument("--out", type=Path, help="folder for the figures (default: benchmarks/runs/DATE-MACHINE)")
    options = parser.parse_args()
    if not options.news.exists():
        print(
            f"there are no news articles at {options.news}; name them with --news or ARTICLE_SEARCH_SHARED",
            file=sys.stderr,
        )
        return 2
    results = run(options.news, options.articles, options.tile)
    machine = f"{os.cpu_count()}-core-{platform.machine()}"
    size = f"-{options.tile}" if options.tile else ""
    folder = options.out or Path(__file__).parent / "runs" / f"{datetime.now(UTC):%Y-%m-%d}-{machine}{size}"
    folder.mkdir(parents=True, exist_ok=True)
    table = to_table(results)
    (folder / "results.json").write_text(json.dumps(results, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "table.md").write_text(table, encoding="utf-8")
    print(table)
    return 0


def run(
    news: Path,
    count: int | None = None,
    tile: int | None = None,
    *,
    repeats: int = REPEATS,
    throughput: bool = True,
) -> dict[str, Any]:
    """Everything measured in one run: seconds, bytes, and milliseconds of each query in each repeat."""
    articles = read_news(news, count)
    queries = make_queries(articles)
    n_articles = tile or len(articles)
    options = (f" --articles {count}" if count else "") + (f" --tile {tile}" if tile else "")
    results: dict[str, Any] = {
        "command": "python -m benchmarks.run" + options,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
        "articles": n_articles,
        "indexing": {},
    }
    with tempfile.TemporaryDirectory() as scratch:
        contestants = [make() for make in CONTESTANTS if n_articles <= MOST_FOR_WHOOSH or make is not StockWhoosh]
        source = Path(scratch) / "articles.jsonl"
        write_jsonl(tiled(articles, n_articles), source)
        for contestant in contestants:
            folder = Path(scratch) / contestant.name
            begin = perf_counter()
            contestant.build(source, folder)
            seconds = perf_counter() - begin
            print(f"{contestant.name}: indexed in {seconds:.1f} s", file=sys.stderr)
            size = contestant.index_bytes(folder)
            results["indexing"][contestant.name] = {
                "seconds": round(seconds, 2),
                "articles_per_s": round(n_articles / seconds, 1),
                "index_bytes": size,
                "bytes_per_article": round(size / n_articles),
            }
        results["milliseconds"] = ask(contestants, queries, repeats)
        if throughput:
            many = make_queries(articles, pairs=9_000, phrases=7_000)
            random.Random(7).shuffle(many)
            results["throughput"] = measure_throughput(Path(scratch) / "article-search", many, Path(scratch))
    return results


def ask(contestants: list[Contestant], queries: list[Query], repeats: int) -> Times:
    """Milliseconds of each query, contestant by contestant in turn within each repeat, so that drift hits all alike."""
    times: Times = {contestant.name: {} for contestant in contestants}
    for _ in range(repeats):
        for contestant in contestants:
            for level in LEVELS:
                # Whoosh's highlighter takes 60 ms a query and more: every fourth query is enough for excerpts.
                for query in queries[::4] if level == "snippets" else queries:
                    begin = perf_counter()
                    contestant.search(query, level)
                    spent = round((perf_counter() - begin) * 1000, 3)
                    times[contestant.name].setdefault(level, {}).setdefault(query.kind, []).append(spent)
    return times


def percentiles(times: list[float], repeats: int = REPEATS) -> tuple[float, float]:
    """Median over the repeats of p50 and p95 of the query set."""
    size = len(times) // repeats
    sets = [sorted(times[at * size : (at + 1) * size]) for at in range(repeats)]
    return (
        statistics.median(one[len(one) // 2] for one in sets),
        statistics.median(one[int(len(one) * 0.95)] for one in sets),
    )


def to_table(results: dict[str, Any]) -> str:
    """The figures as Markdown."""
    names = list(results["indexing"])
    lines = [
        f"{results['articles']:,} articles, Python {results['python']}, `{results['command']}`",
        "",
        "| | " + " | ".join(names) + " |",
    ]
    lines.append("| --- |" + " --- |" * len(names))
    for row in ("articles_per_s", "bytes_per_article"):
        lines.append(f"| {row} | " + " | ".join(f"{results['indexing'][name][row]:,}" for name in names) + " |")
    for level in LEVELS:
        for kind in ("or", "and", "phrase"):
            cells = [
                "{:.3f} / {:.3f}".format(*percentiles(results["milliseconds"][name][level][kind])) for name in names
            ]
            lines.append(f"| {kind}, {level}: p50 / p95 ms | " + " | ".join(cells) + " |")
    for name, figures in (results.get("throughput") or {}).items():
        lines += ["", f"{name} under wrk: " + ", ".join(f"{key} {value:,}" for key, value in figures.items())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
