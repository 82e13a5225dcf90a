"""The reference engine: what an answer is, in plain Python over a list of articles. Slow, and read as the specification.

The contract suite holds every other engine to it: the same ids in the same order, totals, counts and scores.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from time import perf_counter
from zoneinfo import ZoneInfo

from indexer.analysis import Analyzer
from indexer.article import SECTION_SEPARATOR, Article, article_to_record, split_section
from indexer.schema import FACETS, LITERAL_FIELDS, WORD_FIELDS, PreparedArticle, facet_key, prepare
from search.engines.base import EngineStats, Export
from search.engines.cursor import read_cursor, write_cursor
from search.engines.hits import Found, date_order, exported, make_hits, make_reading, pinned_keys
from search.engines.reference_help import ReferenceCollection, ReferenceTrial
from search.engines.reference_ranking import ReferenceRanking, Score
from search.errors import ArticleNotFoundError
from search.evaluate.facets import list_values, values_containing
from search.evaluate.ranking import Ranking
from search.page import FacetValue, Folded, Hit, Page, Reading
from search.query.parse import parse
from search.query.plan import (
    MAX_EXPANSIONS,
    And,
    Days,
    Literal,
    Node,
    Not,
    Or,
    Pattern,
    Plan,
    Word,
    WordPattern,
    compile_pattern,
    compile_word_pattern,
)
from search.query.rewrite import rewrite
from search.query.vocabulary import Vocabulary
from search.request import SearchRequest
from search.suggest.completion import Completion, Completions, Kind, collect
from search.suggest.correction import correct
from search.suggest.similar import telling_plan

__all__ = ["ReferenceEngine"]

_key = lru_cache(maxsize=None)(facet_key)
Test = Callable[[PreparedArticle], bool]


@dataclass(frozen=True, slots=True)
class _Selected:
    """What a search finds: ``found`` in its order, by ``keys``; ``scores`` is empty where dates order."""

    plan: Plan
    matching: list[PreparedArticle]
    relaxed: bool
    filters: dict[str, Test]
    found: list[PreparedArticle]
    keys: dict[str, float]
    scores: dict[str, Score]
    folded: dict[str, Folded] | None
    pinned: dict[str, float]


class ReferenceEngine:
    """Answers over ``articles`` (cleaned), held in memory. The list is taken as it is: later changes are not seen.

    Without ``corrects`` it offers no correction, each of which costs a dozen looks through all articles.
    """

    def __init__(
        self,
        articles: Iterable[Article],
        analyzer: Analyzer,
        zone: ZoneInfo,
        *,
        relax_share: float,
        ranking: Ranking | None = None,
        vocabulary: Vocabulary | None = None,
        corrects: bool = True,
    ) -> None:
        self._vocabulary = vocabulary or Vocabulary()
        self._corrects = corrects
        self._analyzer = analyzer
        self._relax_share = relax_share
        self._articles = {article.id: prepare(article, analyzer, zone) for article in articles}
        self._labels = {name: self._commonest_labels(name) for name in FACETS}
        self._parameters = ranking or Ranking()
        self._ranking = ReferenceRanking(self._articles.values(), self._parameters, self._test)

    def search(self, request: SearchRequest) -> Page:
        """The page of results for ``request``."""
        begin = perf_counter()
        selected = self._select(request)
        plan, found, keys, scores = selected.plan, selected.found, selected.keys, selected.scores
        rest = found
        if cursor := read_cursor(request):
            place = (-cursor.key, cursor.id)
            rest = [article for article in found if (-keys[article.article.id], article.article.id) > place]
        shown = rest[request.offset : request.offset + request.limit]
        hits = make_hits(
            [
                Found(
                    article_to_record(article.article),
                    scores[article.article.id].key if scores else 0.0,
                    None if selected.folded is None else selected.folded[article.article.id],
                    scores[article.article.id].explanation() if scores and request.explain else None,
                    article.article.id in selected.pinned,
                )
                for article in shown
            ],
            plan,
            self._analyzer,
            request,
        )
        more = len(rest) > request.offset + request.limit and shown
        return Page(
            text=request.text,
            relaxed=selected.relaxed,
            warnings=plan.warnings,
            total=len(found),
            hits=hits,
            facets={
                name: self._facet(name, selected.matching, selected.filters, request)
                for name in FACETS
                if name in request.facets
            },
            next=write_cursor(request, keys[hits[-1].id], hits[-1].id) if more else None,
            suggestion=(
                self._correction(request, plan, selected.filters) if selected.relaxed or not selected.matching else None
            ),
            took_ms=round((perf_counter() - begin) * 1000, 3),
        )

    def export(self, request: SearchRequest) -> Export:
        """All hits of ``request``."""
        selected = self._select(request)
        records = (exported(article_to_record(article.article), request.fields) for article in selected.found)
        return Export(total=len(selected.found), relaxed=selected.relaxed, partial=False, records=records)

    def version(self) -> str:
        """Of a list that never changes."""
        return self._analyzer.fingerprint

    def _select(self, request: SearchRequest) -> _Selected:
        plan = self._plan(request.text, strict=request.strict)
        matching, relaxed = self._match(plan, request.match)
        pinned = pinned_keys(request, plan, self._vocabulary)
        matched = {article.article.id for article in matching}
        matching += [self._articles[each] for each in pinned if each in self._articles and each not in matched]
        filters = _filters(request)
        found = [article for article in matching if all(test(article) for test in filters.values())]
        by_date = date_order(request, plan)
        ranked = {} if by_date else self._ranking.scores(found, plan)
        own = _moments(found, request) if by_date else {name: score.key for name, score in ranked.items()}
        keys = {article_id: pinned.get(article_id, key) for article_id, key in own.items()}
        found.sort(key=lambda article: (-keys[article.article.id], article.article.id))
        folded = self._fold(found) if request.group == "story" else None
        if folded is not None:
            found = [article for article in found if article.article.id in folded]
        return _Selected(plan, matching, relaxed, filters, found, keys, ranked, folded, pinned)

    def article(self, article_id: str) -> Article:
        """The article with that id."""
        if article_id not in self._articles:
            raise ArticleNotFoundError(article_id)
        return self._articles[article_id].article

    def read(self, article_id: str, text: str) -> Reading:
        """The article with that id, marked, and the other articles of its story."""
        own = self.article(article_id)
        others = [
            other
            for other in self._articles.values()
            if own.story and other.article.story == own.story and other.article.id != article_id
        ]
        moments = _moments(others, SearchRequest())
        others.sort(key=lambda other: (-moments[other.article.id], other.article.id))
        reprints = [article_to_record(other.article) for other in others]
        return make_reading(own, reprints, self._plan(text), self._analyzer)

    def similar(self, article_id: str, limit: int) -> tuple[Hit, ...]:
        """At most ``limit`` articles that are most like that one."""
        own = self.article(article_id)
        frequency = lambda word: self._having(self._test(Word(word)))  # noqa: E731
        plan = telling_plan(self._articles[article_id].words, len(self._articles), frequency)
        others = [
            other
            for other in self._articles.values()
            if other.article.id != article_id and (own.story is None or other.article.story != own.story)
        ]
        scores = self._ranking.first_pass(others, plan)
        best = sorted((other for other in scores if scores[other] > 0), key=lambda other: (-scores[other], other))
        found = [Found(article_to_record(self._articles[other].article), scores[other]) for other in best[:limit]]
        return make_hits(found, plan, self._analyzer, SearchRequest(limit=limit))

    def suggest(self, text: str, limit: int) -> tuple[Completion, ...]:
        """At most ``limit`` texts to go on with from ``text``."""
        titles = [article.article.title for article in self._articles.values()]
        names: dict[Kind, list[tuple[str, int]]] = {"section": [], "author": [], "source": []}
        for kind, values in names.items():
            counts = Counter(key for article in self._articles.values() for key in _facet_keys(article, kind))
            labels = self._labels[kind]
            values += [(labels[key].rpartition(SECTION_SEPARATOR)[2], count) for key, count in counts.items()]
        entries = collect(titles, names, self._analyzer, lambda phrase: self._having(self._test(Literal(phrase))))
        return tuple(Completions(entries).complete(text, limit))

    def facet_values(self, facet: str, text: str, request: SearchRequest) -> tuple[FacetValue, ...]:
        """The values of one facet in which ``text`` stands."""
        matching, _ = self._match(self._plan(request.text, strict=request.strict), request.match)
        rows, selected = self._facet_rows(facet, matching, _filters(request), request)
        return values_containing(rows, facet_key(text), selected=selected, limit=request.facet_limit)

    def stats(self) -> EngineStats:
        """Facts about what is searched."""
        return EngineStats(
            articles=len(self._articles), generation="memory", change=0, analysis=self._analyzer.fingerprint
        )

    def close(self) -> None:
        """Forgets the articles."""
        self._articles.clear()

    def _plan(self, text: str, *, strict: bool = False) -> Plan:
        query = parse(text, strict=strict)
        return rewrite(query, self._analyzer, self._vocabulary, weigh_terms=self._parameters.weigh_terms)

    # What may have been meant

    def _correction(self, request: SearchRequest, plan: Plan, filters: dict[str, Test]) -> str | None:
        if not (self._corrects and plan.required) or request.offset or request.cursor:
            return None
        allowed = [article for article in self._articles.values() if all(test(article) for test in filters.values())]
        ids = {article.article.id for article in allowed}

        def scores(text: str) -> tuple[list[float], float]:
            tried = self._plan(text)
            terms: list[tuple[Word | Literal, float]] = [(Word(word), weight) for word, weight in tried.words.items()]
            terms += [(Literal(bigram), weight) for bigram, weight in tried.bigrams.items()]
            own = [(term, weight) for term, weight in terms if term.text not in tried.stand_ins]
            mass = sum(weight * self._idf(self._test(term)) for term, weight in own)
            return list(self._ranking.first_pass(allowed, tried).values()), (self._parameters.bm25.k1 + 1) * mass

        def total(text: str) -> int:
            return sum(article.article.id in ids for article in self._match(self._plan(text), "all")[0])

        collection = ReferenceCollection(tuple(self._articles.values()))
        return correct(request.text, collection, self._analyzer, ReferenceTrial(scores, total))

    # Which articles match

    def _match(self, plan: Plan, mode: str) -> tuple[list[PreparedArticle], bool]:
        has = self._test
        allowed = [
            article
            for article in self._articles.values()
            if not any(has(node)(article) for node in plan.excluded) and all(has(node)(article) for node in plan.always)
        ]
        tests = [has(node) for node in plan.required]
        if not tests:
            return allowed, False
        combine = any if mode == "any" else all
        matching = [article for article in allowed if combine(test(article) for test in tests)]
        if matching or mode != "auto" or len(tests) == 1:
            return matching, False
        weights = [self._idf(test) for test in tests]
        mass = {
            article.article.id: round(
                sum(weight for test, weight in zip(tests, weights, strict=True) if test(article)), 6
            )
            for article in allowed
        }
        most = max(mass.values(), default=0.0)
        if most <= 0:
            return [], False
        enough = min(most, round(self._relax_share * sum(weights), 6))
        return [article for article in allowed if mass[article.article.id] >= enough and mass[article.article.id]], True

    def _test(self, node: Node) -> Test:
        """Whether an article matches ``node``."""
        match node:
            case And(children):
                tests = [self._test(child) for child in children]
                return lambda article: all(test(article) for test in tests)
            case Or(children):
                tests = [self._test(child) for child in children]
                return lambda article: any(test(article) for test in tests)
            case Not(child):
                unwanted = self._test(child)
                return lambda article: not unwanted(article)
            case Days(first, last):
                return partial(_touches, first=first, last=last)
            case Literal(text, fields):
                return lambda article: any(text in piece for piece in _literal_texts(article, fields))
            case Pattern(parts, gaps, fields):
                search = compile_pattern(parts, gaps).search
                return lambda article: any(search(piece) for piece in _literal_texts(article, fields))
            case Word(text, fields):
                return lambda article: any(text in words for words in _words(article, fields))
            case WordPattern(_, fields):
                wanted = set(self._expansions(node))
                return lambda article: any(not wanted.isdisjoint(words) for words in _words(article, fields))

    def _expansions(self, node: WordPattern) -> list[str]:
        matches = compile_word_pattern(node.pattern).match
        words = {
            word
            for article in self._articles.values()
            for words in _words(article, node.fields)
            for word in words
            if matches(word)
        }
        return sorted(words)[:MAX_EXPANSIONS]

    def _idf(self, has: Test) -> float:
        frequency = self._having(has)
        return math.log(1 + (len(self._articles) - frequency + 0.5) / (frequency + 0.5))

    def _having(self, has: Test) -> int:
        return sum(has(article) for article in self._articles.values())

    # As which stories

    def _fold(self, found: list[PreparedArticle]) -> dict[str, Folded]:
        """Id of the best article of each story, and of each without one → the rest of the story."""
        groups: dict[str, list[PreparedArticle]] = {}
        for article in found:
            story = next(iter(_facet_keys(article, "story")), None)
            # No id has a slash, so none is taken for a story.
            groups.setdefault(f"story/{story}" if story else article.article.id, []).append(article)
        labels = self._labels["source"]
        return {
            first.article.id: Folded(
                count=len(others),
                sources=tuple(
                    dict.fromkeys(labels[key] for article in others for key in _facet_keys(article, "source"))
                ),
            )
            for first, *others in groups.values()
        }

    # With which facets

    def _facet(
        self, name: str, matching: list[PreparedArticle], filters: dict[str, Test], request: SearchRequest
    ) -> tuple[FacetValue, ...]:
        rows, selected = self._facet_rows(name, matching, filters, request)
        return list_values(name, rows, selected=selected, limit=request.facet_limit)

    def _facet_rows(
        self, name: str, matching: list[PreparedArticle], filters: dict[str, Test], request: SearchRequest
    ) -> tuple[list[tuple[str, str, int]], tuple[str, ...]]:
        """Key, label and count of each value, and the keys that are chosen."""
        own = "date" if name in ("year", "month") else name
        others = [test for field, test in filters.items() if field != own]
        counted = [article for article in matching if all(test(article) for test in others)]
        counts = Counter(key for article in counted for key in _facet_keys(article, name))
        wanted = {"section": request.sections, "author": request.authors, "source": request.sources}.get(name, ())
        selected = tuple(_choice_key(name, value) for value in wanted)
        rows = [(key, label, counts[key]) for key, label in self._labels[name].items()]
        if "" in selected:
            rows.append(("", "", sum(not _facet_keys(article, name) for article in counted)))
        return rows, selected

    def _commonest_labels(self, name: str) -> dict[str, str]:
        forms: dict[str, Counter[str]] = {}
        for article in self._articles.values():
            first_of_key = {facet_key(label): label for label in reversed(_facet_labels(article, name))}
            for key, label in first_of_key.items():
                forms.setdefault(key, Counter())[label] += 1
        return {key: min(found, key=lambda form: (-found[form], form)) for key, found in forms.items()}


def _literal_texts(article: PreparedArticle, fields: tuple[str, ...] | None) -> list[str]:
    """The literal texts of the fields; gaps in them part their pieces."""
    names = LITERAL_FIELDS if fields is None else fields
    starts = [LITERAL_FIELDS.index(name) for name in names]
    return [article.literal[article.starts[at] : article.starts[at + 1]] for at in starts]


def _words(article: PreparedArticle, fields: tuple[str, ...] | None) -> list[Counter[str]]:
    return [words for name, words in zip(WORD_FIELDS, article.words, strict=True) if fields is None or name in fields]


def _touches(article: PreparedArticle, first: int | None, last: int | None) -> bool:
    return (
        article.days != (0, 0)
        and (first is None or article.days[1] >= first)
        and (last is None or article.days[0] <= last)
    )


def _moments(found: list[PreparedArticle], request: SearchRequest) -> dict[str, float]:
    sign = -1 if request.sort == "oldest" else 1
    return {
        article.article.id: -math.inf if article.moment is None else float(sign * article.moment) for article in found
    }


def _filters(request: SearchRequest) -> dict[str, Test]:
    """The tests that an article must pass, by the field they are about; only those that are set."""
    filters: dict[str, Test] = {}
    fields = (
        ("section", request.sections, request.not_sections),
        ("author", request.authors, request.not_authors),
        ("source", request.sources, request.not_sources),
    )
    for name, wanted, unwanted in fields:
        if wanted or unwanted:
            filters[name] = _value_test(name, wanted, unwanted)
    first, last = request.days()
    if first is not None or last is not None:
        filters["date"] = partial(_touches, first=first, last=last)
    return filters


def _value_test(name: str, wanted: tuple[str, ...], unwanted: tuple[str, ...]) -> Test:
    want = {_choice_key(name, value) for value in wanted}
    avoid = {_choice_key(name, value) for value in unwanted}

    def test(article: PreparedArticle) -> bool:
        keys = set(_facet_keys(article, name)) or {""}
        return (not want or bool(keys & want)) and not keys & avoid

    return test


def _choice_key(name: str, value: str) -> str:
    return facet_key(SECTION_SEPARATOR.join(split_section(value)) if name == "section" else value)


def _facet_labels(article: PreparedArticle, name: str) -> tuple[str, ...]:
    if name not in ("year", "month"):
        return article.facets[name]
    first, last = (f"{day:08d}" for day in article.days)
    digits = 4 if name == "year" else 6
    if article.days == (0, 0) or first[:digits] != last[:digits]:
        return ()
    return (first[:4] if name == "year" else f"{first[:4]}-{first[4:6]}",)


@lru_cache(maxsize=200_000)
def _facet_keys(article: PreparedArticle, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_key(label) for label in _facet_labels(article, name)))
