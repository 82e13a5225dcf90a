"""``GET /readyz``: whether searches can be answered, of what, and what is wrong beside that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import falcon
import orjson

from indexer.archive import read_last_change
from indexer.errors import ArchiveError, ArticleSearchError, StorageError
from indexer.status import KeeperStatus, keeper_runs, read_status
from indexer.store import read_manifest
from search.engines.base import Engine
from search.web.errors import RETRY_AFTER_S, problem_of
from search.web.resources import answer

__all__ = ["ReadyResource"]


class ReadyResource:
    """The probe of readiness of a service over ``data``."""

    def __init__(self, engine: Engine, data: str | Path) -> None:
        self._engine = engine
        self._data = Path(data)

    def on_get(self, _request: falcon.Request, response: falcon.Response) -> None:
        """200 with what is searched, or 503 with why not; either with how far the index is behind, and what is wrong."""
        status = read_status(self._data)
        running = keeper_runs(self._data)
        keeping: dict[str, Any] = {
            "keeper": status.state if status and running else "none",
            "rebuilding": running and status is not None and status.state == "rebuilding",
        }
        problems = self._keeper_problems(status) if running else []
        try:
            last: int | None = read_last_change(self._data)
        except ArchiveError as error:
            last = None
            problems.append(str(error))
        try:
            stats = self._engine.stats()
        except ArticleSearchError as error:
            response.status = 503
            response.set_header("Retry-After", str(RETRY_AFTER_S))
            response.content_type = "application/problem+json"
            record = problem_of(error).record() | {"status": 503, "ready": False}
            response.data = orjson.dumps(record | self._shown(keeping, last, self._covered(), problems))
            return
        found = {
            "ready": True,
            "articles": stats.articles,
            "generation": stats.generation,
            "change": stats.change,
        }
        answer(response, found | self._shown(keeping, last, stats.change, [*stats.problems, *problems]))

    on_head = on_get

    def _shown(self, keeping: dict[str, Any], last: int | None, covered: int, problems: list[str]) -> dict[str, Any]:
        # Where the data lies is nobody's business outside.
        told = [problem.replace(f"{self._data.absolute()}/", "").replace(f"{self._data}/", "") for problem in problems]
        lag = None if last is None else max(0, last - covered)
        return {"lag": lag, **keeping, **({"problems": list(dict.fromkeys(told))} if told else {})}

    def _covered(self) -> int:
        try:
            return read_manifest(self._data).change
        except StorageError:
            return 0

    @staticmethod
    def _keeper_problems(status: KeeperStatus | None) -> list[str]:
        return [status.problem] if status is not None and status.problem else []
