"""Does a quoted string find exactly the articles in which it stands? ``python -m benchmarks.literal [--news FILE] [--queries N]``

Strings of 1 to 20 characters are drawn from every field of the news (title and body; made values for the others, with
characters that are hard to get right), a share of them changed in script, width or case; for each five there is one that should
stand nowhere. Totals and ids are compared with a scan by a normaliser of its own (``plain_scan.py``), and every difference is
printed. Times are those of a first page of ten without facets or snippets, of each string the fastest of three tries.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.corpus import default_news, read_news, write_jsonl
from benchmarks.literal_queries import LiteralQuery, add_made_fields, draw_absent, draw_present
from benchmarks.plain_scan import PlainScan
from indexer import index_paths
from indexer.analysis import Analyzer
from search import Engine, SearchRequest
from search.engines.local import LocalEngine
from search.evaluate import arrays
from search.evaluate.backend import choose_steps

__all__ = ["compare", "main", "run", "to_table"]

QUERIES = 10_000
PER_ABSENT = 5
TRIES = 3
REPEATS = 50
MOST_IDS = 1_000
"""Of an answer with more hits, the total is compared and the ids of the first hundred."""

COMMON = 20
ALWAYS_TIMED = "的一"
PACKAGES = ("numpy", "numba", "OpenCC")


def main() -> int:
    """Runs, prints the table, keeps the figures; 1 when an answer was not that of the scan."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.literal", description=__doc__)
    parser.add_argument("--news", type=Path, default=default_news(), help="news-broadcast.jsonl.gz")
    parser.add_argument("--articles", type=int, help="take only the first N")
    parser.add_argument(
        "--queries", type=int, default=QUERIES, help="strings that stand in the articles; a fifth as many do not"
    )
    parser.add_argument("--out", type=Path, help="folder for the figures (default: benchmarks/runs/DATE-MACHINE)")
    options = parser.parse_args()
    if not options.news.exists():
        print(
            f"there are no news articles at {options.news}; name them with --news or ARTICLE_SEARCH_SHARED",
            file=sys.stderr,
        )
        return 2
    results = run(options.news, options.articles, options.queries)
    machine = f"{os.cpu_count()}-core-{platform.machine()}"
    folder = options.out or Path(__file__).parent / "runs" / f"{datetime.now(UTC):%Y-%m-%d}-{machine}"
    folder.mkdir(parents=True, exist_ok=True)
    table = to_table(results)
    (folder / "literal.json").write_text(json.dumps(results, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "literal.md").write_text(table, encoding="utf-8")
    print(table)
    return 1 if results["differences"] else 0


def run(news: Path, count: int | None = None, n_queries: int = QUERIES) -> dict[str, Any]:
    """Counts of strings and answers by kind, every difference, and milliseconds."""
    records = add_made_fields(read_news(news, count))
    scan = PlainScan(records)
    queries = draw_present(records, n_queries) + draw_absent(records, scan, n_queries // PER_ABSENT)
    results: dict[str, Any] = {
        "command": f"python -m benchmarks.literal --queries {n_queries}" + (f" --articles {count}" if count else ""),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
        "articles": len(records),
        "kinds": dict(Counter(query.kind for query in queries)),
    }
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "articles.jsonl"
        write_jsonl(records, source)
        report = index_paths([source], Path(scratch) / "data")
        assert report.added == len(records), report.rejected[:3]
        analyzer = Analyzer()
        engine = LocalEngine(Path(scratch) / "data", analyzer, relax_share=0.5)
        results |= compare(engine, scan, queries)
        results["common"] = {
            steps.__name__.rpartition(".")[2]: _common_times(
                records, LocalEngine(Path(scratch) / "data", analyzer, relax_share=0.5, steps=steps)
            )
            for steps in dict.fromkeys((choose_steps(), arrays))
        }
    return results


def compare(engine: Engine, scan: PlainScan, queries: list[LiteralQuery]) -> dict[str, Any]:
    """The differences between the engine's answers and the scan's, how many ids were compared, and each query's milliseconds."""
    differences: list[dict[str, Any]] = []
    milliseconds: dict[str, list[float]] = {}
    compared = empty = 0
    for number, query in enumerate(queries):
        expected = scan.find(query.text, query.fields)
        request = SearchRequest(text=query.asked, facets=(), snippets=0)
        total = engine.search(request).total
        milliseconds.setdefault(query.kind, []).append(min(_spent(engine, request) for _ in range(TRIES)))
        found = set(_ids(engine, query.asked, whole=total <= MOST_IDS))
        compared += len(found)
        empty += not expected
        if total != len(expected) or not found <= expected or (total <= MOST_IDS and found != expected):
            difference = {
                "asked": query.asked, "kind": query.kind, "from": query.article, "total": total,
                "missed": sorted(expected - found)[:5], "extra": sorted(found - expected)[:5],
            }  # fmt: skip
            differences.append(difference)
            print(f"DIFFERENT {difference}", file=sys.stderr)
        if number % 1000 == 999:
            print(f"{number + 1} of {len(queries)} asked, {len(differences)} differ", file=sys.stderr)
    return {"ids_compared": compared, "found_nowhere": empty, "differences": differences, "milliseconds": milliseconds}


def to_table(results: dict[str, Any]) -> str:
    """The figures as Markdown."""
    times = results["milliseconds"]
    summary = (
        f"{sum(results['kinds'].values()):,} quoted strings, {results['ids_compared']:,} ids, {results['found_nowhere']:,} "
        f"strings that stand nowhere: {len(results['differences'])} answers differ from a plain scan."
    )
    lines = [
        f"{results['articles']:,} articles, Python {results['python']}, `{results['command']}`",
        "",
        summary,
        "",
        f"First page of ten, the fastest of {TRIES} tries.",
        "",
        "| strings | number | p50 ms | p95 ms | p99 ms |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [_row(kind, own) for kind, own in times.items()]
    lines.append(_row("all", [one for own in times.values() for one in own]))
    for steps, characters in results["common"].items():
        lines += [_row(f"{char} alone, {steps}", characters[char]) for char in ALWAYS_TIMED]
        every = [one for own in characters.values() for one in own]
        lines.append(_row(f"the {len(characters)} commonest characters, {steps}", every))
    return "\n".join(lines) + "\n"


def _row(name: str, times: list[float]) -> str:
    ordered = sorted(times)
    cells = (f"{ordered[int(len(ordered) * share)]:.3f}" for share in (0.5, 0.95, 0.99))
    return f"| {name} | {len(times):,} | " + " | ".join(cells) + " |"


def _spent(engine: Engine, request: SearchRequest) -> float:
    begin = perf_counter()
    engine.search(request)
    return round((perf_counter() - begin) * 1000, 3)


def _ids(engine: Engine, text: str, *, whole: bool) -> Iterator[str]:
    """The ids of the first hundred hits, or of all."""
    cursor = None
    while True:
        page = engine.search(SearchRequest(text=text, facets=(), snippets=0, limit=100, cursor=cursor))
        yield from (hit.id for hit in page.hits)
        if page.next is None or not whole:
            return
        cursor = page.next


def _common_times(records: list[dict[str, Any]], engine: Engine) -> dict[str, list[float]]:
    """Milliseconds of each of the commonest characters alone, asked in turn."""
    counts = Counter(char for record in records for char in record["body"] if char.isalnum())
    chars = list(dict.fromkeys(ALWAYS_TIMED + "".join(char for char, _ in counts.most_common(COMMON))))
    times: dict[str, list[float]] = {char: [] for char in chars}
    for _ in range(REPEATS + 1):
        for char in chars:
            request = SearchRequest(text=f'"{char}"', facets=(), snippets=0)
            times[char].append(min(_spent(engine, request) for _ in range(TRIES)))
    engine.close()
    return {char: own[1:] for char, own in times.items()}


if __name__ == "__main__":
    sys.exit(main())
