"""Sentences of the site above the article are told by the byline below them."""

from __future__ import annotations

from indexer.cleaning import extract
from indexer.cleaning.notices import byline_follows, end_of_notices
from indexer.cleaning.wrap import Line

NOTICE = "亲爱的读者,本站从今天起换上了新的样子。"
FIRST = "春灌之前,十二个村的水渠全部清淤完毕,镇里的水管员说,今年的水比往年早来三天,村民都很高兴。"
BYLINE = "2024-05-06 08:13 江东日报"


def lines(*texts: str) -> list[Line]:
    return [Line(number, text) for number, text in enumerate(texts, start=1)]


def test_a_byline_with_a_time_ends_what_the_site_says() -> None:
    assert end_of_notices(lines(NOTICE, "春灌开始了", BYLINE, FIRST, FIRST), 0) == 2


def test_a_bare_day_or_a_byline_behind_the_text_ends_nothing() -> None:
    assert end_of_notices(lines(FIRST, "县水利局", "2024年5月6日", FIRST, FIRST), 0) == 0
    assert end_of_notices(lines(FIRST, FIRST, "来源:江东日报 作者:张三", NOTICE), 0) == 0


def test_the_article_below_a_notice_is_read() -> None:
    article = extract(f"{NOTICE}\n关于我们\n春灌开始了\n{BYLINE}\n{FIRST}\n{FIRST[:-1]}!")
    assert (article.title, article.source, article.published) == ("春灌开始了", "江东日报", "2024-05-06")
    assert NOTICE not in article.body


def test_captions_above_the_byline_are_seen_through() -> None:
    page = lines("村民在清渠。(张三摄)", BYLINE, FIRST)
    assert byline_follows(page, 0)
    assert not byline_follows(lines("村民在清渠。(张三摄)", FIRST, BYLINE), 0)
    article = extract(f"春灌开始了\n村民在清渠。(张三摄)\n{BYLINE}\n{FIRST}")
    assert (article.published, article.captions) == ("2024-05-06", ("村民在清渠。(张三摄)",))
