"""Captions are told by their photographer."""

from __future__ import annotations

import pytest

from indexer.cleaning.captions import is_caption


@pytest.mark.parametrize(
    "line",
    [
        "督查組在車田灣村進行督查。 莫畏雄/攝",
        "村民在扫雪。张三 摄",
        "村民在扫雪。(张三 摄)",
        "孩子们在上课(图:张三)",
        "摄影:张三",
        "图为道班工人在清理边沟。",
        "▲春灌现场",
        "春灌现场(资料图)",
        "村民在扫雪。 新华社记者 李四摄",
    ],
)
def test_a_line_that_names_its_photographer_is_a_caption(line: str) -> None:
    assert is_caption(line)


@pytest.mark.parametrize(
    "line",
    [
        "他喜欢摄影。",
        "图书馆开到村口",
        "县里开会。会后。再会。张三 摄",
        "长" * 200 + " 张三/摄",
        "春灌开始了。",
        "请大家看图。",
    ],
)
def test_prose_is_no_caption(line: str) -> None:
    assert not is_caption(line)
