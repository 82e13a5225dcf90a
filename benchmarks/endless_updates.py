"""What endless updates of the same articles take on disk: ``python -m benchmarks.endless_updates [--updates 100000]``.

News articles are indexed, then updated again and again in commits of 1 to 50, as ``serve`` does it: through the archive, with
merges beside. Told are the largest sizes seen (the files of the index after every step of a commit that removes or adds some, the
archive and its WAL after every commit), against an index built at once of the same articles. A reader holds a snapshot open and
moves on now and then; what it holds of removed files is told apart.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.corpus import default_news, read_news
from indexer.analysis import Analyzer, open_segmenter
from indexer.archive import Archive
from indexer.article import Article
from indexer.follow import Follower
from indexer.schema import clean_article
from indexer.store import Merger, index_folder
from indexer.targets import LocalTarget
from search import SearchRequest
from search.engines.local import LocalEngine

__all__ = ["ZONE", "Sizes", "article_of", "endless_updates", "removed_but_open"]

ZONE = ZoneInfo("Asia/Shanghai")
MOST_AT_ONCE = 50
SAMPLED_S = 0.002
MOVES_ON = 40
"""After so many commits the reader searches again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Bytes, as blocks on disk.

    Attributes:
        fresh: of an index built at once; most, last: the most that the index had under the updates, and what it has at the end.
        held: the most of removed files that a reader held; held_after: when it had moved on at the end.
        archive_half: of ``archive.db`` after half of the updates; archive, wal: the most that it and its WAL had after that.
        commit_ms: what each commit took; pending: changes that cannot be found at the end.
    """

    fresh: int
    most: int
    last: int
    held: int
    held_after: int
    archive_half: int
    archive: int
    wal: int
    commit_ms: list[float]
    pending: int

    @property
    def ratio(self) -> float:
        """The most of the index in sizes of the one built at once."""
        return self.most / self.fresh


def endless_updates(
    folder: Path, articles: list[Article], updates: int, *, progress: Callable[[int], None] = lambda _done: None
) -> Sizes:
    """Updates ``articles`` so many times in all, in ``folder``, and says what that took."""
    analyzer = Analyzer(open_segmenter("auto"))
    fresh, data = folder / "fresh", folder / "data"
    for place in (fresh, data):
        with Archive(place) as archive:
            archive.put(articles)
            _follow(archive, LocalTarget(place, analyzer, ZONE))
    chance, merger, done, number = random.Random(1), Merger(), 0, 0
    times: list[float] = []
    held = archive_half = archive_most = wal = 0
    engine = LocalEngine(data, analyzer, relax_share=0.1)
    with _largest(index_folder(data)) as most, Archive(data) as archive:
        while done < updates:
            batch = chance.sample(articles, min(len(articles), updates - done, chance.randint(1, MOST_AT_ONCE)))
            archive.put([replace(item, body=f"{item.body}\n第{number}次修订。") for item in batch])
            begin = time.perf_counter()
            target = LocalTarget(data, analyzer, ZONE, merger=merger)
            _follow(archive, target)
            times.append((time.perf_counter() - begin) * 1000)
            done, number = done + len(batch), number + 1
            if number % MOVES_ON == 0:
                held = max(held, removed_but_open(data))
                engine.search(SearchRequest(text="修订"))
                progress(done)
            size = _size_of(data / "archive.db")
            if done <= updates / 2:
                archive_half = size
            else:
                archive_most = max(archive_most, size)
                wal = max(wal, _size_of(data / "archive.db-wal"))
        deadline = time.monotonic() + 60
        while LocalTarget(data, analyzer, ZONE, merger=merger).tend() and time.monotonic() < deadline:
            time.sleep(0.05)
        engine.search(SearchRequest(text="修订"))
        held_after = removed_but_open(data)
        pending = archive.last_change() - engine.stats().change
    engine.close()
    merger.close()
    return Sizes(
        fresh=_bytes_of(index_folder(fresh)),
        most=max(most),
        last=_bytes_of(index_folder(data)),
        held=held,
        held_after=held_after,
        archive_half=archive_half,
        archive=archive_most,
        wal=wal,
        commit_ms=times,
        pending=pending,
    )


def removed_but_open(data: Path) -> int:
    """Bytes of files below ``data`` that this process has mapped though they were removed (Linux; else 0)."""
    maps = Path("/proc/self/maps")
    if not maps.exists():
        return 0
    total = 0
    for line in maps.read_text(encoding="utf-8").splitlines():
        if line.endswith("(deleted)") and f" {data}" in line:
            first, _, last = line.split(maxsplit=1)[0].partition("-")
            total += int(last, 16) - int(first, 16)
    return total


def article_of(record: dict[str, object]) -> Article:
    """The article of a record of ``read_news``."""
    known = {name: record.get(name) for name in ("id", "title", "body", "summary", "source", "published", "url")}
    path, authors = tuple(record["section"]), tuple(record["authors"])  # type: ignore[arg-type]
    return clean_article(Article(**known, section=path, authors=authors))  # type: ignore[arg-type]


def _follow(archive: Archive, target: LocalTarget) -> None:
    Follower(archive, target).finish()
    target.tend()
    target.close()


@contextmanager
def _largest(folder: Path) -> Iterator[list[int]]:
    """The sizes that a folder has meanwhile, looked at all the time."""
    sizes, stop = [_bytes_of(folder)], threading.Event()

    def watch() -> None:
        while not stop.wait(SAMPLED_S):
            sizes[0] = max(sizes[0], _bytes_of(folder))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield sizes
    finally:
        stop.set()
        thread.join()


def _bytes_of(folder: Path) -> int:
    return sum(_size_of(path) for path in folder.rglob("*"))


def _size_of(path: Path) -> int:
    try:
        found = path.stat()
    except FileNotFoundError:  # a commit has removed it just now
        return 0
    return found.st_blocks * 512


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--updates", type=int, default=100_000)
    parser.add_argument("--news", type=Path, default=default_news())
    options = parser.parse_args()
    articles = [article_of(record) for record in read_news(options.news, options.articles)]
    folder = Path(tempfile.mkdtemp())
    try:
        sizes = endless_updates(folder, articles, options.updates, progress=_tell)
    finally:
        shutil.rmtree(folder)
    times = sorted(sizes.commit_ms)
    print(f"{options.updates} updates of {options.articles} articles in {len(times)} commits")
    print(f"index built at once: {sizes.fresh / 1e6:.2f} MB; most under updates: {sizes.most / 1e6:.2f} MB", end=" ")
    print(f"({sizes.ratio:.2f} times), at the end {sizes.last / 1e6:.2f} MB ({sizes.last / sizes.fresh:.2f} times)")
    print(
        f"removed files that a reader held: {sizes.held / 1e6:.2f} MB at most, {sizes.held_after} bytes once it moved on"
    )
    print(
        f"archive: {sizes.archive_half / 1e6:.2f} MB after half of the updates, then at most {sizes.archive / 1e6:.2f} MB"
    )
    print(f"WAL: at most {sizes.wal / 1e6:.2f} MB")
    print(
        f"commit: median {times[len(times) // 2]:.1f} ms, p99 {times[int(len(times) * 0.99)]:.1f} ms, most {times[-1]:.0f} ms"
    )


def _tell(done: int) -> None:
    print(f"\r{done} updates", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
