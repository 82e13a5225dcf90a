"""The keeper: what is written to the archive is searchable soon, by one process at a time, whatever dies or fills up."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexer import follow, keeper
from indexer.analysis import Analyzer
from indexer.archive import Archive, read_last_change
from indexer.article import Article
from indexer.backup import back_up
from indexer.build import BuildOptions, index_paths, sync
from indexer.directory import write_lock
from indexer.keeper import Keeper, keep
from indexer.restore import restore
from indexer.sources import ReadLimits
from indexer.status import STATUS_BYTES, keeper_runs, read_status
from indexer.store import manifest_stamp, read_manifest
from search import SearchRequest, open_engine
from tests.conftest import ZONE, article
from tests.test_service import running, served


@pytest.fixture
def options(analyzer: Analyzer) -> BuildOptions:
    return BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def asked(address: str) -> tuple[int, dict[str, Any]]:
    """Status and JSON of an answer, with its headers of interest."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error) | {"retry_after": error.headers["Retry-After"]}


def total(base: str) -> int:
    """How many articles have 监督; -1 as long as there is no index."""
    status, record = asked(f"{base}/api/v1/search?q=%E7%9B%91%E7%9D%A3&facets=")
    return int(record["total"]) if status == 200 else -1


def keeper_pid(data: Path) -> int:
    """The process of the keeper; 0 as long as there is none."""
    status = read_status(data)
    return status.pid if status is not None and keeper_runs(data) else 0


def put(data: Path, *articles: Article) -> None:
    with Archive(data) as archive:
        archive.put(articles)


def found(data: Path) -> set[str]:
    engine = open_engine(data)
    try:
        return {hit.id for hit in engine.search(SearchRequest(limit=100)).hits}
    finally:
        engine.close()


@contextmanager
def kept(data: Path, options: BuildOptions, **more: float) -> Iterator[threading.Event]:
    """A keeper in a thread of this process, and what stops it."""
    stop = threading.Event()
    thread = threading.Thread(target=keep, args=(data, options, stop.is_set), kwargs=more)
    thread.start()
    try:
        until(lambda: keeper_runs(data))
        yield stop
    finally:
        stop.set()
        thread.join(timeout=30)
        assert not thread.is_alive()


def test_an_empty_directory_gets_an_archive_and_an_index_without_anyone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with served(data) as base:
        until(lambda: asked(f"{base}/readyz")[0] == 200)
        assert asked(f"{base}/readyz")[1] | {"generation": ""} == {
            "ready": True, "articles": 0, "generation": "", "change": 0, "lag": 0, "keeper": "following", "rebuilding": False,
        }  # fmt: skip
        assert total(base) == 0
        with urllib.request.urlopen(f"{base}/?q=%E7%9B%91", timeout=10) as page:
            assert page.status == 200


