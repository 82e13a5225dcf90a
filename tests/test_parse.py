from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.errors import QuerySyntaxError
from search.query.format import format_query
from search.query.parse import MAX_DEPTH, parse
from search.query.syntax import Dates, Either, Every, Negated, SyntaxNode, Text


def word(text: str, field: str | None = None) -> Text:
    return Text(text=text, field=field)


def phrase(text: str, distance: int | None = None, field: str | None = None) -> Text:
    return Text(text=text, quoted=True, distance=distance, field=field)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("监督　检查", (word("监督"), word("检查"))),
        ('"监督 检查"', (phrase("监督 检查"),)),
        ("“监督”检查", (phrase("监督"), word("检查"))),
        ("“监督“", (phrase("监督"),)),
        ("＂监督＂", (phrase("监督"),)),
        ('"说""好""了"', (phrase('说"好"了'),)),
        ('"他说“好”了"', (phrase("他说“好”了"),)),
        ("-监督 －“检查”", (Negated(word("监督")), Negated(phrase("检查")))),
        ("NOT 监督", (Negated(word("监督")),)),
        ("NOT -监督", (word("监督"),)),
        ("COVID-19 12:30 http://a.cn/?b=1", (word("COVID-19"), word("12:30"), word("http://a.cn/?b=1"))),
        ("甲 AND 乙", (Every((word("甲"), word("乙"))),)),
        ("甲 OR 乙 丙", (Either((word("甲"), Every((word("乙"), word("丙"))))),)),
        ("甲 and 乙", (word("甲"), word("and"), word("乙"))),
        ("ＮＯＴ 甲", (Negated(word("甲")),)),
        ("（甲　OR　乙） 丙", (Either((word("甲"), word("乙"))), word("丙"))),
        ("-(甲 乙)", (Negated(Every((word("甲"), word("乙")))),)),
        ("title:监督 作者：甲", (word("监督", "title"), word("作者：甲"))),
        ("author：“鄒雨芯”", (phrase("鄒雨芯", field="author"),)),
        ("TITLE:(甲 OR body:乙)", (Either((word("甲", "title"), word("乙", "body"))),)),
        ("captions:甲", (word("甲", "caption"),)),
        ('"甲 乙"~5 “丙 丁”～12', (phrase("甲 乙", 5), phrase("丙 丁", 12))),
        ("date:2023..2024-06", (Dates(first="2023", last="2024-06"),)),
        ("date:..2024", (Dates(first=None, last="2024"),)),
        ("date：２０２４－０５－０６", (Dates(first="2024-05-06", last="2024-05-06"),)),
        ("-date:20240506..", (Negated(Dates(first="20240506", last=None)),)),
    ],
)
def test_a_query_is_read_as_its_language_says(text: str, parts: tuple[SyntaxNode, ...]) -> None:
    query = parse(text, strict=True)
    assert query.parts == parts
    assert not query.warnings


@pytest.mark.parametrize(
    ("text", "offset", "parts"),
    [
        ('监督 "检查', 3, (word("监督"), phrase("检查"))),
        ('监督 ""', 3, (word("监督"),)),
        ("监督 -", 3, (word("监督"),)),
        ("监督 - 检查", 3, (word("监督"), word("检查"))),
        ("AND 监督", 0, (word("监督"),)),
        ("监督 OR", 3, (word("监督"),)),
        ("OR", 0, ()),
        ("监督 NOT", 3, (word("监督"),)),
        ("(监督", 0, (word("监督"),)),
        ("监督）", 2, (word("监督"),)),
        ("()", 0, ()),
        ("title: 监督", 6, (word("监督", "title"),)),
        ("监督 title:", 3, (word("监督"),)),
        ("date:2023-13", 5, ()),
        ("date:2024..2023", 5, ()),
        ("date:..", 5, ()),
        ('"监督"~', 4, (phrase("监督"),)),
    ],
)
def test_a_malformed_query_is_mended_with_a_warning_and_in_strict_mode_refused_at_its_offset(
    text: str, offset: int, parts: tuple[SyntaxNode, ...]
) -> None:
    query = parse(text)
    assert query.parts == parts
    assert len(query.warnings) == 1
    with pytest.raises(QuerySyntaxError, match="expected") as caught:
        parse(text, strict=True)
    assert caught.value.offset == offset


def test_brackets_may_lie_in_each_other_only_so_deep() -> None:
    deep = "(" * MAX_DEPTH + "监督" + ")" * MAX_DEPTH
    assert parse(deep, strict=True).parts == (word("监督"),)
    assert parse(f"({deep})").parts == (word("监督"),)
    assert parse("(" * 2000).parts == ()
    assert parse("-" * 1999 + "a").parts == (Negated(word("a")),)
    with pytest.raises(QuerySyntaxError):
        parse(f"({deep})", strict=True)


SOUP = st.text(st.sampled_from('监督a1-－"“”＂ 　，()（）:*?~5'), max_size=14)
PIECES = st.lists(
    st.sampled_from(["监督", "a", '"x y"', "AND", "OR", "NOT", "(", ")", "-", "title:", "date:2023", "~3", "，", '""']),
    max_size=10,
)
SPACES = st.sampled_from(["", " "])


@given(SOUP | st.tuples(PIECES, SPACES).map(lambda pair: pair[1].join(pair[0])))
def test_any_text_is_read_and_what_is_written_of_it_is_read_as_the_same(text: str) -> None:
    query = parse(text)
    written = format_query(query)
    again = parse(written, strict=True)
    assert again == query
    assert format_query(again) == written


@given(SOUP)
def test_texts_are_pieces_of_the_query_in_their_order(text: str) -> None:
    end = 0
    for node in _texts(parse(text).parts):
        assert end <= node.start < node.end <= len(text)
        assert node.text.replace('"', "") in text[node.start : node.end].replace('"', "").replace("＂", "")
        end = node.end


def _texts(nodes: tuple[SyntaxNode, ...]) -> list[Text]:
    found: list[Text] = []
    for node in nodes:
        if isinstance(node, Text):
            found.append(node)
        elif isinstance(node, Negated):
            found += _texts((node.child,))
        elif isinstance(node, Every | Either):
            found += _texts(node.children)
    return found
