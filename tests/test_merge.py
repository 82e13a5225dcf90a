"""Segments hold what the plain preparation says, and merged ones what their live articles held."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import Analyzer, bigram_positions
from indexer.article import article_to_record
from indexer.schema import WORD_FIELDS, PreparedArticle, facet_key, prepare, prepare_run
from indexer.store.contents import SegmentEntry
from indexer.store.inversion import invert
from indexer.store.merge import choose_merge, merge_segments
from indexer.store.reader import Snapshot
from indexer.store.segment import Segment
from tests.conftest import ZONE, article
from tests.postings import PostingLists

PIECES = ["监督", "监督检查", "资源县", "的", "C919", "\n", "，", " ", "𠮷"]
NUMBERED = st.lists(
    st.tuples(
        st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
        st.sampled_from([(), ("国际",), ("國際", "两岸")]),
        st.sampled_from([None, "2024", "2024-02-29"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


def described(snapshot: Snapshot, texts: list[PreparedArticle]) -> dict[str, Any]:
    """Everything a snapshot says of the live articles, by id."""
    found: dict[str, Any] = {snapshot.ids[doc]: defaultdict(list) for doc in np.flatnonzero(snapshot.live).tolist()}
    bigrams = {bigram for text in texts for bigram in bigram_positions(text.literal)}
    for bigram in bigrams:
        postings = PostingLists(snapshot).bigram(bigram)
        for doc, position in zip(postings.docs.tolist(), postings.positions.tolist(), strict=True):
            found[snapshot.ids[doc]]["bigrams", bigram].append(position)
    for at, field in enumerate(WORD_FIELDS):
        for word in {word for text in texts for word in text.words[at]}:
            words = PostingLists(snapshot).word(field, word)
            for doc, frequency in zip(words.docs.tolist(), words.frequencies.tolist(), strict=True):
                found[snapshot.ids[doc]][field, word] = frequency
    for name in ("section", "author"):
        column = snapshot.facets[name]
        for doc, ordinal in zip(column.docs.tolist(), column.ordinals.tolist(), strict=True):
            found[snapshot.ids[doc]][name].append(column.keys[ordinal])
    counted = [np.concatenate([segment.lengths[field] for segment in snapshot.segments]) for field in WORD_FIELDS]
    starts = np.concatenate([segment.borders for segment in snapshot.segments])
    for doc in np.flatnonzero(snapshot.live).tolist():
        lengths = [int(own[doc]) for own in counted]
        moment = int(snapshot.moments[doc]) if snapshot.dated[doc] else None
        found[snapshot.ids[doc]]["rest"] = [
            starts[doc].tolist(), snapshot.days[doc].tolist(), moment, lengths, snapshot.record(doc)
        ]  # fmt: skip
    return found


def expected(texts: list[PreparedArticle]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for text in texts:
        own: dict[Any, Any] = {("bigrams", bigram): places for bigram, places in bigram_positions(text.literal).items()}
        for at, field in enumerate(WORD_FIELDS):
            own.update({(field, word): frequency for word, frequency in text.words[at].items()})
        if text.facets["section"]:
            own["section"] = [facet_key(value) for value in text.facets["section"]]
        own["rest"] = [
            list(text.starts), list(text.days), text.moment, [words.total() for words in text.words],
            article_to_record(text.article),
        ]  # fmt: skip
        found[text.article.id] = own
    return found


@settings(max_examples=60)
@given(batches=st.lists(NUMBERED, min_size=1, max_size=4))
def test_segments_and_what_is_merged_of_them_hold_the_live_articles(batches: list[list[Any]]) -> None:
    analyzer = Analyzer()
    folder = Path(tempfile.mkdtemp())
    try:
        segments, live = [], []
        for number, batch in enumerate(batches):
            articles = [
                article(f"{at}-{number}", body=body, section=section, published=published)
                for at, (body, section, published, _) in enumerate(batch)
            ]
            invert(prepare_run(articles, analyzer, ZONE)).write(folder, f"s{number}")
            kept = [keep for *_, keep in batch]
            segments.append(Segment(folder, f"s{number}", [at for at, keep in enumerate(kept) if not keep]))
            live += [prepare(one, analyzer, ZONE) for one, keep in zip(articles, kept, strict=True) if keep]
        merge_segments(segments).write(folder, "merged")
        merged = Segment(folder, "merged")
        merged.parts.verify()
        merged.stored.verify()
        for snapshot in (Snapshot(segments), Snapshot([merged])):
            assert described(snapshot, live) == expected(live)
            assert all(snapshot.find(text.article.id) is not None for text in live)
        gaps = [place for place, char in enumerate("".join(text.literal for text in live)) if char == "\n"]
        assert merged.gaps.tolist() == gaps
    finally:
        shutil.rmtree(folder)


def test_a_frequency_above_a_byte_is_kept(tmp_path: Path, analyzer: Analyzer) -> None:
    articles = [article("a", body="督，" * 70_000), article("b", body="督")]
    invert(prepare_run(articles, analyzer, ZONE)).write(tmp_path, "s")
    segment = Segment(tmp_path, "s")
    assert segment.word("body", "督")[1].tolist() == [70_000, 1]
    assert segment.parts["words.body.frequencies"].dtype == np.uint8
    merge_segments([segment]).write(tmp_path, "m")
    assert Segment(tmp_path, "m").word("body", "督")[1].tolist() == [70_000, 1]


def test_many_small_commits_leave_few_segments() -> None:
    entries: list[SegmentEntry] = []
    copied = 0
    for number in range(3_000):
        entries.append(SegmentEntry(name=f"{number}", n_docs=10))
        while chosen := choose_merge(entries, 100_000):
            docs = sum(entry.n_docs for entry in chosen)
            copied += docs
            entries = [entry for entry in entries if entry not in chosen]
            entries.append(SegmentEntry(name=f"{number}m{docs}", n_docs=docs))
        assert len(entries) <= 10
    assert copied < 30_000 * 20


def test_a_segment_mostly_deleted_is_written_anew() -> None:
    entry = SegmentEntry(name="s", n_docs=3, deleted=(0, 1))
    assert choose_merge([entry], 1) == [entry]
