"""Damage to the files of an index before it is opened: cut short, emptied, removed, one bit flipped, an older one in its place.

What is promised (``docs/operations.md``): whoever opens the index for the first time, and asks, gets an error and no answer, of a
flipped bit too; a check finds it; a keeper builds the index anew by itself, and then every answer is right. ``serving.py`` has
damage to an index that is open.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.build import BuildOptions, sync
from indexer.check import check
from indexer.errors import StorageError
from indexer.findings import Finding
from indexer.keeper import Keeper
from indexer.store import index_folder
from search import SearchRequest
from tests.torture.counts import Counts
from tests.torture.ledger import build_options, literal, made, open_local
from tests.torture.power import in_memory

__all__ = ["LONG", "SHORT", "Damage", "damages", "run"]

SHORT, LONG = 64, 500
"""Damages, over all files and kinds; at least one of each."""

MADE = {f"a{at}": at % 3 for at in range(40)}
KINDS = ("emptied", "halved", "cut", "removed", "flipped", "older", "another")


@dataclass(frozen=True, slots=True)
class Damage:
    """What is done to a file of the index; ``content`` None removes it.

    ``refused``: answers would not be those of the archive; else they are the right ones, in an older state of the files.
    """

    kind: str
    path: Path
    content: bytes | None
    refused: bool = True

    def __str__(self) -> str:
        return f"{self.path.name} {self.kind}"

    def inflict(self) -> None:
        """Does it."""
        if self.content is None:
            self.path.unlink()
        else:
            self.path.write_bytes(self.content)


def run(folder: Path, rounds: int, chance: Random) -> Counts:
    """Does ``rounds`` damages, each to a sound index."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = Counts()
    analyzer = Analyzer()
    options = build_options(analyzer)
    data, older = _make(in_memory(), analyzer)
    counts.acknowledged = len(MADE)
    sound = data.with_name("sound")
    shutil.copytree(index_folder(data), sound)
    some = [f'"{literal(key, version)}"' for key, version in list(MADE.items())[::3]]
    questions = ["", "本段", "来源", *some, f'"{literal("gone0", 1)}"']
    expected = _answers(data, analyzer, questions)
    for damage in damages(data, older, rounds, chance):
        damage.inflict()
        counts.rounds += 1
        counts.damages += 1
        counts.note(damage.kind)
        if not _findings(data, options, counts):
            counts.fault(f"{damage}: not found by a check")
        # Who finds a file missing tries for a while, so one question is enough where all must be errors.
        asked = [questions[counts.rounds % len(questions)]] if damage.refused else questions
        _judge(_answers(data, analyzer, asked), expected, damage, counts)
        how = "a repair" if counts.rounds % 8 == 0 else "a keeper"
        if how == "a repair":
            _findings(data, options, counts, repair=True)
        else:
            _keep(data, options)
        counts.note(f"mended by {how}")
        if _answers(data, analyzer, questions) != expected or _findings(data, options, counts):
            counts.fault(f"{damage}: not mended by {how}")
        shutil.rmtree(index_folder(data))
        shutil.copytree(sound, index_folder(data))
    shutil.rmtree(data.parent)
    return counts


def damages(data: Path, older: dict[str, bytes], rounds: int, chance: Random) -> Iterator[Damage]:
    """Kinds of damage in turn, each to a file by chance; flips are anywhere in it."""
    files = [path for path in sorted(index_folder(data).rglob("*")) if path.is_file() and path.stat().st_size]
    possible = [
        (path, kind)
        for path in files
        for kind in KINDS
        if (kind != "older" or path.name in older) and (kind != "another" or _alike(path, files))
    ]
    for number in range(rounds):
        path, kind = possible[number] if number < len(possible) else chance.choice(possible)
        if number >= len(possible) and chance.random() < 0.5:
            kind = "flipped"
        whole = path.read_bytes()
        if kind == "flipped":
            place = chance.randrange(len(whole))
            content = whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :]
            yield Damage(kind, path, content)
        elif kind == "older":
            # NOTE: an older manifest that names a generation which is there is the state of a moment ago, and answers are right.
            yield Damage(kind, path, older[path.name], refused=path.suffix != ".json")
        elif kind == "another":
            yield Damage(kind, path, chance.choice(_alike(path, files)).read_bytes())
        else:
            kept = {"emptied": b"", "halved": whole[: len(whole) // 2], "cut": whole[:-1], "removed": None}[kind]
            yield Damage(kind, path, kept)


def _make(folder: Path, analyzer: Analyzer) -> tuple[Path, dict[str, bytes]]:
    """An index of several segments with deleted articles; and its manifest and tables as they were before the last commit."""
    data = folder / "data"
    options = build_options(analyzer)
    older: dict[str, bytes] = {}
    ids = list(MADE)
    for at in range(0, len(ids), 14):
        with Archive(data) as archive:
            archive.put(made(key, MADE[key]) for key in ids[at : at + 14])
            archive.put([made(f"gone{at}", 1)])
            archive.delete([f"gone{at - 14}"])
        older = _small_files(data) if at else {}
        sync(data, options)
    with Archive(data) as archive:
        archive.delete([f"gone{at}" for at in range(0, len(ids), 14)])
    before = _small_files(data)
    sync(data, options)
    newest = next(path.name for path in index_folder(data).rglob("*.toc"))
    older = {
        "manifest.json": before["manifest.json"],
        newest: before[next(name for name in before if name.endswith(".toc"))],
    }
    return data, older


def _small_files(data: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in index_folder(data).rglob("*") if path.suffix in (".toc", ".json")}


def _alike(path: Path, files: list[Path]) -> list[Path]:
    """Other files of the same kind: of other segments."""
    return [other for other in files if other.suffix == path.suffix and other != path]


def _keep(data: Path, options: BuildOptions) -> None:
    """Looks after the index for a moment, as the process does that stands beside a service."""
    keeper = Keeper(data, options, lambda: False)
    try:
        for _ in range(3):
            keeper.step()
    finally:
        keeper._close_archive()


def _findings(data: Path, options: BuildOptions, counts: Counts, *, repair: bool = False) -> tuple[Finding, ...]:
    try:
        return check(data, options, repair=repair).findings
    except Exception as error:  # noqa: BLE001 - a check tells of damage, whatever it is, and never fails for it
        counts.fault(f"a check failed: {type(error).__name__}: {error}")
        return ()


def _answers(data: Path, analyzer: Analyzer, questions: list[str]) -> dict[str, object]:
    """What searches find, with the articles that are shown; an error where there is none."""
    found: dict[str, object] = {}
    with closing(open_local(data, analyzer)) as engine:
        for text in questions:
            try:
                page = engine.search(SearchRequest(text=text, match="all", limit=100, fields=("body",)))
                found[text] = (page.total, sorted((hit.id, hit.title, hit.more["body"]) for hit in page.hits))
            except Exception as error:  # noqa: BLE001 - no error that tells of damage is as wrong as an answer
                found[text] = error
    return found


def _judge(found: dict[str, object], expected: dict[str, object], damage: Damage, counts: Counts) -> None:
    """Judges answers from a damaged index."""
    answers = {text: answer for text, answer in found.items() if not isinstance(answer, StorageError)}
    wrong = sum(answer != expected[text] for text, answer in answers.items())
    if damage.refused and answers:
        counts.fault(f"{damage}: {len(answers)} answers from an index that is damaged, {wrong} of them wrong")
    elif wrong:
        counts.fault(f"{damage}: {wrong} answers are wrong")
    elif not damage.refused and len(answers) < len(found):
        counts.fault(f"{damage}: {len(found) - len(answers)} answers are errors")
