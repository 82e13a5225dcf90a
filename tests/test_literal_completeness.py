"""A quoted string finds exactly the articles in which it stands: every engine held to a scan by a normaliser of its own."""

from __future__ import annotations

import shutil
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.plain_scan import FIELDS, PlainScan, comparable_form, pieces_of, shown_form
from indexer.analysis import Analyzer, clean, fold, literal_form
from indexer.archive import Archive
from indexer.article import Article, article_to_record
from indexer.build import BuildOptions, sync
from indexer.schema import clean_article
from indexer.sources import ReadLimits
from search import Engine, SearchRequest
from search.engines.local import LocalEngine
from search.engines.reference import ReferenceEngine
from tests.conftest import ZONE, article
from tests.hard_texts import BITS, LINE

RELAX = 0.5
LONGEST = 6
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
QUERY_NAMES = {"captions": "caption", "authors": "author"}

NAMES = st.lists(st.lists(BITS, min_size=1, max_size=4).map("".join), max_size=2).map(tuple)
ARTICLES = st.lists(
    st.builds(
        lambda title, body, **fields: article(
            title=title if comparable_form(title) else "题", body="\n".join(body), **fields
        ),
        title=LINE,
        body=st.lists(LINE, max_size=3),
        summary=st.none() | LINE,
        captions=NAMES,
        authors=NAMES,
        source=st.none() | LINE,
        section=NAMES,
    ),
    max_size=3,
).map(lambda found: [replace(item, id=f"{number:02}") for number, item in enumerate(found)])


def quoted(text: str, field: str | None = None) -> str:
    name = f"{QUERY_NAMES.get(field, field)}:" if field else ""
    return name + '"' + text.replace('"', '""').replace("＂", "＂＂") + '"'


def found(engine: Engine, text: str) -> set[str]:
    page = engine.search(SearchRequest(text=text, limit=100, facets=(), snippets=0))
    assert page.total == len(page.hits)
    return {hit.id for hit in page.hits}


def substrings(articles: list[Article]) -> Iterator[tuple[str, str, str]]:
    """Every stretch of up to ``LONGEST`` characters and every whole piece of every field that is not white space alone."""
    for item in articles:
        record = article_to_record(item)
        for field in FIELDS:
            for piece in pieces_of(record, field):
                ends = ((start, start + size) for start in range(len(piece)) for size in range(1, LONGEST + 1))
                texts = {piece, *(piece[start:end] for start, end in ends)}
                yield from ((item.id, field, text) for text in sorted(texts) if comparable_form(text))


def respelled(texts: Iterable[str]) -> set[str]:
    """The texts, and each with other white space, in capitals, full width and from the end to the beginning."""
    every = {
        way
        for text in texts
        for way in (text, "".join(text.split()), " ".join(text), text.upper(), text.translate(WIDE), text[::-1])
    }
    return {text for text in every if comparable_form(text)}


def scan_of(articles: list[Article]) -> PlainScan:
    return PlainScan([article_to_record(item) for item in articles])


def check(engine: Engine, scan: PlainScan, articles: list[Article], others: list[str]) -> None:
    """Asks for every piece of ``articles`` and for ``others``, in all fields and in single ones."""
    pieces = sorted(set(substrings(articles)))
    for text in sorted(respelled([*(text for _, _, text in pieces), *others])):
        assert found(engine, quoted(text)) == scan.find(text), text
    for number, (_, own, text) in enumerate(pieces):
        for field in {own, FIELDS[number % len(FIELDS)]}:
            assert found(engine, quoted(text, field)) == scan.find(text, [field]), (field, text)


@settings(max_examples=50)
@given(articles=ARTICLES, others=st.lists(LINE.filter(comparable_form), max_size=20))
def test_the_reference_engine_finds_every_piece_of_every_text_and_nothing_else(
    articles: list[Article], others: list[str]
) -> None:
    scan = scan_of(articles)
    engine = ReferenceEngine([clean_article(item) for item in articles], Analyzer(), ZONE, relax_share=RELAX)
    assert all(own in scan.find(text, [field]) for own, field, text in substrings(articles))
    check(engine, scan, articles, others)


