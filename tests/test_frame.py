"""What all subcommands share: how they report, and what they show on the way."""

from __future__ import annotations

import argparse
import json

import pytest

from indexer.errors import UnreadableError
from search.commands.frame import ProgressBars, build_options, error_record, print_report
from search.settings import Settings


def test_a_report_is_a_text_or_a_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(argparse.Namespace(json=False), {"articles": 3}, "三篇")
    print_report(argparse.Namespace(json=True), {"articles": 3, "title": "题"}, "三篇")
    text, record = capsys.readouterr().out.splitlines()
    assert text == "三篇"
    assert json.loads(record) == {"articles": 3, "title": "题"}
    assert "题" in record


def test_progress_says_nothing_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBars() as progress:
        progress("read", 3)
        progress("read", 4)
        progress("index", 1)
    assert capsys.readouterr() == ("", "")


def test_a_build_follows_the_settings() -> None:
    options = build_options(Settings(memory_mb=64, max_article_bytes=5, timezone="UTC"), None)
    assert (options.memory_mb, options.limits.max_article_bytes, options.zone.key, options.workers) == (64, 5, "UTC", 1)


def test_a_rejected_input_is_told_with_its_place() -> None:
    error = UnreadableError("is not UTF-8", path="a.jsonl", line=3)
    assert error_record(error) == {"path": "a.jsonl", "line": 3, "reason": "is not UTF-8"}
