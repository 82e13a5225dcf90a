"""The articles and queries of a run: real news with made-up names by a fixed skewed rule, and seeded queries."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rjieba

__all__ = ["Query", "default_news", "make_queries", "read_jsonl", "read_news", "write_jsonl"]

SECTIONS = [(f"频道{top}", f"栏目{top}-{sub}") if sub else (f"频道{top}",) for top in range(8) for sub in range(5)]
AUTHORS, SOURCES = 500, 100


@dataclass(frozen=True, slots=True)
class Query:
    """One query: ``kind`` is or, and, phrase; ``text`` the literal string, ``words`` its tokens."""

    kind: str
    text: str
    words: tuple[str, ...]


def default_news() -> Path:
    """Where the news articles are looked for."""
    root = Path(__file__).resolve().parent.parent
    shared = os.environ.get("ARTICLE_SEARCH_SHARED")
    return (Path(shared) if shared else root.parent / "shared") / "data" / "news-broadcast.jsonl.gz"


def read_news(path: Path, count: int | None = None) -> list[dict[str, object]]:
    """The first ``count`` articles, with 40 sections in two levels, 500 authors and 100 sources by Pareto's rule."""
    rng = random.Random(1)
    articles = []
    with gzip.open(path) as lines:
        for line in lines:
            article = json.loads(line)
            article["section"] = list(SECTIONS[min(int(rng.paretovariate(0.7)), len(SECTIONS)) - 1])
            article["authors"] = [f"作者{min(int(rng.paretovariate(0.5)), AUTHORS)}"]
            article["source"] = f"来源{min(int(rng.paretovariate(0.6)), SOURCES)}"
            articles.append(article)
            if len(articles) == count:
                break
    return articles


def write_jsonl(articles: Iterable[dict[str, object]], path: Path) -> None:
    """Writes the articles as our own command reads them."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(article, ensure_ascii=False) + "\n" for article in articles)


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The articles that were written there."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def make_queries(articles: list[dict[str, object]], pairs: int = 100, phrases: int = 80) -> list[Query]:
    """Pairs of title words, once for any and once for all, and phrases of 2 to 4 tokens of a body."""
    rng = random.Random(5)
    queries: list[Query] = []
    while len(queries) < pairs:
        words = [word for word in rjieba.cut(str(rng.choice(articles)["title"])) if len(word) > 1 and word.isalnum()]
        if len(words) >= 2:
            chosen = tuple(word.lower() for word in rng.sample(words, 2))
            queries.append(Query("or", " ".join(chosen), chosen))
    queries += [Query("and", query.text, query.words) for query in queries]
    while len(queries) < 2 * pairs + phrases:
        tokens = rjieba.cut(str(rng.choice(articles)["body"]))
        length = rng.choice((2, 2, 3, 4))
        start = rng.randrange(max(1, len(tokens) - length))
        phrase = tuple(tokens[start : start + length])
        if len(phrase) == length and all(token.isalnum() for token in phrase):
            queries.append(Query("phrase", f'"{"".join(phrase)}"', phrase))
    return queries
