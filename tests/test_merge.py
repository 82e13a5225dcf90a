"""Segments hold what the plain preparation says, and merged ones what their live articles held."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import Analyzer, bigram_positions
from indexer.article import Article, article_to_record
from indexer.schema import WORD_FIELDS, PreparedArticle, facet_key, prepare, prepare_run
from indexer.store.contents import SegmentEntry
from indexer.store.inversion import invert
from indexer.store.merge import merge_file, merged_entry
from indexer.store.reader import Snapshot
from indexer.store.segment import SEGMENT_FILES, Segment
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


def written(
    folder: Path, name: str, articles: list[Article], analyzer: Analyzer, deleted: Sequence[int] = ()
) -> SegmentEntry:
    """The segment ``name`` of some articles, of which some are deleted."""
    arrays = invert(prepare_run(articles, analyzer, ZONE))
    arrays.write(folder, name)
    return SegmentEntry(name=name, n_docs=arrays.n_docs, n_chars=arrays.n_chars, deleted=tuple(deleted))


def merge(folder: Path, entries: list[SegmentEntry], memory: int = 1 << 30) -> Segment:
    for end in SEGMENT_FILES:
        merge_file(end, folder, "merged", entries, memory)
    segment = Segment(folder, "merged")
    entry = merged_entry(folder, "merged", entries)
    assert (entry.n_docs, entry.n_chars) == (segment.n_docs, segment.starts[-1])
    return segment


@settings(max_examples=60)
@given(batches=st.lists(NUMBERED, min_size=1, max_size=4), memory=st.sampled_from([1, 1_000, 1 << 30]))
def test_segments_and_what_is_merged_of_them_hold_the_live_articles(batches: list[list[Any]], memory: int) -> None:
    analyzer = Analyzer()
    folder = Path(tempfile.mkdtemp())
    try:
        entries, live = [], []
        for number, batch in enumerate(batches):
            articles = [
                article(f"{at}-{number}", body=body, section=section, published=published)
                for at, (body, section, published, _) in enumerate(batch)
            ]
            kept = [keep for *_, keep in batch]
            entries.append(
                written(folder, f"s{number}", articles, analyzer, [at for at in range(len(kept)) if not kept[at]])
            )
            live += [prepare(one, analyzer, ZONE) for one, keep in zip(articles, kept, strict=True) if keep]
        segments = [Segment(folder, entry.name, entry.deleted) for entry in entries]
        merged = merge(folder, entries, memory)
        for file in (merged.parts, merged.grams, merged.stored):
            file.verify()
        for snapshot in (Snapshot(segments), Snapshot([merged])):
            assert described(snapshot, live) == expected(live)
            assert all(snapshot.find(text.article.id) is not None for text in live)
        everything = [text.literal for text in live]
        for bigram in {bigram for text in live for bigram in bigram_positions(text.literal)}:
            first, last, n_docs = merged.bigram_range(bigram)
            assert merged.positions[first:last].tolist() == merged.bigram(bigram).tolist()
            assert n_docs == sum(bigram in bigram_positions(literal) for literal in everything)
        gaps = [place for place, char in enumerate("".join(text.literal for text in live)) if char == "\n"]
        assert merged.gaps.tolist() == gaps
    finally:
        shutil.rmtree(folder)


def test_a_frequency_above_a_byte_is_kept(tmp_path: Path, analyzer: Analyzer) -> None:
    entry = written(tmp_path, "s", [article("a", body="督，" * 70_000), article("b", body="督")], analyzer)
    for segment in (Segment(tmp_path, "s"), merge(tmp_path, [entry])):
        assert segment.word("body", "督")[1].tolist() == [70_000, 1]
        assert segment.words.large.tolist() == [[0, 0, 70_000, 0, 0]]


def test_more_characters_than_half_a_key_can_number(tmp_path: Path, analyzer: Analyzer) -> None:
    """Keys are twice as wide in a segment with more than 65,535 different characters, and in what is merged of it."""
    many = "".join(map(chr, (*range(0x3400, 0x9FFF), *range(0xAC00, 0xD7A3), *range(0x20000, 0x2A6DF))))
    entries = [
        written(tmp_path, "wide", [article("a", body=many[:60_000]), article("b", body=many[50_000:])], analyzer),
        written(tmp_path, "narrow", [article("c", body="监督检查𠀀𠀁")], analyzer),
    ]
    wide, narrow_keys, merged = Segment(tmp_path, "wide"), Segment(tmp_path, "narrow"), merge(tmp_path, entries)
    kinds = [segment.bigrams.keys.dtype for segment in (wide, narrow_keys, merged)]
    assert kinds == [np.uint64, np.uint32, np.uint64]
    assert [len(merged.bigram(bigram)) for bigram in ("监督", "督检", "𠀀𠀁", "\ua000监", "𠀀")] == [1, 1, 2, 0, 0]
    assert len(merged.character("𠀀")) == 2
    assert merged.bigram(many[-1]).tolist() == wide.bigram(many[-1]).tolist()
    assert merged.parts["starts"].tolist() == [*wide.starts.tolist(), entries[0].n_chars + narrow_keys.starts[-1]]


def test_rows_of_frequencies_beyond_the_table_stand_apart(tmp_path: Path, analyzer: Analyzer) -> None:
    """More rows than there are codes in every segment, in different articles, some of them deleted."""
    entries, expected_rows = [], []
    for number in range(3):
        times = [(at * 7 + number * 90) % 400 + 1 for at in range(300)]
        bodies = [article(f"{at:03}-{number}", body="督，" * often, title="检查") for at, often in enumerate(times)]
        gone = range(number, 300, 11) if number else ()
        entries.append(written(tmp_path, f"s{number}", bodies, analyzer, gone))
        rows = Segment(tmp_path, f"s{number}").word_rows(*Segment(tmp_path, f"s{number}").word_range("督"))
        assert rows[:, WORD_FIELDS.index("body")].tolist() == times
        expected_rows += [often for at, often in enumerate(times) if at not in gone]
    for memory in (1, 1 << 30):
        merged = merge(tmp_path, entries, memory)
        assert len(merged.words.large_at)
        first, last = merged.word_range("督")
        assert merged.word_rows(first, last)[:, WORD_FIELDS.index("body")].tolist() == expected_rows
        assert merged.word("body", "督")[1].tolist() == expected_rows
        (checked,) = {tuple(row) for row in merged.word_rows(*merged.word_range("检查")).tolist()}
        assert checked == (1, 0, 0, 0, 0)
