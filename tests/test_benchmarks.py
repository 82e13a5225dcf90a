from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from indexer.analysis import Analyzer
from search.engines.reference import ReferenceEngine
from tests.conftest import ROOT, ZONE

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


def test_whoosh_is_left_out_of_a_large_run(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tantivy")
    from benchmarks import run as runner

    monkeypatch.setattr(
        runner, "make_queries", lambda articles: __import__("benchmarks.corpus").corpus.make_queries(articles, 4, 4)
    )
    monkeypatch.setattr(runner, "MOST_FOR_WHOOSH", 40)
    results = runner.run(news, 30, 50, throughput=False)
    assert (results["articles"], set(results["indexing"])) == (50, {"article-search", "tantivy"})
    assert results["command"] == "python -m benchmarks.run --articles 30 --tile 50"


def test_the_curves_are_drawn_out_of_kept_runs(tmp_path: Path) -> None:
    from benchmarks.curves import draw

    for size, spent in ((10_000, 0.2), (1_000_000, 4.0)):
        folder = tmp_path / f"2026-01-01-machine-{size}"
        folder.mkdir()
        times = {level: {"or": [spent] * 30, "phrase": [spent / 2] * 30} for level in ("facets",)}
        results = {
            "articles": size,
            "indexing": {"article-search": {"bytes_per_article": 4000, "articles_per_s": 5000}},
            "milliseconds": {"article-search": times},
        }
        (folder / "results.json").write_text(json.dumps(results), encoding="utf-8")
    picture = draw(tmp_path)
    assert picture.startswith("<svg")
    assert "10 K" in picture
    assert "1 M" in picture
    assert "article-search" in picture


def test_a_corpus_of_any_size_is_made_of_halves_with_a_tenth_of_the_tokens_replaced(news: Path) -> None:
    from benchmarks.corpus import read_news
    from benchmarks.tiles import tiled

    base = [
        article
        | {"id": str(number), "title": f"第{number}题", "body": chr(0x4E00 + number) * 600, "source": f"s{number}"}
        for number, article in enumerate(read_news(news, 7))
    ]
    made = list(tiled(base, 30))
    assert made == list(tiled(base, 30))
    assert list(tiled(base, 5)) == made[:5] == base[:5]
    assert len({article["id"] for article in made}) == 30
    own = {str(article["body"])[0] for article in base}
    for article in made[7:]:
        body = str(article["body"])
        assert 500 < len(body) < 700
        for third in (body[:200], body[-200:]):
            assert 0.8 < max(third.count(letter) for letter in own) / 200 < 1
    assert any(str(article["body"])[0] != str(article["body"])[-1] for article in made[7:])
    assert list(tiled([], 3)) == []


def test_an_indexing_run_says_where_the_time_goes_and_what_it_held(
    news: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from benchmarks import indexing

    out = news.parent / "figures.json"
    arguments = ["--news", str(news), "--articles", "40", "--tile", "90", "--repeats", "1", "--out", str(out)]
    assert indexing.main(arguments) == 0
    one, two = json.loads(out.read_text(encoding="utf-8"))
    assert [(run["workers"], run["articles"]) for run in (one, two)] == [(1, 90), (2, 90)]
    for run in (one, two):
        assert run["seconds"] > 0
        assert sum(run["stages"].values()) == pytest.approx(run["cpu_s"])
        assert min(run["stages"]["archive"], run["stages"]["analysis, inversion"]) > 0
        assert run["peak_rss_mb"] > 20
    table = capsys.readouterr().out
    assert "| 90 articles | workers: 1 | workers: 2 |" in table
    assert "| of these: analysis, inversion |" in table


def test_an_indexing_run_without_articles_says_how_to_name_them(tmp_path: Path) -> None:
    from benchmarks import indexing

    assert indexing.main(["--news", str(tmp_path / "none.gz")]) == 2


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
    assert results["command"] == "python -m benchmarks.relevance --articles 40 --ablate"
    assert results["rows"]["all parts"]["questions, match=any"]["r1"] == 1.0
    assert "| no re-rank |" in (tmp_path / "out" / "relevance.md").read_text(encoding="utf-8")


def test_answers_to_quoted_strings_are_compared_with_a_scan_and_what_differs_is_told(news: Path) -> None:
    pytest.importorskip("opencc")
    from benchmarks import literal
    from benchmarks.literal_queries import LiteralQuery
    from benchmarks.plain_scan import FIELDS, PlainScan
    from tests.conftest import article

    results = literal.run(news, 40, 60)
    assert (results["differences"], results["found_nowhere"]) == ([], 12)
    assert sum(results["kinds"].values()) == 72
    assert "0 answers differ from a plain scan" in literal.to_table(results)

    engine = ReferenceEngine([article("a", "题", "监督")], Analyzer(), ZONE, relax_share=0.5)
    query = LiteralQuery(kind="as it stands", text="监督", fields=FIELDS, article="a")
    scan = PlainScan([{"id": "a", "body": "检查"}, {"id": "b", "body": "監 督"}])
    (difference,) = literal.compare(engine, scan, [query])["differences"]
    assert (difference["missed"], difference["extra"], difference["total"]) == (["b"], ["a"], 1)


def test_searches_beside_commits_are_measured_and_what_is_committed_is_found(tmp_path: Path) -> None:
    from benchmarks.live_updates import live_updates, percentile
    from tests.conftest import article

    articles = [article(f"{number}", title=f"第{number}题", body=f"监督检查第{number}篇") for number in range(30)]
    found = live_updates(tmp_path, articles, ["监督", "检查"], turns=1, seconds=1.5, threads=2, a_second=10, pause_ms=5)
    assert min(map(len, (found.quiet, found.busy, found.commits, found.lags))) > 0
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
