"""What a writer was told, and whether a data directory holds it: the judge of every scenario.

Articles are made from an id and a version alone, with a text that stands in no other, so what is found can be compared to the
last character. A writer says before each step what it is going to write (``begin``), and after it that it was told that it is
durable (``end``); it may die anywhere between. What is sure by then must be there, what was begun may be there or not, but whole.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Set
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.article import Article
from indexer.build import BuildOptions, sync
from indexer.check import check
from indexer.directory import finish_restore
from indexer.errors import ArticleSearchError, DataLockedError, StateError, StorageError
from indexer.restore import restore
from indexer.sources import ReadLimits
from indexer.state import KeyRing
from search import SearchRequest
from search.engines.local import LocalEngine
from search.evaluate import arrays
from tests.conftest import ZONE
from tests.torture.counts import Counts

__all__ = [
    "Ledger",
    "State",
    "Teller",
    "build_options",
    "judge_archive",
    "judge_backup",
    "judge_index",
    "judge_keys",
    "literal",
    "live",
    "made",
    "open_local",
    "read_archive",
    "record_of",
    "verify",
    "write_records",
]

State = dict[str, int | None]
"""Id → version, None for deleted."""

LOCK_WAIT_S = 20


def literal(article_id: str, version: int) -> str:
    """A text that stands in that version of that article, and nowhere else."""
    return f"记号{article_id}版{version}终"


def made(article_id: str, version: int) -> Article:
    """That version of that article; its length differs from version to version."""
    chance = Random(literal(article_id, version))
    filler = "".join(chr(0x4E00 + chance.randrange(8000)) for _ in range(80 + version * 53 % 400))
    body = f"{filler}。\n本段有{literal(article_id, version)}。\n{filler[::-1]}。"
    return Article(
        id=article_id,
        title=f"题{article_id}之{version}",
        body=body,
        source=f"来源{version % 3}",
        published="2024-05-06",
    )


def record_of(article_id: str, version: int) -> dict[str, object]:
    """The article as a line of JSON has it."""
    article = made(article_id, version)
    return {
        "id": article.id,
        "title": article.title,
        "body": article.body,
        "source": article.source,
        "published": article.published,
    }


def write_records(path: Path, state: Mapping[str, int | None]) -> Path:
    """A file of articles, one a line."""
    lines = (json.dumps(record_of(key, version)) for key, version in state.items() if version is not None)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def build_options(analyzer: Analyzer, workers: int = 1) -> BuildOptions:
    """How the scenarios build."""
    return BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits(), workers=workers)


def open_local(data: Path, analyzer: Analyzer) -> LocalEngine:
    """The engine as the command has it, with a segmenter that is loaded already."""
    return LocalEngine(data, analyzer, relax_share=0.5, steps=arrays)


class Teller:
    """The writer's side: says through ``write`` what it begins and what it was told."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

    def begin(self, changes: Mapping[str, int | None]) -> None:
        """These are going to be written."""
        self._write(json.dumps({"begin": changes}) + "\n")

    def begin_whole(self, state: Mapping[str, int | None]) -> None:
        """Everything is going to be replaced by this, or nothing."""
        self._write(json.dumps({"whole": state}) + "\n")

    def backup(self, state: Mapping[str, int | None], *, sure: bool) -> None:
        """A backup of this is going to be written, or is durable."""
        self._write(json.dumps({"backup": state, "done": sure}) + "\n")

    def key(self, name: str, *, counts: bool, sure: bool) -> None:
        """A key is going to count, or not any more; or that is durable."""
        self._write(json.dumps({"key": name, "counts": counts, "done": sure}) + "\n")

    def nothing(self) -> None:
        """Of what was begun nothing was done, as who refused it said."""
        self._write('{"nothing":1}\n')

    def sure(self, ids: Iterable[str]) -> None:
        """Of what was begun, these are durable."""
        self._write(json.dumps({"sure": list(ids)}) + "\n")

    def end(self) -> None:
        """All that was begun is durable."""
        self._write('{"end":1}\n')


