"""An index that is missing, damaged or outdated is built anew while the service runs, by the service itself."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from indexer.analysis import Analyzer
from indexer.archive import Archive, read_last_change
from indexer.build import BuildOptions, sync
from indexer.check import check
from indexer.directory import write_lock
from indexer.errors import IndexDamagedError
from indexer.keeper import Keeper
from indexer.scrub import Scrubber
from indexer.sources import ReadLimits
from indexer.status import read_status
from indexer.store import index_folder, open_newest, read_manifest, remove_index, write_manifest
from indexer.store.contents import read_contents
from indexer.store.merge import merge_file
from search import SearchRequest, open_engine
from tests.conftest import ZONE, article
from tests.test_keeper import asked, found, kept, put, total, until
from tests.test_service import running, served


@pytest.fixture
def options(analyzer: Analyzer) -> BuildOptions:
    return BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())


@pytest.fixture
def data(tmp_path: Path, options: BuildOptions) -> Path:
    """A data directory with an index of two segments, one of them with a deleted article."""
    folder = tmp_path / "data"
    put(folder, *(article(f"n{number}", body=f"监督{number}。" * 200) for number in range(40)))
    sync(folder, options)
    put(folder, article("n0", body="监督。"))
    sync(folder, options)
    return folder


def files(data: Path) -> list[Path]:
    """The files of the segments, the largest first."""
    opened = open_newest(data).snapshot
    paths = [file.path for segment in opened.segments for file in segment.files]
    return sorted(paths, key=lambda path: path.stat().st_size, reverse=True)


def cut_short(data: Path) -> None:
    path = files(data)[0]
    os.truncate(path, path.stat().st_size // 2)


def emptied(data: Path) -> None:
    os.truncate(files(data)[0], 0)


def removed(data: Path) -> None:
    files(data)[0].unlink()


def other_table(data: Path) -> None:
    for path in index_folder(data).glob("g*/*.toc"):
        path.write_bytes(b"nothing of ours")


def other_manifest(data: Path) -> None:
    (index_folder(data) / "manifest.json").write_bytes(b'{"generation": "g000009"}')


def later_format(data: Path) -> None:
    write_manifest(data, replace(read_manifest(data), format=99))


def earlier_format(data: Path) -> None:
    write_manifest(data, replace(read_manifest(data), format=1))


def other_analysis(data: Path) -> None:
    write_manifest(data, replace(read_manifest(data), analysis="0123456789abcdef:none"))


def ahead(data: Path) -> None:
    write_manifest(data, replace(read_manifest(data), change=10_000))


FAULTS = [
    cut_short, emptied, removed, other_table, other_manifest, later_format, earlier_format, other_analysis, ahead, remove_index,
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_is_there_on_opening_is_mended_without_anyone(
    data: Path, options: BuildOptions, fault: Callable[[Path], None]
) -> None:
    fault(data)
    with kept(data, options):
        until(lambda: check(data, options).findings == ())
        put(data, article("new", body="监督"))
        until(lambda: "new" in found(data))
    assert len(found(data)) == 41
    assert len(list(index_folder(data).glob("g*"))) == 1
    assert read_status(data).rebuilds == 1  # type: ignore[union-attr]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_comes_while_nothing_is_written_is_noticed_by_itself(
    data: Path, options: BuildOptions, fault: Callable[[Path], None]
) -> None:
    with kept(data, options):
        until(lambda: read_status(data) is not None)
        time.sleep(0.7)
        with write_lock(data, wait_s=10):
            fault(data)
        until(lambda: read_status(data).rebuilds == 1)  # type: ignore[union-attr]
        until(lambda: check(data, options).findings == ())
    assert len(found(data)) == 40


def flip(path: Path, at: int, bit: int = 0) -> None:
    """Flips a bit as a disk does: what the file system says of the file stays."""
    found = path.stat()
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1 << bit]))
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def test_a_bit_flipped_anywhere_is_found_by_reading_everything(data: Path, options: BuildOptions) -> None:
    for path in files(data):
        size = path.stat().st_size
        for at in sorted({*range(0, size, max(1, size // 40)), size - 1}):
            flip(path, at, at % 8)
            with pytest.raises(IndexDamagedError):
                Scrubber(data, options.analyzer.fingerprint, 1).verify()
            flip(path, at, at % 8)
    Scrubber(data, options.analyzer.fingerprint, 1).verify()


def test_all_is_read_within_the_interval_and_not_much_sooner(
    data: Path, options: BuildOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.scrub.CHUNK_BYTES", 256)
    clock = [1000.0]
    monkeypatch.setattr("indexer.scrub.monotonic", lambda: clock[0])
    scrubber = Scrubber(data, options.analyzer.fingerprint, 100)
    scrubber.advance()
    shares = []
    for _ in range(50):
        clock[0] += 1
        scrubber.advance()
        shares.append(scrubber.done / scrubber.total)
    assert scrubber.ended is not None
    assert shares[:45] == sorted(shares[:45])
    assert 0.4 < shares[24] < 0.6
    clock[0] += 1
    scrubber.advance()
    assert scrubber.done < shares[0] * 2 * scrubber.total  # it begins anew


def test_with_an_interval_of_nought_nothing_is_read(data: Path, options: BuildOptions) -> None:
    flip(files(data)[0], 5_000)
    scrubber = Scrubber(data, options.analyzer.fingerprint, 0)
    scrubber.advance()
    assert scrubber.began is None


def test_files_that_a_commit_removes_while_they_are_read_are_no_damage(
    data: Path, options: BuildOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.scrub.CHUNK_BYTES", 64)
    monkeypatch.setattr("indexer.scrub.LONGEST_STEP_S", 0.0005)
    scrubber = Scrubber(data, options.analyzer.fingerprint, 1e-9)
    for number in range(30):
        put(data, article(f"n{number}", body="改过。"))
        sync(data, options)
        scrubber.look()
        scrubber.advance()


def test_a_flipped_bit_is_found_in_time_and_the_workers_leave_the_damage(data: Path) -> None:
    with served(data, scrub_interval_s=1) as base:
        until(lambda: total(base) == 40)
        before = read_manifest(data).generation
        flip(files(data)[0], files(data)[0].stat().st_size // 2)
        until(lambda: read_manifest(data).generation != before)
        until(
            lambda: (
                {asked(f"{base}/readyz")[1].get("generation") for _ in range(10)} == {read_manifest(data).generation}
            )
        )
        assert {total(base) for _ in range(10)} == {40}
        status = read_status(data)
        assert status is not None
        assert (status.damages, status.rebuilds) == (1, 1)
    assert "has another checksum than when it was written" in (data.parent / "serve.log").read_text(encoding="utf-8")


def test_what_is_damaged_is_not_merged_into_something_that_looks_sound(data: Path, options: BuildOptions) -> None:
    path = next(path for path in files(data) if path.suffix == ".articles")
    flip(path, path.stat().st_size // 2)
    put(data, *(article(f"m{number}") for number in range(40)))
    with pytest.raises(IndexDamagedError, match="another checksum"):
        merge_file(".articles", path.parent, "MAIN_merged", read_contents(path.parent).segments, 1 << 20)
    flip(path, path.stat().st_size // 2)
    with kept(data, options):
        until(lambda: read_manifest(data).change == read_last_change(data))
        path = next(path for path in files(data) if path.suffix == ".articles")
        flip(path, path.stat().st_size // 2)
        for number in range(20):  # until it is merged, and found
            put(data, *(article(f"more{number}x{at}") for at in range(10)))
            until(lambda: read_manifest(data).change == read_last_change(data))
        until(lambda: read_status(data).rebuilds == 1)  # type: ignore[union-attr]
    assert check(data, options).findings == ()
    assert len(found(data)) == 100  # the most that are shown


def test_a_bit_that_flipped_while_no_service_ran_is_found_before_anything_else_is_done(
    data: Path, options: BuildOptions
) -> None:
    for at in range(3):
        path = files(data)[at]
        flip(path, path.stat().st_size // 2)
        before, engine = read_manifest(data).generation, open_engine(data)
        with pytest.raises(IndexDamagedError):
            engine.search(SearchRequest())
        put(data, article("n1", body="监督。"))
        keeper = Keeper(data, options, lambda: False)
        keeper.step()
        assert read_manifest(data).generation != before
        assert engine.search(SearchRequest()).total == 40
        engine.close()
        keeper.step()
        keeper._close_archive()
    assert read_status(data).damages == 3  # type: ignore[union-attr]


def test_a_keeper_that_is_told_to_stop_does_not_read_on(data: Path, options: BuildOptions) -> None:
    looked = []
    keeper = Keeper(data, options, lambda: bool(looked.append(1)) or True)
    keeper.step()
    assert (looked, keeper._verified) == ([1], False)
    keeper._close_archive()


def test_a_service_over_a_damaged_index_says_so_until_it_has_mended_it(data: Path) -> None:
    cut_short(data)
    with served(data, index_in_service=False) as base:
        assert asked(f"{base}/healthz")[0] == 200
        status, record = asked(f"{base}/readyz")
        assert (status, record["ready"], record["retry_after"]) == (503, False, "5")
        assert "cannot be read" in record["detail"]
        assert asked(f"{base}/api/v1/search?q=a")[0] == 503
        assert asked(f"{base}/api/v1/search?q=a")[1]["retry_after"] == "5"
        with served(data) as other:  # this one mends it, and the first serves it without a restart
            until(lambda: total(other) == 40)
            assert total(base) == 40


def test_a_map_that_is_cut_short_under_a_serving_worker_ends_in_a_sound_index(data: Path) -> None:
    with running(data) as (server, base):
        until(lambda: total(base) == 40)
        stop = threading.Event()
        statuses: set[int] = set()

        def search() -> None:
            while not stop.is_set():
                try:
                    status, _ = asked(f"{base}/api/v1/search?q=%E7%9B%91%E7%9D%A3&limit=50")
                except (OSError, http.client.HTTPException):
                    continue  # the worker that was asked has ended
                except json.JSONDecodeError:
                    continue
                statuses.add(status)

        searchers = [threading.Thread(target=search) for _ in range(3)]
        for searcher in searchers:
            searcher.start()
        try:
            for _ in range(3):
                before = read_manifest(data).generation
                for path in files(data):
                    os.truncate(path, path.stat().st_size // 2)
                until(lambda old=before: generation(data) not in (old, None))  # type: ignore[misc]
                until(lambda: total_or_none(base) == 40)
        finally:
            stop.set()
            for searcher in searchers:
                searcher.join()
        assert server.poll() is None
        assert statuses <= {200, 503}


def generation(data: Path) -> str | None:
    try:
        return read_manifest(data).generation
    except Exception:  # noqa: BLE001
        return None


def total_or_none(base: str) -> int | None:
    try:
        return total(base)
    except OSError:
        return None


def test_a_keeper_that_was_killed_in_a_rebuild_begins_it_anew(data: Path) -> None:
    with running(data) as (_, base):
        until(lambda: total(base) == 40)
        killed: set[int] = set()

        def rebuilds(before: str) -> bool:
            status = read_status(data)
            assert status is not None
            return status.pid not in killed and (status.state == "rebuilding" or generation(data) != before)

        for _ in range(3):
            before = read_manifest(data).generation
            cut_short(data)
            until(partial(rebuilds, before))
            keeper = read_status(data).pid  # type: ignore[union-attr]
            killed.add(keeper)
            os.kill(keeper, signal.SIGKILL)
            until(lambda old=before: generation(data) != old)  # type: ignore[misc]
        until(lambda: total_or_none(base) == 40)
        until(lambda: len(list(index_folder(data).glob("g*"))) == 1)


def test_an_index_that_only_could_not_be_opened_is_not_built_anew(
    data: Path, options: BuildOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_many(*_given: object, **_named: object) -> Iterator[None]:
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr("indexer.store.reader.open_segments", too_many)
        kept_by = Keeper(data, options, lambda: False)
        for _ in range(3):
            kept_by.step()
    status = read_status(data)
    assert status is not None
    assert (status.state, status.rebuilds) == ("failing", 0)
    assert read_manifest(data).generation == "g000001"
    assert kept_by.step() > 0
    assert read_status(data).state == "following"  # type: ignore[union-attr]


def test_a_rebuild_by_hand_while_serving_changes_nothing_for_who_searches(data: Path, options: BuildOptions) -> None:
    with served(data) as base:
        until(lambda: total(base) == 40)
        stop = threading.Event()
        totals: set[int] = set()

        def search() -> None:
            while not stop.is_set():
                totals.add(total(base))

        searchers = [threading.Thread(target=search) for _ in range(3)]
        for searcher in searchers:
            searcher.start()
        for _ in range(3):
            sync(data, replace(options, lock_wait_s=10), anew=True)
        stop.set()
        for searcher in searchers:
            searcher.join()
        assert totals == {40}
        with Archive(data) as archive:
            archive.put([article("new", body="监督")])
        until(lambda: total(base) == 41)
