"""Paragraphs that were broken at a fixed width are joined, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning import extract
from indexer.cleaning.wrap import Line, join_wrapped

PARAGRAPH = (
    "春灌之前,十二个村的水渠全部清淤完毕,村民说今年的水比往年早来三天,"
    "渠口的老闸门也换成了新的,一个人就能摇动,水管员每天早晚各走一遍渠,"
    "看见落叶就捞起来,看见漏水就记下来,回到村里再和大家一起商量怎么补好。"
)
SECOND = "下游的三个村排好了次序,谁家先浇谁家后浇,都写在村口的黑板上,没有人再为一渠水争吵了。"


def wrapped(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)]


def lines(texts: list[str], *, indented: frozenset[int] = frozenset()) -> list[Line]:
    return [Line(number, text, number in indented) for number, text in enumerate(texts, start=1)]


def joined(texts: list[str]) -> list[str]:
    return [line.text for line in join_wrapped(lines(texts))]


@pytest.mark.parametrize("width", [18, 24, 30])
def test_a_wrapped_paragraph_becomes_one_line(width: int) -> None:
    assert joined(wrapped(PARAGRAPH, width)) == [PARAGRAPH]


def test_an_indent_begins_the_next_paragraph() -> None:
    broken = wrapped(PARAGRAPH, 24)
    texts = broken + wrapped(SECOND, 24)
    both = join_wrapped(lines(texts, indented=frozenset({1, len(broken) + 1})))
    assert [line.text for line in both] == [PARAGRAPH, SECOND]
    assert [line.number for line in both] == [1, len(broken) + 1]


@pytest.mark.parametrize(
    "texts",
    [
        [
            "一、清淤十二个村的水渠,换上新的闸门",
            "二、排好三个村的次序,写在村口黑板上",
            "三、每天早晚各走一遍渠,看见漏水记下",
        ],
        ["六枚大字金光闪,", "百名学子情意暖。", "四载书山登不尽,", "万里征程马不慢。"],
        [
            "县里召开春灌准备工作会议部署各项任务",
            "镇里组织村民清理十二个村的全部水渠道",
            "村里换上新的闸门一个人就能够摇得动它",
        ],
        ["春灌开始了", PARAGRAPH, SECOND],
        [],
    ],
)
def test_lists_verse_headings_and_whole_paragraphs_stay(texts: list[str]) -> None:
    assert joined(texts) == texts


def test_lines_set_apart_by_a_blank_line_stay() -> None:
    broken = wrapped(PARAGRAPH, 24)
    apart = [Line(2 * number, text) for number, text in enumerate(broken, start=1)]
    assert join_wrapped(apart) == apart


def test_words_of_latin_letters_keep_their_space() -> None:
    texts = [
        "县里的水管员们用上了手机,名字叫做 Water",
        "Keeper 的软件,哪条渠漏了水,点一下就知道",
        "不用再走十里路,去镇上的水管站里报修了,",
        "省事。",
    ]
    assert "Water Keeper" in "".join(joined(texts))


def test_a_wrapped_page_is_an_article_of_whole_paragraphs() -> None:
    text = "春灌开始了\n来源:江东日报\n\n" + "\n".join(wrapped(PARAGRAPH, 24)) + "\n\n" + "\n".join(wrapped(SECOND, 24))
    assert extract(text).body == f"{PARAGRAPH}\n{SECOND}"


@given(st.lists(st.text(alphabet="春灌水渠,。a 一、", min_size=1, max_size=40)))
def test_joining_loses_no_character(texts: list[str]) -> None:
    together = "".join(joined(texts))
    assert together.replace(" ", "") == "".join(texts).replace(" ", "")
