"""A parsed query to what is looked up: units that decide what matches, terms that decide the order.

What matches (the same for every engine):

- A phrase is one unit: its literal form must stand in one piece of an article.
- Han and other scripts written without spaces: each word of the segmenter's cut must stand literally, whatever the words of
  the article. So 台中 finds 台中市政府, and 银 finds 银行. A single character that is no function word belongs to the word before
  it, or where a run begins to the word after it: 资源县 (cut 资源, 县) and 邹雨芯 (cut 邹, 雨芯) are looked up whole.
- Words of letters and digits match whole words (``AI`` does not find ``SAID``).
- Words that hold something else (``3.14``, ``c++``, ``news@example.com``) stand literally, or as the joined word: COVID-19
  finds COVID19.

What orders: the words in search mode, and the bigrams of runs of Han, of every wanted clause.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.analysis import GAP, Analyzer, Token, clean, is_han, is_plain_word
from search.query.syntax import Clause, Query

__all__ = ["Plan", "PlannedClause", "Unit", "rewrite"]

_COMPOUND = re.compile(
    r"(?=[^\W_])"
    r"(?P<body>(?:(?![\u2e80-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff])[\w.@:/'&+,#%~=?$-])+)"
)
FUNCTION_CHARS = frozenset(
    "的了是在和与于被之而其及也都就还又并或所这那此该他她它我你们着地得则且若不没吗呢吧啊把让将从对向给"
)
"""Characters that carry no meaning of their own beside another word, folded."""

_TRAILING = ".,:?'=&~/-_@"


@dataclass(frozen=True, slots=True)
class Unit:
    """What one part of a query asks of an article: that ``literal`` stands in it, or that ``word`` is one of its words.

    At least one is given; with both, either is enough.
    """

    literal: str | None = None
    word: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedClause:
    """One clause: its units, and its whole literal form, by which snippets mark it."""

    units: tuple[Unit, ...]
    literal: str
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A query ready for any engine. ``words`` and ``bigrams`` count how often each stands in the wanted clauses.

    A single Han character that stands alone is among the ``bigrams`` by itself.
    """

    clauses: tuple[PlannedClause, ...] = ()
    words: Counter[str]
    bigrams: Counter[str]
    warnings: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[PlannedClause, ...]:
        """The clauses that an article should have."""
        return tuple(clause for clause in self.clauses if not clause.negated)

    @property
    def unwanted(self) -> tuple[PlannedClause, ...]:
        """The clauses that rule an article out: it is out when it has all units of one."""
        return tuple(clause for clause in self.clauses if clause.negated)

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units of the wanted clauses, each once, in their order."""
        return tuple(dict.fromkeys(unit for clause in self.wanted for unit in clause.units))


def rewrite(query: Query, analyzer: Analyzer) -> Plan:
    """What ``query`` looks up under ``analyzer``; a clause in which nothing can be looked up is left out, with a warning."""
    clauses: list[PlannedClause] = []
    warnings = list(query.warnings)
    words: Counter[str] = Counter()
    bigrams: Counter[str] = Counter()
    for clause in query.clauses:
        text = clean(clause.text).replace(GAP, " ")
        literal = analyzer.literal(text).text
        units = _clause_units(clause, literal, analyzer, alone=len(query.clauses) == 1)
        if not units:
            warnings.append(f"there is nothing to look up in {clause.text!r}; it was left out")
            continue
        clauses.append(PlannedClause(units=units, literal=literal, negated=clause.negated))
        if not clause.negated:
            words.update(token.text for token in analyzer.words(text))
            bigrams.update(_ranking_bigrams(literal))
    return Plan(clauses=tuple(clauses), words=words, bigrams=bigrams, warnings=tuple(warnings))


def _clause_units(clause: Clause, literal: str, analyzer: Analyzer, *, alone: bool) -> tuple[Unit, ...]:
    if not literal:
        return ()
    if clause.phrase:
        return (Unit(literal=literal),)
    units = tuple(dict.fromkeys(_word_units(literal, analyzer)))
    if not units and alone:
        # Punctuation alone is a query too when there is nothing else.
        return (Unit(literal=literal),)
    return units


def _word_units(literal: str, analyzer: Analyzer) -> Iterator[Unit]:
    at = 0
    for match in _COMPOUND.finditer(literal):
        yield from _run_units(literal[at : match.start()], analyzer)
        at = match.end()
        yield from _compound_units(match.group(), analyzer)
    yield from _run_units(literal[at:], analyzer)


def _run_units(text: str, analyzer: Analyzer) -> Iterator[Unit]:
    """The words of a run, without those inside another one, single characters joined to their neighbour."""
    for token in _join_single_characters(text, _outermost(analyzer.words(text))):
        yield Unit(word=token.text) if is_plain_word(token.text) else Unit(literal=token.text)


def _compound_units(text: str, analyzer: Analyzer) -> Iterator[Unit]:
    body = text.rstrip(_TRAILING)
    if is_plain_word(body):
        yield Unit(word=body)
    elif body:
        joined = [token.text for token in analyzer.words(body) if token.end - token.start == len(body)]
        yield Unit(literal=body, word=joined[-1] if joined and joined[-1] != body else None)


def _outermost(tokens: list[Token]) -> list[Token]:
    """The tokens that cover the text from left to right, the longest at each place."""
    covering: list[Token] = []
    end = 0
    for token in sorted(tokens, key=lambda token: (token.start, -token.end)):
        if token.start >= end:
            covering.append(token)
            end = token.end
    return covering


def _join_single_characters(text: str, tokens: list[Token]) -> list[Token]:
    joined: list[Token] = []
    for token in tokens:
        before = joined[-1] if joined else None
        if before and before.end == token.start and _belong_together(before.text, token.text):
            joined[-1] = Token(text[before.start : token.end], before.start, token.end)
        else:
            joined.append(token)
    return joined


def _belong_together(before: str, text: str) -> bool:
    """Whether two neighbouring words are one unit: one is a single Han character, and neither is a function word or Latin."""
    single = len(before) == 1 or len(text) == 1
    return single and all(is_han(word[0]) and word not in FUNCTION_CHARS for word in (before, text))


def _ranking_bigrams(literal: str) -> Iterator[str]:
    """Pairs of neighbouring Han characters, and Han characters without a Han neighbour."""
    han = [is_han(char) for char in literal] + [False]
    for at, char in enumerate(literal):
        if han[at] and han[at + 1]:
            yield literal[at : at + 2]
        elif han[at] and not (at and han[at - 1]):
            yield char
