"""What is known of an article apart from its text comes before what the text says."""

from __future__ import annotations

from indexer.cleaning import KnownFields, extract_page

FIRST = "春灌之前,十二个村的水渠全部清淤完毕。"
PAGE = f"首页 > 新闻 > 正文\n今日头条推荐\n春灌开始了\n作者:张三 来源:江东日报 2024-05-06\n{FIRST}"


def test_known_fields_come_before_those_of_the_text() -> None:
    known = KnownFields(
        title="春灌开始了",
        authors=("李四",),
        source="新华网",
        section=("水利",),
        published="2024-05-07",
        summary="水来得早。",
    )
    article = extract_page(PAGE, known=known).article
    assert (article.title, article.authors, article.source) == ("春灌开始了", ("李四",), "新华网")
    assert (article.section, article.published, article.summary) == (("水利",), "2024-05-07", "水来得早。")


def test_the_lines_that_repeat_what_is_known_go_from_the_body() -> None:
    known = KnownFields(title="春灌开始了 - 江东在线", authors=("张三",))
    assert extract_page(PAGE, known=known).article.body == FIRST


def test_fields_that_are_not_known_are_read() -> None:
    article = extract_page(PAGE, known=KnownFields(title="春灌开始了")).article
    assert (article.authors, article.source, article.published) == (("张三",), "江东日报", "2024-05-06")
