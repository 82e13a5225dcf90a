"""Which segments become one: few are left, and no article is copied often."""

from __future__ import annotations

from indexer.store.contents import SegmentEntry
from indexer.store.tiers import MAX_SEGMENT_CHARS, arrange, needs_writing


def entry(name: str, n_docs: int, n_chars: int = 0, deleted: int = 0) -> SegmentEntry:
    return SegmentEntry(name=name, n_docs=n_docs, n_chars=n_chars or 500 * n_docs, deleted=tuple(range(deleted)))


def committed(sizes: list[int], batches: int, size: int) -> tuple[list[int], int, int]:
    """The sizes of the segments after so many batches, how many articles were copied, and the most segments meanwhile."""
    entries = [entry(f"old{at}", size) for at, size in enumerate(sizes)]
    copied = most = 0
    for number in range(batches):
        groups = arrange(entries, [entry(f"new{number}", size)])
        copied += sum(item.n_docs for group in groups if needs_writing(group) for item in group)
        entries = [
            entry(f"{number}-{at}", sum(item.n_docs for item in group)) if len(group) > 1 else group[0]
            for at, group in enumerate(groups)
        ]
        most = max(most, len(entries))
    return [item.n_docs for item in entries], copied, most


def test_what_one_batch_wrote_becomes_one_segment() -> None:
    runs = [entry(f"run{at}", 2_500) for at in range(20)]
    assert arrange([], runs) == [runs]
    assert arrange([entry("old", 9)], runs) == [[entry("old", 9)], runs]
    assert not needs_writing(arrange([], runs[:1])[0])


def test_a_million_articles_in_batches_are_at_most_four_segments() -> None:
    sizes, copied, most = committed([], 20, 50_000)
    assert sum(sizes) == 1_000_000
    assert most <= 4
    assert copied <= 3 * 1_000_000


def test_many_small_commits_leave_few_segments() -> None:
    sizes, copied, most = committed([1_000_000], 3_000, 10)
    assert sum(sizes) == 1_030_000
    assert most <= 7
    assert copied < 30_000 * 40


def test_a_segment_mostly_deleted_is_written_anew_and_an_empty_one_is_gone() -> None:
    half, most = entry("half", 4, deleted=2), entry("most", 3, deleted=2)
    assert arrange([half, most, entry("gone", 3, deleted=3)], []) == [[half], [most]]
    assert [needs_writing([one]) for one in (half, most)] == [False, True]


def test_no_segment_gets_more_characters_than_a_position_can_number() -> None:
    huge = [entry(f"{at}", 1_000_000 + at, n_chars=MAX_SEGMENT_CHARS // 2 + 1) for at in range(6)]
    assert arrange(huge, []) == [[one] for one in huge]
    assert arrange([], huge) == [[one] for one in huge]
    tiny = [entry(f"{at}", 1 + at, n_chars=MAX_SEGMENT_CHARS // 2 + 1) for at in range(6)]
    assert arrange(tiny, []) == [[one] for one in tiny]
