"""Which segments become one: few are left, and no article is copied often."""

from __future__ import annotations

from indexer.store.contents import SegmentEntry
from indexer.store.tiers import MAX_SEGMENT_CHARS, arrange


def entry(name: str, n_docs: int, n_chars: int = 0, deleted: int = 0) -> SegmentEntry:
    return SegmentEntry(name=name, n_docs=n_docs, n_chars=n_chars or 500 * n_docs, deleted=tuple(range(deleted)))


def committed(sizes: list[int], batches: int, size: int) -> tuple[list[int], int, int]:
    """The sizes of the segments after so many batches, how many articles were copied, and the most segments meanwhile."""
    entries = [entry(f"old{at}", size) for at, size in enumerate(sizes)]
    copied = most = 0
    for number in range(batches):
        arranged = arrange(entries, [entry(f"new{number}", size)])
        copied += sum(item.n_docs for group in arranged.groups if len(group) > 1 for item in group)
        entries = [
            entry(f"{number}-{at}", sum(item.n_docs for item in group)) if len(group) > 1 else group[0]
            for at, group in enumerate(arranged.groups)
        ]
        most = max(most, len(entries))
    return [item.n_docs for item in entries], copied, most


def test_what_one_batch_wrote_becomes_one_segment() -> None:
    runs = [entry(f"run{at}", 2_500) for at in range(20)]
    assert arrange([], runs).groups == [runs]
    assert arrange([entry("old", 9)], runs).groups == [[entry("old", 9)], runs]
    assert arrange([], runs[:1]).renewed is None


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
    arranged = arrange([half, most, entry("gone", 3, deleted=3)], [])
    assert (arranged.groups, arranged.renewed) == ([[half], [most]], 1)


def test_of_a_large_segment_no_more_than_a_fifth_stays_dead() -> None:
    fifth, more, most = (entry(name, 1_000, deleted=deleted) for name, deleted in [("a", 200), ("b", 201), ("c", 300)])
    assert arrange([fifth], []).renewed is None
    assert arrange([fifth, more], []).renewed == 1
    # One at a time, and none in a commit that merges others: the old files are there until the new ones are.
    assert arrange([fifth, more, most], []).renewed == 2
    small = [entry(f"small{at}", 5) for at in range(4)]
    arranged = arrange([more, *small], [])
    assert (arranged.groups, arranged.renewed) == ([[more], small], None)


def test_what_is_more_work_than_a_commit_should_do_is_left_to_be_done_beside() -> None:
    large = [entry(f"large{at}", 900 + at) for at in range(5)]
    small = [entry(f"small{at}", 5) for at in range(4)]
    arranged = arrange([*large, *small], [], most_work=2_700)
    assert arranged.groups == [*([one] for one in large), small]
    assert (arranged.beside, arranged.renewed) == ((0, 1, 2, 3, 4), None)
    dead = entry("dead", 3_000, deleted=900)
    arranged = arrange([dead], small[:1], most_work=2_700)
    assert (arranged.groups, arranged.beside, arranged.renewed) == ([[dead], small[:1]], (0,), None)


def test_few_articles_of_many_characters_are_work_too() -> None:
    long = [entry(f"{at}", 2, n_chars=2_000_000) for at in range(4)]
    arranged = arrange(long, [], most_work=2_000)
    assert (arranged.groups, arranged.beside) == ([[one] for one in long], (0, 1, 2, 3))


def test_segments_that_are_being_merged_are_left_alone_even_when_they_are_empty() -> None:
    busy = [entry(f"busy{at}", 2_000 + at, deleted=1_900) for at in range(5)] + [entry("empty", 3, deleted=3)]
    small = [entry(f"small{at}", 5) for at in range(4)]
    names = [one.name for one in busy]
    arranged = arrange([*busy, *small], [], most_work=10_000, busy=names)
    assert arranged.groups == [*([one] for one in busy), small]
    assert (arranged.beside, arranged.renewed) == ((), None)


def test_no_segment_gets_more_characters_than_a_position_can_number() -> None:
    huge = [entry(f"{at}", 1_000_000 + at, n_chars=MAX_SEGMENT_CHARS // 2 + 1) for at in range(6)]
    assert arrange(huge, []).groups == [[one] for one in huge]
    assert arrange([], huge).groups == [[one] for one in huge]
    tiny = [entry(f"{at}", 1 + at, n_chars=MAX_SEGMENT_CHARS // 2 + 1) for at in range(6)]
    assert arrange(tiny, []).groups == [[one] for one in tiny]
