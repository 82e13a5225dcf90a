"""An index of the present format that was written long ago still opens; a change of the format needs a new number."""

from __future__ import annotations

import numpy as np

from indexer.store import open_snapshot
from indexer.store.manifest import FORMAT
from tests.conftest import ROOT
from tests.postings import PostingLists


def test_the_frozen_index_opens_and_answers() -> None:
    snapshot = open_snapshot(ROOT / "tests" / "formats" / f"format-{FORMAT}")
    for segment in snapshot.segments:
        segment.parts.verify()
        segment.stored.verify()
    assert [snapshot.ids[doc] for doc in np.flatnonzero(snapshot.live)] == ["旧桥", "河水"]
    doc = snapshot.find("河水")
    assert doc is not None
    assert snapshot.record(doc)["body"] == "河水涨了三尺。\n渡口停航。"
    occurrences = PostingLists(snapshot).bigram("渡口")
    assert [snapshot.ids[found] for found in occurrences.docs] == ["河水"]
    words = PostingLists(snapshot).word("title", "旧桥")
    assert [snapshot.ids[found] for found in words.docs] == ["旧桥"]
    assert snapshot.facets["section"].keys == ("本地", "本地 > 交通")
    assert snapshot.days[doc].tolist() == [20240501, 20240531]
