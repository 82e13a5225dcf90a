"""``index --watch``: a real process over real files."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import pytest

from indexer.analysis import Analyzer
from indexer.build import BuildOptions, index_paths
from indexer.errors import SettingsError
from indexer.sources import ReadLimits
from indexer.watch import watch_paths
from search import SearchRequest, open_engine
from tests.conftest import ROOT, ZONE

PATIENCE_S = 60


class Watching:
    """A process of ``index --watch --json``, and what it has said."""

    def __init__(self, data: Path, process: subprocess.Popen[str]) -> None:
        self.data = data
        self.process = process
        self.reports: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self.said: list[str] = []
        assert process.stdout is not None
        assert process.stderr is not None
        self.threads = [
            threading.Thread(target=self._read_reports, args=(process.stdout,)),
            threading.Thread(target=self._read_errors, args=(process.stderr,)),
        ]
        for thread in self.threads:
            thread.start()

    def _read_reports(self, lines: Iterator[str]) -> None:
        for line in lines:
            self.reports.put(json.loads(line))

    def _read_errors(self, lines: Iterator[str]) -> None:
        self.said.extend(lines)

    def report(self) -> dict[str, Any]:
        """The next report."""
        try:
            return self.reports.get(timeout=PATIENCE_S)
        except Empty:
            raise AssertionError(f"no report; it said {''.join(self.said)}") from None

    def until(self, holds: Callable[[], object], what: str = "") -> None:
        end = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < end, f"{what or holds}; it said {''.join(self.said)}"
            assert self.process.poll() is None, "".join(self.said)
            time.sleep(0.05)

    def until_ids(self, *ids: str) -> None:
        self.until(lambda: held(self.data) == sorted(ids), f"{held(self.data)}, and not {sorted(ids)}")

    def until_said(self, text: str) -> None:
        self.until(lambda: text in "".join(self.said), text)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE_S)


@contextmanager
def watching(data: Path, *arguments: object, cwd: Path | None = None) -> Iterator[Watching]:
    command = [sys.executable, "-m", "search.cli", "index", "--watch", "--json", "--data", str(data), "--workers", "1"]
    with subprocess.Popen(
        [*command, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="surrogateescape",
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        watch = Watching(data, process)
        try:
            yield watch
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(timeout=PATIENCE_S)
            for thread in watch.threads:
                thread.join(timeout=PATIENCE_S)


def held(data: Path) -> list[str]:
    """The ids that are found, sorted."""
    with closing(open_engine(data)) as engine:
        return sorted(hit.id for hit in engine.search(SearchRequest(limit=100)).hits)


def found(data: Path, text: str) -> list[str]:
    with closing(open_engine(data)) as engine:
        return sorted(hit.id for hit in engine.search(SearchRequest(text=text, limit=100)).hits)


def total(data: Path) -> int:
    with closing(open_engine(data)) as engine:
        return engine.search(SearchRequest(limit=0)).total


def record(key: str, body: str = "") -> str:
    return json.dumps({"id": key, "title": f"题目{key}", "body": body or f"正文{key}"}, ensure_ascii=False) + "\n"


def write(path: Path, *keys: str, body: str = "") -> None:
    path.write_text("".join(record(key, body) for key in keys), encoding="utf-8")


def page(title: str) -> str:
    return f"当前位置：首页 > 要闻\n\n{title}\n\n　　{title}的正文，说的是乡村振兴和监督检查的事情，一共有三十多个字，足够了。\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder / "first.jsonl", *"abcdefghij")
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_new_changed_and_moved_files_are_followed(source: Path, data: Path) -> None:
    with watching(data, source) as watch:
        assert watch.report()["added"] == 10
        write(source / "second.jsonl", "k")
        assert watch.report()["added"] == 1
        write(source / "second.jsonl", "k", body="改了以后的正文")
        assert watch.report()["updated"] == 1
        assert found(data, "改了以后") == ["k"]
        (source / "second.jsonl").rename(source / "third.jsonl")
        assert watch.report()["unchanged"] == 1
        (source / "third.jsonl").unlink()
        write(source / "fourth.jsonl", "l")
        assert watch.report()["added"] == 1
        assert held(data) == [*"abcdefghijkl"]  # what is gone stays, without --delete-missing
        assert watch.said == []


def test_a_deleted_file_takes_its_articles_with_it_if_that_was_asked_for(source: Path, data: Path) -> None:
    write(source / "second.jsonl", "k", "l")
    with watching(data, source, "--delete-missing") as watch:
        assert watch.report()["added"] == 12
        (source / "second.jsonl").unlink()
        assert watch.report()["deleted"] == 2
        write(source / "second.jsonl", "k")
        watch.until_ids(*"abcdefghijk")
        write(source / "first.jsonl", *"abcdefghi")
        watch.until_ids(*"abcdefghik")


def test_a_moved_page_stays_one_article(source: Path, data: Path) -> None:
    (source / "page.txt").write_text(page("移动的页面"), encoding="utf-8")
    with watching(data, source, "--delete-missing") as watch:
        assert watch.report()["added"] == 11
        (source / "page.txt").rename(source / "moved.txt")
        report = watch.report()
        assert (report["added"], report["duplicates"]) == (0, 1)
        assert watch.report()["deleted"] == 1
        assert len(found(data, "移动的页面")) == 1


def test_a_folder_that_is_renamed_loses_nothing_and_is_not_refused(source: Path, data: Path) -> None:
    (source / "old").mkdir()
    for number in range(20):
        (source / f"old/{number}.txt").write_text(page(f"第{number}页的题目"), encoding="utf-8")
    with watching(data, source, "--delete-missing") as watch:
        assert watch.report()["added"] == 30
        (source / "old").rename(source / "new")
        deleted = 0
        while deleted < 20:
            report = watch.report()
            assert report["refused"] == []
            deleted += report["deleted"]
        assert total(data) == 30


def test_ids_are_those_of_indexing_the_whole_path(source: Path, data: Path, tmp_path: Path) -> None:
    with watching(data, source) as watch:
        watch.report()
        (source / "sub").mkdir()
        (source / "sub/page.txt").write_text(page("子目录里的页面"), encoding="utf-8")
        (source / "sub/records.jsonl").write_text('{"title": "没有编号", "body": "正文"}\n', encoding="utf-8")
        watch.until(lambda: total(data) == 12)
    options = BuildOptions(analyzer=Analyzer(), zone=ZONE, limits=ReadLimits())
    index_paths([source], tmp_path / "whole", options)
    assert held(data) == held(tmp_path / "whole")


def test_of_two_paths_within_each_other_a_file_is_of_the_nearest(source: Path, data: Path, tmp_path: Path) -> None:
    (source / "sub").mkdir()
    (source / "sub/old.txt").write_text(page("旧的页面"), encoding="utf-8")
    with watching(data, source, source / "sub") as watch:
        assert watch.report()["added"] == 11
        (source / "sub/new.txt").write_text(page("新的页面"), encoding="utf-8")
        assert watch.report()["added"] == 1
    options = BuildOptions(analyzer=Analyzer(), zone=ZONE, limits=ReadLimits())
    index_paths([source / "sub"], tmp_path / "sub", options)
    assert found(data, "页面") == held(tmp_path / "sub")


def test_a_folder_that_is_made_and_filled_at_once_is_taken_whole(source: Path, data: Path, tmp_path: Path) -> None:
    deep = tmp_path / "made/x/y/z"
    deep.mkdir(parents=True)
    for number in range(5):
        write(deep.parents[number % 3] / f"{number}.jsonl", f"n{number}")
    with watching(data, source) as watch:
        watch.report()
        shutil.copytree(tmp_path / "made", source / "copied")
        watch.until_ids(*"abcdefghij", *(f"n{number}" for number in range(5)))
        write(source / "copied/x/y/later.jsonl", "later")
        watch.until(lambda: "later" in held(data))
        (tmp_path / "made").rename(source / "moved")
        write(source / "moved/x/last.jsonl", "last")
        watch.until(lambda: "last" in held(data))


def test_a_thousand_files_at_once(source: Path, data: Path) -> None:
    with watching(data, source) as watch:
        watch.report()
        for number in range(1000):
            write(source / f"{number}.jsonl", f"n{number}")
        watch.until(lambda: total(data) == 1010)
        assert watch.said == []


def test_what_the_system_could_not_tell_of_is_looked_for(source: Path, data: Path) -> None:
    queued = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text(encoding="ascii"))
    if queued > 50_000:
        pytest.skip(f"it would take {queued} files for the queue of the system to run over")
    with watching(data, source) as watch:
        watch.report()
        write(source / "before.jsonl", "before")
        watch.report()  # now it is told
        watch.process.send_signal(signal.SIGSTOP)
        for number in range(queued // 2):  # made, opened, written, closed: some notices each
            (source / f".{number}").write_bytes(b"x")
        write(source / "untold.jsonl", "untold")
        watch.process.send_signal(signal.SIGCONT)
        watch.until(lambda: "untold" in held(data))
        watch.until_said("all files are looked at")
        write(source / "told.jsonl", "told")
        watch.until(lambda: "told" in held(data))


def test_an_unmounted_folder_empties_nothing(source: Path, data: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"
    with watching(data, source, "--delete-missing", "--yes") as watch:
        watch.report()
        source.rename(away)
        watch.until_said("no longer there")
        source.mkdir()  # the empty mount point
        watch.until_said("is not the folder it was")
        assert held(data) == [*"abcdefghij"]
        source.rmdir()
        away.rename(source)
        write(source / "second.jsonl", "k")
        watch.until_ids(*"abcdefghijk")
        write(source / "first.jsonl", *"abcdefghi")
        watch.until_ids(*"abcdefghik")


def test_more_than_a_fifth_is_refused_and_the_rest_goes_on(source: Path, data: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for number in range(6):
        write(other / f"{number}.jsonl", f"n{number}")
    with watching(data, source, other, "--delete-missing") as watch:
        watch.report()
        write(source / "second.jsonl", "k")
        watch.report()
        (source / "first.jsonl").unlink()
        (other / "0.jsonl").unlink()
        assert [refused["missing"] for refused in watch.report()["refused"]] == [10]
        watch.until_said("see that all is mounted and complete")
        assert watch.report()["deleted"] == 1
        watch.until_ids(*"abcdefghijk", *(f"n{number}" for number in range(1, 6)))


def test_two_paths_a_file_and_a_folder(source: Path, data: Path, tmp_path: Path) -> None:
    alone, beside = tmp_path / "alone.jsonl", tmp_path / "beside.jsonl"
    write(alone, "k")
    with watching(data, alone, source) as watch:
        assert watch.report()["added"] == 11
        write(beside, "no")
        write(tmp_path / "new.jsonl", "k", "l")
        (tmp_path / "new.jsonl").replace(alone)  # as editors save
        assert watch.report()["added"] == 1
        write(source / "second.jsonl", "m")
        assert watch.report()["added"] == 1
        assert held(data) == [*"abcdefghijklm"]


def test_a_path_that_comes_later_is_waited_for(source: Path, data: Path, tmp_path: Path) -> None:
    later = tmp_path / "later"
    with watching(data, source, later) as watch:
        assert [error["path"] for error in watch.report()["rejected"]] == [str(later)]
        later.mkdir()
        write(later / "k.jsonl", "k")
        watch.until_ids(*"abcdefghijk")
        write(later / "l.jsonl", "l")
        watch.until_ids(*"abcdefghijkl")


def test_changed_containers_are_read_anew(source: Path, data: Path) -> None:
    def pack(*keys: str) -> None:
        with zipfile.ZipFile(source / "packed.zip", "w") as packed:
            for key in keys:
                packed.writestr(f"{key}.jsonl", record(key))
        (source / "packed.jsonl.gz").write_bytes(gzip.compress("".join(record(f"z{key}") for key in keys).encode()))

    pack("k", "l")
    with watching(data, source, "--delete-missing") as watch:
        assert watch.report()["added"] == 14
        pack("k", "m")
        watch.until_ids(*"abcdefghijkm", "zk", "zm")


def test_names_that_are_not_utf_8_and_names_of_unfinished_files(source: Path, data: Path) -> None:
    with watching(data, source) as watch:
        watch.report()
        for name in ("x.jsonl~", ".x.jsonl.swp", "x.jsonl.part", ".hidden.jsonl", "README.md"):
            write(source / name, "no")
        name = os.fsencode(source) + "/国标".encode("gb18030") + b".jsonl"
        Path(os.fsdecode(name)).write_text(record("k"), encoding="utf-8")
        assert watch.report()["added"] == 1
        write(source / "x.jsonl.part", "l")
        (source / "x.jsonl.part").rename(source / "x.jsonl")
        watch.until_ids(*"abcdefghijkl")
        assert watch.said == []


def test_a_file_is_read_once_nobody_writes_to_it(source: Path, data: Path) -> None:
    with watching(data, source) as watch:
        watch.report()
        with (source / "slow.jsonl").open("w", encoding="utf-8") as slow:
            for number in range(10):
                slow.write(record(f"n{number}")[:-20])
                slow.flush()
                time.sleep(0.1)
                slow.write(record(f"n{number}")[-20:])
                slow.flush()
        report = watch.report()
        assert (report["added"], report["rejected"]) == (10, [])


def test_bad_files_are_named_and_watching_goes_on(source: Path, data: Path) -> None:
    with watching(data, source) as watch:
        watch.report()
        (source / "bad.jsonl").write_text(record("k") + "{broken\n", encoding="utf-8")
        report = watch.report()
        assert report["added"] == 1
        assert [(Path(error["path"]).name, error["line"]) for error in report["rejected"]] == [("bad.jsonl", 2)]
        watch.until_said("rejected: ")
        write(source / "bad.jsonl", "k", "l")
        assert watch.report()["added"] == 1


def test_another_process_that_writes_is_waited_for(source: Path, data: Path) -> None:
    data.mkdir()
    with (data / "write.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with watching(data, source) as watch:
            watch.until_said("another process is writing")
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert watch.report()["added"] == 10
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # between batches nothing is locked
            write(source / "second.jsonl", "k")
            watch.until(lambda: len(watch.said) == 2)
            fcntl.flock(lock, fcntl.LOCK_UN)
            watch.until_ids(*"abcdefghijk")


def test_a_failure_that_passes_is_tried_again(source: Path, data: Path) -> None:
    with watching(data, source) as watch:
        watch.report()
        with closing(sqlite3.connect(data / "archive.db", isolation_level=None)) as other:
            version = other.execute("PRAGMA user_version").fetchone()[0]
            other.execute("PRAGMA user_version = 9999")
            write(source / "second.jsonl", "k")
            watch.until_said("was written by a later version")
            other.execute(f"PRAGMA user_version = {version}")
        watch.until_ids(*"abcdefghijk")


def test_folders_that_links_lead_to_are_followed_too(source: Path, data: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    write(target / "k.jsonl", "k")
    (source / "link").symlink_to(target)
    with watching(data, source, "--poll", "0.5") as watch:
        assert watch.report()["added"] == 11
        write(target / "l.jsonl", "l")
        watch.until_ids(*"abcdefghijkl")


def test_a_path_that_is_a_link_is_followed_to_where_it_leads(source: Path, data: Path, tmp_path: Path) -> None:
    link, other = tmp_path / "current", tmp_path / "other"
    link.symlink_to(source)
    with watching(data, link) as watch:
        watch.report()
        (source / "sub").mkdir()
        write(source / "sub/second.jsonl", "k")
        assert watch.report()["added"] == 1
        other.mkdir()
        write(other / "third.jsonl", "l")
        (tmp_path / "new").symlink_to(other)
        (tmp_path / "new").replace(link)
        watch.until_ids(*"abcdefghijkl")
        write(other / "fourth.jsonl", "m")
        watch.until_ids(*"abcdefghijklm")


def test_looking_every_now_and_then_finds_what_notices_would_tell(source: Path, data: Path) -> None:
    with watching(data, source, "--poll", "0.5", "--delete-missing") as watch:
        watch.report()
        write(source / "second.jsonl", "k", "l")
        watch.until_ids(*"abcdefghijkl")
        write(source / "second.jsonl", "k")
        watch.until_ids(*"abcdefghijk")
        (source / "second.jsonl").unlink()
        watch.until_ids(*"abcdefghij")


def test_the_data_directory_within_the_path_is_no_input(source: Path) -> None:
    with watching(Path("data"), ".", cwd=source) as watch:
        watch.data = source / "data"
        assert watch.report()["added"] == 10
        write(source / "second.jsonl", "k")
        assert watch.report()["added"] == 1
        time.sleep(2)
        assert watch.reports.empty()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_well_when_it_is_told_to(source: Path, data: Path, number: signal.Signals) -> None:
    with watching(data, source) as watch:
        watch.report()
        begin = time.monotonic()
        assert watch.stop(number) == 0
        assert time.monotonic() - begin < PATIENCE_S / 2
    assert watch.said == []


def test_a_process_that_is_killed_leaves_nothing_broken(source: Path, data: Path) -> None:
    for turn in range(3):
        with watching(data, source) as watch:
            watch.report()
            for number in range(300):
                write(source / f"{turn}-{number}.jsonl", f"n{turn}-{number}")
            watch.report()
            watch.process.kill()
    with watching(data, source) as watch:
        watch.report()
        assert total(data) == 910


def test_standard_input_cannot_be_watched(data: Path) -> None:
    options = BuildOptions(analyzer=Analyzer(), zone=ZONE, limits=ReadLimits())
    with pytest.raises(SettingsError, match="standard input"):
        watch_paths(["-"], data, options, on_report=print, say=print)
