"""The real server: gunicorn with several workers over one index on disk."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import article


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(data: Path, **settings: object) -> Iterator[str]:
    with running(data, **settings) as (_, base):
        yield base


@contextmanager
def running(data: Path, **settings: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process of a service over ``data`` and its address; what it says is in ``serve.log`` beside ``data``."""
    port = free_port()
    command = [sys.executable, "-m", "search.cli", "serve", "--data", str(data), "--bind", f"127.0.0.1:{port}"]
    environment = os.environ | {f"ARTICLE_SEARCH_{name.upper()}": str(value) for name, value in settings.items()}
    log = data.parent / "serve.log"
    with log.open("a") as out, subprocess.Popen(command, stderr=out, text=True, env=environment) as server:
        try:
            until = time.monotonic() + 60
            while f"Serving on http://127.0.0.1:{port}/" not in log.read_text(encoding="utf-8"):
                assert server.poll() is None, log.read_text(encoding="utf-8")
                assert time.monotonic() < until, log.read_text(encoding="utf-8")
                time.sleep(0.02)
            yield server, f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=30) in (0, -signal.SIGKILL)


def total(base: str, text: str = "%E7%9B%91%E7%9D%A3") -> int:
    with urllib.request.urlopen(f"{base}/api/v1/search?q={text}", timeout=10) as answer:
        found: int = json.load(answer)["total"]
        return found


def test_every_worker_sees_a_new_article_without_a_restart(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("a", body="监督"))
    with served(data) as base:
        assert total(base) == 1
        index_articles(article("b", body="監督"))
        assert {total(base) for _ in range(20)} == {2}
        with urllib.request.urlopen(f"{base}/?q=%E7%9B%91%E7%9D%A3", timeout=10) as page:
            assert "<mark>監督</mark>" in page.read().decode()


def test_a_service_without_an_index_is_ready_as_soon_as_there_is_one(
    index_articles: Callable[..., Path], tmp_path: Path
) -> None:
    with served(tmp_path / "data", index_in_service=False) as base:
        with pytest.raises(urllib.error.HTTPError) as caught:
            total(base)
        assert caught.value.code == 503
        caught.value.close()
        index_articles(article("a", body="监督"))
        assert {total(base) for _ in range(10)} == {1}


def test_a_query_of_eight_hundred_characters_arrives(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("a", body="监督"))
    with served(data) as base:
        assert total(base, "%E7%9B%91" * 800) == 0


def test_serving_alone_writes_nothing_into_the_data_directory(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("a", body="监督"))

    def state() -> dict[str, tuple[int, int]]:
        return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(data.rglob("*"))}

    before = state()
    for path in [data, *data.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with served(data, index_in_service=False) as base:
            assert total(base) == 1
            time.sleep(0.2)
        assert state() == before
    finally:
        for path in [data, *data.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_port_that_is_taken_ends_the_command_with_a_message(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        command = [
            sys.executable,
            "-m",
            "search.cli",
            "serve",
            "--data",
            str(tmp_path),
            "--bind",
            f"127.0.0.1:{holder.getsockname()[1]}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ}, check=False)
    assert done.returncode == 2
    assert "choose another with --bind" in done.stderr
