"""A parsed query to what is looked up: nodes that decide what matches, terms that decide the order, needles that are marked.

What matches (the same for every engine):

- A phrase is one node: its literal form must stand in one piece of an article.
- Han and other scripts written without spaces: each word of the segmenter's cut must stand literally, whatever the words of
  the article. So 台中 finds 台中市政府, and 银 finds 银行. A single character that is no function word belongs to the word before
  it, or where a run begins to the word after it: 资源县 (cut 资源, 县) and 邹雨芯 (cut 邹, 雨芯) are looked up whole.
- Words of letters and digits match whole words (``AI`` does not find ``SAID``).
- Words that hold something else (``3.14``, ``c++``, ``news@example.com``) stand literally, or as the joined word: COVID-19
  finds COVID19.
- Wildcards are over characters: in a word of letters and digits over the corpus's words, else over what stands in a piece.
- The editor's words (``vocabulary.py``) count outside quotes: who has a synonym of a wanted word has the word, and a stop word
  that stands in no bracket and with no operator need not be had, unless there is nothing else.

- Words that ask, and in a question those that bind it together, need not be had either: who asks 谁是院长 looks for 院长.

What orders: the words in search mode, and the bigrams, of every wanted text, weighed by ``weights.py``, and less of its synonyms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from indexer.analysis import GAP, Analyzer, Token, clean, covering_words, fold, is_han, is_plain_word, literal_form
from indexer.schema import WORD_FIELDS
from search.query.plan import And, Days, Literal, Needle, Node, Not, Or, Pattern, Plan, Word, WordPattern
from search.query.syntax import FIELDS, Dates, Either, Negated, Query, SyntaxNode, Text
from search.query.vocabulary import Vocabulary
from search.query.weights import QueryPiece, is_question_word, ranking_bigrams, telling_words, term_weights
from search.query.widen import alternatives
from search.request import read_day

__all__ = ["FUNCTION_CHARS", "rewrite"]

Fields = tuple[str, ...] | None
Nodes = tuple[Node, ...]

SYNONYM_WEIGHT = 0.8
"""What a term of a synonym weighs; one that was typed weighs 1 for each time."""

MAX_GAP = 20
"""So many characters at most does a ``*`` between two characters stand for."""

MAX_WILDCARDS = 10
"""What follows in a word with more of them is not looked up: each costs a look through all places of what is beside it."""

_COMPOUND = re.compile(
    r"(?=[^\W_])"
    r"(?P<body>(?:(?![\u2e80-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff])[\w.@:/'&+,#%~=?$-])+)"
)
FUNCTION_CHARS = frozenset(
    fold(
        "的了是在和与于被之而其及也都就还又并或所这那此该他她它我你们着地得则且若不没吗呢吧啊把让将从对向给谁啥指有为由"
    )
)
"""Characters that carry no meaning of their own beside another word, folded."""

_TRAILING = ".,:?'=&~/-_@"
_WILDCARD = re.compile(r"([*?]+)")
_WILD = re.compile(r"(?:[^\W_]|[*?.-])+\Z")
"""What a word with wildcards consists of; anything else with a ``?`` in it is text: an address, a question."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A word of a text, at ``start:end`` of its literal form, as what is looked up."""

    start: int
    end: int
    node: Node


