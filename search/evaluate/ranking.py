"""What an order by relevance is made of, beside BM25: its parts and what each counts. ``docs/relevance.md`` says what each earns.

Every engine takes one; ``settings.py`` makes it from the settings, and the benchmark turns its parts off in turn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from indexer.errors import SettingsError
from search.evaluate.bm25 import Bm25

__all__ = ["Boost", "Ranking", "parse_boosts"]

_BOOST = re.compile(r"(section|source):(.+)=\s*(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Boost:
    """The score of an article with this value of a facet (``section`` or ``source``) is multiplied by ``factor``."""

    facet: str
    value: str
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The parts of a score. First all articles: BM25, title, boosts; then the best ``depth`` of them by their texts.

    Attributes:
        weigh_terms: words that ask count nothing, words that bind half; see ``query/weights.py``.
        exact_title: what it counts that a title is the query, as a share of the query's idf mass; title_phrase: that the query
            stands in it.
        recency_weight: the score of the newest article is raised by this share, that of one older by
            ``recency_half_life_days`` by half of it.
        boosts: factors by section and source.
        depth: so many of the best are ordered anew, by single characters, best window and order of words
            (``closeness.py``); what they add is never negative, so none falls below one that was not looked at.
        window_chars: the length of a window in characters.
    """

    bm25: Bm25 = field(default_factory=Bm25)
    weigh_terms: bool = True
    exact_title: float = 1.0
    title_phrase: float = 0.3
    recency_weight: float = 0.0
    recency_half_life_days: float = 365.0
    boosts: tuple[Boost, ...] = ()
    depth: int = 20
    characters: float = 1.0
    window: float = 0.4
    order: float = 0.8
    window_chars: int = 40


def parse_boosts(text: str) -> tuple[Boost, ...]:
    """The boosts of a setting like ``section:清廉之窗=1.5, source:日报=0.8``.

    Raises:
        SettingsError: one of them is written in another way.
    """
    boosts: list[Boost] = []
    for item in filter(None, (item.strip() for item in text.split(","))):
        found = _BOOST.fullmatch(item)
        if not found:
            raise SettingsError(
                f"boosts: {item!r} is not like section:清廉之窗=1.5 or source:日报=0.8", setting="boosts"
            )
        facet, value, factor = found.groups()
        boosts.append(Boost(facet, value.strip(), float(factor)))
    return tuple(boosts)
