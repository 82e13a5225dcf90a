"""What else counts as having each word of a text: its synonyms, and those of stretches of several words.

Called by ``rewrite.py`` with the words it looks up. A stretch (资讯科技, cut 资讯 and 科技) widens each of its words, so that
requiring all of them asks for the words or for a synonym of the whole, and a synonym never loses what was found without it.
"""

from __future__ import annotations

from collections.abc import Sequence

from search.query.vocabulary import Vocabulary

__all__ = ["alternatives"]


def alternatives(literal: str, spans: Sequence[tuple[int, int]], vocabulary: Vocabulary) -> list[tuple[str, ...]]:
    """For each word of a literal text what its article may hold instead, in literal form; the words stand at ``spans``.

    ``spans`` ascend and do not overlap; what stands between two of them is part of a stretch over both.
    """
    found: list[dict[str, None]] = [{} for _ in spans]
    for first, (start, _) in enumerate(spans):
        for last in range(first, len(spans)):
            end = spans[last][1]
            if end - start > vocabulary.longest_synonym:
                break
            others = vocabulary.synonyms.get(literal[start:end], ())
            for at in range(first, last + 1):
                found[at].update(dict.fromkeys(others))
    return [tuple(own) for own in found]