def test_what_is_written_and_deleted_is_seen_by_every_worker_without_a_command(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with served(data) as base:
        put(data, article("a", body="监督"), article("b", body="監督"))
        until(lambda: {total(base) for _ in range(10)} == {2})
        with Archive(data) as archive:
            archive.delete(["a"])
        until(lambda: {total(base) for _ in range(10)} == {1})
        assert asked(f"{base}/readyz")[1]["change"] == read_last_change(data) == 3


def test_each_acknowledged_article_is_searchable_while_others_are_written(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with served(data) as base:
        stop = threading.Event()

        def write() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                put(data, article(f"other{number}", body="别的。"))

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for number in range(10):
                put(data, article(f"n{number}", body="监督"))
                until(lambda expected=number + 1: total(base) == expected)  # type: ignore[misc]
        finally:
            stop.set()
            writer.join()


def test_a_changed_dictionary_is_followed(tmp_path: Path, options: BuildOptions) -> None:
    data = tmp_path / "data"
    put(data, article("a", body="纪委监委的督查"))
    with kept(data, options):
        until(lambda: manifest_stamp(data) is not None)
        (data / "user_words.txt").write_text("委监\n", encoding="utf-8")
        until(lambda: read_manifest(data).user_words == ("委监",))
        (data / "user_words.txt").write_bytes(b"\xff\n")  # nothing that can be used: the words stay
        put(data, article("b", body="别的"))
        until(lambda: found(data) == {"a", "b"})
        assert read_manifest(data).user_words == ("委监",)


def test_stories_are_found_when_it_is_quiet(
    tmp_path: Path, options: BuildOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "QUIET_S", 0.2)
    body = "".join(chr(0x4E00 + at * 31 % 9000) for at in range(300))
    data = tmp_path / "data"
    with kept(data, options):
        put(data, article("a", body=body), article("b", body=body[:220]))
        until(lambda: manifest_stamp(data) is not None and found(data) == {"a", "b"})

        def story() -> str | None:
            engine = open_engine(data)
            try:
                one, other = (engine.article(key).story for key in "ab")
                return one if one == other else None
            finally:
                engine.close()

        until(lambda: story() is not None)


def test_while_another_process_writes_the_keeper_waits_and_then_goes_on(tmp_path: Path, options: BuildOptions) -> None:
    data = tmp_path / "data"
    put(data, article("a"))
    with kept(data, options):
        until(lambda: manifest_stamp(data) is not None and found(data) == {"a"})
        with write_lock(data, wait_s=10):
            put(data, article("b"))
            until(lambda: read_status(data).state == "waiting")  # type: ignore[union-attr]
            assert found(data) == {"a"}
        until(lambda: found(data) == {"a", "b"})
        until(lambda: read_status(data).state == "following")  # type: ignore[union-attr]


def test_a_command_gets_the_lock_from_a_busy_keeper(tmp_path: Path, options: BuildOptions) -> None:
    data = tmp_path / "data"
    put(data, article("a"))
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            put(data, article(f"n{number}"))

    writer = threading.Thread(target=write)
    with kept(data, options):
        writer.start()
        try:
            for _ in range(5):
                with write_lock(data, wait_s=10):
                    pass
        finally:
            stop.set()
            writer.join()


def test_a_run_beside_the_service_shows_what_others_write(
    tmp_path: Path, options: BuildOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "COMMIT_SHARE", 0)
    data, source = tmp_path / "data", tmp_path / "a.jsonl"
    source.write_text("".join(json.dumps({"id": f"n{at}", "title": "题", "body": "文"}) + "\n" for at in range(6_000)))
    seen: list[bool] = []

    def progress(stage: str, _done: int) -> None:
        if stage == "read" and not seen:
            put(data, article("late", body="监督"))
            seen.append(False)
        elif stage == "read" and not seen[0]:
            engine = open_engine(data)
            seen[0] = engine.search(SearchRequest(text="监督")).total == 1
            engine.close()

    index_paths([source], data, replace(options, commit_every_s=0), progress=progress)
    assert seen == [True]


def test_of_two_services_one_keeps_and_the_other_takes_over_when_it_is_killed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data) as (first, base):
        until(lambda: asked(f"{base}/readyz")[0] == 200)
        with served(data) as other:
            put(data, article("a", body="监督"))
            until(lambda: total(other) == 1)
            before = read_status(data)
            assert before is not None
            os.kill(first.pid, signal.SIGKILL)  # its keeper ends with it
            first.wait()
            until(lambda: read_status(data).pid != before.pid and keeper_runs(data))  # type: ignore[union-attr]
            put(data, article("b", body="监督"))
            until(lambda: total(other) == 2)
            assert asked(f"{other}/readyz")[1]["keeper"] == "following"


def test_a_keeper_that_is_killed_is_started_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with served(data) as base:
        for number in range(2):
            until(lambda: keeper_pid(data) > 0)
            pid = keeper_pid(data)
            os.kill(pid, signal.SIGKILL)
            put(data, article(str(number), body="监督"))
            until(lambda expected=number + 1: total(base) == expected)  # type: ignore[misc]
            until(lambda before=pid: keeper_pid(data) not in (0, before))  # type: ignore[misc]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_of_a_service_is_left_when_it_ends(tmp_path: Path, number: signal.Signals) -> None:
    data = tmp_path / "data"
    with running(data) as (server, base):
        until(lambda: asked(f"{base}/readyz")[0] == 200)
        server.send_signal(number)
        assert server.wait(timeout=30) in (0, -number)
        until(lambda: not keeper_runs(data))
        status = read_status(data)
        assert status is not None
        until(lambda: not alive(status.pid))
        assert status.state == "ended" or read_status(data).state == "ended"  # type: ignore[union-attr]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_service_that_keeps_no_index_leaves_it_to_others(tmp_path: Path) -> None:
    data = tmp_path / "data"
    put(data, article("a", body="监督"))
    with served(data, index_in_service=False) as base:
        time.sleep(0.5)
        status, record = asked(f"{base}/readyz")
        assert (status, record["keeper"], record["lag"], record["retry_after"]) == (503, "none", 1, "5")
        assert not keeper_runs(data)


@contextmanager
def read_only(data: Path) -> Iterator[None]:
    """The directory as nobody may write to it: mounted so for root, whom modes do not hinder."""
    if os.geteuid() != 0:
        paths = [data, *data.rglob("*")]
        for path in paths:
            path.chmod(0o555 if path.is_dir() else 0o444)
        yield
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)
        return
    if subprocess.run(["mount", "--bind", data, data], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", data], check=True)
        yield
    finally:
        subprocess.run(["umount", data], check=True)


def test_a_directory_that_cannot_be_written_to_is_served(index_articles: Callable[..., Path], tmp_path: Path) -> None:
    data = index_articles(article("a", body="监督"))
    with read_only(data), served(data) as base:
        assert total(base) == 1
        time.sleep(0.5)
        assert total(base) == 1
        assert asked(f"{base}/readyz")[0] == 200
        assert asked(f"{base}/readyz")[1]["keeper"] == "none"
    log = (tmp_path / "serve.log").read_text(encoding="utf-8")
    assert log.count("it is served as it is") == 1


def test_a_restore_is_followed(tmp_path: Path, options: BuildOptions) -> None:
    data, file = tmp_path / "data", tmp_path / "backup.zip"
    put(data, article("old", body="监督"))
    with served(data) as base:
        until(lambda: asked(f"{base}/readyz")[0] == 200 and total(base) == 1)
        back_up(data, file)
        put(data, article("late", body="监督"))
        until(lambda: total(base) == 2)
        restore(data, file, replace=True)
        until(lambda: manifest_stamp(data) is not None and found(data) == {"old"})
        until(lambda: {total(base) for _ in range(10)} == {1})
        put(data, article("new", body="监督"))
        until(lambda: total(base) == 2)
    assert found(data) == {"old", "new"}


def fill(path: Path) -> None:
    """Writes a file until the disk is full."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_on_a_full_disk_searches_go_on_and_the_index_catches_up_when_there_is_room(
    small_disk: Path, tmp_path: Path
) -> None:
    data = small_disk / "data"
    put(data, article("a", body="监督"))
    with running(data) as (_, base):
        until(lambda: asked(f"{base}/readyz")[0] == 200 and total(base) == 1)
        put(data, *(article(f"n{number}", body=f"监督{number}。" * 20) for number in range(100)))
        until(lambda: total(base) == 101)
        ballast = small_disk / "ballast"
        put(data, *(article(f"m{number}", body=f"监督{number}。" * 20) for number in range(100)))
        fill(ballast)
        with Archive(data) as archive:
            archive.delete([])
        (data / "user_words.txt").touch()
        until(lambda: total(base) in (101, 201))
        sizes = []
        for _ in range(10):
            assert total(base) in (101, 201)
            sizes.append(len(list((data / "index").rglob("MAIN_*"))))
            time.sleep(0.1)
        assert max(sizes) <= min(sizes) + 3
        ballast.unlink()
        put(data, article("last", body="监督"))
        until(lambda: total(base) == 202)
        until(lambda: asked(f"{base}/readyz")[1]["keeper"] == "following")


def test_what_cannot_be_written_is_said_once_and_tried_again_until_it_can(tmp_path: Path) -> None:
    """As on a full disk, by a limit to the size of files: for the keeper alone, and lifted while it runs."""
    data = tmp_path / "data"
    put(data, article("a", body="监督"))
    with served(data) as base:
        until(lambda: asked(f"{base}/readyz")[0] == 200 and total(base) == 1)
        pid = keeper_pid(data)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (STATUS_BYTES, resource.RLIM_INFINITY))
        put(data, article("b", body="监督" + "".join(map(chr, range(0x4E00, 0x6E00)))))
        until(lambda: read_status(data).failures >= 3)  # type: ignore[union-attr]
        status, record = asked(f"{base}/readyz")
        assert (status, record["keeper"], record["lag"]) == (200, "failing", 1)
        assert "cannot write the index in index: File too large" in record["problems"][0]
        assert total(base) == 1
        assert len(list((data / "index").rglob("MAIN_*.*"))) <= 6  # the good segment, and at most one attempt
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        until(lambda: total(base) == 2)
        until(lambda: asked(f"{base}/readyz")[1]["keeper"] == "following")
        assert "problems" not in asked(f"{base}/readyz")[1]
        assert keeper_pid(data) == pid
    log = (tmp_path / "serve.log").read_text(encoding="utf-8")
    assert log.count("cannot be kept up") == 1
    assert log.count("follows its archive again") == 2  # after the first index, and now


def test_a_rebuild_that_fails_leaves_the_old_generation_and_nothing_else(
    tmp_path: Path, options: BuildOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    put(data, article("a"))
    sync(data, options)
    manifest = read_manifest(data)

    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("indexer.store.writer.write_run", full)
        for _ in range(3):
            with pytest.raises(Exception, match="No space left on device; the archive has all"):
                sync(data, options, anew=True)
    assert read_manifest(data) == manifest
    assert [path.name for path in (data / "index").glob("g*")] == [manifest.generation]
    assert found(data) == {"a"}


def test_an_archive_that_is_gone_is_not_replaced_by_an_empty_one(tmp_path: Path, options: BuildOptions) -> None:
    data = tmp_path / "data"
    put(data, article("a", body="监督"))
    with served(data) as base:
        until(lambda: asked(f"{base}/readyz")[0] == 200 and total(base) == 1)
        for path in data.glob("archive.db*"):
            path.unlink()
        until(lambda: asked(f"{base}/readyz")[1]["keeper"] == "failing")
        status, record = asked(f"{base}/readyz")
        assert status == 200
        assert "bring back a backup" in record["problems"][0]
        assert total(base) == 1
        assert not (data / "archive.db").exists()


def test_a_damaged_archive_is_told_of_and_not_touched_and_reads_go_on(tmp_path: Path) -> None:
    data = tmp_path / "data"
    put(data, article("a", body="监督"))
    with served(data) as base:
        until(lambda: asked(f"{base}/readyz")[0] == 200 and total(base) == 1)
    damaged = b"not a database at all" * 400
    for path in data.glob("archive.db-*"):
        path.unlink()
    (data / "archive.db").write_bytes(damaged)
    with served(data) as base:
        until(lambda: asked(f"{base}/readyz")[1]["keeper"] == "failing")
        status, record = asked(f"{base}/readyz")
        assert (status, record["lag"]) == (200, None)
        assert any("archive.db" in problem and str(data) not in problem for problem in record["problems"])
        assert total(base) == 1
    assert (data / "archive.db").read_bytes() == damaged


def test_an_unexpected_failure_of_the_keeper_ends_nothing(
    tmp_path: Path, options: BuildOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    put(data, article("a"))
    failures = iter([ValueError("what nobody thought of")] * 2)
    moved = Archive.moved

    def failing(archive: Archive) -> int:
        for failure in failures:
            raise failure
        return moved(archive)

    monkeypatch.setattr(Archive, "moved", failing)
    with kept(data, options):
        # After the first it builds the index, and meets the second when it looks again.
        until(lambda: read_status(data).failures == 2)  # type: ignore[union-attr]
        until(lambda: manifest_stamp(data) is not None and found(data) == {"a"})


def test_a_keeper_stops_within_a_rebuild_and_leaves_nothing_of_it(
    tmp_path: Path, options: BuildOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    put(data, *(article(str(number)) for number in range(50)))
    stopped = iter([False] * 20)
    with monkeypatch.context() as patch:
        patch.setattr(keeper, "POLL_S", 0)
        Keeper(data, options, lambda: next(stopped, True)).run()
    assert not list((data / "index").glob("g*"))
    with kept(data, options):
        until(lambda: manifest_stamp(data) is not None and len(found(data)) == 50)
