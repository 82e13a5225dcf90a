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

- Words that ask, and in a question those that bind it together, need not stand: who asks 谁是院长 looks for 院长.

What orders: the words in search mode, and the bigrams, of every wanted text, weighed by ``weights.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from indexer.analysis import GAP, Analyzer, Token, clean, fold, is_han, is_plain_word
from indexer.schema import WORD_FIELDS
from search.query.plan import And, Days, Literal, Needle, Node, Not, Or, Pattern, Plan, Word, WordPattern
from search.query.syntax import FIELDS, Dates, Either, Negated, Query, SyntaxNode, Text
from search.query.weights import QueryPiece, telling_words, term_weights
from search.request import read_day

__all__ = ["FUNCTION_CHARS", "rewrite"]

Fields = tuple[str, ...] | None
Nodes = tuple[Node, ...]

MAX_GAP = 20
"""So many characters at most does a ``*`` between two characters stand for."""

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


def rewrite(query: Query, analyzer: Analyzer, *, weigh_terms: bool = True) -> Plan:
    """What ``query`` looks up under ``analyzer``; a text in which nothing can be looked up is left out, with a warning.

    Without ``weigh_terms`` every word counts the same and is asked for.
    """
    builder = _Builder(analyzer, alone=len(query.parts) == 1 and isinstance(query.parts[0], Text))
    required: list[Node] = []
    excluded: list[Node] = []
    always: list[Node] = []
    for part in query.parts:
        if isinstance(part, Negated):
            excluded.extend(builder.node(part.child, wanted=False))
        elif isinstance(part, Dates):
            always.extend(builder.node(part))
        elif isinstance(part, Text):
            required.extend(builder.text_nodes(part))
        else:
            required.extend(builder.node(part))
    pieces = builder.pieces if weigh_terms else [replace(piece, exact=True) for piece in builder.pieces]
    weights = term_weights(pieces)
    texts = [part.text for part in query.parts if isinstance(part, Text) and not part.field and part.distance is None]
    return Plan(
        required=tuple(dict.fromkeys(builder.telling(required) if weigh_terms else required)),
        excluded=tuple(excluded),
        always=tuple(always),
        words=weights.words,
        bigrams=weights.bigrams,
        characters=weights.characters,
        neighbours=weights.neighbours,
        whole=analyzer.literal(_one_line(" ".join(texts))).text if len(texts) == len(query.parts) else "",
        needles=tuple(builder.needles),
        warnings=(*query.warnings, *builder.warnings),
    )


class _Builder:
    """Turns the parts of one query into nodes, and gathers what the wanted ones order by and mark."""

    def __init__(self, analyzer: Analyzer, *, alone: bool) -> None:
        self._analyzer = analyzer
        self._alone = alone
        self._loose: set[Node] = set()
        self.pieces: list[QueryPiece] = []
        self.needles: list[Needle] = []
        self.warnings: list[str] = []
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

    def text_nodes(self, part: Text, *, wanted: bool = True) -> tuple[Node, ...]:
        """The nodes of a text, all of which must match."""
        fields = (FIELDS[part.field],) if part.field else None
        text = _one_line(part.text)
        literal = self._analyzer.literal(text).text
        nodes, needles, ranked = self._looked_up(text, literal, part, fields)
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

    def _looked_up(self, text: str, literal: str, part: Text, fields: Fields) -> tuple[Nodes, list[Needle], str]:
        """The nodes of a text, its needles, and what of it, folded, decides the order."""
        if part.quoted and part.distance is not None:
            return *self._near(text, literal, part.distance, fields), literal
        if part.quoted:
            return *_phrase(literal, fields), literal
        pieces = self._wildcard_pieces(text)
        if not pieces:
            return *self._plain(literal, fields), literal
        if _in_words(fields) and all(is_plain_word(piece) for piece in pieces[::2] if piece):
            words = WordPattern("".join(pieces), fields)
            return (words,), [Needle(words, frozenset({words}))], ""
        return *self._pattern(pieces, fields), " ".join(pieces[::2])

    def _plain(self, literal: str, fields: Fields) -> tuple[Nodes, list[Needle]]:
        """The words of a text, each a node; the whole is marked, and each word where it stands alone."""
        nodes = tuple(dict.fromkeys(self._word_nodes(literal, fields)))
        if not nodes and self._alone:
            # Punctuation alone is a query too when there is nothing else.
            return _phrase(literal, fields)
        needles = []
        if any(not isinstance(node, Word) for node in nodes):  # a word of letters alone is marked as a whole word only
            needles.append(Needle(Literal(literal, fields), frozenset(nodes)))
        telling = [node for node in nodes if not (isinstance(node, Literal) and node.text in FUNCTION_CHARS)]
        needles += [
            Needle(leaf, frozenset({node}))
            for node in telling or nodes
            for leaf in (node.children if isinstance(node, Or) else (node,))
            if isinstance(leaf, Word) or (isinstance(leaf, Literal) and leaf.text != literal)
        ]
        return nodes, needles

    def _near(self, text: str, literal: str, distance: int, fields: Fields) -> tuple[Nodes, list[Needle]]:
        """Every two neighbouring words of a phrase, in either order, with at most so many characters between them."""
        words = [self._analyzer.literal(word).text for word in text.split()]
        if len(words) == 1:
            words = [token.text for token in _outermost(self._tokens(words[0]))] or words
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
        if not _WILD.match(wild):
            return []
        wild = wild.rstrip("?")
        if wild.startswith(("*", "?")) and wild.strip("*?"):
            wild = wild.lstrip("*?")
            self.warnings.append(f"{text!r} begins with a wildcard; it was left out")
        pieces = [fold(piece) for piece in _WILDCARD.split(wild)]
        return pieces if len(pieces) > 1 and pieces[0] else []

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

    def _word_nodes(self, literal: str, fields: Fields) -> Iterator[Node]:
        at = 0
        for match in _COMPOUND.finditer(literal):
            yield from self._run_nodes(literal[at : match.start()], fields)
            at = match.end()
            yield from self._compound_nodes(match.group(), fields)
        yield from self._run_nodes(literal[at:], fields)

    def _run_nodes(self, text: str, fields: Fields) -> Iterator[Node]:
        """The words of a run, without those inside another one, single characters joined to their neighbour."""
        for token in _join_single_characters(text, _outermost(self._tokens(text))):
            yield _word(token.text, fields) if is_plain_word(token.text) else Literal(token.text, fields)

    def _compound_nodes(self, text: str, fields: Fields) -> Iterator[Node]:
        body = text.rstrip(_TRAILING)
        if is_plain_word(body):
            yield _word(body, fields)
        elif body:
            literal = Literal(body, fields)
            joined = [token.text for token in self._tokens(body) if token.end - token.start == len(body)]
            yield Or((literal, _word(joined[-1], fields))) if joined and joined[-1] != body else literal


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


def _one_line(text: str) -> str:
    return clean(text).replace(GAP, " ")
