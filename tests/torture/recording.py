"""What a process and its children do to a folder, recorded by strace at the border to the kernel, so SQLite's doing is in it too.

strace, and no library put between: it needs no compiler, sees whatever library makes the calls, and costs a process that
mostly computes little. At the end the recording is played and compared with the folder: one that is not complete is no recording.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT as REPOSITORY
from tests.torture.storage import ROOT, Disk, Moved, Named, Operation, Said, Synced, Truncated, Unnamed, Written

__all__ = ["Recording", "record"]

_CALLS = (
    "open,openat,creat,write,pwrite64,writev,pwritev,pwritev2,lseek,truncate,ftruncate,fallocate,fsync,fdatasync,"
    "rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,link,linkat,symlink,symlinkat,mmap,sendfile,"
    "copy_file_range,dup2,dup3"
)
_LINE = re.compile(r"(\d+) +(.*)\Z", re.DOTALL)
_CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+|0x[0-9a-f]+)(?:<([^>]*)>(\(deleted\))?)?", re.DOTALL)
_DESCRIPTOR = re.compile(r"(-?\d+|AT_FDCWD)<([^>]*)>(\(deleted\))?\Z")
UNSEEN = ("-shm",)
"""SQLite's shared memory: made anew by whoever opens the database first, and written through a map."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What lay there at first, and what was done."""

    start: Disk
    operations: list[Operation]


