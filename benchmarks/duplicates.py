"""Precision and recall of stories on pairs made from the news: ``python -m benchmarks.duplicates [--pairs N]``.

Reprints are made by cutting, giving another title, converting the script and adding glosses; pairs that must not be joined are
items of one series or template: equal titles, or the most alike texts, of different days. Everything goes through an archive, as
in indexing. Articles are split into two halves by their number: thresholds were chosen on the first, the second is held out.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, starmap
from time import perf_counter

import numpy as np
import opencc
from pypinyin import Style, lazy_pinyin

from benchmarks.corpus import default_news, read_news
from indexer.archive import Archive
from indexer.article import Article, article_from_record
from indexer.cleaning.duplicates import BINS, likely_pairs, traces

__all__ = ["Result", "hard_negatives", "make_reprint", "measure"]

KINDS = ("tail cut", "head cut", "sentences cut", "retitled", "script", "glosses", "all of these")
MOST_OF_A_TITLE = 12

_SENTENCE = re.compile(r"[^。！？\n]+[。！？\n]*")
_WORD = re.compile("[\u4e00-\u9fff]{2,3}")
_CONVERTERS = tuple(opencc.OpenCC(name) for name in ("s2t", "s2tw", "s2hk"))
_STYLES = (Style.TONE, Style.NORMAL, Style.TONE3)
_FRAMES = ("{}", "（{}）", "({})")
_TITLES = ("今日要闻", "快讯：{}", "{}（图）", "要闻速览丨{}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Of the reprints of one kind, how many share the story of their original; of as many hard negatives, how many share one."""

    kind: str
    recall: float
    precision: float
    pairs: int


def make_reprint(article: Article, kind: str, rng: random.Random) -> Article:
    """A reprint of ``article`` at another address, changed as ``kind`` says."""
    title, body = article.title, article.body
    everything = kind == "all of these"
    if kind in ("tail cut", "head cut", "sentences cut") or everything:
        body = _cut(body, kind if not everything else rng.choice(KINDS[:3]), rng)
    if kind == "retitled" or everything:
        title = rng.choice(_TITLES).format(title[: rng.randrange(2, 12)])
    if kind == "script" or everything:
        converter = rng.choice(_CONVERTERS)
        title, body = converter.convert(title), converter.convert(body)
    if kind == "glosses" or everything:
        body = _WORD.sub(lambda word: _glossed(word[0], rng), body)
    article_id = f"{article.id}-{KINDS.index(kind)}"
    return replace(article, id=article_id, url=f"https://example.com/{article_id}", title=title, body=body)


def hard_negatives(articles: list[Article]) -> list[tuple[Article, Article]]:
    """Pairs of different days with the same title, or with signatures that make them candidates; no texts that are equal."""
    by_title: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        by_title[article.title].append(article)
    pairs = {
        (one.id, other.id): (one, other)
        for group in by_title.values()
        for one, other in combinations(group[:MOST_OF_A_TITLE], 2)
    }
    signed = [(article, trace.signature) for article, trace in zip(articles, traces(articles), strict=True)]
    rows = [(article, signature) for article, signature in signed if signature is not None]
    signatures = np.frombuffer(b"".join(signature for _, signature in rows), dtype=np.uint16).reshape(-1, BINS)
    for one, other in likely_pairs(signatures, np.ones(len(rows), dtype=np.bool_)).tolist():
        pairs[rows[one][0].id, rows[other][0].id] = (rows[one][0], rows[other][0])
    return [
        (one, other)
        for one, other in pairs.values()
        if one.published != other.published and one.body != other.body and min(len(one.body), len(other.body)) >= 30
    ]


def measure(articles: list[Article], n_pairs: int, seed: int = 1) -> Iterator[Result]:
    """The result of each kind, and the microseconds an article took, over an archive of ``articles`` and their reprints."""
    rng = random.Random(seed)
    negatives = hard_negatives(articles)
    long_enough = [article for article in articles if len(article.body) >= 100]
    sample = {kind: rng.sample(long_enough, min(n_pairs, len(long_enough))) for kind in KINDS}
    made = {kind: [make_reprint(article, kind, rng) for article in chosen] for kind, chosen in sample.items()}
    with tempfile.TemporaryDirectory() as folder, Archive(folder) as archive:
        archive.put(articles)
        archive.put(reprint for reprints in made.values() for reprint in reprints)
        archive.assign_stories()
        shown = [change.article for change in archive.changes(0) if change.article is not None]
    story = {article.id: article.story for article in shown if article.story}
    same = {url: article.id for article in shown for url in article.also_at}

    def joined(one: Article, other: Article) -> bool:
        return same.get(other.url or "") == one.id or (one.id in story and story[one.id] == story.get(other.id))

    wrong = sum(starmap(joined, negatives)) / len(negatives)
    for kind in KINDS:
        recall = sum(map(joined, sample[kind], made[kind])) / len(made[kind])
        yield Result(kind=kind, recall=recall, precision=recall / (recall + wrong), pairs=len(made[kind]))
    yield Result(kind=f"hard negatives joined: {wrong:.2%}", recall=1, precision=1, pairs=len(negatives))


def _cut(body: str, kind: str, rng: random.Random) -> str:
    share = rng.uniform(0.5, 0.6)
    if kind == "tail cut":
        return body[: int(share * len(body))]
    if kind == "head cut":
        return body[-int(share * len(body)) :]
    sentences = _SENTENCE.findall(body)
    kept, left = set(range(len(sentences))), float(len(body))
    for at in rng.sample(range(len(sentences)), len(sentences)):
        if left - len(sentences[at]) >= share * len(body):
            kept.remove(at)
            left -= len(sentences[at])
    return "".join(sentences[at] for at in sorted(kept))


def _glossed(word: str, rng: random.Random) -> str:
    if rng.random() > 0.15:
        return word
    return word + rng.choice(_FRAMES).format(" ".join(lazy_pinyin(word, style=rng.choice(_STYLES))))


def _cost_us(articles: list[Article]) -> float:
    """Microseconds an article that signatures and stories take."""
    begin = perf_counter()
    for at in range(0, len(articles), 500):
        traces(articles[at : at + 500])
    signing = perf_counter() - begin
    with tempfile.TemporaryDirectory() as folder, Archive(folder) as archive:
        archive.put(articles)
        begin = perf_counter()
        archive.assign_stories()
        return (signing + perf_counter() - begin) / len(articles) * 1e6


def _report(name: str, articles: list[Article], n_pairs: int, write: Callable[[str], None] = print) -> None:
    write(f"\n{name}: {len(articles)} articles\n| kind | pairs | precision | recall |\n| --- | --- | --- | --- |")
    for result in measure(articles, n_pairs):
        write(f"| {result.kind} | {result.pairs} | {result.precision:.3f} | {result.recall:.3f} |")


def main() -> None:
    """Prints the tables of both halves and the cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=500, help="reprints of each kind")
    options = parser.parse_args()
    articles = [article_from_record({**record, "section": []}) for record in read_news(default_news())]
    _report("chosen on", articles[::2], options.pairs)
    _report("held out", articles[1::2], options.pairs)
    print(f"\nsignatures and stories: {_cost_us(articles):.1f} microseconds an article")


if __name__ == "__main__":
    main()
