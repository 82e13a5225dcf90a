"""How well misspelt queries are corrected. ``python -m benchmarks.corrections [--queries N]``.

Right queries, the questions of DRCD dev and the two or three rarest words of each, are spoilt in one place, in each of the ways
that people mistype; they are asked of their paragraphs beside 8,000 news articles. Recall: of the spoilt queries, those for
which the right one is offered. Precision: of the offers, those that are right. False alarms: offers for right queries, and for
right ones about what the corpus lacks, asked of the news alone.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.corpus import default_news, read_news
from indexer.analysis import Analyzer, fold, is_han
from indexer.archive import Archive
from indexer.article import Article
from indexer.build import BuildOptions, sync
from indexer.schema import clean_article
from indexer.sources import ReadLimits
from search import SearchRequest
from search.engines.local import LocalEngine
from search.settings import Settings
from search.suggest.characters import homophones, lookalikes

__all__ = ["main", "measure", "spoilt"]

NEWS = 8_000
LEAST_OCCURRENCES = 5
WAYS = ("same tone", "any tone", "look-alike", "missing", "swapped")
QUESTION_CHARS = frozenset("什么甚啥哪谁多少几如何为怎样是否吗呢若干的")


def main() -> int:
    """Indexes, asks, prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corrections", description=__doc__)
    parser.add_argument("--news", type=Path, default=default_news(), help="news-broadcast.jsonl.gz")
    parser.add_argument("--queries", type=int, default=200, help="right queries of each kind (default: 200)")
    options = parser.parse_args()
    questions_file = options.news.with_name("drcd-dev.json.gz")
    if not (options.news.exists() and questions_file.exists()):
        print(f"{options.news} and {questions_file} are needed; name the first with --news", file=sys.stderr)
        return 2
    drcd = json.loads(gzip.decompress(questions_file.read_bytes()))["data"]
    paragraphs = [(part["title"], own) for part in drcd for own in part["paragraphs"]]
    questions = [question["question"].strip("？? ") for _, own in paragraphs for question in own["qas"]]
    analyzer = Analyzer()
    news = [_news_article(record) for record in read_news(options.news, NEWS)]
    with tempfile.TemporaryDirectory() as scratch:
        whole = _indexed(Path(scratch) / "whole", [_paragraph(*own) for own in paragraphs] + news, analyzer)
        lacking = _indexed(Path(scratch) / "lacking", news, analyzer)
        counts = Counter(fold("".join(own["context"] for _, own in paragraphs) + "".join(one.body for one in news)))
        words = _document_frequencies(news + [_paragraph(*own) for own in paragraphs], analyzer)
        rng = random.Random(7)
        chosen = rng.sample(questions, min(options.queries, len(questions)))
        keywords = [query for query in (_keywords(question, words, analyzer) for question in chosen) if query]
        for kind, queries in (("questions", chosen), ("keywords", keywords)):
            print(
                f"\n{kind}, {len(queries)} of them; command: python -m benchmarks.corrections --queries {options.queries}"
            )
            for line in measure(queries, counts, _offer(whole), _offer(lacking), rng):
                print(line, flush=True)
        whole.close()
        lacking.close()
    return 0


def measure(
    queries: list[str],
    counts: Counter[str],
    offer: Callable[[str], str | None],
    offer_lacking: Callable[[str], str | None],
    rng: random.Random,
) -> Iterator[str]:
    """The lines of the table of one kind of query. ``offer`` gives the suggestion for a query, or None."""
    for way in WAYS:
        pairs = [(query, bad) for query in queries if (bad := spoilt(query, way, counts, rng))]
        times: list[float] = []
        right = wrong = 0
        for query, bad in pairs:
            begin = process_time()
            offered = offer(bad)
            times.append((process_time() - begin) * 1000)
            right += offered is not None and fold(offered) == fold(query)
            wrong += offered is not None and fold(offered) != fold(query)
        precision = right / (right + wrong) if right + wrong else 0.0
        times.sort()
        yield (
            f"{way:<11} recall {right / max(1, len(pairs)):.3f}  precision {precision:.3f}  of {len(pairs)}; "
            f"ms p50 {statistics.median(times):.2f} p95 {times[int(len(times) * 0.95)]:.2f}"
        )
    for name, ask in (("right queries", offer), ("about what the corpus lacks", offer_lacking)):
        alarms = [(query, offered) for query in queries if (offered := ask(query)) is not None]
        print(alarms[:4], file=sys.stderr)
        yield f"false alarms, {name}: {len(alarms) / len(queries):.3f}"