def record(command: Sequence[str], folder: Path, said: Path, log: Path) -> Recording:
    """What ``command`` does to ``folder``; what it appends to the file ``said`` is told to the outside.

    Raises:
        AssertionError: the command failed, or did something that is not understood here.
    """
    start = Disk.of(folder)
    said.touch()
    strace = ["strace", "-f", "--seccomp-bpf", "-o", str(log), "-y", "-xx", "-s", "16777216", "-e", f"trace={_CALLS}"]
    done = subprocess.run([*strace, *command], cwd=REPOSITORY, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    reading = _Reading(start.copy(), folder.resolve(), said.resolve())
    for call, arguments, result, target in _calls(log):
        reading.take(call, arguments, result, target)
    played, real = reading.disk.content(), Disk.of(folder).content()
    differing = [path for path in played.keys() | real.keys() if played.get(path, 0) != real.get(path, 0)]
    assert [path for path in differing if not path.endswith(UNSEEN)] == [], "the recording is not what was done"
    return Recording(start, reading.operations)


def _calls(log: Path) -> Iterator[tuple[str, list[str], int, tuple[str, bool] | None]]:
    """Every call that succeeded: name, arguments, result, and the path of the descriptor it returned."""
    begun: dict[str, str] = {}
    with log.open(encoding="ascii", errors="strict") as lines:
        for line in lines:
            process, text = _parsed(_LINE, line.rstrip("\n")).groups()
            if text.endswith("<unfinished ...>"):
                begun[process] = text.removesuffix("<unfinished ...>").rstrip()
                continue
            if text.startswith("<... "):
                text = begun.pop(process) + text.partition(" resumed>")[2]
            if text.startswith(("+++", "---")) or text.rpartition(" = ")[2].startswith(("-1 ", "?")):
                continue
            call, arguments, result, path, deleted = _parsed(_CALL, text).groups()
            target = None if path is None else (_text(path), deleted is not None)
            yield call, arguments.split(", "), int(result, 0), target


def _parsed(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    match = pattern.match(text)
    assert match is not None, text[:300]
    return match


def _bytes(argument: str) -> bytes:
    return bytes.fromhex(argument.strip('"').replace("\\x", ""))


def _text(argument: str) -> str:
    return _bytes(argument).decode()


class _Reading:
    """Calls made into operations on what lies under ``root``; everything else is passed over."""

    def __init__(self, disk: Disk, root: Path, said: Path) -> None:
        self.disk = disk
        self.operations: list[Operation] = []
        self._root = str(root)
        self._said = str(said)
        self._offsets: dict[tuple[int, int], int] = {}
        self._appending: set[tuple[int, int]] = set()
        self._next = disk.new_node()

    def take(self, call: str, arguments: list[str], result: int, target: tuple[str, bool] | None) -> None:
        """Takes one call."""
        if call in ("open", "openat", "creat"):
            self._open(arguments[1:] if call == "openat" else arguments, result, target)
        elif call in ("rename", "renameat", "renameat2"):
            self._rename(arguments)
        elif call in ("unlink", "unlinkat", "rmdir"):
            self._unlink(self._path(arguments))
        elif call in ("mkdir", "mkdirat"):
            self._mkdir(self._path(arguments))
        elif call in ("link", "linkat", "symlink", "symlinkat", "truncate"):
            assert not any(self._inside(_text(each)) for each in arguments if each.startswith('"')), (call, arguments)
        elif call in ("dup2", "dup3"):
            return
        else:
            self._with_descriptor(call, arguments, result)

    def _with_descriptor(self, call: str, arguments: list[str], result: int) -> None:
        match = _DESCRIPTOR.match(arguments[4] if call == "mmap" else arguments[0])
        if match is None or match.group(3):
            return
        number, path = int(match.group(1)), _text(match.group(2))
        if path == self._said and call == "write":
            self.operations.append(Said(_bytes(arguments[1])[:result].decode()))
        if not self._inside(path) or path.endswith(UNSEEN):
            return
        node = self._node(path)
        assert node is not None, (call, path)
        key = number, node
        if call == "write":
            at = len(self.disk.files[node]) if key in self._appending else self._offsets.get(key, 0)
            self._do(Written(node, at, _bytes(arguments[1])[:result]))
            self._offsets[key] = at + result
        elif call == "pwrite64":
            self._do(Written(node, int(arguments[3]), _bytes(arguments[1])[:result]))
        elif call == "lseek":
            self._offsets[key] = result
        elif call == "ftruncate":
            self._do(Truncated(node, int(arguments[1])))
        elif call in ("fsync", "fdatasync"):
            self._do(Synced(node))
        elif call == "sendfile":
            self._send(key, arguments, result)
        else:
            assert call == "mmap", (call, path)
            assert "PROT_WRITE" not in arguments[2] or "MAP_SHARED" not in arguments[3], (call, path)

    def _send(self, key: tuple[int, int], arguments: list[str], length: int) -> None:
        """``shutil.copyfile``: ``sendfile(to, from, [offset], count)``."""
        path = _text(_parsed(_DESCRIPTOR, arguments[1]).group(2))
        offset = int(arguments[2].partition("[")[2].partition("]")[0].split(" ")[0])
        source = self._node(path) if self._inside(path) else None
        whole = Path(path).read_bytes() if source is None else bytes(self.disk.files[source])
        at = self._offsets.get(key, 0)
        self._do(Written(key[1], at, whole[offset : offset + length]))
        self._offsets[key] = at + length

    def _open(self, arguments: list[str], result: int, target: tuple[str, bool] | None) -> None:
        assert target is not None
        path, deleted = target
        if deleted or not self._inside(path) or path.endswith(UNSEEN):
            return
        node = self._node(path)
        if node is None:
            folder, name = self._place(path)
            node, self._next = self._next, self._next + 1
            self._do(Named(folder, name, node))
        elif "O_TRUNC" in arguments[1] and self.disk.files[node]:
            self._do(Truncated(node, 0))
        self._offsets[result, node] = 0
        (self._appending.add if "O_APPEND" in arguments[1] else self._appending.discard)((result, node))

    def _rename(self, arguments: list[str]) -> None:
        old, new = (_text(each) for each in arguments if each.startswith('"'))
        if self._inside(old) or self._inside(new):
            node = self._node(old)
            assert node is not None, old
            self._do(Moved(*self._place(old), *self._place(new), node))

    def _unlink(self, path: str) -> None:
        if self._inside(path) and not path.endswith(UNSEEN):
            node = self._node(path)
            assert node is not None, path
            self._do(Unnamed(*self._place(path), node))

    def _mkdir(self, path: str) -> None:
        if self._inside(path):
            node, self._next = self._next, self._next + 1
            self._do(Named(*self._place(path), node, is_folder=True))

    def _do(self, operation: Operation) -> None:
        self.operations.append(operation)
        self.disk.apply(operation)

    def _path(self, arguments: list[str]) -> str:
        """The path of a call that may name it from a folder that is open."""
        path = _text(next(each for each in arguments if each.startswith('"')))
        folder = _DESCRIPTOR.match(arguments[0])
        return path if path.startswith("/") or folder is None else f"{_text(folder.group(2))}/{path}"

    def _inside(self, path: str) -> bool:
        return path.startswith(self._root + "/") or path == self._root

    def _place(self, path: str) -> tuple[int, str]:
        folder, _, name = path.rpartition("/")
        node = self._node(folder)
        assert node is not None, path
        return node, name

    def _node(self, path: str) -> int | None:
        node = ROOT
        for name in path.removeprefix(self._root).strip("/").split("/"):
            if name:
                found = self.disk.folders[node].get(name)
                if found is None:
                    return None
                node = found
        return node
