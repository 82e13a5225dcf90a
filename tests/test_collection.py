"""The counts of an index are those of the texts in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from indexer.schema import clean_article, prepare
from indexer.store import index_folder, open_snapshot, read_manifest
from search.engines.reference_help import ReferenceCollection
from search.suggest.collection import SnapshotCollection
from tests.conftest import ZONE, article

TEXT = st.text(st.sampled_from("监督检查县a1c ，。\n𠮷"), max_size=20)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(TEXT, max_size=4), max_size=3))
def test_an_index_counts_as_its_texts_do(
    batches: Sequence[Sequence[str]], tmp_path_factory: object, index_articles: Callable[..., Path], analyzer: Analyzer
) -> None:
    data = tmp_path_factory.mktemp("counts") / "data"  # type: ignore[attr-defined]
    held = []
    for number, batch in enumerate([["监督 covid covid19"], *batches]):
        articles = [article(f"{number}-{at}", body=text) for at, text in enumerate(batch)]
        held += [prepare(clean_article(one), analyzer, ZONE) for one in articles]
        index_articles(*articles, data=data)
    snapshot = open_snapshot(index_folder(data) / read_manifest(data).generation)
    counted, expected = SnapshotCollection(snapshot), ReferenceCollection(held)
    codes = np.array([ord(char) for char in "监督检查县a1c ，。𠮷题"], dtype=np.uint32)
    first, second = np.repeat(codes, len(codes)), np.tile(codes, len(codes))
    assert counted.n_articles == expected.n_articles
    assert counted.n_characters == expected.n_characters
    assert counted.characters(codes).tolist() == expected.characters(codes).tolist()
    assert counted.bigrams(first, second).tolist() == expected.bigrams(first, second).tolist()
    for code in codes.tolist():
        assert counted.followers(code).tolist() == expected.followers(code).tolist()
    for word in ("covid", "covid19", "a1c", "none"):
        assert counted.letter_words.count(word) == expected.letter_words.count(word)