@dataclass(slots=True)
class Ledger:
    """What is ``sure``; what may be as well (``begun``); and what may be in place of all (``whole``).

    ``foreign`` are ids of others, which are not judged. ``backups`` are the states that a backup may hold. ``keys`` are names of
    keys of the HTTP interface, and whether they count; ``keys_begun`` what may be in place of that.
    """

    sure: State = field(default_factory=dict)
    begun: State = field(default_factory=dict)
    whole: State | None = None
    foreign: Set[str] = frozenset()
    backups: list[State] = field(default_factory=list)
    backup_sure: bool = False
    keys: dict[str, bool] = field(default_factory=dict)
    keys_begun: dict[str, bool] = field(default_factory=dict)
    acknowledged: int = 0

    def hear(self, line: str) -> None:
        """Takes a line of a teller; one that was cut off says nothing."""
        try:
            record = json.loads(line)
        except ValueError:
            return
        if "begin" in record:
            self.begun |= record["begin"]
        elif "whole" in record:
            self.whole = record["whole"]
        elif "backup" in record:
            self.backups = [record["backup"]] if record["done"] else [*self.backups[-1:], record["backup"]]
            self.backup_sure = self.backup_sure or record["done"]
        elif "key" in record:
            self.keys_begun = {} if record["done"] else {record["key"]: record["counts"]}
            if record["done"]:
                self.keys[record["key"]] = record["counts"]
                self.acknowledged += 1
        elif "nothing" in record:
            self.begun, self.whole = {}, None
        elif "sure" in record:
            self._settle({key: self.begun.pop(key) for key in record["sure"]})
        elif self.whole is not None:
            self.acknowledged += 1
            self.sure, self.whole = self.whole, None
        else:
            self._settle(self.begun)
            self.begun = {}

    def allowed(self, article_id: str) -> set[int | None]:
        """The versions that may be found, None among them where it may be gone or not there yet."""
        found = {self.sure.get(article_id)}
        if article_id in self.begun:
            found.add(self.begun[article_id])
        return found

    def take(self, found: State) -> None:
        """Goes on from what was found: what was begun is there now, or is not."""
        kept = {key: found.get(key) for key in self.sure.keys() | self.begun.keys() | found.keys()}
        self.sure, self.begun, self.whole = kept, {}, None

    def _settle(self, changes: State) -> None:
        self.acknowledged += len(changes)
        self.sure |= changes


def read_archive(data: Path, counts: Counts, foreign: Set[str] = frozenset()) -> State:
    """What the archive holds but for what is ``foreign``; each article must be whole."""
    with Archive(data, create=False) as archive:
        return {
            change.id: None if change.article is None else _version_of(change.article, counts)
            for change in archive.changes(0)
            if change.id not in foreign
        }


def judge_archive(found: State, ledger: Ledger, counts: Counts) -> None:
    """Judges what an archive holds."""
    if ledger.whole is not None and live(found) == live(ledger.whole):
        return
    known = ledger.sure.keys() | ledger.begun.keys()
    for key in live(found).keys() - known:
        counts.fault(f"the archive holds {key}, which nobody wrote")
    for key in known:
        _judge(key, found.get(key), ledger.allowed(key), counts)


def _version_of(article: Article, counts: Counts) -> int | None:
    version = int(article.title.rpartition("之")[2] or -1)
    wanted = made(article.id, version)
    if (article.title, article.body, article.source, article.published) != (
        wanted.title, wanted.body, wanted.source, wanted.published,
    ):  # fmt: skip
        counts.fault(f"{article.id} is not whole")
    return version


def _judge(key: str, version: int | None, allowed: set[int | None], counts: Counts) -> None:
    if version in allowed:
        return
    if version is None:
        counts.lose(f"{key} is gone, version {allowed} was acknowledged")
    elif allowed == {None}:
        counts.fault(f"{key} is back as version {version}, and was deleted")
    else:
        counts.lose(f"{key} is version {version}, and {allowed} was acknowledged")


