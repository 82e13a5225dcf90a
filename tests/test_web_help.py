from __future__ import annotations

import pytest
from falcon import testing

from indexer.analysis import Analyzer
from indexer.schema import clean_article
from search import SearchRequest
from search.engines.reference import ReferenceEngine
from search.query.parse import parse
from search.settings import Settings
from search.web.help import EXAMPLES, Example
from search.web.messages import MESSAGES
from service import create_app
from tests.conftest import ZONE, article

ARTICLES = [
    article("both", "乡村学校的校长", "乡村的学校来了新校长，学生很高兴。", published="2023-09-01"),
    article("county", "县城", "县城的学校。", published="2025"),
    article("none", "河边", "没有人。", published="2024"),
]


@pytest.fixture(scope="module")
def engine() -> ReferenceEngine:
    return ReferenceEngine(map(clean_article, ARTICLES), Analyzer(), ZONE, relax_share=0.5)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.query)
def test_every_example_is_well_formed_and_finds_some_articles_but_not_all(
    engine: ReferenceEngine, example: Example
) -> None:
    assert not parse(example.query, strict=True).warnings
    page = engine.search(SearchRequest(text=example.query, strict=True))
    assert 0 < page.total < len(ARTICLES)
    assert not page.warnings
    assert set(example.finds) == set(MESSAGES)


def test_the_page_shows_the_examples_in_the_language_of_the_reader_as_links(engine: ReferenceEngine) -> None:
    client = testing.TestClient(create_app(Settings(), engine))
    for language, tag in (("en", "en"), ("zh-TW", "zh-Hant")):
        answer = client.simulate_get("/help", headers={"Accept-Language": language})
        assert answer.status_code == 200
        for example in EXAMPLES:
            assert example.finds[tag].replace("&", "&amp;") in answer.text
        assert answer.text.count('href="./search?q=') == len(EXAMPLES)
