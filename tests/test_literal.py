from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from indexer.analysis import Analyzer
from indexer.schema import prepare, prepare_run
from indexer.store import IndexWriter, create_generation, open_snapshot
from search.evaluate.backend import choose_steps
from search.evaluate.literal import occurrences
from tests.conftest import ZONE, article


def test_every_piece_is_found_wherever_it_stands_and_nowhere_else(tmp_path: Path, analyzer: Analyzer) -> None:
    rng = random.Random(11)
    prepared, articles = [], []
    for number in range(40):
        body = "".join(rng.choices("监督检查的一a1，。 \n", k=rng.randint(1, 60)))
        articles.append(article(f"{number:02}", title="题", body=body))
        prepared.append(prepare(articles[-1], analyzer, ZONE))
    create_generation(tmp_path / "g")
    for half in (articles[:20], articles[20:]):
        writer = IndexWriter(tmp_path / "g", lambda run: prepare_run(run, analyzer, ZONE))
        for item in half:
            writer.add(item)
        writer.commit()
    snapshot = open_snapshot(tmp_path / "g")
    for _ in range(400):
        source = rng.choice(prepared).literal
        start = rng.randrange(len(source))
        phrase = source[start : start + rng.randint(1, 9)].split("\n")[0] or "督检查监"
        phrase = phrase if rng.random() < 0.8 else phrase[::-1]
        places = set()
        for segment in snapshot.segments:
            found = occurrences(segment, phrase, choose_steps())
            docs = np.searchsorted(segment.starts, found, side="right") - 1
            places |= {
                (segment.id(doc), place - int(segment.starts[doc]))
                for doc, place in zip(docs.tolist(), found.tolist(), strict=True)
            }
        assert places == {
            (item.article.id, place)
            for item in prepared
            for place in range(len(item.literal))
            if item.literal.startswith(phrase, place)
        }, phrase