@settings(max_examples=15)
@given(
    batches=st.lists(ARTICLES, min_size=1, max_size=3),
    dropped=st.sets(st.integers(0, 2), max_size=2),
    others=st.lists(LINE.filter(comparable_form), max_size=20),
)
def test_the_local_engine_does_over_several_segments_with_corrections_and_deletions(
    batches: list[list[Article]], dropped: set[int], others: list[str]
) -> None:
    folder = Path(tempfile.mkdtemp())
    analyzer = Analyzer()
    options = BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())
    held: dict[str, Article] = {}
    try:
        for batch in batches:
            with Archive(folder) as archive:
                archive.put(map(clean_article, batch))
            sync(folder, options)
            held.update({item.id: item for item in batch})
        with Archive(folder) as archive:
            archive.delete([f"{number:02}" for number in dropped])
        sync(folder, options)
        kept = [item for article_id, item in held.items() if int(article_id) not in dropped]
        engine = LocalEngine(folder, analyzer, relax_share=RELAX)
        check(engine, scan_of(kept), [item for batch in batches for item in batch], others)
        engine.close()
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("converter", ["s2t", "s2tw", "s2hk", "t2s"])
def test_a_string_is_found_in_either_script(converter: str) -> None:
    opencc = pytest.importorskip("opencc")
    articles = [
        article("a", "台灣與中國的裏面", "他說：「監督，檢查」。𠮷野家了解一下 C919 覆核"),
        article("b", "台湾与中国的里面", "他说：「监督，检查」。𠮷野家瞭解一下 C919 复核"),
    ]
    engine = ReferenceEngine(articles, Analyzer(), ZONE, relax_share=RELAX)
    convert = opencc.OpenCC(converter).convert
    for _, _, text in substrings(articles):
        assert found(engine, quoted(convert(text))) == {"a", "b"}, text


def test_every_character_counts_as_the_same_to_the_scan_and_to_the_product() -> None:
    """Those that Python knows; so the two cannot come apart in a corner that no random text visits."""
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) in ("Cn", "Cs", "Co"):
            continue
        cleaned = clean(char)
        assert cleaned == shown_form(char), hex(code)
        assert literal_form(fold(cleaned)).text == comparable_form(char), hex(code)
        assert literal_form(fold(f"中 {cleaned}")).text == comparable_form(f"中 {char}"), hex(code)


@pytest.mark.parametrize(
    ("text", "asked", "stands"),
    [
        ("𠮷 野家", "𠮷野", True),
        ("监 督", "监督", True),
        ("监\u3000督", "監督", True),
        ("a\u3000b", "a b", True),
        ("a\u2009b", "A B", True),
        ("a b", "ab", False),
        ("监a", "监 a", False),
        ("soft\u00adhyphen", "softhyphen", True),
        ("⼀⾦", "一金", True),
        ("e\u0301t", "ét", True),
        ("e\u0301t", "et", False),
        ("1,234", "１，２３４", True),
        ("1,234", "1234", False),
        ("等……", "…", True),
        ("——他", "—他", True),
        ("👍🏽", "👍", True),
        ("👩\u200d🔬", "👩🔬", True),
        ("ΟΔΟΣ", "οδος", True),
        ("监督，检查", "监督。检查", False),
    ],
)
def test_what_is_the_same_to_a_reader_is_found_and_what_is_not_is_not(text: str, asked: str, stands: bool) -> None:
    engine = ReferenceEngine([clean_article(article("a", "题", text))], Analyzer(), ZONE, relax_share=RELAX)
    assert found(engine, quoted(asked)) == ({"a"} if stands else set())


def test_no_string_crosses_from_one_piece_to_the_next() -> None:
    item = article(
        "a", "题甲", "乙一\n二丙", authors=("丁", "戊"), section=("己", "庚"), source="辛", captions=("壬", "癸")
    )
    engine = ReferenceEngine([item], Analyzer(), ZONE, relax_share=RELAX)
    pieces = [piece for field in FIELDS for piece in pieces_of(article_to_record(item), field)]
    for one in pieces:
        assert found(engine, quoted(one)) == {"a"}
        for other in pieces:
            assert not found(engine, quoted(one[-1] + other[0]))
            assert not found(engine, quoted(f"{one[-1]} {other[0]}"))
            assert not found(engine, quoted(f"{one[-1]}\n{other[0]}"))
