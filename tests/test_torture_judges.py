"""A torture that cannot fail proves nothing: for each scenario a bug is planted, and it must find it."""

from __future__ import annotations

import os
import shutil
import time
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from indexer.analysis import Analyzer
from indexer.archive.database import Database
from indexer.scrub import Scrubber
from indexer.state import add_key, revoke_key
from indexer.store import contents, manifest, open_newest, parts, reader
from indexer.targets import LocalTarget
from search.engines import local
from tests.test_torture import need
from tests.torture import (
    clock,
    damage,
    full_disk,
    full_service,
    kills,
    old_reader,
    power,
    restores,
    rivals,
    serving,
    traffic,
)
from tests.torture.counts import Counts
from tests.torture.ledger import Ledger, State, judge_archive, judge_keys
from tests.torture.recording import Recording
from tests.torture.storage import Disk, Drop, Moved, Named, Operation, Said, Synced, Truncated, Unnamed, Written, crash

Patch = pytest.MonkeyPatch

pytestmark = pytest.mark.torture


# What a disk forgets


def image(*operations: Operation, share: float = 1.0, torn: bool = False) -> dict[str, bytes | None]:
    disk = Disk(files={1: bytearray(b"old")}, folders={0: {"a": 1}})
    return crash(disk, operations, len(operations), Drop(share=share, torn=torn), Random(1)).content()


def test_what_was_not_synced_is_gone_and_what_was_is_there() -> None:
    new: list[Operation] = [Named(0, "b", 2), Written(2, 0, b"new")]
    assert image(*new) == {"a": b"old"}
    assert image(*new, Synced(2)) == {"a": b"old"}  # durable, but under no name
    assert image(*new, Synced(0)) == {"a": b"old", "b": b""}
    assert image(*new, Synced(0), Synced(2)) == {"a": b"old", "b": b"new"}
    assert image(*new, Synced(2), Synced(0), Written(2, 1, b"--"), Said("no sync")) == {"a": b"old", "b": b"new"}
    assert image(*new, share=0) == {"a": b"old", "b": b"new"}


def test_a_rename_a_removal_and_a_new_length_are_durable_with_their_folder_and_file() -> None:
    written: list[Operation] = [Named(0, "b", 2), Written(2, 0, b"new"), Synced(2), Synced(0)]
    assert image(*written, Moved(0, "b", 0, "a", 2)) == {"a": b"old", "b": b"new"}
    assert image(*written, Moved(0, "b", 0, "a", 2), Synced(0)) == {"a": b"new"}
    assert image(Unnamed(0, "a", 1)) == {"a": b"old"}
    assert image(Unnamed(0, "a", 1), Synced(0)) == {}
    assert image(Truncated(1, 1)) == {"a": b"old"}
    assert image(Truncated(1, 1), Synced(1)) == {"a": b"o"}
    assert image(Named(0, "c", 3, is_folder=True), Named(3, "d", 4), Synced(3)) == {"a": b"old"}


def test_a_torn_write_has_some_sectors_of_it() -> None:
    whole = b"1" * 512 + b"2" * 512 + b"3" * 100
    found = set()
    for seed in range(60):
        disk = crash(
            Disk(files={1: bytearray(1124)}, folders={0: {"a": 1}}),
            [Written(1, 0, whole)], 1, Drop(share=0.5, torn=True), Random(seed),
        )  # fmt: skip
        content = disk.content()["a"]
        assert content is not None
        found.add(tuple(content[at] for at in (0, 511, 512, 1023, 1024)))
    for first, last, second, end, third in found:
        assert first == last
        assert second == end
        assert {first, second, third} <= {0, *b"123"}
    assert len(found) == 8


def test_a_ledger_tells_lost_from_half_and_from_back() -> None:
    def judged(found: State, *lines: str) -> tuple[int, int]:
        ledger, counts = Ledger(sure={"a": 1, "b": None}), Counts()
        for line in lines:
            ledger.hear(line)
        judge_archive(found, ledger, counts)
        return counts.lost, counts.wrong

    assert judged({"a": 1}) == judged({"a": 1, "b": None}) == (0, 0)
    assert judged({}) == judged({"a": None}) == judged({"a": 2}) == (1, 0)
    assert judged({"a": 1, "b": 3}) == judged({"a": 1, "c": 3}) == (0, 1)
    begin = '{"begin": {"a": 2, "c": 1}}'
    assert judged({"a": 1}, begin) == judged({"a": 2, "c": 1}, begin) == judged({"a": 2}, begin) == (0, 0)
    assert judged({"a": 2}, begin, '{"end":1}') == judged({"a": 1, "c": 1}, begin, '{"sure": ["a"]}') == (1, 0)
    assert judged({"a": 1}, begin, '{"end') == (0, 0)


# The scenarios


def found(run: Callable[[int], Counts], tries: int = 8) -> bool:
    """Whether a torture found something, in one of a few tries."""
    return any(not run(seed).clean for seed in range(tries))


