"""Damages samples of every format and reads them: nothing but an ``IngestError`` may come of it.

    python -m tests.fuzz_sources --minutes 10

Prints the seed of each input that raised something else, and how many were read; its exit status is 1 if one did.
"""

from __future__ import annotations

import argparse
import gzip
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from indexer.article import Article
from indexer.cleaning import RawPage, extract_raw
from indexer.errors import IngestError
from indexer.sources import ReadLimits, read_inputs

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
LIMITS = ReadLimits(max_article_bytes=256 * 1024, max_archive_bytes=8 * 1024 * 1024, max_archive_depth=3)
PIECES = (
    b"\x00", b"\xff", b"\n", b"\r\n", b'"', b"'", b"<", b">", b"</", b"<![", b"<!--", b"]]>", b"<p>", b"</div>",
    b"&#x110000;", b"&#0;", b"---\n", b"+++\n", b": ", b"- [", b"{", b"}", b"[" * 300, b"(" * 300, b">" * 300,
    b"*" * 100, b",", b"\t", b"\xef\xbb\xbf", b"\xff\xfe", b"WARC/1.0\r\n", b"Content-Length: 99999999999\r\n",
    b"Content-Encoding: gzip\r\n", b"Transfer-Encoding: chunked\r\n", b"\r\n\r\n", b"PK\x03\x04", b"PK\x01\x02",
    b"PK\x05\x06", b"\x1f\x8b\x08", b"ustar", b"../", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<rss>", b"<item>",
    b"<script type='application/ld+json'>", b'"@type": "NewsArticle"', "春".encode("gb18030"), "灌".encode("big5"),
    "水".encode("utf-16"), b"\xed\xa0\x80", b"2024-13-45", b"https://[", b"http://a/\x01",
)  # fmt: skip


def samples() -> list[bytes]:
    """What is damaged: one file of every format, and of texts the shortest."""
    files = sorted(path for path in CORPUS.rglob("*") if path.is_file() and path.name != "README.md")
    others = [path.read_bytes() for path in files if path.parent.name != "pages"]
    others += [gzip.decompress(data) for data in others if data.startswith(b"\x1f\x8b")]
    pages = sorted((path.read_bytes() for path in files if path.parent.name == "pages"), key=len)
    return [*(data for data in others if len(data) < 32 * 1024), *pages[:3]]


def damaged(data: bytes, dice: random.Random) -> bytes:
    """``data`` with a few bytes changed, cut out, doubled, cut off, or with a piece of some format's syntax put in."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 16))):
        at = dice.randrange(len(changed) + 1)
        size = dice.choice((1, 2, 8, 64, 512))
        kind = dice.randrange(6)
        if kind == 0 and at < len(changed):
            changed[at] = dice.randrange(256)
        elif kind == 1:
            del changed[at : at + size]
        elif kind == 2:
            changed[at:at] = changed[at : at + size]
        elif kind == 3 and dice.random() < 0.3:
            del changed[at:]
        elif kind == 4:
            changed[at:at] = dice.randbytes(size)
        else:
            changed[at:at] = dice.choice(PIECES)
    return bytes(changed)


def read_all(path: Path) -> tuple[int, int]:
    """How many articles ``path`` gives, and how many errors; anything else that goes wrong is raised."""
    articles = errors = 0
    for item in read_inputs([path], limits=LIMITS):
        try:
            if isinstance(item, IngestError):
                raise item
            article = extract_raw(item) if isinstance(item, RawPage) else item
            assert isinstance(article, Article)
            articles += 1
        except IngestError as error:
            errors += bool(error.reason)
    return articles, errors


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs for the minutes given and returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0, help="the first seed; each input has the next one")
    options = parser.parse_args(arguments)
    given = samples()
    end = time.monotonic() + options.minutes * 60
    seed, failures, articles, errors, slowest = options.seed, 0, 0, 0, (0.0, 0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input"
        while time.monotonic() < end:
            dice = random.Random(seed)
            path.write_bytes(damaged(dice.choice(given), dice))
            begin = time.monotonic()
            try:
                taken, refused = read_all(path)
                articles, errors = articles + taken, errors + refused
            except Exception:  # noqa: BLE001 — whatever comes is what is looked for
                failures += 1
                sys.stdout.write(f"seed {seed}:\n{traceback.format_exc()}\n")
            slowest = max(slowest, (time.monotonic() - begin, seed))
            seed += 1
    sys.stdout.write(
        f"{seed - options.seed} inputs, {articles} articles, {errors} errors, {failures} failures; "
        f"slowest {slowest[0]:.2f} s (seed {slowest[1]})\n"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
