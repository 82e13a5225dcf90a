"""Random articles, commits and queries: every way to an answer gives the same one, and the reference engine says which."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from indexer.article import Article
from indexer.schema import clean_article
from indexer.targets import LocalTarget
from search import Page, SearchRequest
from search.engines.local import LocalEngine
from search.engines.reference import ReferenceEngine
from search.evaluate import arrays
from search.evaluate.bm25 import Bm25
from search.evaluate.ranking import Boost, Ranking
from search.page import Explanation
from search.query.vocabulary import VocabularyFiles
from tests.conftest import ZONE, article

TEXT = st.text(st.sampled_from("监督检查的县a1c ，。\n"), max_size=24)
LINE = st.text(st.sampled_from("监督检查a ，"), max_size=6)
ARTICLES = st.builds(
    article,
    st.sampled_from([f"id{number}" for number in range(8)]),
    LINE.map(lambda line: line.strip() or "题"),
    TEXT,
    summary=st.none() | LINE,
    section=st.sampled_from([(), ("甲",), ("甲", "乙"), ("丙",)]),
    authors=st.sampled_from([(), ("张三",), ("張三", "李四")]),
    source=st.sampled_from([None, "日报", "日報"]),
    published=st.sampled_from([None, "2023", "2023-05", "2024-05-06"]),
    captions=st.sampled_from([(), ("监督图",)]),
)
LEAVES = st.sampled_from(
    [
        "监督", "检查", "督", "的", "a", "a1", "c", "张三", "县", '"督检"', '"督，检"', '"监督 检查"~2',
        '"的 a"~0', "监*查", "监?检", "监?检?", "a*", "*c", "督*的?a", "title:监督", "body:“检”", "author:張三",
        "section:甲", "summary:a", "caption:图", "title:a*", "date:2023", "date:2023-06..", "date:..2023-04", "没有",
    ]
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" AND ", " OR ", " "]), inner).map(lambda parts: f"({''.join(parts)})"),
        inner.map(lambda part: f"-{part}"),
    ),
    max_leaves=4,
)
QUERIES = st.lists(TREES, min_size=1, max_size=3).map(" ".join)


@dataclass(frozen=True)
class Commit:
    articles: tuple[Article, ...]
    deleted: tuple[str, ...]


COMMITS = st.lists(
    st.builds(
        Commit,
        st.lists(ARTICLES, max_size=6, unique_by=lambda item: item.id).map(tuple),
        st.lists(st.sampled_from([f"id{number}" for number in range(8)]), max_size=2, unique=True).map(tuple),
    ),
    min_size=1,
    max_size=5,
)
EDITORS_FILES = st.fixed_dictionaries(
    {
        "synonyms.txt": st.sampled_from(["", "监督,检查\n", "督=>a1, 的县\n监督检=>查\n", "检查,县,a\n监督=>张三\n"]),
        "stop_words.txt": st.sampled_from(["", "检查\n", "a\n督\n的\n"]),
        "pins.txt": st.sampled_from(["", "监督=>id1,id0\n檢查=>id2\n督=>id3\na=>id4,id9\n"]),
    }
)
REQUESTS = st.builds(
    SearchRequest,
    text=QUERIES | st.sampled_from(["监督", "督", "A"]),
    match=st.sampled_from(["auto", "all", "any"]),
    sections=st.sampled_from([(), ("甲",)]),
    not_authors=st.sampled_from([(), ("张三",)]),
    from_=st.sampled_from([None, "2023-05"]),
    sort=st.sampled_from(["relevance", "newest"]),
    explain=st.booleans(),
    facets=st.just(("section", "author", "source", "year", "month")),
)


RANKINGS = st.sampled_from(
    [
        Ranking(),
        Ranking(depth=2, recency_weight=0.5, boosts=(Boost("section", "甲", 1.5), Boost("source", "日報", 0.5))),
        Ranking(weigh_terms=False, bm25=Bm25(k1=1.2, b=0.4), window_chars=3, exact_title=0.0),
    ]
)


@pytest.fixture(scope="module")
def ways() -> list[ModuleType]:
    """The steps that are installed."""
    return [arrays, pytest.importorskip("search.evaluate.kernels")]


@settings(max_examples=150)
@given(COMMITS, st.lists(REQUESTS, min_size=1, max_size=6), RANKINGS, EDITORS_FILES)
def test_numpy_numba_and_the_reference_answer_alike(
    ways: list[ModuleType],
    analyzer: Analyzer,
    commits: Sequence[Commit],
    requests: Sequence[SearchRequest],
    ranking: Ranking,
    files: dict[str, str],
) -> None:
    with tempfile.TemporaryDirectory() as data:
        live = _write(Path(data), analyzer, commits)
        for name, text in files.items():
            (Path(data) / name).write_text(text, encoding="utf-8")
        words = VocabularyFiles(data, regions=False)
        assert words.problems() == ()
        reference = ReferenceEngine(live, analyzer, ZONE, relax_share=0.5, ranking=ranking, vocabulary=words.current())
        engines = [
            LocalEngine(data, analyzer, relax_share=0.5, ranking=ranking, words=words, steps=steps)  # type: ignore[arg-type]
            for steps in ways
        ]
        for request in requests:
            wanted = reference.search(request)
            for engine in engines:
                _same(engine.search(request), wanted)
        for engine in engines:
            engine.close()


def _write(data: Path, analyzer: Analyzer, commits: Sequence[Commit]) -> list[Article]:
    """Applies the commits, each a segment until they are merged; the articles that are left."""
    live: dict[str, Article] = {}
    for number, commit in enumerate(commits, 1):
        target = LocalTarget(data, analyzer, ZONE)
        for article_id in commit.deleted:
            target.delete(article_id)
            live.pop(article_id, None)
        for item in map(clean_article, commit.articles):
            if item.id not in commit.deleted:
                target.add(item)
                live[item.id] = item
        target.commit(number)
        target.close()
    return list(live.values())


def _same(page: Page, wanted: Page) -> None:
    assert [hit.id for hit in page.hits] == [hit.id for hit in wanted.hits]
    assert [hit.pinned for hit in page.hits] == [hit.pinned for hit in wanted.hits]
    assert [hit.score for hit in page.hits] == pytest.approx([hit.score for hit in wanted.hits], abs=1e-6)
    assert [hit.highlights for hit in page.hits] == [hit.highlights for hit in wanted.hits]
    for hit, like in zip(page.hits, wanted.hits, strict=True):
        assert (hit.explanation is None) == (like.explanation is None)
        if hit.explanation and like.explanation:
            _same_parts(hit.explanation, like.explanation)
    assert (page.total, page.relaxed, page.facets, page.warnings) == (
        wanted.total,
        wanted.relaxed,
        wanted.facets,
        wanted.warnings,
    )


def _same_parts(found: Explanation, wanted: Explanation) -> None:
    assert [replace(term, idf=0, score=0) for term in found.terms] == [
        replace(term, idf=0, score=0) for term in wanted.terms
    ]
    assert [(term.idf, term.score) for term in found.terms] == [
        pytest.approx((term.idf, term.score), abs=2e-6) for term in wanted.terms
    ]
    names = ("title", "factor", "characters", "window", "order")
    assert [getattr(found, name) for name in names] == pytest.approx(
        [getattr(wanted, name) for name in names], abs=2e-6
    )
