"""How many crawled pages a second one core decodes and extracts.

Run with ``python -m benchmarks.extraction [FOLDER…]``. A folder holds pages as text files, or as JSON files whose ``raw``
is the text; without one, ``corpus/pages`` is read, and the shared pages where ``ARTICLE_SEARCH_SHARED`` names them.
Every page is measured as bytes, which are decoded first. Printed are pages a second of processor time: the median of the repeats,
and their range.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path

from indexer.cleaning import extract_page
from indexer.sources.decode import decode

ROUND_S = 0.5
REPEATS = 5
ROOT = Path(__file__).resolve().parent.parent


def main(folders: list[Path]) -> None:
    """Measure the pages of each folder and print one line for it."""
    for folder in folders or _known_folders():
        pages = _pages(folder)
        if not pages:
            print(f"{folder.name}: no pages")
            continue
        rates = sorted(_pages_per_second(pages) for _ in range(REPEATS))
        print(
            f"{folder.name}: {len(pages)} pages, {sum(map(len, pages)) // len(pages)} bytes each: "
            f"{statistics.median(rates):,.0f} pages/s ({rates[0]:,.0f} to {rates[-1]:,.0f})"
        )


def _known_folders() -> list[Path]:
    shared = os.environ.get("ARTICLE_SEARCH_SHARED")
    folders = [ROOT / "corpus" / "pages"]
    return folders + ([Path(shared) / "data", Path(shared) / "data" / "pages"] if shared else [])


def _pages(folder: Path) -> list[bytes]:
    texts = [path.read_bytes() for path in sorted(folder.glob("*.txt"))]
    records = [json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))]
    return texts + [record["raw"].encode() for record in records if record.get("raw")]


def _pages_per_second(pages: list[bytes]) -> float:
    done = 0
    started = time.process_time()
    while (elapsed := time.process_time() - started) < ROUND_S:
        for page in pages:
            extract_page(decode(page), "http://example.org/a")
        done += len(pages)
    return done / elapsed


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
