"""The index follows while the archive is written: it ends with what the archive says, whatever changes again or breaks."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import follow
from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.article import Article
from indexer.build import BuildOptions, IndexReport, index_paths, sync
from indexer.errors import DataLockedError, StorageError
from indexer.follow import Follower
from indexer.sources import ReadLimits
from indexer.store import writer
from indexer.targets import LocalTarget
from search import SearchRequest, open_engine
from tests.conftest import ROOT, ZONE, article
from tests.test_duplicates import BODY


class Recorder:
    """A target in memory that holds its user to the contract, and fails at the operations it is told to fail at."""

    def __init__(self, failing: Collection[int] = ()) -> None:
        self.covered = 0
        self.stale: tuple[str, ...] | None = None
        self.shown: dict[str, Article] = {}
        self.commits = 0
        self.failing = failing
        self._operations = 0
        self._batch: dict[str, Article | None] = {}

    def add(self, article: Article) -> None:
        self._take(article.id, article)

    def delete(self, article_id: str) -> None:
        self._take(article_id, None)

    def withdraw(self, ids: Collection[str]) -> None:
        for article_id in ids:
            del self._batch[article_id]

    def commit(self, change: int) -> None:
        self._step()
        self.shown |= {key: value for key, value in self._batch.items() if value is not None}
        for gone in [key for key, value in self._batch.items() if value is None]:
            self.shown.pop(gone, None)
        self.covered, self.commits = change, self.commits + 1
        self._batch = {}

    def close(self) -> None:
        self._batch = {}

    def _take(self, article_id: str, value: Article | None) -> None:
        self._step()
        assert article_id not in self._batch, "an id twice in a batch"
        self._batch[article_id] = value

    def _step(self) -> None:
        self._operations += 1
        if self._operations in self.failing:
            raise StorageError("the target failed", path="memory")


def shown(archive: Archive) -> dict[str, Article]:
    return {change.id: change.article for change in archive.changes(0) if change.article is not None}


ARTICLES = st.builds(
    lambda key, body, addressed: article(key, body=body, url=f"https://example.com/{key}" if addressed else None),
    st.sampled_from("abcdef"),
    st.sampled_from([BODY, BODY[: len(BODY) * 6 // 10], "短文。"]),
    st.booleans(),
)
STEPS = st.lists(
    st.one_of(
        st.lists(ARTICLES, min_size=1, max_size=4),
        st.sampled_from("abcdef"),
        st.sampled_from(["feed", "stories"]),
    ),
    max_size=14,
)


def play(archive: Archive, follower: Follower, steps: list[list[Article] | str]) -> None:
    for step in steps:
        if isinstance(step, list):
            archive.put(step)
        elif step == "feed":
            follower.feed()
        elif step == "stories":
            archive.assign_stories()
        else:
            archive.delete([step])
    follower.finish()


@settings(max_examples=60)
@given(STEPS, st.sampled_from([1, 3, 50_000]))
def test_the_target_ends_with_what_the_archive_says(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[Article] | str], batch: int
) -> None:
    with Archive(tmp_path_factory.mktemp("data")) as archive, pytest.MonkeyPatch.context() as patch:
        patch.setattr(follow, "TARGET_BATCH", batch)
        target = Recorder()
        play(archive, Follower(archive, target), steps)
        assert target.shown == shown(archive)
        assert target.covered == archive.last_change()
        with Archive(archive._database.path.parent) as other:  # nothing of it hangs on what the writer still remembers
            assert target.shown == shown(other)


@settings(max_examples=60)
@given(STEPS, STEPS, st.sets(st.integers(1, 12), min_size=1, max_size=3), st.sampled_from([1, 3, 50_000]))
def test_after_a_target_failed_the_next_run_catches_up(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[list[Article] | str],
    later: list[list[Article] | str],
    failing: set[int],
    batch: int,
) -> None:
    with Archive(tmp_path_factory.mktemp("data")) as archive, pytest.MonkeyPatch.context() as patch:
        patch.setattr(follow, "TARGET_BATCH", batch)
        target = Recorder(failing)
        for _ in range(len(failing) + 1):
            try:
                play(archive, Follower(archive, target), steps)
            except StorageError:
                target.close()
        target.failing = ()
        play(archive, Follower(archive, target), later)
        assert target.shown == shown(archive)
        assert target.covered == archive.last_change()


def test_each_batch_is_committed_and_nothing_new_costs_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "TARGET_BATCH", 2)
    with Archive(tmp_path) as archive:
        target = Recorder()
        archive.put(article(str(number)) for number in range(5))
        seen: list[tuple[str, int]] = []
        follower = Follower(archive, target, lambda stage, done: seen.append((stage, done)))
        follower.feed()
        assert (target.commits, target.covered) == (2, 4)
        assert follower.finish() == 5
        assert follower.finish() == 5
        assert (target.commits, target.covered, seen) == (3, 5, [("index", 1)] * 5)


@pytest.fixture
def small_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MAX_RUN_ARTICLES", 5)
    monkeypatch.setattr("indexer.intake.BATCH", 4)


def records(count: int) -> Iterator[dict[str, object]]:
    """Articles, every seventh of which has a copy much later, and every ninth a shortened reprint."""
    for number in range(count):
        body = f"{BODY}\n" + "".join(chr(0x4E00 + (number * 97 + at * 31) % 9000) for at in range(150))
        made = {"id": f"n{number}", "title": f"第{number}天", "body": body, "url": f"https://example.com/{number}"}
        yield made
        if number % 7 == 0:
            yield made | {"id": f"copy{number}", "url": f"https://example.org/{number}"}
        if number % 9 == 1:
            yield made | {"id": f"cut{number}", "title": "转载", "body": body[: len(body) * 7 // 10], "url": None}


def write_records(path: Path, count: int) -> Path:
    by_arrival = sorted(records(count), key=lambda record: (str(record["id"])[0] != "n", str(record["id"])))
    path.write_text("".join(json.dumps(record) + "\n" for record in by_arrival), encoding="utf-8")
    return path


def options(analyzer: Analyzer, workers: int) -> BuildOptions:
    return BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits(), workers=workers)


def indexed(data: Path) -> dict[str, tuple[tuple[str, ...], str | None]]:
    """What the index says of each article: its other addresses and its story."""
    engine = open_engine(data)
    try:
        pages = [engine.search(SearchRequest(limit=100, offset=at)) for at in (0, 100)]
        found = [engine.article(hit.id) for page in pages for hit in page.hits]
        assert len({item.id for item in found}) == len(found) == pages[0].total
        return {item.id: (item.also_at, item.story) for item in found}
    finally:
        engine.close()


def archived(data: Path) -> dict[str, tuple[tuple[str, ...], str | None]]:
    with Archive(data, create=False) as archive:
        return {key: (found.also_at, found.story) for key, found in shown(archive).items()}


@pytest.mark.usefixtures("small_runs")
@pytest.mark.parametrize("workers", [1, 2])
def test_copies_and_stories_found_late_are_in_the_index_after_one_run(
    tmp_path: Path, analyzer: Analyzer, workers: int
) -> None:
    source = write_records(tmp_path / "a.jsonl", 60)
    report = index_paths([source], tmp_path / "data", options(analyzer, workers))
    assert (report.added, report.duplicates, report.stories) == (67, 9, 7)
    found = indexed(tmp_path / "data")
    assert found == archived(tmp_path / "data")
    assert found["n7"][0] == ("https://example.org/7",)
    assert found["n1"][1] == found["cut1"][1] is not None
    again = index_paths([source], tmp_path / "data", options(analyzer, workers))
    assert (again.unchanged, again.change) == (76, report.change)


@pytest.mark.usefixtures("small_runs")
@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_withdrawn_from_a_batch_is_added_once_more(tmp_path: Path, analyzer: Analyzer, workers: int) -> None:
    target = LocalTarget(tmp_path, analyzer, ZONE, workers=workers)
    for number in range(23):
        target.add(article(str(number), title="旧题"))
    target.withdraw({"0", "7", "22", "none"})
    for key in ("0", "22"):
        target.add(article(key, title="新题"))
    target.commit(1)
    engine = open_engine(tmp_path)
    totals = [engine.search(SearchRequest(text=text, match="all")).total for text in ("旧题", "新题", "")]
    engine.close()
    assert totals == [20, 2, 22]


RUN = """
import sys
from tests.test_follow import Analyzer, index_paths, options, writer
import indexer.intake
writer.MAX_RUN_ARTICLES, indexer.intake.BATCH = 5, 4
analyzer = Analyzer()
report = lambda stage, done: print(stage, done, flush=True)
index_paths([sys.argv[1]], sys.argv[2], options(analyzer, int(sys.argv[3])), progress=report)
print("done", flush=True)
"""


def run_until(source: Path, data: Path, workers: int, lines: int) -> int:
    """Kills a run with -9 after so many lines of its report; how many articles it had said to be taken by then."""
    command = [sys.executable, "-c", RUN, str(source), str(data), str(workers)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        taken = 0
        for _, line in zip(range(lines), process.stdout, strict=False):
            stage, _, done = line.partition(" ")
            taken += int(done) if stage == "read" else 0
        process.kill()
    return taken


def index_when_free(source: Path, data: Path, analyzer: Analyzer, workers: int) -> IndexReport:
    """Runs as soon as the processes that the killed run left have ended, and their hold on the lock with them."""
    for _ in range(100):
        try:
            return index_paths([source], data, options(analyzer, workers))
        except DataLockedError:
            time.sleep(0.1)
    raise AssertionError("the lock outlived the run that was killed")


@pytest.mark.usefixtures("small_runs")
@pytest.mark.parametrize(("workers", "kills"), [(1, (9, 60)), (2, (5, 30, 75, 110))])
def test_a_killed_run_loses_nothing_and_the_next_catches_up(
    tmp_path: Path, analyzer: Analyzer, workers: int, kills: tuple[int, ...]
) -> None:
    source = write_records(tmp_path / "a.jsonl", 90)
    data = tmp_path / "data"
    for lines in kills:
        taken = run_until(source, data, workers, lines)
        with Archive(data) as archive:
            rows = archive._database.connection.execute("SELECT count(*) FROM article").fetchone()[0]
        assert rows >= taken
    index_when_free(source, data, analyzer, workers)
    assert indexed(data) == archived(data)
    assert len(indexed(data)) == 100
    assert sync(data, options(analyzer, 1)) == sync(data, options(analyzer, 1))
