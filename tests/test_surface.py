from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from tests.test_layers import modules

PUBLIC = sorted(name for name in modules() if ".dictionaries.update_" not in name)


@pytest.mark.parametrize("name", PUBLIC)
def test_everything_a_module_says_it_shows_is_there_and_documented(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} does not say what it is for"
    for shown in getattr(module, "__all__", []):
        thing = getattr(module, shown)
        if callable(thing) and getattr(thing, "__module__", "") == name and hasattr(thing, "__doc__"):
            assert thing.__doc__, f"{name}.{shown} has no docstring"


def test_the_readmes_python_lines_work() -> None:
    from indexer import extract, index_paths
    from search import SearchRequest, open_engine

    assert all(callable(thing) for thing in (extract, index_paths, SearchRequest, open_engine))


def test_opening_the_public_surface_loads_no_dictionary() -> None:
    code = "import sys, search; assert 'jieba' not in sys.modules and 'rjieba' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
