"""A disk that forgets: what was done to a folder, from which any state can be made that a loss of power may leave.

After POSIX's least promises: what is written to a file is durable after its ``fsync``, a name in a folder after that of the
folder; until then each write and each name may be there or not, a write torn between sectors, a file longer than what was
written to it. A rename is there or not, as one. (T. S. Pillai et al., All File Systems Are Not Created Equal, OSDI 2014, found
that programs which rely on more lose data.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

__all__ = ["Disk", "Drop", "Moved", "Named", "Operation", "Said", "Synced", "Truncated", "Unnamed", "Written", "crash"]

SECTOR = 512
ROOT = 0


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes came to a place of a file."""

    node: int
    at: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Truncated:
    """A file has another length."""

    node: int
    size: int


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a folder stands for a file or a folder, a new one or not."""

    folder: int
    name: str
    node: int
    is_folder: bool = False


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A name is gone from a folder."""

    folder: int
    name: str
    node: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A file or folder has another name, perhaps in another folder, in place of what had it."""

    old_folder: int
    old_name: str
    folder: int
    name: str
    node: int


@dataclass(frozen=True, slots=True)
class Synced:
    """What was done to a file, or to the names in a folder, is durable."""

    node: int


@dataclass(frozen=True, slots=True)
class Said:
    """The program told the outside something: from now on it must be true."""

    text: str


Operation = Written | Truncated | Named | Unnamed | Moved | Synced | Said


@dataclass(slots=True)
class Disk:
    """Files and folders by number; the folder 0 is the root."""

    files: dict[int, bytearray] = field(default_factory=dict)
    folders: dict[int, dict[str, int]] = field(default_factory=lambda: {ROOT: {}})

    @classmethod
    def of(cls, folder: Path) -> Disk:
        """What lies in a folder."""
        disk = cls()
        disk._read(folder, ROOT)
        return disk

    def copy(self) -> Disk:
        """The same, to be changed apart."""
        return Disk(
            {node: bytearray(content) for node, content in self.files.items()},
            {node: dict(names) for node, names in self.folders.items()},
        )

    def new_node(self) -> int:
        """A number that nothing has had."""
        return max((*self.files, *self.folders), default=ROOT) + 1

    def apply(self, operation: Operation) -> None:
        """Does what the operation says."""
        match operation:
            case Written(node, at, content):
                file = self.files.setdefault(node, bytearray())
                if len(file) < at:
                    file.extend(bytes(at - len(file)))
                file[at : at + len(content)] = content
            case Truncated(node, size):
                file = self.files.setdefault(node, bytearray())
                del file[size:]
                file.extend(bytes(size - len(file)))
            case Named(folder, name, node, is_folder):
                self.folders.setdefault(folder, {})[name] = node
                if is_folder:
                    self.folders.setdefault(node, {})
                elif node not in self.folders:
                    self.files.setdefault(node, bytearray())
            case Unnamed(folder, name, node):
                if self.folders.get(folder, {}).get(name) == node:
                    del self.folders[folder][name]
            case Moved(old_folder, old_name, folder, name, node):
                if self.folders.get(old_folder, {}).get(old_name) == node:
                    del self.folders[old_folder][old_name]
                self.folders.setdefault(folder, {})[name] = node
                if node not in self.folders:
                    self.files.setdefault(node, bytearray())

    def content(self) -> dict[str, bytes | None]:
        """Every path with what it holds, None for a folder."""
        found: dict[str, bytes | None] = {}
        self._list(ROOT, "", found)
        return found

    def write_to(self, folder: Path) -> None:
        """Makes all of it in an empty folder."""
        for path, content in self.content().items():
            if content is None:
                (folder / path).mkdir()
            else:
                (folder / path).write_bytes(content)

    def _read(self, folder: Path, node: int) -> None:
        for path in sorted(folder.iterdir()):
            number = self.new_node()
            self.folders[node][path.name] = number
            if path.is_dir():
                self.folders[number] = {}
                self._read(path, number)
            else:
                self.files[number] = bytearray(path.read_bytes())

    def _list(self, node: int, prefix: str, found: dict[str, bytes | None]) -> None:
        for name, child in sorted(self.folders[node].items()):
            path = f"{prefix}{name}"
            if child in self.folders:
                found[path] = None
                self._list(child, f"{path}/", found)
            else:
                found[path] = bytes(self.files[child])


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """How much of what is not durable is lost: a share of it. ``in_order``: of names, all after the first that is lost."""

    share: float
    in_order: bool = False
    torn: bool = False


def crash(start: Disk, operations: Sequence[Operation], point: int, drop: Drop, chance: Random) -> Disk:
    """What is on the disk when the power is lost after ``point`` operations."""
    disk = start.copy()
    durable = _durable(operations[:point])
    names_go_on = True
    for number, operation in enumerate(operations[:point]):
        if isinstance(operation, Synced | Said):
            continue
        kept = number in durable or chance.random() >= drop.share
        if drop.in_order and not isinstance(operation, Written | Truncated) and number not in durable:
            names_go_on = names_go_on and kept
            kept = names_go_on
        if kept and (number in durable or not drop.torn):
            disk.apply(operation)
        elif isinstance(operation, Written) and drop.torn:
            for part in _torn(operation, kept, chance):
                disk.apply(part)
        elif kept:
            disk.apply(operation)
    return disk


def _durable(operations: Sequence[Operation]) -> set[int]:
    """The numbers of the operations that a sync came after."""
    found: set[int] = set()
    synced: set[int] = set()
    for number in range(len(operations) - 1, -1, -1):
        operation = operations[number]
        if isinstance(operation, Synced):
            synced.add(operation.node)
        elif isinstance(operation, Written | Truncated):
            if operation.node in synced:
                found.add(number)
        elif not isinstance(operation, Said) and operation.folder in synced:
            found.add(number)
    return found


def _torn(operation: Written, kept: bool, chance: Random) -> Iterable[Written]:
    """Some sectors of a write; where none came, perhaps the length of the file without them."""
    end = operation.at + len(operation.content)
    if not kept:
        return [Written(operation.node, end, b"")] if chance.random() < 0.5 else []
    if chance.random() < 0.5:
        return [operation]
    parts = []
    at = operation.at
    while at < end:
        to = min(end, (at // SECTOR + 1) * SECTOR)
        if chance.random() < 0.5:
            parts.append(Written(operation.node, at, operation.content[at - operation.at : to - operation.at]))
        at = to
    return parts
