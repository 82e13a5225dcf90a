"""The words of pages are told from those of articles."""

from __future__ import annotations

import pytest

from indexer.cleaning.chrome import is_chrome, is_menu, is_notice


@pytest.mark.parametrize(
    "line",
    [
        "缩小字体",
        "A+",
        "分享至好友和朋友圈",
        "| 医院简介| 联系方式| 在线留言|",
        "回頁首",
        "QQ空间",
        "0人参与 0评论",
        "大 |",
        "line Facebook print",
        "◎甲乙 │◎丙丁 │◎戊己 │",
    ],
)
def test_buttons_and_counters_are_chrome(line: str) -> None:
    assert is_chrome(line)


@pytest.mark.parametrize("line", ["微信办事更方便", "大水来了", "张三 李四 王五", "留言簿上的字", "关注春灌"])
def test_short_lines_of_articles_are_none(line: str) -> None:
    assert not is_chrome(line)


def test_a_row_of_short_words_is_a_menu() -> None:
    assert is_menu("即時 熱門 政治 社會 生活 健康 國際 地方")
    assert not is_menu("春灌 的 水")
    assert not is_menu("春灌的水,今年来得早 村民 都 很 高兴 了 呢")


@pytest.mark.parametrize("line", ["您的浏览器版本太低,请升级后再访问本站。", "為達最佳瀏覽效果,建議使用新的瀏覽器。"])
def test_sentences_to_the_visitor_are_notices(line: str) -> None:
    assert is_notice(line)
    assert not is_notice("春灌之前,十二个村的水渠全部清淤完毕。")
