"""What the index says of who holds a string is what a scan of the texts says."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.build import BuildOptions, sync
from indexer.schema import clean_article, prepare
from indexer.sources import ReadLimits
from indexer.store import articles_with, index_folder, open_snapshot, read_manifest
from tests.conftest import ZONE, article

BODIES = st.lists(st.text("监督监督 ,a\n", max_size=8), min_size=1, max_size=5)


@settings(max_examples=30)
@given(BODIES, st.sets(st.integers(0, 4), max_size=2), st.text("监督,a", min_size=1, max_size=4))
def test_articles_with_a_string_are_those_in_whose_literal_text_it_stands(
    bodies: list[str], deleted: set[int], wanted: str
) -> None:
    articles = [clean_article(article(f"a{at}", body=body)) for at, body in enumerate(bodies)]
    analyzer = Analyzer()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        options = BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())
        with Archive(data) as archive:
            archive.put(articles)
            sync(data, options)
            archive.delete([f"a{at}" for at in deleted])
            sync(data, options)
        segments = open_snapshot(index_folder(data) / read_manifest(data).generation).segments
        found = set(articles_with(segments, [wanted]))
    scanned = {each.id for each in articles if wanted in prepare(each, analyzer, ZONE).literal}
    assert found == scanned - {f"a{at}" for at in deleted}
