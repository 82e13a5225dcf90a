"""A document's table of fields: a label over its value."""

from __future__ import annotations

import pytest

from indexer.cleaning import extract
from indexer.cleaning.field_table import read_field, title_in_field


@pytest.mark.parametrize(
    ("line", "below", "joined"),
    [
        ("发布日期：", "2021年09月03日", "发布日期：2021年09月03日"),
        ("索 引 号：", "000014349/2021-00088", "索 引 号：000014349/2021-00088"),
        ("| 发布者:", "老木", "发布者:老木"),
        ("标　　题：", "关于供水的通知", "标　　题：关于供水的通知"),
        ("来源：", "水利局", "来源：水利局"),
        ("来源：", "水来了，渠通了。", None),
        ("来源：", "作者：", None),
        ("发布日期：", "近日", None),
        ("作者：", "一、先把渠挖通，再说水", None),
        ("他说：", "水来了", None),
        ("发布日期：" * 4, "2021年09月03日", None),
    ],
)
def test_a_label_is_joined_to_a_value_that_fits(line: str, below: str, joined: str | None) -> None:
    assert read_field(line, below) == joined


def test_the_field_of_the_title_is_told_from_others() -> None:
    assert title_in_field("标　题：关于供水的通知") == "关于供水的通知"
    assert title_in_field("信息名称: 供水") == "供水"
    assert title_in_field("来源：水利局") is None
    assert title_in_field("标题：") is None


def test_a_document_below_its_table_is_read() -> None:
    article = extract(
        "索 引 号：\n0001/2021-8\n发文机关：\n某县人民政府\n标　　题：\n关于供水的通知\n发布日期：\n2021年9月3日\n"
        "某县人民政府关于\n供水的通知\n各乡镇人民政府：\n为保障夏季供水，现将有关事项通知如下，请遵照执行。"
    )
    assert (article.title, article.published) == ("某县人民政府关于供水的通知", "2021-09-03")
    assert article.body.startswith("各乡镇人民政府：")
