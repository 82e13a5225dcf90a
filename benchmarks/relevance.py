"""How well the right article is found: ``python -m benchmarks.relevance [--questions FILE] [--ablate]``.

The paragraphs of a question set are indexed beside the first news articles, and searched as anyone would search: whole questions,
the two or three rarest content words of each, and, as a check on modern news, words of headlines against the articles of
which they are the headline, indexed without it. Titles are asked for too, whole and in part. With ``--ablate`` each part of
the ranking is turned off in turn.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.corpus import default_news, write_jsonl
from indexer import index_paths
from indexer.analysis import Analyzer, fold, literal_form
from search import Engine, SearchRequest, open_engine
from search.evaluate.bm25 import Bm25
from search.evaluate.ranking import Ranking
from search.query.weights import is_function_word, is_question_word

__all__ = ["Asked", "Result", "main", "measure", "read_questions"]

NEWS_ARTICLES, UNTITLED, TITLES = 8_000, 2_000, 1_000
SPEED_QUERIES, REPEATS = 500, 5
DEPTH = 10
MATCHES = {
    "questions": ("auto", "any"), "keywords": ("auto", "any"), "headline words": ("auto", "any"),
    "titles": ("auto",), "parts of titles": ("auto",),
}  # fmt: skip
"""By which ``match`` each set of queries is asked."""
PACKAGES = ("numpy", "numba", "rjieba")
ABLATIONS: dict[str, dict[str, Any]] = {
    "all parts": {},
    "question and function words like others": {"weigh_terms": False},
    "k1 1.2": {"bm25": Bm25(k1=1.2)},
    "no re-rank": {"depth": 0},
    "re-rank without characters": {"characters": 0.0},
    "re-rank without window": {"window": 0.0},
    "re-rank without order": {"order": 0.0},
    "no title that is the query": {"exact_title": 0.0},
    "no title that holds the query": {"title_phrase": 0.0},
    "plain: k1 1.2, no weights, no re-rank, no title": {
        "weigh_terms": False, "bm25": Bm25(k1=1.2), "depth": 0, "exact_title": 0.0, "title_phrase": 0.0
    },
}  # fmt: skip
"""Name of a row → what it changes in :class:`Ranking`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query and the id of the article that it is after."""

    text: str
    article_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a set of queries fared.

    ``r1`` and ``r10`` are the share with the right article first and among the first 10, ``mrr10`` the mean of its reciprocal
    rank there; milliseconds are those of a search without facets and snippets.
    """

    queries: int
    r1: float
    mrr10: float
    r10: float
    p50_ms: float
    p95_ms: float


