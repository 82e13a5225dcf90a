from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.conftest import ROOT

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


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    paragraphs = [
        {"context": "梵語由威廉·瓊斯傳到歐洲，學者們開始研究。", "qas": [{"question": "誰把梵語傳到了歐洲？"}]},
        {
            "context": "資源縣在中峰鎮設立監督站。",
            "qas": [{"question": "監督站在哪個鎮？"}, {"question": "哪個縣有監督站？"}],
        },
        {"context": "資源縣在中峰鎮設立監督站。", "qas": [{"question": "監督站由誰設立？"}]},
    ]
    path = tmp_path / "questions.json"
    data = {"data": [{"title": "百科", "paragraphs": paragraphs}]}
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def test_a_question_set_is_read_with_each_text_once(questions: Path) -> None:
    from benchmarks.relevance import read_questions

    paragraphs, asked = read_questions(questions)
    assert [paragraph["id"] for paragraph in paragraphs] == ["paragraph-0", "paragraph-1"]
    assert [query.article_id for query in asked] == ["paragraph-0", "paragraph-1", "paragraph-1", "paragraph-1"]


def test_a_small_run_says_how_well_questions_are_answered_and_what_each_part_earns(
    news: Path, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba")
    from benchmarks import relevance

    rows = {name: relevance.ABLATIONS[name] for name in ("all parts", "no re-rank")}
    monkeypatch.setattr(relevance, "ABLATIONS", rows)
    monkeypatch.setattr(
        "sys.argv",
        ["relevance", "--questions", str(questions), "--news", str(news), "--articles", "40", "--ablate",
         "--out", str(tmp_path / "out")],
    )  # fmt: skip
    assert relevance.main() == 0
    results = json.loads((tmp_path / "out" / "relevance.json").read_text(encoding="utf-8"))
    assert set(results["rows"]) == set(rows)
    assert results["rows"]["all parts"]["questions, match=any"]["r1"] == 1.0
    assert "| no re-rank |" in (tmp_path / "out" / "relevance.md").read_text(encoding="utf-8")
