from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import GAP, Analyzer
from indexer.errors import ArticleError
from indexer.schema import (
    LITERAL_FIELDS,
    clean_article,
    day_span,
    facet_key,
    field_pieces,
    moment,
    prepare,
    section_levels,
)
from tests.conftest import ZONE, article


def test_days_are_those_of_the_zone_and_a_part_of_a_date_spans_it() -> None:
    assert day_span(None, ZONE) == (0, 0)
    assert day_span("2024", ZONE) == (20240101, 20241231)
    assert day_span("2024-02", ZONE) == (20240201, 20240229)
    assert day_span("2023-12", ZONE) == (20231201, 20231231)
    assert day_span("2024-05-06", ZONE) == (20240506, 20240506)
    assert day_span("2024-05-06T23:00:00+00:00", ZONE) == (20240507, 20240507)


@pytest.mark.parametrize(
    ("published", "day"),
    [
        ("0001-01-01T00:00:00+14:00", 10101),
        ("9999-12-31T23:59:59-14:00", 99991231),
        ("0001", 10101),
        ("9999", 99990101),
    ],
)
def test_the_ends_of_time_have_days_and_moments(published: str, day: int) -> None:
    assert day_span(published, ZONE)[0] == day
    assert moment(published, ZONE) is not None


@given(st.dates().map(str))
def test_a_day_spans_itself(day: str) -> None:
    number = int(day.replace("-", ""))
    assert day_span(day, ZONE) == (number, number)


def test_moments_sort_as_the_dates_do() -> None:
    dates = ["2023", "2023-02", "2023-02-03", "2023-02-03T10:00:00+08:00"]
    moments = [moment(date, ZONE) for date in dates]
    assert moments == sorted(moments)  # type: ignore[type-var]
    assert moment(None, ZONE) is None


def test_values_written_in_either_script_have_one_key() -> None:
    assert facet_key("國際　新聞") == facet_key("国际 新闻")


def test_a_section_is_all_its_levels() -> None:
    assert section_levels(("要闻", "本地")) == ("要闻", "要闻 > 本地")


def test_cleaning_an_article_drops_blank_lines_and_what_cannot_be_seen() -> None:
    cleaned = clean_article(
        article(title=" 题\u200b目\n二 ", body="\u3000\u3000一 \n\n 二\r\n", authors=("甲\u200b", " "))
    )
    assert (cleaned.title, cleaned.body, cleaned.authors) == ("题目 二", "一\n二", ("甲",))
    assert clean_article(cleaned) == cleaned


def test_a_title_that_cannot_be_seen_is_none() -> None:
    assert clean_article(article(title="\u200b", body="监督检查。又来。")).title == "监督检查"
    with pytest.raises(ArticleError, match="neither a title nor a body"):
        clean_article(article(title="\u200b", body="\ufeff \n"))


def test_a_prepared_article_knows_where_its_fields_stand(analyzer: Analyzer) -> None:
    prepared = prepare(
        article(title="监督", body="一段\n二段", captions=("图",), authors=("张三",), section=("要闻", "本地")),
        analyzer,
        ZONE,
    )
    fields = {
        name: prepared.literal[prepared.starts[at] : prepared.starts[at + 1]] for at, name in enumerate(LITERAL_FIELDS)
    }
    assert fields == {
        "title": f"监督{GAP}",
        "summary": "",
        "body": f"一段{GAP}二段{GAP}",
        "captions": f"图{GAP}",
        "authors": f"张三{GAP}",
        "source": "",
        "section": f"要闻{GAP}本地{GAP}",
    }
    assert prepared.words[0] == {"监督": 1}
    assert field_pieces(prepared.article, "summary") == ()
