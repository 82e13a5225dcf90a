"""The page in Chromium on the news articles: its bytes, and how long after a key its results are painted.

``python -m benchmarks.page`` indexes the news articles, serves them, types queries with a pause after each key, and prints both.
The time of a key begins with the event of the browser and ends after the frame in which its results stand.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import statistics
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks.corpus import default_news, read_news, write_jsonl
from benchmarks.throughput import serving
from indexer import index_paths

__all__ = ["key_times", "page_bytes"]

QUERIES = (
    "乡村振兴 产业",
    "习近平 主持 会议",
    "C919 飞机",
    "粮食安全 耕地",
    "“高质量发展”",
    "新能源汽车 出口",
    "covid",
    "台风 应急响应",
)
ADDRESSES = (
    ("/", {}),
    ("/search", {"q": "乡村振兴"}),
    ("/search", {"q": "习近平 主持 会议", "section": "频道0", "from": "2023-05", "to": "2024-02"}),
    ("/search", {"q": "经济", "not_author": "作者1", "source": "来源1", "group": "story"}),
)
SCRIPTS = ("keys.js", "typing.js", "search.js", "dates.js")
PAUSE_MS = 250
WATCH = """() => {
    window.times = [];
    let pressed = 0;
    document.addEventListener('input', (event) => (pressed = event.timeStamp), true);
    document.addEventListener('results', () => {
        const begin = pressed;
        requestAnimationFrame(() => setTimeout(() => window.times.push(performance.now() - begin)));
    });
}"""


def page_bytes(base: str) -> list[tuple[str, int, int]]:
    """Address, bytes and bytes under gzip of pages, scripts and style sheet."""
    found = []
    for path, query in ADDRESSES:
        address = path + ("?" + urllib.parse.urlencode(query) if query else "")
        found.append(
            (path + " " + " ".join(f"{name}={value}" for name, value in query.items()), _fetch(base + address))
        )
    found.append(("style.css", _fetch(base + "/static/style.css")))
    found.append(("scripts", b"".join(_fetch(f"{base}/static/{name}") for name in SCRIPTS)))
    return [(name, len(content), len(gzip.compress(content, 6))) for name, content in found]


def key_times(base: str, repeats: int = 3) -> list[float]:
    """Milliseconds from each key to the paint of its results."""
    from playwright.sync_api import sync_playwright

    times: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        for _ in range(repeats):
            page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
            page.goto(base + "/search")
            page.wait_for_timeout(500)
            page.evaluate(WATCH)
            for query in QUERIES:
                page.fill("#q", "")
                page.wait_for_timeout(PAUSE_MS)
                page.evaluate("() => { window.times.length = 0; }")
                page.focus("#q")
                for key in query:
                    page.keyboard.type(key)
                    page.wait_for_timeout(PAUSE_MS)
                times += page.evaluate("() => window.times")
            page.close()
        browser.close()
    return times


def main() -> None:
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--news", type=Path, default=default_news())
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--data", type=Path, help="a data directory with the news articles, instead of indexing them")
    options: Any = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data = options.data
        if data is None:
            data = Path(scratch) / "data"
            write_jsonl(read_news(options.news), Path(scratch) / "news.jsonl")
            index_paths([Path(scratch) / "news.jsonl"], data)
        with serving(data) as base:
            for name, plain, packed in page_bytes(base):
                print(f"{plain:>8,} bytes  {packed:>7,} gzipped  {name}")
            times = sorted(key_times(base, options.repeats))
    cuts = statistics.quantiles(times, n=100)
    print(
        f"{len(times)} keys: p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms, most {times[-1]:.0f} ms"
    )


def _fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as answer:
        content: bytes = answer.read()
        return content


if __name__ == "__main__":
    main()
