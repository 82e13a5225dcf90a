"""The local engine: answers from the index in the data directory, and follows it as it is replaced.

``request → parse → rewrite → evaluate on arrays → hits, facets → page``. The manifest is looked at before each search; when it
has changed, the next snapshot is opened; the one before goes when no search reads it any more.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, perf_counter

import numpy as np
import numpy.typing as npt

from indexer.analysis import Analyzer
from indexer.article import Article, article_from_stored
from indexer.errors import ArticleSearchError, IndexDamagedError, IndexMissingError, UnreadableError
from indexer.schema import facet_key
from indexer.store import Manifest, Newest, Snapshot, index_folder, manifest_stamp, open_newest
from search.engines.answers import Answers
from search.engines.assistance import Assistance
from search.engines.base import EngineStats, Export
from search.engines.cursor import Cursor, read_cursor, write_cursor
from search.engines.facet_counts import count_facets, facet_rows
from search.engines.hits import Found, date_order, exported, make_hits, make_reading, needs_texts, pinned_keys
from search.errors import ArticleNotFoundError
from search.evaluate.arrays import Chosen
from search.evaluate.backend import Steps
from search.evaluate.evaluator import Evaluation, Evaluator, TextMatch
from search.evaluate.facets import values_containing
from search.evaluate.filters import field_choices, filter_masks
from search.evaluate.fold import fold_stories, reprints, value_of_article
from search.evaluate.ranking import Ranking
from search.evaluate.rerank import Ranked, Ranker
from search.evaluate.topk import after
from search.page import TEXT_FIELDS, FacetValue, Folded, Hit, Page, Reading
from search.query.parse import parse
from search.query.plan import Plan
from search.query.rewrite import rewrite
from search.query.vocabulary import Vocabulary, VocabularyFiles
from search.request import SearchRequest
from search.suggest.completion import Completion, Completions
from search.suggest.latest import Latest

__all__ = ["LocalEngine"]

Mask = npt.NDArray[np.bool_]

_Stamp = tuple[int, int, int] | None

_NO_WORDS = Vocabulary()


@dataclass(frozen=True, slots=True)
class _Open:
    """A snapshot with what was computed on it."""

    manifest: Manifest
    stamp: _Stamp
    snapshot: Snapshot
    analyzer: Analyzer
    evaluator: Evaluator
    ranker: Ranker
    assistance: Assistance
    answers: Answers


@dataclass(frozen=True, slots=True)
class _Selected:
    """What a search finds: ``docs``, ordered by ``keys``: the ``chosen``, or their leaders where ``stories`` are folded.

    ``pinned`` has the scores that pinned articles would have.
    """

    plan: Plan
    evaluation: Evaluation
    text: TextMatch
    filters: dict[str, Mask]
    chosen: Chosen
    docs: npt.NDArray[np.int64]
    docs32: npt.NDArray[np.uint32]
    ranked: Ranked | None
    keys: npt.NDArray[np.float64]
    pinned: dict[int, float]
    stories: _Stories | None


class LocalEngine:
    """An engine over ``data``; opens nothing until it is first asked, so it may be made before a fork.

    ``words`` are the editor's, ``steps`` what it evaluates by, by default the fastest there are. A search that takes longer than
    ``timeout_s`` is cut short, its page says so, and ``on_partial`` is called. So many as ``cached_answers`` are kept for who
    asks the same again.

    Searches raise ``IndexMissingError``, ``IndexDamagedError`` or ``AnalysisMismatchError`` while there is no usable index.
    """

    def __init__(
        self,
        data: str | Path,
        analyzer: Analyzer,
        *,
        relax_share: float,
        ranking: Ranking | None = None,
        timeout_s: float = math.inf,
        words: VocabularyFiles | None = None,
        cached_answers: int = 0,
        on_partial: Callable[[], None] = lambda: None,
        steps: Steps | None = None,
    ) -> None:
        self._cached_answers = cached_answers
        self._on_partial = on_partial
        self._ranking = ranking or Ranking()
        self._data = Path(data)
        self._timeout_s = timeout_s
        self._steps = steps
        self._words = words
        self._analyzer = analyzer
        self._relax_share = relax_share
        self._open: _Open | None = None
        self._refused: tuple[_Stamp, float, str] | None = None
        self._completions: Latest[Completions] = Latest()
        self._lock = threading.Lock()

    def search(self, request: SearchRequest) -> Page:
        """The page of results for ``request``."""
        begin = perf_counter()
        vocabulary = self._vocabulary()
        with self._reading() as opened:
            page = opened.answers.get(request, vocabulary)
            if page is None:
                page = self._answer(opened, request, vocabulary)
                opened.answers.keep(request, vocabulary, page)
        if page.partial:
            self._on_partial()
        return replace(page, took_ms=round((perf_counter() - begin) * 1000, 3))

    def _answer(self, opened: _Open, request: SearchRequest, vocabulary: Vocabulary) -> Page:
        cursor = read_cursor(request)
        snapshot, steps = opened.snapshot, opened.evaluator.steps
        selected = self._select(opened, request, vocabulary)
        plan, evaluation, keys, docs = selected.plan, selected.evaluation, selected.keys, selected.docs
        ranked, stories = selected.ranked, selected.stories
        rest = docs if cursor is None else _after(snapshot, keys, docs, cursor)
        end = request.offset + request.limit
        candidates = selected.docs32 if rest is selected.chosen.docs else rest.astype(np.uint32)
        shown = steps.best(keys, snapshot.ranks, candidates, end)[request.offset :]
        read = snapshot.record if needs_texts(request) else snapshot.head
        found = [
            Found(
                read(doc),
                0.0 if ranked is None else selected.pinned.get(doc, float(keys[doc])),
                None if stories is None else stories.folded(doc),
                opened.ranker.explain(evaluation, ranked, doc) if request.explain and ranked else None,
                pinned=doc in selected.pinned,
            )
            for doc in shown.tolist()
        ]
        more = len(rest) > end and len(shown) > 0
        return Page(
            text=request.text,
            relaxed=selected.text.relaxed,
            warnings=(*plan.warnings, *evaluation.cuts),
            partial=bool(evaluation.cuts),
            total=len(docs),
            hits=make_hits(found, plan, opened.analyzer, request),
            facets=count_facets(snapshot, steps, selected.text.mask, selected.docs32, selected.filters, request),
            next=write_cursor(request, float(keys[shown[-1]]), found[-1].record["id"]) if more else None,
            suggestion=_correction(opened, request, plan, selected.text, selected.filters, vocabulary),
        )

    def _select(self, opened: _Open, request: SearchRequest, vocabulary: Vocabulary) -> _Selected:
        query = parse(request.text, strict=request.strict)
        snapshot = opened.snapshot
        plan = rewrite(query, opened.analyzer, vocabulary, weigh_terms=self._ranking.weigh_terms)
        evaluation = opened.evaluator.start(plan, budget_s=self._timeout_s)
        text = evaluation.match(request.match)
        pinned = _pinned_docs(snapshot, pinned_keys(request, plan, vocabulary))
        text.mask[list(pinned)] = True
        filters = filter_masks(snapshot, request)
        chosen = Chosen.of(_all_of(text.mask, filters.values()))
        docs, docs32 = chosen.docs, chosen.docs.astype(np.uint32)
        ranked = None if date_order(request, plan) else opened.ranker.rank(evaluation, chosen)
        keys = _moments(snapshot, request) if ranked is None else ranked.keys
        scores = {doc: float(keys[doc]) for doc in pinned}
        keys[list(pinned)] = list(pinned.values())
        stories = _Stories(snapshot, keys, docs) if request.group == "story" else None
        if stories is not None:
            docs = stories.leaders
        return _Selected(plan, evaluation, text, filters, chosen, docs, docs32, ranked, keys, scores, stories)

    def export(self, request: SearchRequest) -> Export:
        """All hits of ``request``, read from the snapshot of now."""
        opened = self._current()
        snapshot = opened.snapshot
        selected = self._select(opened, request, self._vocabulary())
        docs = opened.evaluator.steps.best(
            selected.keys, snapshot.ranks, selected.docs.astype(np.uint32), len(selected.docs)
        )
        read = snapshot.head if TEXT_FIELDS.isdisjoint(request.fields) else snapshot.record
        return Export(
            total=len(docs),
            relaxed=selected.text.relaxed,
            partial=bool(selected.evaluation.cuts),
            records=(exported(read(doc), request.fields) for doc in map(int, docs)),
        )

    def version(self) -> str:
        """Which manifest is served, and with which words of the editor's."""
        return f"{self._current().stamp}{self._words.stamps() if self._words else ''}"

    def article(self, article_id: str) -> Article:
        """The article with that id."""
        with self._reading() as opened:
            doc = opened.snapshot.find(article_id)
            if doc is None:
                raise ArticleNotFoundError(article_id)
            return article_from_stored(opened.snapshot.record(doc))

    def read(self, article_id: str, text: str) -> Reading:
        """The article with that id, marked, and the other articles of its story."""
        opened = self._current()
        snapshot = opened.snapshot
        doc = snapshot.find(article_id)
        if doc is None:
            raise ArticleNotFoundError(article_id)
        plan = rewrite(parse(text), opened.analyzer, self._vocabulary(), weigh_terms=self._ranking.weigh_terms)
        stories = value_of_article(snapshot.facets["story"], snapshot.n_docs)
        others = snapshot.live & (stories >= 0) & (stories == stories[doc])
        others[doc] = False
        docs = np.flatnonzero(others)
        newest = docs[np.lexsort((snapshot.ranks[docs], -_moments(snapshot, SearchRequest())[docs]))]
        reprints = [snapshot.head(other) for other in newest.tolist()]
        return make_reading(article_from_stored(snapshot.record(doc)), reprints, plan, opened.analyzer)

    def similar(self, article_id: str, limit: int) -> tuple[Hit, ...]:
        """At most ``limit`` articles that are most like that one."""
        opened = self._current()
        snapshot = opened.snapshot
        doc = snapshot.find(article_id)
        if doc is None:
            raise ArticleNotFoundError(article_id)
        plan = opened.assistance.telling(article_from_stored(snapshot.record(doc)))
        stories = value_of_article(snapshot.facets["story"], snapshot.n_docs)
        others = snapshot.live & ((stories < 0) | (stories != stories[doc]))
        others[doc] = False
        keys = opened.evaluator.start(plan).scores(Chosen.of(others))
        docs = np.flatnonzero(keys > 0).astype(np.uint32)
        best = opened.evaluator.steps.best(keys, snapshot.ranks, docs, limit)
        found = [Found(snapshot.record(other), float(keys[other])) for other in best.tolist()]
        return make_hits(found, plan, opened.analyzer, SearchRequest(limit=limit))

    def suggest(self, text: str, limit: int) -> tuple[Completion, ...]:
        """At most ``limit`` texts to go on with from ``text``."""
        with self._reading() as opened:
            return self._completed(opened, text, limit)

    def _completed(self, opened: _Open, text: str, limit: int) -> tuple[Completion, ...]:
        # By number, not by the snapshot itself: what is removed of it meanwhile should not be held open.
        state = opened.manifest.generation, opened.manifest.commit
        completions = self._completions.get(state, opened.assistance.completions)
        return tuple(completions.complete(text, limit))

    def facet_values(self, facet: str, text: str, request: SearchRequest) -> tuple[FacetValue, ...]:
        """The values of one facet in which ``text`` stands."""
        query = parse(request.text, strict=request.strict)
        opened = self._current()
        plan = rewrite(query, opened.analyzer, self._vocabulary(), weigh_terms=self._ranking.weigh_terms)
        matching = opened.evaluator.start(plan, budget_s=self._timeout_s).match(request.match)
        filters = filter_masks(opened.snapshot, request)
        rows = facet_rows(opened.snapshot, opened.evaluator.steps, facet, matching.mask, filters)
        choices = field_choices(request)
        return values_containing(
            rows,
            facet_key(text),
            selected=choices[facet].wanted if facet in choices else (),
            limit=request.facet_limit,
        )

    def stats(self) -> EngineStats:
        """Facts about what is searched."""
        opened = self._current()
        # A commit or rebuild may remove files while they are counted: then what is left is counted.
        folder = index_folder(self._data) / opened.manifest.generation
        sizes = (path.stat().st_size for path in folder.glob("*") if path.exists())
        return EngineStats(
            articles=int(opened.snapshot.live.sum()),
            generation=opened.manifest.generation,
            change=opened.manifest.change,
            analysis=opened.manifest.analysis,
            index_bytes=sum(sizes),
            problems=self._problems(),
        )

    def _problems(self) -> tuple[str, ...]:
        """What is wrong with the editor's files, without the folder they are in: that is nobody's business outside."""
        problems = self._words.problems() if self._words else ()
        return tuple(
            str(UnreadableError(problem.reason, path=Path(problem.path or "").name, line=problem.line))
            for problem in problems
        )

    def close(self) -> None:
        """Lets go of the index."""
        with self._lock:
            self._open = None

    def _vocabulary(self) -> Vocabulary:
        return self._words.current() if self._words else _NO_WORDS

    @contextmanager
    def _reading(self) -> Iterator[_Open]:
        """The newest index, to be read from. Where its files were damaged since, what fails is that and no fault of ours."""
        opened = self._current()
        try:
            yield opened
        except ArticleSearchError:
            raise
        except Exception:
            open_newest(self._data, analysis=self._analyzer.fingerprint)
            raise

    def _current(self) -> _Open:
        """The newest index; what a search still reads of an older one stays mapped until it is done."""
        opened = self._open
        if opened is not None and manifest_stamp(self._data) in (opened.stamp, None):
            # With the manifest gone the last good snapshot goes on serving.
            return opened
        # Who finds another manifest may have been told that a write can be found, so nobody goes on without it.
        with self._lock:
            return self._newest()

    def _newest(self) -> _Open:
        stamp, before = manifest_stamp(self._data), self._open
        if before is not None and stamp in (before.stamp, None):
            return before
        if stamp is None and not self._data.exists():
            raise IndexMissingError(f"there is no data directory {self._data}; name one with --data", path=self._data)
        if before is None:
            newest = self._first(stamp)
        else:
            newest = open_newest(self._data, analysis=self._analyzer.fingerprint, before=before.snapshot)
        manifest, snapshot = newest.manifest, newest.snapshot
        # The words of the user's that count are those which the index knows, until it is brought up to newer ones.
        analyzer = (before.analyzer if before else self._analyzer).with_user_words(manifest.user_words)
        evaluator = Evaluator(snapshot, relax_share=self._relax_share, parameters=self._ranking.bm25, steps=self._steps)
        ranker = Ranker(snapshot, evaluator, self._ranking)
        assistance = Assistance(snapshot, evaluator, analyzer)
        answers = Answers(self._cached_answers)
        snapshot.make_ready(SearchRequest().facets)
        self._open = _Open(manifest, newest.stamp, snapshot, analyzer, evaluator, ranker, assistance, answers)
        return self._open

    def _first(self, stamp: _Stamp) -> Newest:
        """The newest index, each byte of it verified: it may have been damaged while nobody looked after it.

        Segments of later commits are not, for a search would wait for it; the keeper's scrubbing has them.
        """
        begin = monotonic()
        if self._refused is not None and self._refused[0] == stamp and begin < self._refused[1]:
            raise IndexDamagedError(self._refused[2], path=self._data)
        try:
            return open_newest(self._data, analysis=self._analyzer.fingerprint, verify=True)
        except IndexDamagedError as error:
            # It is not read again and again meanwhile by all who ask: that takes a fifth of the time at most.
            end = monotonic()
            self._refused = stamp, end + 4 * (end - begin), str(error)
            raise


