"""Articles as lines of JSON, of any number: read, written in batches, and answered line by line while more are read.

Called by ``articles.py``. Memory is bounded by the largest line and a batch. A client may send all before it reads anything: then
what it does not take yet is kept, past a size on disk, for waiting on each other would never end.
"""

from __future__ import annotations

import select
import socket as sockets
from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from tempfile import SpooledTemporaryFile
from time import monotonic
from typing import Any

import orjson

from indexer.article import Article
from indexer.errors import ArticleError
from search.errors import BodyError, NotWrittenError
from search.web.errors import Problem, problem_of
from search.web.received import ReceivingLimits, outcome_record, read_article
from search.web.waiting import IndexWatch
from search.web.writer import ArticleWriter

__all__ = ["BulkWrite", "Outlet", "numbered_lines"]

BLOCK = 1 << 15
BATCH = 500
BATCH_BYTES = 4 << 20
BATCH_S = 0.5
"""A batch is written after so many articles, bytes or seconds, whichever comes first."""
MOST_HELD = 20_000
"""Answers held back until their articles can be found; then reading waits for the index."""
PIECE = 4096
"""What a connection that can be written to takes without blocking."""
IN_MEMORY = 1 << 20

_Read = Callable[[int], bytes]


class BulkWrite:
    """One request: ``read`` hands out its body, of ``length`` bytes where that is known.

    With ``watch`` an answer comes once its article can be found.
    """

    def __init__(
        self, read: _Read, length: int | None, writer: ArticleWriter, watch: IndexWatch | None, limits: ReceivingLimits
    ) -> None:
        self._read = read
        self._length = length
        self._writer = writer
        self._watch = watch
        self._limits = limits
        self._wrote = False
        self._failure: Problem | None = None
        self._results: Iterator[dict[str, Any]] = self._all_results()

    def begin(self) -> None:
        """Takes the first batch.

        Raises:
            NotWrittenError: the archive cannot be written; later on that is told line by line.
        """
        first = next(self._results, None)
        if first is not None:
            self._results = chain([first], self._results)

    def answers(self, connection: sockets.socket | None) -> Iterator[bytes]:
        """The answers as lines of JSON, in the order of the lines; without ``connection``, all after the last was read."""
        outlet = Outlet(connection)
        try:
            for record in self._found(self._watch) if self._watch else self._results:
                outlet.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
                yield from outlet.taken()
            yield from outlet.rest()
        finally:
            outlet.close()

    def _found(self, watch: IndexWatch) -> Iterator[dict[str, Any]]:
        """The results, each once its article can be found, or has been waited for in vain."""
        held: deque[dict[str, Any]] = deque()
        patient = True
        for record in chain(self._results, [None]):
            if record is not None:
                held.append(record)
            while held:
                change = held[0].get("change")
                searchable = change is None or watch.covers(change)
                if not searchable and record is not None and len(held) < MOST_HELD:
                    break
                if not searchable and patient:
                    searchable = patient = watch.wait(held[0]["change"])
                yield held.popleft() | ({} if change is None else {"searchable": searchable})

    def _all_results(self) -> Iterator[dict[str, Any]]:
        """What became of each line, told once it is durable."""
        batch: list[tuple[int, Article | Problem]] = []
        number, size, begun = 0, 0, monotonic()
        try:
            for number, line in numbered_lines(self._read, self._length, self._limits.max_article_bytes):
                if line is not None and not line.strip():
                    continue
                batch.append((number, self._received(line)))
                size += len(line or b"")
                if len(batch) == BATCH or size >= BATCH_BYTES or monotonic() > begun + BATCH_S:
                    yield from self._written(batch)
                    batch, size, begun = [], 0, monotonic()
        except OSError as error:
            broken = Problem(status=400, detail=f"the body breaks off here; what is answered was taken ({error})")
            batch.append((number + 1, broken))
        yield from self._written(batch)

    def _received(self, line: bytes | None) -> Article | Problem:
        if line is None:
            return Problem(
                status=413,
                detail=f"the line is longer than max_article_bytes ({self._limits.max_article_bytes:,} bytes)",
            )
        try:
            return read_article(line, self._limits)
        except (ArticleError, BodyError) as error:
            return problem_of(error)

    def _written(self, batch: list[tuple[int, Article | Problem]]) -> Iterator[dict[str, Any]]:
        articles = [item for _, item in batch if isinstance(item, Article)]
        outcomes = iter(self._outcomes(articles))
        for number, item in batch:
            problem = item if isinstance(item, Problem) else self._failure
            if problem is not None:
                yield {"line": number, "problem": problem.record()}
            else:
                yield {"line": number, **outcome_record(next(outcomes))}

    def _outcomes(self, articles: list[Article]) -> list[Any]:
        if not articles or self._failure is not None:
            return []
        try:
            outcomes = self._writer.write(articles)
        except NotWrittenError as error:
            if not self._wrote:
                raise
            self._failure = problem_of(error)
            return []
        self._wrote = True
        return outcomes


def numbered_lines(read: _Read, length: int | None, most: int) -> Iterator[tuple[int, bytes | None]]:
    """Lines with their numbers from 1; one of more than ``most`` bytes is None, and never held.

    Raises:
        OSError: fewer than ``length`` bytes came; the line that was cut is not among the lines.
    """
    number, size, total = 1, 0, 0
    parts: list[bytes] = []
    while block := read(BLOCK):
        total += len(block)
        *ended, last = block.split(b"\n")
        for piece in ended:
            size += len(piece)
            yield number, b"".join([*parts, piece]) if size <= most else None
            parts, size = [], 0
            number += 1
        size += len(last)
        parts = [*parts, last] if size <= most else []
    if length is not None and total < length:
        raise OSError(f"{total:,} of {length:,} bytes came")
    if size:
        yield number, b"".join(parts) if size <= most else None


class Outlet:
    """Bytes on their way out: handed on while the other end of ``connection`` takes them, else kept."""

    def __init__(self, connection: sockets.socket | None) -> None:
        self._poll: select.poll | None = None
        if connection is not None:
            self._poll = select.poll()
            self._poll.register(connection, select.POLLOUT)
        self._kept = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  closed by close()
        self._at = self._end = 0

    def write(self, content: bytes) -> None:
        """Takes what is to go out."""
        self._kept.seek(self._end)
        self._kept.write(content)
        self._end += len(content)

    def taken(self) -> Iterator[bytes]:
        """As much of it, in pieces, as can be sent at once."""
        while self._end - self._at >= PIECE and self._poll is not None and self._poll.poll(0):
            yield self._next(PIECE)

    def rest(self) -> Iterator[bytes]:
        """All that is left, in pieces."""
        while self._at < self._end:
            yield self._next(BLOCK)

    def close(self) -> None:
        """Lets go of what was kept."""
        self._kept.close()

    def _next(self, size: int) -> bytes:
        self._kept.seek(self._at)
        content = self._kept.read(size)
        self._at += len(content)
        if self._at == self._end:
            self._kept.seek(0)
            self._kept.truncate()
            self._at = self._end = 0
        return content
