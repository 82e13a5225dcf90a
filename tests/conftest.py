"""Fixtures that every test file may use: shared data, a segmenter for the run, small articles."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from falcon import testing
from hypothesis import HealthCheck, settings

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.article import Article
from indexer.build import BuildOptions, sync
from indexer.schema import clean_article
from indexer.sources import ReadLimits

pytest.register_assert_rewrite("tests.contracts")
ZONE = ZoneInfo("Asia/Shanghai")
ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = Path(os.environ.get("ARTICLE_SEARCH_SHARED", ROOT.parent / "shared")) / "data"

settings.register_profile(
    "default",
    deadline=None,
    derandomize=True,
    # A contract suite runs the same method for each implementation, on purpose.
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)
settings.load_profile("default")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the repository; a test that needs it skips where it is absent, never in CI."""
    if not SHARED_DATA.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"no shared data at {SHARED_DATA}, and this is CI")
        pytest.skip(f"no shared data at {SHARED_DATA}; set ARTICLE_SEARCH_SHARED")
    return SHARED_DATA


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    return Analyzer()


@pytest.fixture
def index_articles(tmp_path: Path, analyzer: Analyzer) -> Callable[..., Path]:
    """A function that indexes articles into a data directory and returns it; called again, it adds to the same."""

    def index(*articles: Article, deleted: Sequence[str] = (), data: Path = tmp_path / "data") -> Path:
        with Archive(data) as archive:
            archive.put(clean_article(article) for article in articles)
            archive.delete(deleted)
        sync(data, BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits(), lock_wait_s=10))
        return data

    return index


def article(article_id: str = "a", title: str = "题目", body: str = "正文。", **fields: object) -> Article:
    """An article with what a test cares about."""
    return Article(id=article_id, title=title, body=body, **fields)  # type: ignore[arg-type]


class LocalClient(testing.TestClient):
    """A client on this machine that sends JSON, unless a request says otherwise."""

    def __init__(self, app: Any) -> None:
        super().__init__(app, headers={"Host": "localhost", "Content-Type": "application/json"})

    def simulate_request(self, *arguments: Any, **options: Any) -> testing.Result:
        options.setdefault("remote_addr", "127.0.0.1")
        return super().simulate_request(*arguments, **options)