class _Stories:
    """The hits of one search folded by story: ``leaders`` are those that are shown (``int64[n]``)."""

    def __init__(self, snapshot: Snapshot, keys: npt.NDArray[np.float64], docs: npt.NDArray[np.int64]) -> None:
        self._snapshot = snapshot
        self._keys = keys
        self._docs = docs
        self._stories = value_of_article(snapshot.facets["story"], snapshot.n_docs)
        self._source_of = value_of_article(snapshot.facets["source"], snapshot.n_docs)
        self.leaders = fold_stories(keys, snapshot.ranks, docs, self._stories)

    def folded(self, doc: int) -> Folded:
        """What was folded into the hit ``doc``."""
        count, sources = reprints(doc, self._keys, self._snapshot.ranks, self._docs, self._stories, self._sources)
        return Folded(count=count, sources=sources)

    def _sources(self, docs: npt.NDArray[np.int64]) -> list[str]:
        labels = self._snapshot.facets["source"].labels
        return [labels[ordinal] for ordinal in self._source_of[docs].tolist() if ordinal >= 0]


def _pinned_docs(snapshot: Snapshot, keys: dict[str, float]) -> dict[int, float]:
    """The sort keys of pinned articles by their number; those that are not there are left out."""
    found = ((snapshot.find(article_id), key) for article_id, key in keys.items())
    return {doc: key for doc, key in found if doc is not None}


