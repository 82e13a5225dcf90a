"""The page around the article is told from the article."""

from __future__ import annotations

import pytest

from indexer.cleaning.boilerplate import (
    is_chrome,
    is_end_marker,
    is_keyword_line,
    is_list_item,
    is_prose,
    is_signature_date,
    is_tail_text,
)


@pytest.mark.parametrize(
    "line",
    [
        "^返回頂部^",
        "打印本页",
        "【大 中 小】",
        "首页|新闻|专题|视频",
        "设为首页|收藏本站",
        "?",
        "今天是: 欢迎访问本站!",
        "点赞",
        "字号:大 中 小",
        "分享到:",
    ],
)
def test_lines_of_the_page_go_wherever_they_stand(line: str) -> None:
    assert is_chrome(line)


@pytest.mark.parametrize("line", ["春灌开始了。", "评论员文章", "分享喜悦的一天", "长" * 130, "打印机坏了"])
def test_lines_of_an_article_are_no_chrome(line: str) -> None:
    assert not is_chrome(line)


@pytest.mark.parametrize(
    "line",
    [
        "责任编辑:张三",
        "【責任編輯:张三】",
        "上一篇:没有了",
        "下一篇：春灌",
        "相关新闻",
        "推荐新聞",
        "版权所有 某县",
        "Copyright 2020",
        "主办单位:某县",
        "清廉桂林 微信",
        "扫一扫关注我们",
        "您可能更感兴趣的文章",
        "某ICP备12345号",
    ],
)
def test_end_markers_are_known(line: str) -> None:
    assert is_end_marker(line)


@pytest.mark.parametrize(
    "line", ["编辑部里的故事", "春灌开始了。", "相关部门说,要抓紧。", "推荐一本书", "主办方很满意"]
)
def test_prose_is_no_end_marker(line: str) -> None:
    assert not is_end_marker(line)


def test_prose_ends_as_a_sentence_or_is_long() -> None:
    assert is_prose("村民自带铁锹清理了两公里陡坡。")
    assert is_prose("村民自带铁锹清理了两公里陡坡。(周建文)")
    assert is_prose("长" * 80)
    assert not is_prose("好。")
    assert not is_prose("村里的扫雪班又出工了 大家都来帮忙")


def test_what_may_follow_the_last_paragraph_is_known() -> None:
    assert is_tail_text("1. 第一项")
    assert is_tail_text("附件:名单")
    assert is_tail_text("2020年5月6日")
    assert not is_tail_text("小小說丨干鞋")
    assert is_list_item("一、近")
    assert not is_list_item("近")
    assert is_signature_date("二〇二〇年五月六日")
    assert is_keyword_line("關鍵詞:村級監督員")
    assert not is_keyword_line("村級監督員")