def without_syncs(recording: Recording, forgotten: Callable[[str], bool]) -> Recording:
    """The same as if the program had forgotten to sync some files or folders."""
    names = {0: "."}
    for operation in recording.operations:
        if isinstance(operation, Named | Moved):
            names[operation.node] = operation.name
    kept = [
        each for each in recording.operations if not (isinstance(each, Synced) and forgotten(names.get(each.node, "")))
    ]
    return replace(recording, operations=kept)


@pytest.mark.parametrize(
    ("forgotten", "work"),
    [
        (lambda name: name.endswith("-wal"), "writes"),
        (lambda name: name.endswith((".toc", ".toc.new")), "writes"),
        (lambda name: name.endswith((".seg", ".grams", ".articles")), "writes"),
        (lambda name: name in (".", "data", "index"), "writes"),
        (lambda name: name == "backup.zip", "backups"),
        (lambda name: name in (".restored", ".restored.new", "data"), "restore_anew"),
    ],
    ids=["wal", "contents", "segments", "folders", "backup", "restored"],
)  # fmt: skip
def test_a_sync_that_was_forgotten_is_found(
    forgotten: Callable[[str], bool], work: str, tmp_path: Path, analyzer: Analyzer
) -> None:
    need("power")
    recording, ledger = power.recorded(work, tmp_path, 1)
    memory = power.in_memory()
    sound = power.judge(recording, ledger, memory, 15, Random(1), analyzer)
    assert sound.problems == []
    wrong = without_syncs(recording, forgotten)
    assert found(lambda seed: power.judge(wrong, ledger, memory, 10, Random(seed), analyzer))
    shutil.rmtree(memory)


def test_a_commit_of_two_steps_is_found(tmp_path: Path, monkeypatch: Patch) -> None:
    def in_two_steps(folder: Path, _contents: contents.Contents, **_options: object) -> None:
        for path in folder.glob("*.toc"):
            path.unlink()
        time.sleep(0.05)
        write(folder, _contents, **_options)

    write: Any = contents.write_contents
    monkeypatch.setattr("indexer.store.writer.write_contents", in_two_steps)
    assert found(lambda seed: kills.run(tmp_path / str(seed), 6, Random(seed)))


