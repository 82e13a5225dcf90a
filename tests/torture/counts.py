"""What a scenario did, and what it found; all of the latter should be nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

__all__ = ["Counts"]

MOST_PROBLEMS = 20


@dataclass(slots=True, kw_only=True)
class Counts:
    """Counts of one scenario.

    ``acknowledged`` are writes and deletions of which the writer was told that they are durable; ``lost`` those that are not
    there afterwards; ``twice`` articles that are found more than once; ``wrong`` answers that are not the right ones, and what
    else should not be (half an article, a deleted one that is back, damage that is not found, a directory that does not mend).
    ``problems`` says of the first of these what it was.
    """

    rounds: int = 0
    kills: int = 0
    damages: int = 0
    full_disks: int = 0
    lost_powers: int = 0
    acknowledged: int = 0
    lost: int = 0
    twice: int = 0
    wrong: int = 0
    problems: list[str] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def lose(self, what: str) -> None:
        """Notes that something acknowledged is not there."""
        self.lost += 1
        self._say(f"lost: {what}")

    def double(self, what: str) -> None:
        """Notes that something is found twice."""
        self.twice += 1
        self._say(f"twice: {what}")

    def fault(self, what: str) -> None:
        """Notes an answer that is wrong, or anything else that should not be."""
        self.wrong += 1
        self._say(f"wrong: {what}")

    def note(self, what: str, number: int = 1) -> None:
        """Counts one thing more that a reader of the report may ask for."""
        self.notes[what] = self.notes.get(what, 0) + number

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, found twice, or wrong."""
        return not (self.lost or self.twice or self.wrong)

    def add(self, other: Counts) -> None:
        """Adds what another part of the scenario counted."""
        for each in fields(self):
            mine, more = getattr(self, each.name), getattr(other, each.name)
            if isinstance(mine, dict):
                for what, number in more.items():
                    self.note(what, number)
            else:
                setattr(self, each.name, mine + more)
        del self.problems[MOST_PROBLEMS:]

    def _say(self, what: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(what)
