from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from indexer.analysis import Analyzer
from search.engines.reference import ReferenceEngine
from tests.conftest import ROOT, ZONE, article

pytest.importorskip("rjieba")


@pytest.fixture
def news(tmp_path: Path) -> Path:
    path = tmp_path / "news.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for number in range(3000):
            body = "监督检查组来到河边，看了三处堤坝，乡村振兴有了新的办法。"
            file.write(
                json.dumps({"id": str(number), "title": "监督检查 乡村振兴", "date": "20240506", "body": body}) + "\n"
            )
    return path


def test_names_are_assigned_by_a_fixed_skewed_rule(news: Path) -> None:
    from benchmarks.corpus import SECTIONS, read_news

    articles = read_news(news)
    assert len(SECTIONS) == len(set(SECTIONS)) == 40
    assert {len(section) for section in SECTIONS} == {1, 2}
    assert read_news(news, 50) == articles[:50]
    counts = [sum(article["source"] == f"来源{number}" for article in articles) for number in (1, 2, 5)]
    assert counts == sorted(counts, reverse=True)
    assert len({str(article["authors"]) for article in articles}) <= 500


def test_queries_are_the_same_in_every_run(news: Path) -> None:
    from benchmarks.corpus import make_queries, read_news

    articles = read_news(news, 100)
    queries = make_queries(articles, pairs=5, phrases=5)
    assert queries == make_queries(articles, pairs=5, phrases=5)
    assert [sum(query.kind == kind for query in queries) for kind in ("or", "and", "phrase")] == [5, 5, 5]


def test_a_small_run_measures_every_contestant(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tantivy")
    from benchmarks import run as runner

    monkeypatch.setattr(
        runner, "make_queries", lambda articles: __import__("benchmarks.corpus").corpus.make_queries(articles, 8, 8)
    )
    results = runner.run(news, 30, throughput=False)
    assert set(results["indexing"]) == {"article-search", "whoosh", "tantivy"}
    assert all(figures["articles_per_s"] > 0 for figures in results["indexing"].values())
    assert "| or, snippets: p50 / p95 ms |" in runner.to_table(results)


def test_kept_runs_hold_their_command_and_versions() -> None:
    for path in (ROOT / "benchmarks" / "runs").glob("*/results.json"):
        results = json.loads(path.read_text(encoding="utf-8"))
        assert results["command"].startswith("python -m benchmarks.run")
        assert results["versions"]["whoosh3"]


def test_made_reprints_are_told_from_items_of_a_series(tmp_path: Path) -> None:
    pytest.importorskip("opencc")
    import random

    from benchmarks.duplicates import KINDS, hard_negatives, make_reprint, measure
    from indexer.article import Article
    from tests.test_reprints import BODY, DAILY

    rng = random.Random(1)
    letters = [chr(code) for code in range(0x4E00, 0x5E00)]
    articles = [
        Article(
            id=f"n{at}",
            title=f"见闻{at}",
            body=BODY[at:] + "。".join("".join(rng.sample(letters, 20)) for _ in range(8)),
        )
        for at in range(12)
    ]
    articles += [
        Article(
            id=f"d{day}",
            title="天气",
            body=DAILY.format(day=day, high=day + 9, rain=day * 2),
            published=f"2024-05-{day:02}",
        )
        for day in range(1, 9)
    ]
    assert len(hard_negatives(articles)) >= 20
    assert {make_reprint(articles[0], kind, rng).body == articles[0].body for kind in KINDS} == {True, False}
    *results, negatives = measure(articles, n_pairs=5)
    assert [result.kind for result in results] == list(KINDS)
    assert negatives.kind == "hard negatives joined: 0.00%"
    assert all(result.recall > 0.5 for result in results)


def test_answers_to_quoted_strings_are_compared_with_a_scan_and_what_differs_is_told(news: Path) -> None:
    pytest.importorskip("opencc")
    from benchmarks import literal
    from benchmarks.literal_queries import LiteralQuery
    from benchmarks.plain_scan import FIELDS, PlainScan

    results = literal.run(news, 40, 60)
    assert (results["differences"], results["found_nowhere"]) == ([], 12)
    assert sum(results["kinds"].values()) == 72
    assert "0 answers differ from a plain scan" in literal.to_table(results)

    engine = ReferenceEngine([article("a", "题", "监督")], Analyzer(), ZONE, relax_share=0.5)
    query = LiteralQuery(kind="as it stands", text="监督", fields=FIELDS, article="a")
    scan = PlainScan([{"id": "a", "body": "检查"}, {"id": "b", "body": "監 督"}])
    (difference,) = literal.compare(engine, scan, [query])["differences"]
    assert (difference["missed"], difference["extra"], difference["total"]) == (["b"], ["a"], 1)
