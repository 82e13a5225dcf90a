"""Which segments a commit makes into one, so that there are few of them and each article is copied a few times only."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.store.contents import SegmentEntry

__all__ = ["MAX_SEGMENT_CHARS", "arrange", "needs_writing"]

MAX_SEGMENT_CHARS = 2**32 - 1
"""Positions in a segment are numbers of 32 bits."""
SMALL = 1_000
"""Live articles below which a segment counts as small: merging it costs less than the commit."""
MOST_SMALL = 3
MOST_LARGE = 4

Group = list[SegmentEntry]


def arrange(old: Sequence[SegmentEntry], new: Sequence[SegmentEntry]) -> list[Group]:
    """The segments after a commit, each by those that it is made of (none is empty), in the order in which they were written.

    What one batch wrote becomes one. Beyond that at most three segments are small, and at most four large: then the small ones
    become one, or the smallest of the large ones and with them those that are at most twice as large.
    """
    groups: list[Group] = [[entry] for entry in old if _live([entry])]
    groups += _packed(new)
    while chosen := _excess(groups):
        at = groups.index(chosen[0])
        merged = [entry for group in groups if group in chosen for entry in group]
        groups = [group for group in groups if group not in chosen]
        groups.insert(at, merged)
    return groups


def needs_writing(group: Sequence[SegmentEntry]) -> bool:
    """Whether a group is more than a segment that stays as it is: several, or one that has more dead articles than live ones."""
    return len(group) > 1 or _live(group) * 2 < group[0].n_docs


def _excess(groups: Sequence[Group]) -> list[Group]:
    """The groups to make one next, in their order; none when there are few enough."""
    small = [group for group in groups if _live(group) < SMALL]
    if len(small) > MOST_SMALL and _chars(small) <= MAX_SEGMENT_CHARS:
        return small
    large = sorted((group for group in groups if _live(group) >= SMALL), key=_live)
    if len(large) <= MOST_LARGE or _chars(large[:2]) > MAX_SEGMENT_CHARS:
        return []
    last = 2
    while (
        last < len(large)
        and _live(large[last]) <= 2 * sum(map(_live, large[:last]))
        and _chars(large[: last + 1]) <= MAX_SEGMENT_CHARS
    ):
        last += 1
    return [group for group in groups if group in large[:last]]


def _packed(entries: Sequence[SegmentEntry]) -> list[Group]:
    """Successive entries together, as many as a segment can hold."""
    groups: list[Group] = []
    for entry in entries:
        if groups and _chars([groups[-1], [entry]]) <= MAX_SEGMENT_CHARS:
            groups[-1].append(entry)
        else:
            groups.append([entry])
    return groups


def _live(group: Sequence[SegmentEntry]) -> int:
    return sum(entry.n_docs - len(entry.deleted) for entry in group)


def _chars(groups: Sequence[Sequence[SegmentEntry]]) -> int:
    return sum(entry.n_chars for group in groups for entry in group)
