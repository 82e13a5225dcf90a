"""The docs answer to the code."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path

import falcon.inspect
import pytest
from falcon import testing

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.build import BuildOptions, sync
from indexer.directory import KEPT_FILES
from indexer.sources import ReadLimits
from indexer.status import KeeperStatus, write_status
from search.cli import build_parser
from search.engines.reference import ReferenceEngine
from search.request import PARAMETERS
from search.settings import ENVIRONMENT_PREFIX, Settings
from search.words import words_report
from service import create_app
from tests.conftest import ROOT, ZONE, article

README = (ROOT / "README.md").read_text(encoding="utf-8")
INPUTS = (ROOT / "docs/inputs.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
EDITORIAL_WORDS = (ROOT / "docs/editorial-words.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^article-search .*", README + INPUTS + EDITORIAL_WORDS + OPERATIONS, re.MULTILINE)
STARTED = re.findall(r"ExecStart=\S+/(article-search [^`\n]*)", OPERATIONS)


@pytest.mark.parametrize("command", COMMANDS + STARTED)
def test_every_command_of_the_readme_and_of_the_inputs_can_be_run(command: str) -> None:
    words = shlex.split(command.partition("<")[0], comments=True)
    assert build_parser().parse_args(words[1:]).run


def test_everything_that_a_backup_holds_has_its_place_in_the_operations() -> None:
    assert [name for name in KEPT_FILES if f"`{name}`" not in OPERATIONS] == []


def test_the_operations_name_settings_and_all_metrics_that_there_are(tmp_path: Path) -> None:
    variables = {f"{ENVIRONMENT_PREFIX}{field.name.upper()}" for field in fields(Settings)}
    assert set(re.findall(r"\bARTICLE_SEARCH_\w+", OPERATIONS)) <= variables
    with Archive(tmp_path) as archive:
        archive.put([article()])
    sync(tmp_path, BuildOptions(analyzer=Analyzer(), zone=ZONE, limits=ReadLimits()))
    write_status(tmp_path, KeeperStatus())
    client = testing.TestClient(create_app(Settings(data=str(tmp_path))))
    served = set(re.findall(r"^# TYPE (\w+)", client.simulate_get("/metrics").text, re.MULTILINE))
    documented = set(re.findall(r"^\| (`article_search_.*?) \|", OPERATIONS, re.MULTILINE))
    assert {name for row in documented for name in re.findall(r"\w+", row)} == served
    assert {name.removesuffix("_bucket") for name in re.findall(r"\barticle_search_\w+", OPERATIONS)} == served


def test_every_sample_that_the_inputs_name_is_there() -> None:
    named = re.findall(r"\bcorpus/[\w./-]+", INPUTS)
    assert [path for path in named if not (ROOT / path).exists()] == []
    assert {path.split("/")[1] for path in named} >= {
        path.name for path in (ROOT / "corpus").iterdir() if path.is_dir()
    }


def test_the_readme_names_only_targets_that_make_knows() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_links_and_pictures_lead_to_files() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    rows = {f"| `{field.name}` | `{field.default}` | {field.metadata['help']} |" for field in fields(Settings)}
    assert rows == set(re.findall(r"^\| `.*\|$", text, re.MULTILINE))


def test_every_parameter_and_route_is_documented() -> None:
    text = (ROOT / "docs/http-api.md").read_text(encoding="utf-8")
    assert [name for name in PARAMETERS if f"`{name}`" not in text] == []
    app = create_app(Settings(), ReferenceEngine((), None, None, relax_share=0.5))  # type: ignore[arg-type]
    routes = {route.path.replace("article_id", "id") for route in falcon.inspect.inspect_routes(app)}
    documented = set(re.findall(r"(?:GET|POST) (/[^`?]*)`", text))
    assert [route for route in routes if route not in documented and not route.startswith("/static")] == []


@pytest.mark.parametrize("name", ["synonyms", "stop_words", "pins", "user_words"])
def test_the_examples_of_the_editors_files_can_be_used(tmp_path: Path, name: str) -> None:
    (example,) = re.findall(rf"^```text\n(# {name}\.txt\n.*?)^```", EDITORIAL_WORDS, re.MULTILINE | re.DOTALL)
    (tmp_path / f"{name}.txt").write_text(example, encoding="utf-8")
    report = words_report(tmp_path, regions=False)
    assert report.problems == ()
    assert getattr(report, name) > 0


def test_every_module_has_its_room_in_the_architecture() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    for folder in [*(ROOT / "indexer").iterdir(), *(ROOT / "search").iterdir()]:
        if folder.is_dir() and (folder / "__init__.py").exists():
            assert f"`{folder.relative_to(ROOT)}`" in text, folder
