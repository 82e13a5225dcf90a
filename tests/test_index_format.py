"""An index of the present format that was written long ago still opens; a change of the format needs a new number."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import IndexDamagedError, IndexOutdatedError
from indexer.store import Manifest, open_snapshot, read_manifest, write_manifest
from indexer.store.manifest import FORMAT
from tests.conftest import ROOT
from tests.postings import PostingLists

FORMATS = ROOT / "tests" / "formats"


def test_the_frozen_index_opens_and_answers() -> None:
    snapshot = open_snapshot(FORMATS / f"format-{FORMAT}")
    for segment in snapshot.segments:
        for file in (segment.parts, segment.grams, segment.stored):
            file.verify()
    assert [snapshot.ids[doc] for doc in np.flatnonzero(snapshot.live)] == ["旧桥", "河水"]
    doc = snapshot.find("河水")
    assert doc is not None
    assert snapshot.record(doc)["body"].startswith("河水涨了三尺。\n渡口停航。")
    occurrences = PostingLists(snapshot).bigram("渡口")
    assert {snapshot.ids[found] for found in occurrences.docs} == {"河水"}
    words = PostingLists(snapshot).word("title", "旧桥")
    assert [snapshot.ids[found] for found in words.docs] == ["旧桥"]
    segment = snapshot.segments[1]
    assert (segment.texts(0).summary, segment.texts(0).captions) == ("渡口停航", ("𠮷祥号停在岸边",))
    assert segment.word_rows(*segment.word_range("渡口")).tolist() == [[0, 1, 301, 0, 0]]
    assert snapshot.facets["section"].keys == ("本地", "本地 > 交通")
    assert snapshot.days[doc].tolist() == [20240501, 20240531]


def test_an_index_of_the_format_before_is_refused_with_a_way_out(tmp_path: Path) -> None:
    folder = tmp_path / "index" / "g000001"
    shutil.copytree(FORMATS / f"format-{FORMAT - 1}", folder)
    write_manifest(tmp_path, Manifest(generation=folder.name, analysis="", format=FORMAT - 1))
    with pytest.raises(IndexOutdatedError, match="build the index anew: article-search rebuild"):
        read_manifest(tmp_path)
    with pytest.raises(IndexDamagedError, match="build it anew: article-search rebuild"):
        open_snapshot(folder)
