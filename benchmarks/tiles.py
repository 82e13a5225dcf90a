"""A large corpus out of a small one: articles joined of the halves of two, with a tenth of their tokens replaced.

Tile 0 is the corpus itself; each further tile has as many articles. So words, lengths and names keep their distribution, and
hardly two texts are the same. One article is made at a time: besides the tokens of the small corpus nothing is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
import rjieba

__all__ = ["tiled"]

SHARE_REPLACED = 0.1
TEXTS = ("title", "body")

Ids = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Tokens:
    """The tokens of one field: those of text ``i`` are ``ids[starts[i]:starts[i + 1]]``, numbers of ``words``."""

    words: tuple[str, ...]
    ids: Ids
    starts: tuple[int, ...]

    def half(self, text: int, second: bool) -> Ids:
        begin, end = self.starts[text], self.starts[text + 1]
        middle = begin + (end - begin) // 2
        return self.ids[middle:end] if second else self.ids[begin:middle]


def tiled(articles: Sequence[dict[str, object]], count: int) -> Iterator[dict[str, object]]:
    """``count`` articles, the same in every run: first ``articles`` themselves, then ones made of their halves, with new ids."""
    return islice(_endless(articles), count)


def _endless(articles: Sequence[dict[str, object]]) -> Iterator[dict[str, object]]:
    yield from articles
    rng = np.random.default_rng(3)
    tokens = {name: _tokenized([str(article[name]) for article in articles]) for name in TEXTS}
    tile = 0
    while articles:
        tile += 1
        order = [rng.permutation(len(articles)).tolist() for _ in range(3)]
        for first, second, names in zip(*order, strict=True):
            article = articles[first] | {name: articles[names][name] for name in ("section", "authors", "source")}
            article |= {name: _joined(own, first, second, rng) for name, own in tokens.items()}
            yield article | {"id": f"{article['id']}-{tile}"}


def _joined(tokens: _Tokens, first: int, second: int, rng: np.random.Generator) -> str:
    ids = np.concatenate([tokens.half(first, second=False), tokens.half(second, second=True)])
    replaced = np.flatnonzero(rng.random(len(ids), dtype=np.float32) < SHARE_REPLACED)
    ids[replaced] = tokens.ids[rng.integers(0, len(tokens.ids), len(replaced))]
    return "".join(map(tokens.words.__getitem__, ids.tolist()))


def _tokenized(texts: Sequence[str]) -> _Tokens:
    numbers: dict[str, int] = {}
    ids: list[int] = []
    starts = [0]
    for text in texts:
        ids.extend(numbers.setdefault(word, len(numbers)) for word in rjieba.cut(text))
        starts.append(len(ids))
    return _Tokens(tuple(numbers), np.array(ids, dtype=np.int32), tuple(starts))