def _after(
    snapshot: Snapshot, keys: npt.NDArray[np.float64], docs: npt.NDArray[np.int64], cursor: Cursor
) -> npt.NDArray[np.int64]:
    """Those of ``docs`` that come after the place of a cursor."""
    return after(keys, snapshot.ranks, docs, cursor.key, snapshot.rank_of(cursor.id))


def _moments(snapshot: Snapshot, request: SearchRequest) -> npt.NDArray[np.float64]:
    """What each article is ordered by, the highest first, undated ones last (``float64[n_docs]``)."""
    moments = snapshot.moments.astype(np.float64)
    return np.where(snapshot.dated, -moments if request.sort == "oldest" else moments, -np.inf)


def _all_of(mask: Mask, others: Iterable[Mask]) -> Mask:
    for other in others:
        mask = mask & other
    return mask


def _correction(
    opened: _Open,
    request: SearchRequest,
    plan: Plan,
    text: TextMatch,
    filters: dict[str, Mask],
    vocabulary: Vocabulary,
) -> str | None:
    """A correction of the query where no article has all its words; only on the first page."""
    answered = not plan.required or (text.mask.any() and not text.relaxed)
    if answered or request.offset or request.cursor:
        return None
    allowed = _all_of(opened.snapshot.live, filters.values())

    def planned(tried: str) -> Plan:
        return rewrite(parse(tried), opened.analyzer, vocabulary)

    return opened.assistance.correction(request.text, planned, allowed)
