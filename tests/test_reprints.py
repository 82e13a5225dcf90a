from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.reprints import _likely_common, comparables, is_reprint
from tests.test_duplicates import BODY

TRADITIONAL = (
    "三月的清晨，縣裏的監督員沿著河堤走了一遍，看過三處新修的堤壩，又去村口的糧站問了收購的價錢。\n"
    "老人說，去年這個時候水還漫過石階，如今堤壩加高了半米，春耕的水渠也通到了田頭。\n"
    "下午他們在村委會開了一個小會，把問到的事一件一件記下來，約好下個月再來。"
)
DAILY = "气象台5月{day}日发布：今天白天晴间多云，最高气温{high}度，北风三级，傍晚到夜间转阴，山区有{rain}毫米小雨，请注意添衣。"


def reprint(one: str, other: str) -> bool:
    first, second = comparables([one, other])
    found = is_reprint(first, second)
    assert found == is_reprint(second, first)
    return found


@pytest.mark.parametrize(
    "other",
    [
        BODY,
        TRADITIONAL,
        BODY[: len(BODY) * 6 // 10],
        BODY[len(BODY) // 2 :],
        BODY.split("\n")[0] + "\n" + BODY.split("\n")[2],
        "本报讯（记者 甲）" + BODY + "（责任编辑：乙）",
        BODY.replace("河堤", "河堤（hé dī）").replace("水渠", "水渠shui3 qu2"),
    ],
)
def test_what_is_cut_converted_framed_or_glossed_is_a_reprint(other: str) -> None:
    assert reprint(BODY, other)


@pytest.mark.parametrize(
    "other",
    [
        BODY.replace("三处", "四处"),
        BODY.replace("半米", "3米").replace("三月", "四月"),
        BODY.replace("三处", "十三处"),
        BODY[: len(BODY) // 4],
        BODY[::-1],
        "",
    ],
)
def test_another_number_in_the_same_place_or_too_little_in_common_is_none(other: str) -> None:
    assert not reprint(BODY, other)


def test_yesterdays_item_of_a_daily_series_is_no_reprint() -> None:
    assert not reprint(DAILY.format(day=6, high=21, rain=2), DAILY.format(day=7, high=23, rain=5))
    assert reprint(DAILY.format(day=6, high=21, rain=2), DAILY.format(day=6, high=21, rain=2))


def test_a_word_put_right_in_a_long_text_leaves_it_a_reprint() -> None:
    long = (
        BODY + "\n村里的孩子放学以后也来帮忙，把书包挂在柳树上，提着水桶一趟一趟地浇树苗，天黑才回家。"
        "\n放映队傍晚进了村，场院里支起白布，老老少少搬着凳子来看，散场的时候月亮已经升到山顶，路上都是说笑的声音。"
        "\n第二天一早，邮递员骑车送来报纸，头版登着邻县修路的消息，大家围在门口读完，又说起自己村前那座桥，盼着入冬以前也能动工。"
    )
    assert reprint(long, long.replace("粮站", "粮店"))


def test_other_words_all_over_are_another_text_made_from_one_template() -> None:
    other = BODY.replace("河堤", "公路").replace("粮站", "药店").replace("老人", "村民").replace("春耕", "秋收")
    assert not reprint(BODY, other)


def test_latin_text_is_compared_by_its_letters() -> None:
    text = "The inspectors walked along the river and looked at three new dams before noon."
    assert reprint(text, text.upper())
    assert not reprint(text, "Nothing of the kind was written here, and the letters come in another order.")


@given(st.lists(st.text(alphabet="监督检查a1，\n", max_size=60), max_size=8))
def test_texts_made_ready_together_are_those_made_ready_alone(bodies: list[str]) -> None:
    for body, found in zip(bodies, comparables(bodies), strict=True):
        (alone,) = comparables([body])
        assert (found.codes.tolist(), found.hashes.tolist()) == (alone.codes.tolist(), alone.hashes.tolist())


@given(st.text(alphabet="甲乙丙丁", max_size=60), st.text(alphabet="甲乙丙丁", max_size=60))
def test_the_quick_look_misses_no_common_shingle(one: str, other: str) -> None:
    short, long = comparables([one, other])
    common = np.flatnonzero(np.isin(short.hashes, long.hashes))
    assert set(common.tolist()) <= set(_likely_common(short.hashes, long.hashes).tolist())
    assert len(_likely_common(short.hashes, long.hashes[:0])) == 0
