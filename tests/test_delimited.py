"""A table with a header is read row by row; a bad row is named and the next one follows."""

from __future__ import annotations

import io

from indexer.article import Article, derive_id
from indexer.errors import IngestError
from indexer.sources import ReadLimits
from indexer.sources.delimited import read_table


def read(data: bytes, **limits: int) -> tuple[list[Article], list[str]]:
    items = list(read_table(io.BytesIO(data), limits=ReadLimits(**limits), seed="a.csv"))
    return [item for item in items if isinstance(item, Article)], [
        str(item) for item in items if isinstance(item, IngestError)
    ]


def test_chinese_headers_and_encodings_are_read() -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        table = "编号,标题,作者,发布日期,栏目,正文\n1,春灌,甲、乙,2024年5月6日,三农 > 水利,水来了。\n"
        (article,), errors = read(table.encode(encoding))
        assert not errors
        assert (article.id, article.title, article.body) == ("1", "春灌", "水来了。")
        assert (article.authors, article.published, article.section) == (("甲", "乙"), "2024-05-06", ("三农", "水利"))
    (article,), _ = read("標題\t內容\n春灌\t水來了。".encode("big5"))
    assert article.body == "水來了。"


def test_a_cell_may_hold_line_breaks_and_the_lines_are_still_right() -> None:
    articles, errors = read('title,body\n春灌,"一段。\n二段。"\n只有一格\n秋收,好。\n'.encode())
    assert [article.body for article in articles] == ["一段。\n二段。", "好。"]
    assert errors == ["4: a column is missing: the row has 1, the header 2; check its separators and quotes"]
    assert articles[1].id == derive_id("a.csv:5")


def test_a_row_without_title_and_body_or_with_a_bad_date_is_named() -> None:
    articles, errors = read("title,body,date\n,,2024\n春灌,水。,某天\n秋收,好。,2024-05\n".encode())
    assert [article.published for article in articles] == ["2024-05"]
    assert errors[0].startswith("2: the article has neither")
    assert errors[1].startswith("3: published is '某天'")


def test_a_quote_that_is_never_closed_and_a_large_row_are_bounded() -> None:
    articles, errors = read('title,body\n春灌,水。\n秋收,"没有关上\n冬藏,好。\n'.encode())
    assert [article.title for article in articles] == ["春灌", "秋收"]
    assert not errors
    articles, errors = read(("title,body\n大," + "水" * 300 + "\n小,水。\n").encode(), max_article_bytes=200)
    assert [article.title for article in articles] == ["小"]
    assert "max_article_bytes" in errors[0]


def test_bytes_that_are_no_text_end_the_table_where_they_stand() -> None:
    articles, errors = read("title,body\n春灌,水。\n".encode() + b"x" * 70_000 + b"\xff\xfe\xff,y\n")
    assert [article.title for article in articles][:1] == ["春灌"]
    assert errors


def test_empty_lines_are_passed_over() -> None:
    articles, errors = read("title,body\n\n春灌,水。\n\n".encode())
    assert ([article.title for article in articles], errors) == (["春灌"], [])
