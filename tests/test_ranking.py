from __future__ import annotations

import pytest

from indexer.analysis import Analyzer
from indexer.errors import SettingsError
from indexer.schema import clean_article
from search import SearchRequest
from search.engines.reference import ReferenceEngine
from search.evaluate.ranking import Boost, Ranking, parse_boosts
from search.settings import read_settings
from tests.conftest import ZONE, article


def first(ranking: Ranking, **request: object) -> str:
    """The best of three articles with the same text, of which the others are told apart by id alone."""
    articles = [
        article("a", body="监督检查。", published="2020"),
        article("b", body="监督检查。", published="2024", section=("国际", "欧洲")),
        article("c", body="监督检查。", published="2022", source="日報"),
    ]
    engine = ReferenceEngine(map(clean_article, articles), Analyzer(), ZONE, relax_share=0.1, ranking=ranking)
    return engine.search(SearchRequest(text="监督", **request)).hits[0].id  # type: ignore[arg-type]


def test_boosts_are_read_from_a_setting() -> None:
    assert parse_boosts("section:清廉之窗 > 基层=1.5, source:日报=0.8") == (
        Boost("section", "清廉之窗 > 基层", 1.5),
        Boost("source", "日报", 0.8),
    )
    assert parse_boosts("") == ()


@pytest.mark.parametrize("text", ["清廉之窗=1.5", "section:甲", "author:张三=2", "source:日报=-1"])
def test_a_boost_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="boosts") as caught:
        read_settings({"ARTICLE_SEARCH_BOOSTS": text}, data="/nowhere")
    assert caught.value.setting == "boosts"


@pytest.mark.parametrize("name", ["RERANK_DEPTH", "RECENCY_WEIGHT"])
def test_what_must_not_be_negative_is_refused_by_name(name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({f"ARTICLE_SEARCH_{name}": "-1"}, data="/nowhere")
    assert caught.value.setting == name.lower()


def test_a_half_life_of_nothing_is_refused() -> None:
    with pytest.raises(SettingsError):
        read_settings({"ARTICLE_SEARCH_RECENCY_HALF_LIFE_DAYS": "0"}, data="/nowhere")


def test_the_settings_make_the_ranking() -> None:
    values = {"RERANK_DEPTH": "5", "BOOSTS": "source:日报=2", "RECENCY_WEIGHT": "0.1", "RECENCY_HALF_LIFE_DAYS": "30"}
    settings = read_settings({f"ARTICLE_SEARCH_{name}": value for name, value in values.items()}, data="/nowhere")
    assert settings.ranking == Ranking(
        depth=5, boosts=(Boost("source", "日报", 2.0),), recency_weight=0.1, recency_half_life_days=30.0
    )


def test_a_boost_raises_its_section_with_what_lies_below_and_its_source_in_either_script() -> None:
    assert first(Ranking()) == "a"
    assert first(Ranking(boosts=(Boost("section", "國際", 1.5),))) == "b"
    assert first(Ranking(boosts=(Boost("source", "日报", 1.5),))) == "c"
    assert first(Ranking(boosts=(Boost("source", "日报", 1.5), Boost("section", "国际 > 欧洲", 2.0)))) == "b"


def test_a_recency_weight_raises_newer_articles_and_is_off_where_the_order_is_by_date() -> None:
    assert first(Ranking(recency_weight=1.0)) == "b"
    assert first(Ranking(recency_weight=1.0), sort="oldest") == "a"