def rewrite(
    query: Query, analyzer: Analyzer, vocabulary: Vocabulary | None = None, *, weigh_terms: bool = True
) -> Plan:
    """What ``query`` looks up under ``analyzer``; a text in which nothing can be looked up is left out, with a warning.

    Without ``weigh_terms`` every word that was typed counts the same and is asked for.
    """
    own = vocabulary or Vocabulary()
    builder = _Builder(analyzer, own, alone=len(query.parts) == 1 and isinstance(query.parts[0], Text))
    left_out = False
    required: list[Node] = []
    excluded: list[Node] = []
    always: list[Node] = []
    for part in query.parts:
        if isinstance(part, Negated):
            excluded.extend(builder.node(part.child, wanted=False))
        elif isinstance(part, Dates):
            always.extend(builder.node(part))
        elif isinstance(part, Text) and builder.is_all_stop_words(part):
            left_out = True
        elif isinstance(part, Text):
            required.extend(builder.text_nodes(part, optional=True))
        else:
            required.extend(builder.node(part))
    if left_out and not required:
        return rewrite(query, analyzer, replace(own, stop_words=frozenset()), weigh_terms=weigh_terms)
    words = {token.text: node for each, node in builder.synonyms.items() for token in analyzer.words(each)}
    bigrams = {pair: node for each, node in builder.synonyms.items() for _, pair in ranking_bigrams(each)}
    pieces = builder.pieces if weigh_terms else [replace(piece, exact=True) for piece in builder.pieces]
    typed = term_weights(pieces)
    only_text = all(isinstance(part, Text) and not part.field and part.distance is None for part in query.parts)
    whole = " ".join(piece.literal for piece in builder.pieces) if only_text else ""
    return Plan(
        required=tuple(dict.fromkeys(builder.telling(required) if weigh_terms else required)),
        excluded=tuple(excluded),
        always=tuple(always),
        words=dict.fromkeys(words, SYNONYM_WEIGHT) | typed.words,
        bigrams=dict.fromkeys(bigrams, SYNONYM_WEIGHT) | typed.bigrams,
        stand_ins={
            term: node
            for terms, own_terms in ((words, typed.words), (bigrams, typed.bigrams))
            for term, node in terms.items()
            if term not in own_terms
        },
        characters=typed.characters,
        neighbours=typed.neighbours,
        whole=literal_form(whole).text,
        needles=tuple(dict.fromkeys(builder.needles)),
        warnings=tuple(dict.fromkeys((*query.warnings, *builder.warnings))),
    )


