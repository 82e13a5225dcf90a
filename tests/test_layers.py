"""Imports point one way, those inside functions too."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.conftest import ROOT

ORDER = [
    ["indexer.errors", "indexer.article", "indexer.processes"],
    ["indexer.findings"],
    ["indexer.analysis"],
    ["indexer.editorial"],
    ["indexer.schema"],
    ["indexer.store"],
    ["indexer.cleaning"],
    ["indexer.sources"],
    ["indexer.archive"],
    ["indexer.directory"],
    ["indexer.intake"],
    ["indexer.targets"],
    ["indexer.follow"],
    ["indexer.build"],
    ["indexer.watch"],
    ["indexer.check", "indexer.backup", "indexer.restore"],
    ["search.errors", "search.request", "search.page"],
    ["search.query"],
    ["search.evaluate"],
    ["search.marks"],
    ["search.snippets"],
    ["search.suggest"],
    ["search.engines"],
    ["search.settings"],
    ["search.terminal", "search.words", "search.history"],
    ["search.web"],
    ["service"],
    ["search.commands"],
    ["search.cli"],
]
FACADES = {"indexer", "search"}
"""What a package shows to the outside; no module inside may import it."""
FORBIDDEN_TO_SEARCH = (
    "indexer.sources",
    "indexer.cleaning",
    "indexer.intake",
    "indexer.follow",
    "indexer.build",
    "indexer.watch",
)


def modules() -> dict[str, Path]:
    found = {"service": ROOT / "service.py"}
    for package in ("indexer", "search"):
        for path in (ROOT / package).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: a relative import"
            found.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return found


def level(module: str) -> int | None:
    for number, rooms in enumerate(ORDER):
        if any(module == room or module.startswith(room + ".") for room in rooms):
            return number
    return None


def edges() -> set[tuple[str, str]]:
    known = modules()
    return {
        (name, target) for name, path in known.items() for target in imports(path) if target in known and target != name
    }


def test_every_module_has_its_place_in_the_order() -> None:
    assert [name for name in modules() if level(name) is None and name not in FACADES] == []


def test_no_module_imports_one_above_it() -> None:
    upward = [
        (name, target)
        for name, target in edges()
        if name not in FACADES and (target in FACADES or (level(target) or 0) > (level(name) or 0))
    ]
    assert upward == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    remaining = edges()
    while remaining:
        importing = {name for name, _ in remaining}
        leaves = {(name, target) for name, target in remaining if target not in importing}
        assert leaves, f"a circle among {sorted(importing)}"
        remaining -= leaves


def test_indexing_never_imports_search_and_search_reads_only_what_it_may() -> None:
    for name, target in edges():
        assert not (name.startswith("indexer") and target.startswith(("search", "service"))), (name, target)
        if name.startswith("search") and not name.startswith(("search.cli", "search.commands")):
            assert not target.startswith(FORBIDDEN_TO_SEARCH), (name, target)


def test_settings_are_read_at_the_edge_alone() -> None:
    readers = {
        name for name, target in edges() if target == "search.settings.read_settings" or target == "search.settings"
    }
    assert readers <= {
        "service",
        "search.cli",
        "search.commands.frame",
        "search.commands.indexing",
        "search.commands.upkeep",
        "search",
    }