def test_deletions_that_are_dropped_are_found(tmp_path: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr(LocalTarget, "delete", lambda *_arguments: None)
    assert found(lambda seed: kills.run(tmp_path / str(seed), 1, Random(seed)))


def test_a_restore_file_by_file_is_found(tmp_path: Path, monkeypatch: Patch) -> None:
    def restore(data: Path, file: Path, **_options: object) -> None:
        data.mkdir(exist_ok=True)
        with zipfile.ZipFile(file) as packed:
            for name in packed.namelist()[1:]:
                (data / name).write_bytes(packed.read(name))
                time.sleep(0.01)

    monkeypatch.setattr(restores, "restore", restore)
    assert found(lambda seed: restores.run(tmp_path / str(seed), 10, Random(seed)))


def test_a_check_that_does_not_read_the_arrays_is_found(tmp_path: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr(parts.PartFile, "verify", lambda _file: None)
    assert any("flipped: not found by a check" in each for each in damage.run(tmp_path, 40, Random(3)).problems)


def test_an_engine_that_does_not_verify_what_it_opens_is_found(tmp_path: Path, monkeypatch: Patch) -> None:
    def unverified(data: Path, *, verify: bool = False, **options: Any) -> Any:
        return open_newest(data, **options)

    monkeypatch.setattr(local, "open_newest", unverified)
    problems = damage.run(tmp_path, 40, Random(3)).problems
    assert problems
    assert all("flipped: 1 answers from an index that is damaged" in each for each in problems)


def test_a_keeper_that_does_not_read_everything_at_first_is_found(tmp_path: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr(Scrubber, "verify", lambda *_arguments: None)
    assert any("flipped: not mended by a keeper" in each for each in damage.run(tmp_path, 40, Random(3)).problems)


def test_an_opening_that_does_not_compare_files_is_found(tmp_path: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr(reader, "_check_files", lambda *_arguments: None)
    counts = damage.run(tmp_path, 10, Random(3))
    assert any("another: " in each and "from an index that is damaged" in each for each in counts.problems)


def test_a_full_disk_that_is_told_by_a_traceback_is_found(tmp_path: Path, monkeypatch: Patch) -> None:
    need("full_disk")
    monkeypatch.setattr(LocalTarget, "_explained", lambda _target: nullcontext())
    monkeypatch.setattr(Database, "explained", lambda _database, _what: nullcontext())
    assert found(lambda seed: full_disk.run(tmp_path / str(seed), 3, Random(seed)))


def test_an_engine_that_waits_for_a_later_time_is_found(tmp_path: Path, monkeypatch: Patch) -> None:
    need("clock")
    latest = [(0, 0, 0)]

    def stamp(data: Path) -> tuple[int, int, int] | None:
        found = manifest.manifest_stamp(data)
        if found is not None and found[1] > latest[0][1]:
            latest[0] = found
        return latest[0] if latest[0][1] else None

    monkeypatch.setattr(local, "manifest_stamp", stamp)
    assert clock.run(tmp_path, 8, Random(3)).lost > 0


def test_rivals_without_a_lock_are_found(tmp_path: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr("indexer.build.write_lock", lambda *_arguments, **_options: nullcontext())
    assert found(lambda seed: rivals.run(tmp_path / str(seed), 1, Random(seed)))


def test_an_old_state_that_is_written_over_is_found(tmp_path: Path, monkeypatch: Patch) -> None:
    def write_over(folder: Path, **_options: object) -> None:
        for path in folder.glob("*.grams"):
            with path.open("r+b") as file:
                file.seek(64)
                file.write(os.urandom(64))

    monkeypatch.setattr("indexer.targets.local.shutil", SimpleNamespace(rmtree=write_over))
    counts = old_reader.run(tmp_path, 8, Random(3))
    assert any("the old state is another" in each for each in counts.problems)


def test_an_old_state_that_is_never_let_go_is_found(tmp_path: Path, monkeypatch: Patch) -> None:
    kept: list[object] = []

    def keep(target: Any, path: Path) -> None:
        made_of(target, path)
        kept.append(target._map)

    made_of: Any = parts.PartFile.__init__
    monkeypatch.setattr(parts.PartFile, "__init__", keep)
    counts = old_reader.run(tmp_path, 6, Random(3))
    assert any("are mapped still" in each for each in counts.problems)


# Scenarios with a service, whose program is another one


def plant(monkeypatch: Patch, bug: str) -> None:
    """Has services begin with a few lines of their own."""
    program = f"import sys, threading, time\n{bug}\nfrom search.cli import main\nsys.exit(main())"
    monkeypatch.setattr(traffic, "PROGRAM", ["-c", program])


ANSWERS_BEFORE_THE_COMMIT = """
from indexer.archive import Outcome
from search.web.writer import ArticleWriter as Writer
def write(writer, writes, commit=Writer.write):
    def later():
        time.sleep(0.3)
        commit(writer, writes)
    threading.Thread(target=later, daemon=True).start()
    return [Outcome(id=each if isinstance(each, str) else each.id, result="updated", change=1) for each in writes]
Writer.write = write
"""

ANSWERS_THOUGH_THE_DISK_IS_FULL = """
from indexer.archive import Outcome
from search.web.writer import NotWrittenError, ArticleWriter as Writer
def write(writer, writes, commit=Writer.write):
    try:
        return commit(writer, writes)
    except NotWrittenError:
        return [Outcome(id=each if isinstance(each, str) else each.id, result="updated", change=1) for each in writes]
Writer.write = write
"""

NEVER_LOOKS_AGAIN = """
from indexer.scrub import Scrubber
from indexer.state import add_key, revoke_key
Scrubber.advance = Scrubber.look = Scrubber.verify = lambda *given: None
"""


def test_a_service_that_answers_before_it_commits_is_found(tmp_path: Path, monkeypatch: Patch) -> None:
    plant(monkeypatch, ANSWERS_BEFORE_THE_COMMIT)
    monkeypatch.setattr(traffic, "CLIENTS", 1)
    monkeypatch.setattr(traffic, "FOUND_S", 0.5)
    assert not traffic.run(tmp_path, 1, Random(3)).clean


def test_a_service_that_takes_writes_for_which_there_is_no_room_is_found(tmp_path: Path, monkeypatch: Patch) -> None:
    need("full_service")
    plant(monkeypatch, ANSWERS_THOUGH_THE_DISK_IS_FULL)
    monkeypatch.setattr(traffic, "FOUND_S", 0.5)
    assert full_service.run(tmp_path, 1, Random(3)).lost > 0


def test_a_service_that_does_not_look_after_its_files_is_found(tmp_path: Path, monkeypatch: Patch) -> None:
    plant(monkeypatch, NEVER_LOOKS_AGAIN)
    monkeypatch.setattr(serving, "MENDED_S", 4)
    assert any("not built anew" in each for each in serving.run(tmp_path, 1, Random(3)).problems)


def test_a_key_that_is_back_or_gone_is_found(tmp_path: Path) -> None:
    ledger = Ledger()
    for name, is_made in (("made", True), ("revoked", False), ("lost", True)):
        ledger.hear(f'{{"key": "{name}", "counts": {str(is_made).lower()}, "done": true}}')
    add_key(tmp_path, "made", "write")
    add_key(tmp_path, "revoked", "write")
    counts = Counts()
    judge_keys(tmp_path, ledger, counts)
    assert sorted(counts.problems) == [
        "lost: the key lost is gone, and was made",
        "lost: the key revoked counts, and was revoked",
    ]
    ledger.hear('{"key": "lost", "counts": false, "done": false}')
    revoke_key(tmp_path, "revoked")
    counts = Counts()
    judge_keys(tmp_path, ledger, counts)
    assert counts.clean