class _Builder:
    """Turns the parts of one query into nodes, and gathers what the wanted ones order by and mark."""

    def __init__(self, analyzer: Analyzer, vocabulary: Vocabulary, *, alone: bool) -> None:
        self._analyzer = analyzer
        self._vocabulary = vocabulary
        self._alone = alone
        self.synonyms: dict[str, Node] = {}
        self.pieces: list[QueryPiece] = []
        self.needles: list[Needle] = []
        self.warnings: list[str] = []
        self._loose: set[Node] = set()
        self._cut: dict[str, list[Token]] = {}

    def node(self, part: SyntaxNode, *, wanted: bool = True) -> tuple[Node, ...]:
        """The one node of ``part``; none when there is nothing to look up in it."""
        if isinstance(part, Text):
            return _joined(And, self.text_nodes(part, wanted=wanted))
        if isinstance(part, Dates):
            first = read_day(part.first, last=False) if part.first else None
            return (Days(first, read_day(part.last, last=True) if part.last else None),)
        if isinstance(part, Negated):
            return tuple(Not(child) for child in self.node(part.child, wanted=not wanted))
        children = [node for child in part.children for node in self.node(child, wanted=wanted)]
        return _joined(Or if isinstance(part, Either) else And, children)

    def is_all_stop_words(self, part: Text) -> bool:
        """Whether a text is stop words and nothing else; one in quotes or of a field is not."""
        if not self._vocabulary.stop_words or part.quoted or part.field:
            return False
        literal = self._analyzer.literal(_one_line(part.text)).text
        words = [literal[unit.start : unit.end] for unit in self._units(literal, None)]
        return bool(words) and self._vocabulary.stop_words.issuperset(words)

    def text_nodes(self, part: Text, *, wanted: bool = True, optional: bool = False) -> tuple[Node, ...]:
        """The nodes of a text, all of which must match; ``optional``: its stop words need not."""
        fields = (FIELDS[part.field],) if part.field else None
        text = _one_line(part.text)
        literal = self._analyzer.literal(text).text
        optional = optional and not fields
        nodes, needles, ranked = self._looked_up(text, literal, part, fields, wanted=wanted, optional=optional)
        if not nodes:
            self.warnings.append(f"there is nothing to look up in {part.text!r}; it was left out")
        elif wanted:
            self.needles.extend(needles)
            self.pieces.append(QueryPiece(literal=ranked, tokens=tuple(self._tokens(ranked)), exact=part.quoted))
        if not part.quoted and not part.field:
            self._loose.update(nodes)
        return nodes

    def telling(self, required: list[Node]) -> list[Node]:
        """Those of the required nodes that an article must match: without words that only ask, where there are others."""
        words = [node.text for node in required if node in self._loose and isinstance(node, Literal)]
        dispensable = set(words) - set(telling_words(words))
        return [node for node in required if not (isinstance(node, Literal) and node.text in dispensable)] or required

    def _tokens(self, folded: str) -> list[Token]:
        """The words of a folded text; it is cut once for what matches and for what orders."""
        if folded not in self._cut:
            self._cut[folded] = self._analyzer.words(folded)
        return self._cut[folded]

    def _looked_up(
        self, text: str, literal: str, part: Text, fields: Fields, *, wanted: bool, optional: bool
    ) -> tuple[Nodes, list[Needle], str]:
        """The nodes of a text, its needles, and what of it, folded, decides the order."""
        if part.quoted and part.distance is not None:
            return *self._near(text, literal, part.distance, fields), literal
        if part.quoted:
            return *_phrase(literal, fields), literal
        pieces = self._wildcard_pieces(text)
        if not pieces:
            return self._plain(literal, fields, wanted=wanted, optional=optional)
        if _in_words(fields) and all(is_plain_word(piece) for piece in pieces[::2] if piece):
            words = WordPattern("".join(pieces), fields)
            return (words,), [Needle(words, frozenset({words}))], ""
        return *self._pattern(pieces, fields), " ".join(pieces[::2])

    def _plain(self, literal: str, fields: Fields, *, wanted: bool, optional: bool) -> tuple[Nodes, list[Needle], str]:
        """The words of a text, each a node; the whole is marked, and each word where it stands alone."""
        units = list(self._units(literal, fields))
        if not units and self._alone:
            # Punctuation alone is a query too when there is nothing else.
            return *_phrase(literal, fields), literal
        ranked = literal
        plain_words = all(isinstance(unit.node, Word) for unit in units)
        if wanted:
            units = self._widened(literal, units, fields)
        if optional and self._vocabulary.stop_words:
            stop = [unit for unit in units if literal[unit.start : unit.end] in self._vocabulary.stop_words]
            units = [unit for unit in units if unit not in stop]
            ranked = _without(literal, stop)
        nodes = tuple(dict.fromkeys(unit.node for unit in units))
        needles = []
        if not plain_words:  # a word of letters alone is marked as a whole word only
            needles.append(Needle(Literal(literal, fields), frozenset(nodes)))
        telling = [unit for unit in units if literal[unit.start : unit.end] not in FUNCTION_CHARS]
        needles += [
            Needle(leaf, frozenset({node}))
            for node in dict.fromkeys(unit.node for unit in telling or units)
            for leaf in (node.children if isinstance(node, Or) else (node,))
            if isinstance(leaf, Word) or (isinstance(leaf, Literal) and leaf.text != literal)
        ]
        return nodes, needles, ranked

    def _widened(self, literal: str, units: list[_Unit], fields: Fields) -> list[_Unit]:
        """The words of a text, each with its synonyms."""
        others = alternatives(literal, [(unit.start, unit.end) for unit in units], self._vocabulary)
        if not any(others):
            return units
        widened = []
        for unit, own in zip(units, others, strict=True):
            for each in own:
                self.synonyms.setdefault(each, unit.node)
            held = unit.node.children if isinstance(unit.node, Or) else (unit.node,)
            leaves = (_word(each, fields) if is_plain_word(each) else Literal(each, fields) for each in own)
            (node,) = _joined(Or, [*held, *leaves])
            widened.append(replace(unit, node=node))
        return widened

    def _near(self, text: str, literal: str, distance: int, fields: Fields) -> tuple[Nodes, list[Needle]]:
        """Every two neighbouring words of a phrase, in either order, with at most so many characters between them."""
        words = [self._analyzer.literal(word).text for word in text.split()]
        if len(words) == 1:
            words = [token.text for token in covering_words(self._tokens(words[0]))] or words
        if len(words) < 2:
            self.warnings.append(f"{text!r} is one word, so ~{distance} says nothing; it was taken as a phrase")
            return _phrase(literal, fields)
        gaps = ((0, distance),)
        nodes = tuple(
            Or((Pattern((one, other), gaps, fields), Pattern((other, one), gaps, fields)))
            for one, other in pairwise(words)
        )
        return nodes, [Needle(Literal(word, fields), frozenset(nodes)) for word in dict.fromkeys(words)]

    def _wildcard_pieces(self, text: str) -> list[str]:
        """Folded texts and wildcards in turn, at least one of these; empty for a text without wildcards.

        A ``?`` at the end asks, a wildcard at the beginning says nothing of a string that may stand anywhere.
        """
        wild = text.replace("＊", "*")
        if not _WILD.match(wild) or self._asks(wild):
            return []
        wild = wild.rstrip("?")
        if wild.startswith(("*", "?")) and wild.strip("*?"):
            wild = wild.lstrip("*?")
            self.warnings.append(f"{text!r} begins with a wildcard; it was left out")
        pieces = [fold(piece) for piece in _WILDCARD.split(wild)]
        if len(pieces) > 2 * MAX_WILDCARDS + 1:
            pieces = pieces[: 2 * MAX_WILDCARDS + 1]
            looked_up = "".join(pieces)
            self.warnings.append(f"{text!r} has more than {MAX_WILDCARDS} wildcards; {looked_up!r} was looked up")
        return pieces if len(pieces) > 1 and pieces[0] else []

    def _asks(self, wild: str) -> bool:
        """Whether each ``?`` ends a sentence: in a text of Han that ends with one or has a word that asks (东头?和美东?)."""
        if "?" not in wild or "*" in wild or not any(map(is_han, wild)):
            return False
        return wild.endswith("?") or any(is_question_word(token.text) for token in self._tokens(fold(wild)))

    def _pattern(self, pieces: list[str], fields: Fields) -> tuple[Nodes, list[Needle]]:
        """Texts with so many characters between them as the wildcards say; whatever follows the last one follows."""
        texts, wildcards = pieces[::2], pieces[1::2]
        if not texts[-1]:
            texts, wildcards = texts[:-1], wildcards[:-1]
        if not wildcards:
            return _phrase(texts[0], fields)
        gaps = tuple((found.count("?"), MAX_GAP if "*" in found else len(found)) for found in wildcards)
        node = Pattern(tuple(texts), gaps, fields)
        return (node,), [Needle(node, frozenset({node}))]

    def _units(self, literal: str, fields: Fields) -> Iterator[_Unit]:
        """The words of a literal text, from left to right."""
        at = 0
        for match in _COMPOUND.finditer(literal):
            yield from self._run_units(literal, at, match.start(), fields)
            at = match.end()
            yield from self._compound_units(match, fields)
        yield from self._run_units(literal, at, len(literal), fields)

    def _run_units(self, literal: str, start: int, end: int, fields: Fields) -> Iterator[_Unit]:
        """The words of a run, without those inside another one, single characters joined to their neighbour."""
        text = literal[start:end]
        for token in _join_single_characters(text, covering_words(self._tokens(text))):
            node = _word(token.text, fields) if is_plain_word(token.text) else Literal(token.text, fields)
            yield _Unit(start + token.start, start + token.end, node)

    def _compound_units(self, match: re.Match[str], fields: Fields) -> Iterator[_Unit]:
        body = match.group().rstrip(_TRAILING)
        if not body:
            return
        node: Node = Literal(body, fields)
        if is_plain_word(body):
            node = _word(body, fields)
        else:
            joined = [token.text for token in self._tokens(body) if token.end - token.start == len(body)]
            if joined and joined[-1] != body:
                node = Or((node, _word(joined[-1], fields)))
        yield _Unit(match.start(), match.start() + len(body), node)


def _without(literal: str, units: Sequence[_Unit]) -> str:
    """A literal text with the end of a sentence for some of its words, so that their neighbours do not become neighbours."""
    for unit in reversed(units):
        literal = f"{literal[: unit.start]}。{literal[unit.end :]}"
    return literal


def _phrase(literal: str, fields: Fields) -> tuple[Nodes, list[Needle]]:
    if not literal:
        return (), []
    node = Literal(literal, fields)
    return (node,), [Needle(node, frozenset({node}))]


def _joined(kind: type[And] | type[Or], nodes: Sequence[Node]) -> Nodes:
    """The nodes as one, which needs no joining when there is but one."""
    distinct = tuple(dict.fromkeys(nodes))
    return distinct if len(distinct) < 2 else (kind(distinct),)


def _in_words(fields: Fields) -> bool:
    """Whether the words of those fields are counted by themselves: those of names are counted together."""
    return fields is None or all(name in WORD_FIELDS for name in fields)


def _word(text: str, fields: Fields) -> Node:
    return Word(text, fields) if _in_words(fields) else Literal(text, fields)


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


def _one_line(text: str) -> str:
    return clean(text).replace(GAP, " ")
