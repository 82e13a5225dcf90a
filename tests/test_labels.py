"""Labels of bylines are found in the forms that sites use."""

from __future__ import annotations

import pytest

from indexer.cleaning.labels import DATE_LABEL, LABEL, kind_of_label


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("作 者：张三", "author"),
        ("文字作者:张三", "author"),
        ("稿件来源:江东日报", "source"),
        ("发布机构: 县水利局", "weak source"),
        ("發稿時間:2024-05-06", "date"),
        ("責任編輯:王五", "other"),
        ("图片作者:李四", "other"),
    ],
)
def test_a_label_says_of_which_kind_its_value_is(line: str, kind: str) -> None:
    match = LABEL.match(line)
    assert match
    assert kind_of_label(match["label"]) == kind


def test_a_label_of_one_character_needs_no_han_before_it() -> None:
    assert LABEL.search("短文:一个故事") is None
    assert LABEL.search("文:张三")


def test_the_label_of_a_date_needs_no_colon() -> None:
    assert DATE_LABEL.search("最后发布于")
    assert not DATE_LABEL.search("村民")
