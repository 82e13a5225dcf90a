"""Others write to the archive while it is read: nothing is missed, nothing is undone, and nobody waits for long."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import follow
from indexer.analysis import Analyzer
from indexer.archive import Archive, Change, stories
from indexer.article import Article
from indexer.build import Absent, BuildOptions, index_paths, reclean, sync
from indexer.follow import Follower
from indexer.sources import ReadLimits
from indexer.store import read_manifest
from indexer.targets import LocalTarget
from search import SearchRequest, open_engine
from tests.conftest import ROOT, ZONE, article
from tests.test_duplicates import BODY
from tests.test_follow import Recorder, shown
from tests.test_page_extraction import PAGE


class Disturbed:
    """Calls ``disturb`` with a number before each step of what reads an archive, and before each of what a target does."""

    def __init__(self, disturb: Callable[[int], None]) -> None:
        self._disturb = disturb
        self.steps = 0

    def step(self) -> None:
        self.steps += 1
        self._disturb(self.steps)

    def end(self) -> None:
        self._disturb = lambda _step: None


class DisturbedArchive(Archive):
    def __init__(self, data: Path, disturbed: Disturbed) -> None:
        super().__init__(data)
        self._disturbed = disturbed

    def last_change(self) -> int:
        self._disturbed.step()
        return super().last_change()

    def changes(self, after: int, *, limit: int = -1) -> Iterator[Change]:
        self._disturbed.step()
        for change in super().changes(after, limit=limit):
            yield change
            self._disturbed.step()
        self._disturbed.step()


class DisturbedRecorder(Recorder):
    def __init__(self, disturbed: Disturbed) -> None:
        super().__init__()
        self._disturbed = disturbed

    def _step(self) -> None:
        self._disturbed.step()

    def withdraw(self, ids: Collection[str]) -> None:
        self._disturbed.step()
        super().withdraw(ids)


def followed(data: Path, write: Callable[[Archive, int], None]) -> tuple[DisturbedRecorder, int]:
    """A target that was brought up while another connection wrote at each step, and how many steps that took."""
    with Archive(data) as other:
        disturbed = Disturbed(lambda step: write(other, step))
        target = DisturbedRecorder(disturbed)
        with DisturbedArchive(data, disturbed) as archive:
            assert Follower(archive, target).finish() == target.covered
        steps = disturbed.steps
        disturbed.end()
        return target, steps


def caught_up(data: Path, target: Recorder) -> None:
    """Passes when the target has what the archive says once it was given what came after the change that it covers."""
    with Archive(data) as archive:
        held = {change.id: change.article for change in archive.changes(0) if change.number <= target.covered}
        assert {key: value for key, value in held.items() if value} == {
            key: value for key, value in target.shown.items() if key in held
        }
        Follower(archive, target).finish()
        assert target.shown == shown(archive)


@pytest.mark.parametrize("page", [1, 2, 1_000])
def test_what_another_process_writes_at_any_step_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(follow, "PAGE", page)
    at, steps = 0, 1
    while at < steps:
        at += 1
        data = tmp_path / str(at)
        with Archive(data) as archive:
            archive.put([article("a"), article("b"), article("c")])

        def write(other: Archive, step: int, wanted: int = at) -> None:
            if step == wanted:
                other.put([article("a", body="改过。"), article("new")])
                other.delete(["b"])

        target, steps = followed(data, write)
        caught_up(data, target)
    assert at > 10


WRITES = st.dictionaries(
    st.integers(1, 40),
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(["短文。", "长文。", None]), st.booleans()),
    max_size=25,
)


@settings(max_examples=60)
@given(WRITES, st.sampled_from([1, 2, 1_000]), st.sampled_from([1, 3, 50_000]))
def test_whatever_others_write_meanwhile_the_target_ends_with_what_the_archive_says(
    tmp_path_factory: pytest.TempPathFactory,
    writes: dict[int, tuple[str, str | None, bool]],
    page: int,
    batch: int,
) -> None:
    data = tmp_path_factory.mktemp("data")
    with Archive(data) as archive:
        archive.put(article(key, url=f"https://example.com/{key}") for key in "abcd")

    def write(other: Archive, step: int) -> None:
        if step in writes:
            key, body, addressed = writes[step]
            if body is None:
                other.delete([key])
            else:
                other.put([article(key, body=body, url=f"https://example.com/{key}" if addressed else None)])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(follow, "PAGE", page)
        patch.setattr(follow, "TARGET_BATCH", batch)
        target, _ = followed(data, write)
        caught_up(data, target)


def test_bringing_up_ends_while_others_write_without_end_and_loses_nothing(
    tmp_path: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "PAGE", 2)
    stop = threading.Event()
    acknowledged: list[str] = []

    def write(name: str) -> None:
        with Archive(tmp_path) as archive:
            while not stop.is_set():
                key = f"{name}{len(acknowledged)}"
                archive.put([article(key, body=f"正文{key}。")])
                acknowledged.append(key)

    writers = [threading.Thread(target=write, args=(name,)) for name in "xy"]
    for writer in writers:
        writer.start()
    try:
        while not acknowledged:
            sleep(0.001)
        options = BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())
        for anew in (False, True, False):
            before = list(acknowledged)
            sync(tmp_path, options, anew=anew)
            engine = open_engine(tmp_path)
            assert {key for key in before if engine.article(key)} == set(before)
            engine.close()
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    sync(tmp_path, options)
    engine = open_engine(tmp_path)
    assert engine.search(SearchRequest()).total == len(acknowledged)
    engine.close()


def test_a_new_generation_takes_over_only_when_it_is_whole(
    tmp_path: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Archive(tmp_path) as archive:
        archive.put(article(str(number)) for number in range(10))
        last = archive.last_change()
        monkeypatch.setattr(follow, "TARGET_BATCH", 3)
        options = BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())
        sync(tmp_path, options)
        seen = set()
        commit = LocalTarget.commit

        def noting(target: LocalTarget, change: int) -> None:
            commit(target, change)
            manifest = read_manifest(tmp_path)
            seen.add((manifest.generation, manifest.change, target.covered == last))

        monkeypatch.setattr(LocalTarget, "commit", noting)
        sync(tmp_path, options, anew=True)
    assert seen == {("g000001", last, False), ("g000002", last, True)}


def test_a_first_run_shows_what_it_has_taken_so_far(
    tmp_path: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.intake.BATCH", 4)
    monkeypatch.setattr(follow, "COMMIT_SHARE", 0)
    source = tmp_path / "a.jsonl"
    source.write_text(
        "".join(f'{{"id": "n{at}", "title": "题", "body": "文"}}\n' for at in range(20)), encoding="utf-8"
    )
    data = tmp_path / "data"
    seen = []

    def progress(_stage: str, _done: int) -> None:
        if (data / "index" / "manifest.json").exists():
            seen.append(read_manifest(data).change)

    options = BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits(), commit_every_s=0)
    index_paths([source], data, options, progress=progress)
    assert {4, 8, 12, 16} <= set(seen)


OPEN = """
import sys
from indexer.archive import Archive
from tests.conftest import article
sys.stdin.read(1)
with Archive(sys.argv[1]) as archive:
    archive.put([article(sys.argv[2])])
