from __future__ import annotations

import inspect

from indexer import errors as indexer_errors
from indexer.errors import ArticleError, ArticleSearchError, IngestError
from search import errors as search_errors


def test_an_ingest_error_says_where_and_gains_its_place_on_the_way_up() -> None:
    error = ArticleError("the id is missing", field="id")
    assert str(error) == "the id is missing"
    assert str(error.at("a.jsonl", 3)) == "a.jsonl:3: the id is missing"
    assert str(error.at("other", 9)) == "a.jsonl:3: the id is missing"
    assert str(IngestError("x", path="a")) == "a: x"


def test_there_is_one_root_and_the_trees_name_every_error() -> None:
    for module in (indexer_errors, search_errors):
        for name, error in inspect.getmembers(module, inspect.isclass):
            if error.__module__ == module.__name__:
                assert issubclass(error, ArticleSearchError)
                assert name in (module.__doc__ or ""), name
