"""Where in a shown text what was asked for stands: the needles of a plan to marks, for ``snippets.py``.

Everything is looked for in the folded text and marked in the text itself. The cost is bounded, whatever the query: patterns
are followed from part to part without going back, and a line is cut into words once for all needles.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.analysis import GAP, Analyzer, Token, fold, literal_lines
from search.query.plan import Literal, Needle, Node, Pattern, Plan, Word, WordPattern, compile_word_pattern

__all__ = ["Mark", "find_marks", "marks_in", "pattern_spans"]

Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A match at ``start:end`` of a text, and the nodes of the query that it is a match of."""

    start: int
    end: int
    nodes: frozenset[Node]


def marks_in(text: str, plan: Plan, analyzer: Analyzer) -> list[Mark]:
    """The matches of what is wanted in a piece of text, overlapping and touching ones made one, from left to right."""
    return find_marks(text, ["body"], [0, len(text) + 1], plan.needles, analyzer)


def find_marks(
    text: str, names: Sequence[str], starts: Sequence[int], needles: Sequence[Needle], analyzer: Analyzer
) -> list[Mark]:
    """The marks in a text that is many fields: field ``names[i]`` begins at ``starts[i]``, its lines are its pieces."""
    folded = fold(text)
    literal = literal_lines(folded)
    searched = literal.text
    lines = _Lines(text, searched, analyzer)
    found: list[tuple[int, int, frozenset[Node]]] = []
    for needle in needles:
        leaf = needle.leaf
        if isinstance(leaf, Literal):
            spans = [(start, start + len(leaf.text)) for start in _places(searched, leaf.text)]
        elif isinstance(leaf, Pattern):
            spans = pattern_spans(searched, leaf)
        else:
            spans = lines.words_like(leaf)
        if not spans:
            continue
        if searched is not folded and isinstance(leaf, Literal | Pattern):
            spans = [literal.span(*span) for span in spans]
        if leaf.fields is not None:
            spans = [span for span in spans if names[bisect_right(starts, span[0]) - 1] in leaf.fields]
        found += [(start, end, needle.covers) for start, end in spans]
    return _merged(sorted(found, key=lambda mark: mark[:2])) if found else []


def pattern_spans(text: str, pattern: Pattern) -> Spans:
    """Where ``pattern`` stands in literal lines: from left to right, apart, each as short as its beginning allows.

    These are the matches of ``plan.compile_pattern``, which looks at 21 ways for each of its wildcards.
    """
    # From the last part to the first: where each may begin so that all after it follow, and where the whole then ends.
    begins = _places(text, pattern.parts[-1])
    ends = [begin + len(pattern.parts[-1]) for begin in begins]
    for part, (low, high) in zip(pattern.parts[-2::-1], pattern.gaps[::-1], strict=True):
        kept: Spans = []
        for begin in _places(text, part):
            end = begin + len(part)
            nearest = bisect_left(begins, end + low)
            if nearest < len(begins) and begins[nearest] <= end + high and GAP not in text[end : begins[nearest]]:
                kept.append((begin, ends[nearest]))
        begins, ends = [begin for begin, _ in kept], [end for _, end in kept]
    spans: Spans = []
    for span in zip(begins, ends, strict=True):
        if not spans or span[0] >= spans[-1][1]:
            spans.append(span)
    return spans


class _Lines:
    """The lines of a text and of its literal form, each cut into words when it is first asked for them."""

    def __init__(self, text: str, literal: str, analyzer: Analyzer) -> None:
        self._text = text
        self._literal = literal
        self._analyzer = analyzer
        self._lines: list[tuple[int, str, str]] | None = None
        self._cut: dict[int, list[Token]] = {}

    def words_like(self, leaf: Word | WordPattern) -> Spans:
        """Where the words stand that ``leaf`` is looking for; only lines that may hold one are cut."""
        matches = compile_word_pattern(leaf.text if isinstance(leaf, Word) else leaf.pattern).match
        return [
            (start + token.start, start + token.end)
            for start, line, joined in self._all()
            if isinstance(leaf, WordPattern) or leaf.text in joined
            for token in self._words(start, line)
            if matches(token.text)
        ]

    def _all(self) -> list[tuple[int, str, str]]:
        """Where each line begins, the line, and its literal form as words are joined over hyphens and thousands commas."""
        if self._lines is None:
            self._lines = []
            start = 0
            for line, form in zip(self._text.split(GAP), self._literal.split(GAP), strict=True):
                self._lines.append((start, line, form.replace("-", "").replace(",", "")))
                start += len(line) + 1
        return self._lines

    def _words(self, start: int, line: str) -> list[Token]:
        if start not in self._cut:
            self._cut[start] = self._analyzer.words(line)
        return self._cut[start]


def _places(text: str, wanted: str) -> list[int]:
    places = []
    at = text.find(wanted)
    while at >= 0:
        places.append(at)
        at = text.find(wanted, at + 1)
    return places


def _merged(spans: list[tuple[int, int, frozenset[Node]]]) -> list[Mark]:
    merged: list[Mark] = []
    for start, end, nodes in spans:
        if merged and start <= merged[-1].end:
            last = merged[-1]
            merged[-1] = Mark(last.start, max(last.end, end), last.nodes | nodes)
        else:
            merged.append(Mark(start, end, nodes))
    return merged