def spoilt(query: str, way: str, counts: Counter[str], rng: random.Random) -> str | None:
    """``query`` mistyped in one of ``WAYS``; None where it cannot be.

    A wrong character is one of the corpus with a reading (and tone) or a look of the right one, chosen by how common it is.
    """
    folded = fold(query)
    places = [at for at in range(len(folded)) if _in_run(folded, at)]
    rng.shuffle(places)
    for at in places:
        if way == "missing":
            if 0 < at < len(folded) - 1 and is_han(folded[at - 1]) and is_han(folded[at + 1]):
                return query[:at] + query[at + 1 :]
        elif way == "swapped":
            if at + 1 < len(query) and is_han(folded[at + 1]) and folded[at + 1] != folded[at]:
                return query[:at] + query[at + 1] + query[at] + query[at + 2 :]
        else:
            options = [other for other in _mistaken_for(folded[at], way) if counts[other] >= LEAST_OCCURRENCES]
            if options:
                wrong = rng.choices(options, [counts[other] for other in options])[0]
                return query[:at] + wrong + query[at + 1 :]
    return None


def _mistaken_for(char: str, way: str) -> list[str]:
    plain, toned = homophones(char)
    codes: Iterable[int] = {"same tone": toned, "any tone": plain}.get(way, lookalikes(char))
    return [chr(code) for code in codes if chr(code) != char]


def _in_run(folded: str, at: int) -> bool:
    """Whether the character stands beside another Han character and belongs to no question word."""
    beside = folded[max(0, at - 1) : at] + folded[at + 1 : at + 2]
    return is_han(folded[at]) and folded[at] not in QUESTION_CHARS and any(map(is_han, beside))


def _keywords(question: str, words: Counter[str], analyzer: Analyzer) -> str:
    """The two or three rarest words of two and more Han characters, in their order."""
    found = {token.text: token for token in analyzer.words(question) if len(token.text) > 1 and is_han(token.text[0])}
    usable = [token for token in found.values() if not QUESTION_CHARS & set(token.text)]
    rarest = sorted(usable, key=lambda token: words[token.text])[:3]
    kept: list[Any] = []
    for token in sorted(rarest, key=lambda token: token.start):
        if not kept or token.start >= kept[-1].end:
            kept.append(token)
    return " ".join(question[token.start : token.end] for token in kept) if len(kept) > 1 else ""


def _document_frequencies(articles: list[Article], analyzer: Analyzer) -> Counter[str]:
    found = analyzer.words_of_all([fold(article.body) for article in articles])
    pairs = {(number, text) for number, text in zip(found.numbers.tolist(), found.texts.tolist(), strict=True)}
    return Counter(found.words[number] for number, _ in pairs)


def _offer(engine: LocalEngine) -> Callable[[str], str | None]:
    return lambda text: engine.search(SearchRequest(text=text, limit=0, facets=())).suggestion


def _indexed(folder: Path, articles: list[Article], analyzer: Analyzer) -> LocalEngine:
    with Archive(folder) as archive:
        archive.put(map(clean_article, articles))
    sync(folder, BuildOptions(analyzer=analyzer, zone=ZoneInfo("Asia/Shanghai"), limits=ReadLimits()))
    return LocalEngine(folder, analyzer, relax_share=Settings().relax_share)


def _paragraph(title: str, paragraph: dict[str, Any]) -> Article:
    return Article(id=f"drcd-{paragraph['id']}", title=title, body=paragraph["context"])


def _news_article(record: dict[str, Any]) -> Article:
    return Article(id=record["id"], title=record["title"] or "新闻", body=record["body"])


if __name__ == "__main__":
    sys.exit(main())
