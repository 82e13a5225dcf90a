"""How near the terms of a query stand in one text, in plain Python: what ``search/evaluate/closeness.py`` is held to."""

from __future__ import annotations

import math

__all__ = ["character_worth", "order_worth", "window_worth"]


def character_worth(
    text: str, gains: dict[str, float], *, mean_length: float, k1: float = 0.5, b: float = 0.75
) -> float:
    """BM25 of the characters asked for: ``gains`` is weight × idf of each."""
    norm = 1 - b + b * len(text) / mean_length if mean_length else 1.0
    frequencies = {char: text.count(char) / norm for char in gains}
    return sum(gains[char] * (k1 + 1) * often / (k1 + often) for char, often in frequencies.items())


def window_worth(text: str, gains: dict[str, float], window: int = 40) -> float:
    """The most that distinct terms are worth together which begin within ``window`` characters."""
    begins = {term: _places(text, term) for term in gains}
    return max(
        (
            sum(gain for term, gain in gains.items() if any(first <= at < first + window for at in begins[term]))
            for first in range(len(text))
        ),
        default=0.0,
    )


def order_worth(text: str, pairs: dict[tuple[str, str], float]) -> float:
    """What each pair is worth, the less the more characters stand between its first term and a later second."""
    worth = 0.0
    for (first, second), gain in pairs.items():
        gaps = [
            later - earlier - len(first)
            for earlier in _places(text, first)
            for later in _places(text, second)
            if later >= earlier + len(first)
        ]
        if gaps:
            worth += gain * math.exp(-min(gaps) / 10)
    return worth


def _places(text: str, term: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith(term, at)]