"""


def test_a_new_archive_is_made_by_several_processes_at_once(tmp_path: Path) -> None:
    for attempt in range(5):
        data = tmp_path / str(attempt)
        started = [
            subprocess.Popen(
                [sys.executable, "-c", OPEN, str(data), str(number)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for number in range(4)
        ]
        for process in started:
            assert process.stdin is not None
            process.stdin.write(b"x")
            process.stdin.flush()
        for process in started:
            _, errors = process.communicate(timeout=60)
            assert (process.returncode, errors) == (0, b"")
        with Archive(data) as archive:
            assert archive.count() == 4


def reprints(count: int) -> list[Article]:
    """Pairs of an article and its reprint, ``n0`` and ``cut0`` and so on."""
    bodies = ["".join(chr(0x4E00 + (at * 97 + place * 31) % 9000) for place in range(300)) for at in range(count)]
    whole = [article(f"n{at}", title=f"第{at}题", body=body) for at, body in enumerate(bodies)]
    return whole + [article(f"cut{at}", title="转载", body=body[:210]) for at, body in enumerate(bodies)]


def test_others_write_while_stories_are_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "PAIRS_AT_ONCE", 1)
    monkeypatch.setattr(stories, "WRITTEN_AT_ONCE", 2)
    with Archive(tmp_path) as archive, Archive(tmp_path) as other:
        archive.put(reprints(5))
        other._database.connection.execute("PRAGMA busy_timeout = 0")
        edits = iter(
            [
                lambda: other.put([article("cut0", title="转载", body="完全是另一篇文章了，与先前的没有关系。" * 20)]),
                lambda: other.delete(["cut1"]),
                lambda: other.put([article("n2", title="第2题", body=BODY * 3)]),
                lambda: other.put([article("late", body=reprints(5)[3].body[:200])]),
            ]
        )
        found = archive.assign_stories(pause=lambda: [None, next(edits, lambda: None)()][0])
        held = {key: item.story for key, item in shown(archive).items()}
        assert next(edits, None) is None
        assert found == 2
        assert {key for key, story in held.items() if story} == {"n3", "cut3", "n4", "cut4"}
        assert archive.assign_stories() == 1  # what came or changed meanwhile is looked at now
        held = {key: item.story for key, item in shown(archive).items()}
        assert held["late"] == held["n3"] is not None
        assert archive.assign_stories() == 0


def test_what_a_program_puts_is_not_deleted_for_want_of_its_file(
    tmp_path: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, data = tmp_path / "a.jsonl", tmp_path / "data"
    source.write_text(
        "".join(f'{{"id": "n{at}", "title": "题", "body": "文{at}"}}\n' for at in range(9)), encoding="utf-8"
    )
    options = BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())
    index_paths([source], data, options)
    source.write_text("".join(source.read_text(encoding="utf-8").splitlines(keepends=True)[2:]), encoding="utf-8")
    found = Archive.delete_missing

    def delete(archive: Archive, missing: object) -> int:
        assert missing.ids == ("n0", "n1")  # type: ignore[attr-defined]
        with Archive(data) as other:
            other.put([article("n0", body="程序写的。")])
        return found(archive, missing)  # type: ignore[arg-type]

    monkeypatch.setattr(Archive, "delete_missing", delete)
    report = index_paths([source], data, options, absent=Absent(delete_missing=True, however_many=True))
    assert report.deleted == 1
    with Archive(data) as archive:
        held = shown(archive)
    assert held["n0"].body == "程序写的。"
    assert "n1" not in held


@pytest.mark.parametrize("deleted", [False, True])
def test_cleaning_anew_undoes_no_correction_that_comes_meanwhile(
    tmp_path: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch, deleted: bool
) -> None:
    (tmp_path / "page.txt").write_text(PAGE, encoding="utf-8")
    data = tmp_path / "data"
    options = BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())
    index_paths([tmp_path / "page.txt"], data, options)
    with Archive(data) as archive:
        (key,) = shown(archive)
    put = Archive.put

    def late(archive: Archive, *given: object, **named: object) -> object:
        with monkeypatch.context() as undone, Archive(data) as other:
            undone.setattr(Archive, "put", put)
            if deleted:
                other.delete([key])
            else:
                other.put([article(key, title="更正", body="更正后的正文。")])
        return put(archive, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Archive, "put", late)
    reclean(data, options)
    with Archive(data) as archive:
        assert {name: item.title for name, item in shown(archive).items()} == ({} if deleted else {key: "更正"})


def test_a_long_reading_is_as_of_one_moment(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive, Archive(tmp_path) as other:
        archive.put(article(str(number)) for number in range(3))
        read = archive.changes(0)
        first = next(read)
        begin = monotonic()
        other.put([article("0", body="改过。"), article("9")])
        assert monotonic() - begin < 5
        assert [first.id, *(change.id for change in read)] == ["0", "1", "2"]