def main() -> int:
    """Indexes, asks, prints the tables, keeps the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.relevance", description=__doc__)
    default = default_news().with_name("drcd-dev.json.gz")
    parser.add_argument(
        "--questions", type=Path, default=default, help="a question set in the form of SQuAD, .json or .json.gz"
    )
    parser.add_argument("--news", type=Path, default=default_news(), help="news-broadcast.jsonl.gz")
    parser.add_argument(
        "--articles", type=int, default=NEWS_ARTICLES, help="so many news articles beside the paragraphs"
    )
    parser.add_argument("--limit", type=int, help="ask only so many questions")
    parser.add_argument("--ablate", action="store_true", help="turn each part of the ranking off in turn")
    parser.add_argument(
        "--out", type=Path, help="folder for the figures (default: benchmarks/runs/DATE-MACHINE-relevance)"
    )
    options = parser.parse_args()
    for path in (options.questions, options.news):
        if not path.exists():
            print(f"there is no {path}; name it with --questions, --news or ARTICLE_SEARCH_SHARED", file=sys.stderr)
            return 2
    results = run(options)
    machine = f"{os.cpu_count()}-core-{platform.machine()}"
    folder = options.out or Path(__file__).parent / "runs" / f"{datetime.now(UTC):%Y-%m-%d}-{machine}-relevance"
    folder.mkdir(parents=True, exist_ok=True)
    table = to_table(results)
    (folder / "relevance.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / "relevance.md").write_text(table, encoding="utf-8")
    print(table)
    return 0


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Everything measured in one run: for each row of the table, the figures of each set of queries."""
    paragraphs, questions = read_questions(options.questions)
    news = list(read_articles(options.news, options.articles))
    untitled = set(random.Random(7).sample(range(len(news)), min(UNTITLED, len(news) // 4)))
    articles = paragraphs + [
        {name: value for name, value in article.items() if name != "title" or at not in untitled}
        for at, article in enumerate(news)
    ]
    sets = query_sets(questions[: options.limit], articles, [news[at] for at in sorted(untitled)])
    results: dict[str, Any] = {
        "command": _command(options),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
        "questions": options.questions.name,
        "articles": len(articles),
        "rows": {},
    }
    with tempfile.TemporaryDirectory() as scratch:
        source, data = Path(scratch) / "articles.jsonl", Path(scratch) / "data"
        write_jsonl(articles, source)
        report = index_paths([source], data, workers=os.cpu_count() or 1)
        assert report.added == len(articles), report.rejected[:3]
        for name, changes in ABLATIONS.items() if options.ablate else [("all parts", {})]:
            engine = open_engine(data, ranking=replace(Ranking(), **changes))
            figures = {}
            for title, asked in sets.items():
                for match in MATCHES[title]:
                    result = measure(engine, asked, match)
                    figures[f"{title}, match={match}"] = {field: getattr(result, field) for field in Result.__slots__}
            results["rows"][name] = figures
            engine.close()
            print(name, {title: found["mrr10"] for title, found in figures.items()}, file=sys.stderr)
        results["speed"] = speed(data, sets["questions"])
    return results


def speed(data: Path, asked: Sequence[Asked]) -> dict[str, dict[str, float]]:
    """p50 and p95 in ms of whole questions, with and without the re-rank.

    The same questions are asked of both in turn, and of a few times the least counts, so that what else the machine does hits
    both alike.
    """
    rankings = {"re-rank": Ranking(), "no re-rank": Ranking(depth=0)}
    engines = {name: open_engine(data, ranking=ranking) for name, ranking in rankings.items()}
    chosen = random.Random(5).sample(asked, min(SPEED_QUERIES, len(asked)))
    figures: dict[str, dict[str, float]] = {}
    for level, snippets, facets in (("top 10", 0, ()), ("facets and snippets", 2, ("section", "author", "source"))):
        times = {name: np.full(len(chosen), np.inf) for name in engines}
        for _ in range(REPEATS):
            for at, query in enumerate(chosen):
                for name, engine in engines.items():
                    request = SearchRequest(text=query.text, snippets=snippets, facets=facets)
                    begin = perf_counter()
                    engine.search(request)
                    times[name][at] = min(times[name][at], (perf_counter() - begin) * 1000)
        for name, spent in times.items():
            p50, p95 = np.percentile(spent, [50, 95]).tolist()
            figures[f"{level}, {name}"] = {"p50_ms": round(p50, 3), "p95_ms": round(p95, 3)}
    for engine in engines.values():
        engine.close()
    return figures


def read_questions(path: Path) -> tuple[list[dict[str, object]], list[Asked]]:
    """The paragraphs of a question set as articles, each text once, and its questions with the paragraph that answers each."""
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    paragraphs: dict[str, dict[str, object]] = {}
    questions: list[Asked] = []
    for document in json.loads(text)["data"]:
        for paragraph in document["paragraphs"]:
            title = {"title": document["title"]} if document.get("title") else {}
            body, article_id = paragraph["context"], f"paragraph-{len(paragraphs)}"
            known = paragraphs.setdefault(body, {"id": article_id, **title, "body": body})
            questions += [Asked(found["question"], str(known["id"])) for found in paragraph["qas"]]
    return list(paragraphs.values()), questions


def read_articles(path: Path, count: int) -> Iterator[dict[str, object]]:
    """The first ``count`` news articles."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for _, line in zip(range(count), lines, strict=False):
            yield json.loads(line)


def query_sets(
    questions: Sequence[Asked], articles: list[dict[str, object]], untitled: list[dict[str, object]]
) -> dict[str, list[Asked]]:
    """The sets of queries by name."""
    analyzer = Analyzer()
    folded = [fold(f"{article.get('title', '')}\n{article['body']}") for article in articles]
    occurrences = analyzer.words_of_all(folded)
    held = np.unique(occurrences.texts * len(occurrences.words) + occurrences.numbers) % len(occurrences.words)
    counts = np.bincount(held, minlength=len(occurrences.words)).tolist()
    frequency = dict(zip(occurrences.words, counts, strict=True))
    headlines = [Asked(str(article["title"]), str(article["id"])) for article in untitled]
    named = [article for article in articles if "title" in article and not str(article["id"]).startswith("paragraph")]
    rng = random.Random(11)
    titles = [
        Asked(str(article["title"]), str(article["id"])) for article in rng.sample(named, min(TITLES, len(named)))
    ]
    often = Counter(fold(str(article["title"])) for article in named)
    titles = [asked for asked in titles if often[fold(asked.text)] == 1]
    sets = {
        "questions": list(questions),
        "keywords": _rarest_words(questions, frequency, analyzer),
        "headline words": _rarest_words(headlines, frequency, analyzer),
        "titles": titles,
        "parts of titles": [Asked(_part(asked.text, rng), asked.article_id) for asked in titles],
    }
    return {name: asked for name, asked in sets.items() if asked}


def measure(engine: Engine, asked: Sequence[Asked], match: str) -> Result:
    """Asks every query once, after some to warm up."""
    ranks, times = [], []
    for query in [*asked[:50], *asked]:
        request = SearchRequest(text=query.text, match=match, limit=DEPTH, facets=(), snippets=0)  # type: ignore[arg-type]
        begin = perf_counter()
        hits = engine.search(request).hits
        times.append((perf_counter() - begin) * 1000)
        ranks.append(next((rank for rank, hit in enumerate(hits, 1) if hit.id == query.article_id), 0))
    found, spent = np.array(ranks[-len(asked) :]), np.array(times[-len(asked) :])
    return Result(
        queries=len(asked),
        r1=round(float((found == 1).mean()), 4),
        mrr10=round(float(np.where(found > 0, 1 / np.maximum(found, 1), 0).mean()), 4),
        r10=round(float((found > 0).mean()), 4),
        p50_ms=round(float(np.percentile(spent, 50)), 3),
        p95_ms=round(float(np.percentile(spent, 95)), 3),
    )


def to_table(results: dict[str, Any]) -> str:
    """The figures as Markdown: a table of the first row, and one of all rows."""
    rows = results["rows"]
    first = next(iter(rows.values()))
    lines = [
        f"{results['articles']:,} articles, {results['questions']}, Python {results['python']}, `{results['command']}`",
        "",
        "| queries | number | R@1 | MRR@10 | R@10 | p50 / p95 ms |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, found in first.items():
        quality = " | ".join(f"{found[figure]:.4f}" for figure in ("r1", "mrr10", "r10"))
        lines.append(f"| {name} | {found['queries']} | {quality} | {found['p50_ms']:.2f} / {found['p95_ms']:.2f} |")
    lines += ["", "| whole questions, the least of five times each | p50 / p95 ms |", "| --- | --- |"]
    lines += [f"| {name} | {spent['p50_ms']:.2f} / {spent['p95_ms']:.2f} |" for name, spent in results["speed"].items()]
    if len(rows) > 1:
        lines += [
            "",
            "MRR@10, each part off in turn:",
            "",
            "| | " + " | ".join(first) + " |",
            "| --- |" + " --- |" * len(first),
        ]
        for name, figures in rows.items():
            cells = [f"{found['mrr10']:.4f}" for found in figures.values()]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _command(options: argparse.Namespace) -> str:
    """The command of a run, without the places of files on this machine."""
    parts = ["python -m benchmarks.relevance"]
    if options.articles != NEWS_ARTICLES:
        parts.append(f"--articles {options.articles}")
    if options.limit:
        parts.append(f"--limit {options.limit}")
    return " ".join([*parts, "--ablate"] if options.ablate else parts)


def _rarest_words(asked: Sequence[Asked], frequency: dict[str, int], analyzer: Analyzer) -> list[Asked]:
    """The two or three rarest content words of each text that stand in the articles, in their order there."""
    chosen = []
    for query in asked:
        words = dict.fromkeys(token.text for token in analyzer.words(literal_form(fold(query.text)).text))
        known = [
            word
            for word in words
            if len(word) > 1 and frequency.get(word) and not (is_question_word(word) or is_function_word(word))
        ]
        rarest = sorted(known, key=lambda word: (frequency[word], word))[:3]
        if len(rarest) > 1:
            chosen.append(Asked(" ".join(word for word in known if word in rarest), query.article_id))
    return chosen


def _part(title: str, rng: random.Random) -> str:
    """A stretch of a title, 6 to 10 characters of it."""
    length = min(len(title), rng.randrange(6, 11))
    start = rng.randrange(len(title) - length + 1)
    return title[start : start + length]


if __name__ == "__main__":
    sys.exit(main())
