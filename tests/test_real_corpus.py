"""The seed page among 19,547 real news articles: found, marked, and counted as the reference engine counts."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import index_paths
from indexer.analysis import Analyzer
from indexer.archive import Archive
from search import Engine, SearchRequest
from search.engines.local import LocalEngine
from search.engines.reference import ReferenceEngine
from tests.conftest import ZONE

pytestmark = pytest.mark.real_corpus

SEED = "000_121e93e5bd4a9494.txt"
SECTIONS = [("国内", "时政"), ("国内", "社会"), ("国际",), ("國際", "亞洲"), ("经济", "农业"), ()]


@pytest.fixture(scope="module")
def data(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of both, made by the same call that a user makes."""
    folder = tmp_path_factory.mktemp("real")
    rng = random.Random(3)
    with (
        gzip.open(shared_data / "news-broadcast.jsonl.gz") as lines,
        (folder / "news.jsonl").open("w", encoding="utf-8") as out,
    ):
        for line in lines:
            record = json.loads(line)
            record["section"] = SECTIONS[min(int(rng.paretovariate(0.8)) - 1, len(SECTIONS) - 1)]
            record["authors"] = [f"记者{min(int(rng.paretovariate(0.6)), 300)}"]
            record["source"] = f"来源{min(int(rng.paretovariate(0.7)), 50)}"
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    report = index_paths([folder / "news.jsonl", shared_data / SEED], folder / "data", workers=2)
    assert (report.added, report.rejected) == (19_548, ())
    return folder / "data"


@pytest.fixture(scope="module")
def engine(data: Path) -> Iterator[Engine]:
    opened = LocalEngine(data, Analyzer(), relax_share=0.5)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("query", "marks"),
    [("資源縣", "資源縣"), ("资源县", "資源縣"), ("監督", "監督"), ('"紀委監委"', "紀委監委"), ("督", "督")],
)
def test_the_seed_page_is_found_and_the_right_characters_marked(engine: Engine, query: str, marks: str) -> None:
    page = engine.search(SearchRequest(text=query, sections=("清廉之窗",)))
    assert page.total == 1
    (hit,) = page.hits
    shown = " ".join((hit.highlights.title, *hit.highlights.snippets))
    assert f"<mark>{marks}</mark>" in shown
    assert {piece.partition("</mark>")[0] for piece in shown.split("<mark>")[1:]} == {marks}


def test_the_seed_page_comes_first_for_its_county(engine: Engine) -> None:
    assert engine.search(SearchRequest(text="资源县")).hits[0].title == "資源縣:強化監督檢查 壓實疫情防控責任落實"


@pytest.mark.parametrize("chrome", ["所在位置", "返回顶部", "清廉桂林", "小小說丨干鞋", "官方微博", "jiān"])
def test_nothing_around_the_article_can_be_found(engine: Engine, chrome: str) -> None:
    assert engine.search(SearchRequest(text=f'"{chrome}"', sections=("清廉之窗",))).total == 0


def test_totals_and_facets_are_those_of_the_reference_engine(data: Path, engine: Engine) -> None:
    with Archive(data, create=False) as archive:
        articles = [change.article for change in archive.changes(0) if change.article is not None]
    reference = ReferenceEngine(articles, Analyzer(), ZONE, relax_share=0.5, corrects=False)
    rng = random.Random(7)
    for _ in range(200):
        request = random_request(rng, [rng.choice(articles).body for _ in range(3)])
        found, expected = engine.search(request), reference.search(request)
        assert replace(found, took_ms=0.0, suggestion=None) == replace(expected, took_ms=0.0), request


def random_request(rng: random.Random, bodies: list[str]) -> SearchRequest:
    def piece(longest: int) -> str:
        body = rng.choice(bodies).replace("\n", " ").replace('"', "") or "新闻"
        start = rng.randrange(len(body))
        return body[start : start + rng.randint(1, longest)].strip() or "新闻"

    text = rng.choice([piece(4), f'"{piece(8)}"', f"{piece(3)} {piece(3)}", f"{piece(3)} -{piece(2)}", ""])
    day = f"{rng.randint(2022, 2025)}-{rng.randint(1, 12):02}"
    return SearchRequest(
        text=text,
        match=rng.choice(["auto", "all", "any"]),
        sections=tuple(rng.sample(["国内", "国内 > 时政", "國際", "经济", ""], rng.randint(0, 2))),
        authors=tuple(rng.sample(["记者1", "记者2", "记者7"], rng.randint(0, 1))),
        not_sources=tuple(rng.sample(["来源1", "来源2"], rng.randint(0, 1))),
        from_=rng.choice([None, None, day]),
        # By date: the reference engine's scores of thousands of matches would take minutes; others compare them.
        sort=rng.choice(["newest", "oldest"]),
        limit=5,
        facets=("section", "author", "source", "year", "month"),
    )
