"""What is measured: this project, stock Whoosh with jieba, and tantivy given tokens; one shape for all three."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import rjieba
from whoosh import analysis, fields, index, qparser
from whoosh import query as whoosh_query

from benchmarks.corpus import Query, read_jsonl
from indexer import index_paths
from search import Engine, SearchRequest, open_engine

__all__ = ["CONTESTANTS", "LEVELS", "Contestant", "Ours", "StockWhoosh", "Tantivy"]

LEVELS = ("top10", "facets", "snippets")
"""Top 10; with three facets and the exact total; with snippets too."""

FACETS = ("section", "author", "source")


class Contestant(Protocol):
    """Indexes articles into a folder, then answers queries at each of ``LEVELS``."""

    name: str

    def build(self, source: Path, folder: Path) -> None:
        """Indexes the JSONL file ``source``; what it takes is measured."""

    def search(self, query: Query, level: str) -> object:
        """Answers one query."""

    def index_bytes(self, folder: Path) -> int:
        """Size of the index."""


def folder_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class Ours:
    """This project, from JSONL through the archive to the page of results."""

    name = "article-search"

    def __init__(self) -> None:
        self._engine: Engine | None = None

    def build(self, source: Path, folder: Path) -> None:
        report = index_paths([source], folder, workers=2)
        assert not report.rejected, report.rejected[:3]
        self._engine = open_engine(folder)

    def search(self, query: Query, level: str) -> object:
        assert self._engine is not None
        return self._engine.search(
            SearchRequest(
                text=query.text,
                match="any" if query.kind == "or" else "all",
                facets=() if level == "top10" else FACETS,
                snippets=2 if level == "snippets" else 0,
            )
        )

    def index_bytes(self, folder: Path) -> int:
        return folder_bytes(folder / "index")


class _Words(analysis.Tokenizer):  # type: ignore[misc]
    """Search-mode words as the usual jieba analyzer for Whoosh makes them."""

    def __call__(self, value: str, positions: bool = False, chars: bool = False, **options: Any) -> Iterator[Any]:
        token = analysis.Token(positions, chars, removestops=True, mode=options.get("mode", ""))
        token.boost = 1.0
        for place, (word, start, end) in enumerate(rjieba.tokenize(value, "search")):
            if word.strip():
                token.original = token.text = word.lower()
                token.pos = options.get("start_pos", 0) + place
                token.startchar, token.endchar = start, end
                yield token


class StockWhoosh:
    """Whoosh as it comes, with jieba's words; title and body stored for its highlighter."""

    name = "whoosh"

    def __init__(self) -> None:
        self._searcher: Any = None
        self._parsers: dict[str, Any] = {}

    def build(self, source: Path, folder: Path) -> None:
        folder.mkdir()
        schema = fields.Schema(
            id=fields.ID(stored=True, unique=True),
            title=fields.TEXT(_Words(), stored=True, field_boost=2.0),
            body=fields.TEXT(_Words(), stored=True),
            **{name: fields.ID(stored=True, sortable=True) for name in FACETS},
        )
        built = index.create_in(str(folder), schema)
        writer = built.writer(limitmb=512)
        for article in read_jsonl(source):
            writer.add_document(
                id=article["id"], title=article["title"], body=article["body"],
                section=" > ".join(article["section"]), author=article["authors"][0], source=article["source"],
            )  # fmt: skip
        writer.commit()
        self._searcher = built.searcher()
        for kind, group in (("or", qparser.OrGroup), ("and", qparser.AndGroup)):
            self._parsers[kind] = qparser.MultifieldParser(["title", "body"], schema, group=group)

    def search(self, query: Query, level: str) -> object:
        if query.kind == "phrase":
            parsed = whoosh_query.Or([whoosh_query.Phrase(name, list(query.words)) for name in ("title", "body")])
        else:
            parsed = self._parsers[query.kind].parse(query.text)
        if level == "top10":
            return self._searcher.search(parsed, limit=10)
        results = self._searcher.search(parsed, limit=10, groupedby=list(FACETS))
        answer: list[object] = [len(results), *(results.groups(name) for name in FACETS)]
        if level == "snippets":
            answer += [hit.highlights("body", top=2) for hit in results]
        return answer

    def index_bytes(self, folder: Path) -> int:
        return folder_bytes(folder)


class Tantivy:
    """tantivy, given the tokens; facets by a terms aggregation, snippets by its generator."""

    name = "tantivy"

    def __init__(self) -> None:
        try:
            import tantivy
        except ImportError:
            raise SystemExit(
                "tantivy is not installed; run make bench, or pip install 'article-search[bench]'"
            ) from None
        self._library: Any = tantivy
        self._index: Any = None
        self._searcher: Any = None
        self._schema: Any = None

    def build(self, source: Path, folder: Path) -> None:
        folder.mkdir()
        builder = self._library.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        for name in ("title", "body"):
            builder.add_text_field(name, stored=True, tokenizer_name="whitespace")
        for name in FACETS:
            builder.add_text_field(name, stored=True, tokenizer_name="raw", fast=True)
        self._schema = builder.build()
        self._index = self._library.Index(self._schema, path=str(folder))
        writer = self._index.writer(512_000_000, 2)
        for article in read_jsonl(source):
            levels = [" > ".join(article["section"][: depth + 1]) for depth in range(len(article["section"]))]
            document = self._library.Document(
                id=article["id"], title=_spaced(article["title"]), body=_spaced(article["body"]),
                section=levels, author=article["authors"], source=article["source"],
            )  # fmt: skip
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(self, query: Query, level: str) -> object:
        text = f'"{" ".join(query.words)}"' if query.kind == "phrase" else " ".join(f'"{word}"' for word in query.words)
        parsed = self._index.parse_query(text, ["title", "body"], conjunction_by_default=query.kind == "and")
        found = self._searcher.search(parsed, 10, count=level != "top10")
        if level == "top10":
            return found
        aggregation = {name: {"terms": {"field": name, "size": 50}} for name in FACETS}
        answer: list[object] = [found, self._searcher.aggregate(parsed, aggregation)]
        if level == "snippets":
            generator = self._library.SnippetGenerator.create(self._searcher, parsed, self._schema, "body")
            for _, address in found.hits:
                answer.append(generator.snippet_from_doc(self._searcher.doc(address)).to_html())
        return answer

    def index_bytes(self, folder: Path) -> int:
        return folder_bytes(folder)


def _spaced(text: str) -> str:
    return " ".join(word for word in rjieba.cut_for_search(text) if word.strip()).lower()


CONTESTANTS: tuple[Callable[[], Contestant], ...] = (Ours, StockWhoosh, Tantivy)
