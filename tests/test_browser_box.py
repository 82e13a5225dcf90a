"""The search box in pages of another site, in a real browser."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from tests.box import BOX, browser, opened, site
from tests.conftest import ROOT
from tests.host_site import HostSite

__all__ = ["browser", "opened", "site"]

SCRIPT = ROOT / "search/web/static/box.js"


def test_the_script_is_small() -> None:
    assert len(gzip.compress(SCRIPT.read_bytes(), 9)) < 10_000


def test_two_lines_in_a_page_of_another_origin_are_a_search_box(opened: Any, site: HostSite) -> None:
    box = opened(site.put(BOX))
    box.type("监督")
    assert box.input.get_attribute("aria-expanded") == "true"
    assert box.options.last.text_content().startswith("查看全部")
    assert box.panel.locator("mark").count() > 0
    box.shoot("first")
    assert box.faults() == []
    assert box.problems == []
