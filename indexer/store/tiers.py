"""Which segments are made into one: so that there are few, little in them is dead, and each article is copied a few times only.

What is little work is done by the commit itself; what is more may be left to be done beside it (``merger.py``).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from indexer.store.contents import SegmentEntry

__all__ = ["MAX_SEGMENT_CHARS", "Arrangement", "arrange"]

MAX_SEGMENT_CHARS = 2**32 - 1
"""Positions in a segment are numbers of 32 bits."""
SMALL = 250
"""Live articles below which a segment counts as small: merging it costs less than the commit."""
MOST_SMALL = 3
MOST_LARGE = 4
DEAD = 0.2
"""Share of dead articles from which a segment that is not small is written anew. Files that are being written stand beside those
that they replace: so the index stays within 2.5 times its smallest size."""
USUAL_CHARS = 500

Group = list[SegmentEntry]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The segments after a commit, each by those that it is made of (none is empty), in the order in which they were written.

    A group of several is made one by the commit; so is one of a single segment at the place ``renewed``, which is written without
    what is dead in it. The groups at the places ``beside`` are to become one, but are more work than the commit should do.
    """

    groups: list[Group]
    renewed: int | None = None
    beside: tuple[int, ...] = ()


def arrange(
    old: Sequence[SegmentEntry],
    new: Sequence[SegmentEntry],
    *,
    most_work: float = math.inf,
    busy: Collection[str] = (),
) -> Arrangement:
    """What to do with the segments there are and those that one batch wrote, which become one.

    Beyond that at most three segments are small, and at most four large: then the small ones become one, or the smallest of the
    large ones and with them those that are at most twice as large. Where that is not so, the segment with most dead articles is
    written anew if they are a fifth of it: not in the same commit, so that old and new files are never all of the index twice.
    The commit does what is no more work than to merge ``most_work`` usual articles; segments named ``busy`` stay as they are.
    """
    groups: list[Group] = [[entry] for entry in old if _live([entry]) or entry.name in busy]
    n_old = len(groups)
    groups += _packed(new)
    n_groups = len(groups)
    while chosen := _due([group for group in groups if group[0].name not in busy]):
        places = [groups.index(group) for group in chosen]
        merged = [entry for group in chosen for entry in group]
        if _work(merged) > most_work:
            return Arrangement(groups, beside=tuple(places))
        groups = [group for group in groups if group not in chosen]
        groups.insert(places[0], merged)
    dead = [at for at, group in enumerate(groups[:n_old]) if group[0].name not in busy and _is_dead(group[0])]
    if not dead or len(groups) < n_groups:
        return Arrangement(groups)
    most = max(dead, key=lambda at: len(groups[at][0].deleted))
    return Arrangement(groups, beside=(most,)) if _work(groups[most]) > most_work else Arrangement(groups, renewed=most)


def _due(groups: Sequence[Group]) -> list[Group]:
    """The groups to make one next, in their order; none when there are few enough, and nothing is too dead."""
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


def _is_dead(entry: SegmentEntry) -> bool:
    return len(entry.deleted) > entry.n_docs * (DEAD if entry.n_docs >= SMALL else 0.5)


def _live(group: Sequence[SegmentEntry]) -> int:
    return sum(entry.n_docs - len(entry.deleted) for entry in group)


def _chars(groups: Sequence[Sequence[SegmentEntry]]) -> int:
    return sum(entry.n_chars for group in groups for entry in group)


def _work(group: Sequence[SegmentEntry]) -> float:
    """What merging a group costs, in usual articles."""
    return max(sum(entry.n_docs for entry in group), _chars([group]) / USUAL_CHARS)
