"""Ranks over several segments are places among all sorted ids, also where earlier snapshots have compared some of them."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from indexer.schema import prepare_run
from indexer.store import IndexWriter, Snapshot, create_generation, open_snapshot
from tests.conftest import ZONE, article

IDS = st.sets(st.sampled_from(["a", "aa", "ab", "b", "文", "文章", "z1", "z10", "z2", "～"]), min_size=1, max_size=5)


@settings(max_examples=40)
@given(batches=st.lists(IDS, min_size=1, max_size=6))
def test_ranks_are_places_among_the_ids_of_all_segments(batches: list[set[str]]) -> None:
    analyzer = Analyzer()
    with tempfile.TemporaryDirectory() as folder:
        create_generation(Path(folder) / "g")
        snapshot: Snapshot | None = None
        for batch in batches:
            writer = IndexWriter(Path(folder) / "g", partial(prepare_run, analyzer=analyzer, zone=ZONE))
            for article_id in sorted(batch, reverse=True):
                writer.add(article(article_id))
            writer.commit()
            snapshot = open_snapshot(Path(folder) / "g", before=snapshot)
            wanted = sorted(range(snapshot.n_docs), key=lambda doc, ids=snapshot.ids: (ids[doc].encode(), doc))  # type: ignore[misc]
            assert snapshot.ranks[wanted].tolist() == list(range(snapshot.n_docs))