def judge_index(engine: LocalEngine, state: Mapping[str, int | None], counts: Counts, *, others: int = 0) -> None:
    """Judges what a search finds: each article by its literal text, once, of what is deleted nothing; and ``others`` beside."""
    shown = live(state)
    total = engine.search(SearchRequest(limit=1)).total - others
    if total != len(shown):
        (counts.double if total > len(shown) else counts.lose)(f"{total} articles are found in all, of {len(shown)}")
    for key, version in shown.items():
        page = engine.search(SearchRequest(text=f'"{literal(key, version)}"', match="all"))
        ids = [hit.id for hit in page.hits]
        if page.total == 0:
            counts.lose(f"{key} is not found by its text, version {version}")
        elif ids.count(key) > 1 or page.total > 1:
            counts.double(f"the text of {key} finds {ids}")
        elif ids != [key]:
            counts.fault(f"the text of {key} finds {ids}")


def judge_backup(file: Path, scratch: Path, ledger: Ledger, counts: Counts) -> State:
    """What a backup holds: it can be restored, and is one of those that may be there, whole."""
    if not file.exists():
        if ledger.backup_sure:
            counts.lose(f"the backup {file.name}")
        return {}
    try:
        restore(scratch, file)
        found = read_archive(scratch, counts)
    except ArticleSearchError as error:
        counts.fault(f"{type(error).__name__}: {error}")
        return {}
    if all(live(found) != live(state) for state in ledger.backups):
        counts.lose(f"the backup holds {live(found)}, and should hold one of {ledger.backups}")
    return found


def judge_keys(data: Path, ledger: Ledger, counts: Counts) -> None:
    """Judges which keys count: one that was revoked does not, one that was made does."""
    try:
        found = {key.name for key in KeyRing(data).read() if key.revoked is None}
    except StateError as error:
        counts.fault(f"StateError: {error}")
        return
    for name in found | ledger.keys.keys() | ledger.keys_begun.keys():
        allowed = {ledger.keys.get(name, False)} | ({ledger.keys_begun[name]} if name in ledger.keys_begun else set())
        if (name in found) not in allowed:
            counts.lose(f"the key {name} {'counts, and was revoked' if name in found else 'is gone, and was made'}")


def live(state: Mapping[str, int | None]) -> dict[str, int]:
    """Those that are not deleted."""
    return {key: version for key, version in state.items() if version is not None}


def verify(data: Path, ledger: Ledger, analyzer: Analyzer, counts: Counts) -> None:
    """Opens a directory as the next command would, brings it up, and judges all of it; the ledger goes on from there."""
    options = build_options(analyzer)
    try:
        finish_restore(data)
        if not (data / "archive.db").exists() and not live(ledger.sure):
            ledger.take({})
            return
        found = read_archive(data, counts, ledger.foreign)
        judge_archive(found, ledger, counts)
        _when_free(lambda: sync(data, options))
        with closing(open_local(data, analyzer)) as engine:
            judge_index(engine, found, counts, others=_shown(data, ledger.foreign))
        for finding in check(data, options).findings:
            counts.fault(f"check: {finding.message}")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault, and the next image is to be judged too
        counts.fault(f"{type(error).__name__}: {error}")
        found = ledger.sure
    ledger.take(found)


def _when_free(work: Callable[[], object]) -> None:
    """Does it as soon as the processes that a killed one left have ended."""
    deadline = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            work()
        except DataLockedError:
            if time.monotonic() > deadline:
                raise StorageError("the lock outlived its holder", path=".") from None
            time.sleep(0.02)
        else:
            return


def _shown(data: Path, ids: Set[str]) -> int:
    with Archive(data, create=False) as archive:
        return sum(change.article is not None for change in archive.latest(sorted(ids)))
