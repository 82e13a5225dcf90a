"""The order by relevance in plain Python: what a score is, part by part. Slow, and read as the specification."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from indexer.analysis import GAP, fold, join_pieces
from indexer.article import SECTION_SEPARATOR, split_section
from indexer.schema import WORD_FIELDS, PreparedArticle, facet_key
from search.evaluate.literal_codes import read_text
from search.evaluate.ranking import Ranking
from search.page import Explanation, TermScore
from search.query.plan import Node, Plan

__all__ = ["ReferenceRanking", "Score", "character_worth", "order_worth", "window_worth"]

WEIGHTS = {"title": 2.0, "summary": 1.0, "body": 1.0, "captions": 0.5, "names": 1.0}

Articles = list[PreparedArticle]
Test = Callable[[PreparedArticle], bool]


@dataclass(slots=True)
class Score:
    """The score of one article: its parts, and their sum once all are known."""

    terms: list[TermScore] = field(default_factory=list)
    title: float = 0.0
    factor: float = 1.0
    key: float = 0.0
    characters: float = 0.0
    window: float = 0.0
    order: float = 0.0

    def explanation(self) -> Explanation:
        """The parts as a page shows them."""
        return Explanation(
            terms=tuple(self.terms),
            title=round(self.title, 6),
            factor=round(self.factor, 6),
            characters=round(self.characters, 6),
            window=round(self.window, 6),
            order=round(self.order, 6),
        )


class ReferenceRanking:
    """Scores some of ``articles``, over whose statistics idf and mean lengths are taken; ``test`` says what matches a node."""

    def __init__(self, articles: Iterable[PreparedArticle], ranking: Ranking, test: Callable[[Node], Test]) -> None:
        self._test = test
        self._articles = list(articles)
        self._ranking = ranking
        self._mean_words = self._mean(_weighted_words)
        self._mean_literal = self._mean(lambda article: len(article.literal))
        self._mean_text = self._mean(lambda article: article.starts[3])
        self._newest = max((article.moment for article in self._articles if article.moment is not None), default=0)

    def scores(self, found: Articles, plan: Plan) -> dict[str, Score]:
        """The score of each of ``found``, by its id."""
        scores = {article.article.id: Score() for article in found}
        words = self._score_terms("word", plan.words, plan, found, scores)
        bigrams = self._score_terms("bigram", plan.bigrams, plan, found, scores)
        gains = {term: words.get(term, 0.0) + bigrams.get(term, 0.0) for term in words | bigrams}
        for article in found:
            score = scores[article.article.id]
            score.title = self._title(article, plan.whole) * sum(gains.values())
            score.factor = self._factor(article)
            score.key = round((round(score.key, 6) + score.title) * score.factor, 6)
        best = sorted(found, key=lambda article: (-scores[article.article.id].key, article.article.id))
        for article in best[: self._ranking.depth]:
            self._read(article, plan, words, gains, scores[article.article.id])
        return scores

    def first_pass(self, found: Articles, plan: Plan) -> dict[str, float]:
        """What the terms of ``plan`` are worth to each of ``found``, by its id, and nothing else."""
        scores = {article.article.id: Score() for article in found}
        self._score_terms("word", plan.words, plan, found, scores)
        self._score_terms("bigram", plan.bigrams, plan, found, scores)
        return {article_id: round(score.key, 6) for article_id, score in scores.items()}

    def _score_terms(
        self, kind: str, weights: dict[str, float], plan: Plan, found: Articles, scores: dict[str, Score]
    ) -> dict[str, float]:
        """Adds what each word or bigram is worth; what each could be worth in a window."""
        gains: dict[str, float] = {}
        for term, weight in sorted(weights.items()):
            rarity = self._idf(lambda article, term=term: bool(_frequencies(kind, term, article)))  # type: ignore[misc]
            if term in plan.stand_ins:
                # A term of a synonym counts as no rarer than what it stands for.
                rarity = min(rarity, self._idf(self._test(plan.stand_ins[term])))
            gains[term] = min(weight, 1.0) * rarity
            for article in found:
                counts = _frequencies(kind, term, article)
                frequency = sum(WEIGHTS.get(name, 1.0) * count for name, count in counts.items())
                mean = self._mean_words if kind == "word" else self._mean_literal
                length = _weighted_words(article) if kind == "word" else len(article.literal)
                worth = weight * rarity * self._saturated(frequency / self._norm(length, mean))
                score = scores[article.article.id]
                score.key += worth
                if counts:
                    score.terms.append(
                        TermScore(
                            kind=kind,
                            term=term,
                            weight=weight,
                            idf=round(rarity, 6),
                            frequencies=counts,
                            score=round(worth, 6),
                        )
                    )
        return gains

    def _title(self, article: PreparedArticle, whole: str) -> float:
        """The share of the query's idf mass that a title adds which is the query, or in which it stands."""
        title = article.literal[: article.starts[1]]
        if len(whole) < 2 or whole not in title:
            return 0.0
        return self._ranking.exact_title if title == whole + GAP else self._ranking.title_phrase

    def _factor(self, article: PreparedArticle) -> float:
        """What boosts and recency multiply by."""
        factor = 1.0
        for boost in self._ranking.boosts:
            value = SECTION_SEPARATOR.join(split_section(boost.value)) if boost.facet == "section" else boost.value
            if facet_key(value) in map(facet_key, article.facets[boost.facet]):
                factor *= boost.factor
        if article.moment is not None:
            age_days = (self._newest - article.moment) / 86_400
            factor *= 1 + self._ranking.recency_weight * 0.5 ** (age_days / self._ranking.recency_half_life_days)
        return factor

    def _read(
        self, article: PreparedArticle, plan: Plan, words: dict[str, float], gains: dict[str, float], score: Score
    ) -> None:
        """Adds what the text of one of the best articles is worth."""
        ranking, own = self._ranking, article.article
        pieces = read_text(own.title, own.summary, own.body).split(GAP)
        text = join_pieces(fold(piece) for piece in pieces)
        characters = {
            char: count * self._idf(lambda other, char=char: char in other.literal)  # type: ignore[misc]
            for char, count in plan.characters.items()
        }
        pairs = {pair: min(words[pair[0]], words[pair[1]]) for pair in plan.neighbours}
        worth = character_worth(text, characters, mean_length=self._mean_text, k1=ranking.bm25.k1, b=ranking.bm25.b)
        score.characters = ranking.characters * worth
        score.window = ranking.window * window_worth(text, gains, ranking.window_chars)
        score.order = ranking.order * order_worth(text, pairs)
        score.key = round(score.key + score.characters + score.window + score.order, 6)

    def _norm(self, length: float, mean: float) -> float:
        b = self._ranking.bm25.b
        return 1 - b + b * length / mean if mean else 1.0

    def _saturated(self, frequency: float) -> float:
        k1 = self._ranking.bm25.k1
        return (k1 + 1) * frequency / (k1 + frequency)

    def _idf(self, has: Test) -> float:
        frequency = sum(has(article) for article in self._articles)
        return math.log(1 + (len(self._articles) - frequency + 0.5) / (frequency + 0.5))

    def _mean(self, length: Callable[[PreparedArticle], float]) -> float:
        return sum(map(length, self._articles)) / max(1, len(self._articles))


def character_worth(text: str, gains: dict[str, float], *, mean_length: float, k1: float, b: float) -> float:
    """BM25 of the characters asked for: ``gains`` is count × idf of each."""
    norm = 1 - b + b * len(text) / mean_length if mean_length else 1.0
    frequencies = {char: text.count(char) / norm for char in gains}
    return sum(gains[char] * (k1 + 1) * often / (k1 + often) for char, often in frequencies.items())


def window_worth(text: str, gains: dict[str, float], window: int) -> float:
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


def _frequencies(kind: str, term: str, article: PreparedArticle) -> dict[str, float]:
    """How often a word stands in each field, a bigram in the whole text; only where it does."""
    if kind == "bigram":
        count = len(_places(article.literal, term))
        return {"text": count} if count else {}
    fields = zip(WORD_FIELDS, article.words, strict=True)
    return {name: words[term] for name, words in fields if words[term]}


def _weighted_words(article: PreparedArticle) -> float:
    return sum(WEIGHTS[name] * words.total() for name, words in zip(WORD_FIELDS, article.words, strict=True))


def _places(text: str, term: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith(term, at)]
