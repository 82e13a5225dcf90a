"""What every engine must do with the editor's own words: synonyms, stop words and pins."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from indexer.article import Article
from search import Engine, Page, SearchRequest
from tests.conftest import article

CORPUS: tuple[Article, ...] = (
    article("north", "北韓的飛彈", "北韓週三試射飛彈。", section=("國際",), published="2024-01-03"),
    article("dprk", "朝鲜试射导弹", "朝鲜星期三试射导弹，韩国作出回应。", source="日报", published="2024-01-02"),
    article("talks", "会谈", "朝鲜半岛问题会谈。记者报道。", source="日报", published="2024-01-01"),
    article("ai", "AI大模型", "LLM走进县城。", published="2023-05-01"),
    article("model", "大语言模型", "大语言模型走进学校，记者看到了。", story="s"),
    article("reprint", "大语言模型", "大语言模型走进学校，记者在那里看到。", story="s"),
    article("capital", "首都", "平壤的街道。"),
)


def ids(page: Page) -> list[str]:
    return [hit.id for hit in page.hits]


class EditorialContract:
    """Subclass it with ``make_engine``, which takes the content of the editor's files by their names."""

    def make_engine(self, articles: Sequence[Article], **files: str) -> Engine:
        raise NotImplementedError

    def find(self, files: dict[str, str], text: str, **parameters: object) -> set[str]:
        page = self.make_engine(CORPUS, **files).search(SearchRequest(text=text, **parameters))  # type: ignore[arg-type]
        assert page.total == len(page.hits)
        return set(ids(page))

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("北韩", {"north", "dprk", "talks"}),
            ("北韓", {"north", "dprk", "talks"}),
            ("朝鮮", {"north", "dprk", "talks"}),
            ("北韩导弹", {"north", "dprk"}),
            ("北韩 -导弹", {"north", "talks"}),
            ("-北韩 试射", {"dprk"}),
            ('"北韩"', {"north"}),
            ('"北韩 飞弹"~3', {"north"}),
            ("title:北韩", {"north", "dprk"}),
            ("(北韩 OR 平壤) 试射", {"north", "dprk"}),
            ("大语言模型", {"ai", "model", "reprint"}),
            ("LLM", {"ai", "model", "reprint"}),
            ("llm 学校", {"model", "reprint"}),
            ("大模型", {"ai"}),
            ("平壤", {"capital"}),
        ],
    )
    def test_a_wanted_word_outside_quotes_is_had_by_who_has_a_synonym(self, text: str, found: set[str]) -> None:
        files = {"synonyms": "北韩, 朝鲜\n飞弹, 导弹\nLLM, 大语言模型\n大模型 => LLM\n"}
        assert self.find(files, text) == found

    def test_one_way_synonyms_find_one_way(self) -> None:
        files = {"synonyms": "首都 => 平壤\n"}
        assert self.find(files, "首都") == {"capital"}
        assert self.find({"synonyms": "县城 => 学校\n"}, "县城") == {"ai", "model", "reprint"}
        assert self.find({"synonyms": "县城 => 学校\n"}, "学校") == {"model", "reprint"}

    @pytest.mark.parametrize("match", ["all", "any"])
    def test_synonyms_lose_nothing_that_is_found_without_them(self, match: str) -> None:
        for text in ("大语言模型", "大语言 没有", "试射 学校"):
            assert self.find({}, text, match=match) <= self.find({"synonyms": "大语言, 试射\n"}, text, match=match)

    def test_who_has_the_word_itself_comes_before_who_has_a_synonym(self) -> None:
        twins = (article("a", "甲", "出租车来了。"), article("b", "乙", "计程车来了。"))
        engine = self.make_engine(twins, synonyms="出租车,计程车\n")
        assert ids(engine.search(SearchRequest(text="出租车"))) == ["a", "b"]
        assert ids(engine.search(SearchRequest(text="計程車"))) == ["b", "a"]

    def test_a_synonym_that_is_rarer_than_the_word_counts_no_more_for_it(self) -> None:
        many = [article(f"m{at}", f"第{at}天", "导弹来了，人都在看。") for at in range(8)]
        engine = self.make_engine([article("a", "第九天", "飞弹来了，人都在看。"), *many], synonyms="导弹,飞弹\n")
        assert ids(engine.search(SearchRequest(text="导弹")))[-1] == "a"
        assert ids(engine.search(SearchRequest(text="飛彈")))[0] == "a"

    def test_synonyms_are_marked(self) -> None:
        engine = self.make_engine(CORPUS, synonyms="北韩,朝鲜\nLLM,大语言模型\n")
        marked = {hit.id: hit.highlights.title for hit in engine.search(SearchRequest(text="北韩")).hits}
        assert marked["dprk"] == "<mark>朝鲜</mark>试射导弹"
        (hit,) = engine.search(SearchRequest(text="大语言模型 县城")).hits
        assert hit.highlights.snippets == ("<mark>LLM</mark>走进<mark>县城</mark>。",)

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("记者 会谈", {"talks"}),
            ("記者 试射", {"north", "dprk"}),
            ("记者试射", {"north", "dprk"}),
            ("记者", {"talks", "model", "reprint"}),
            ("记者 -会谈", {"model", "reprint"}),
            ('"记者" 学校', {"model", "reprint"}),
            ("记者 OR 平壤", {"talks", "model", "reprint", "capital"}),
        ],
    )
    def test_stop_words_need_not_be_had_unless_there_is_nothing_else(self, text: str, found: set[str]) -> None:
        assert self.find({"stop_words": "記者\n"}, text) == found

    def test_stop_words_do_not_order(self) -> None:
        engine = self.make_engine(CORPUS, stop_words="学校\n")
        one, other = (engine.search(SearchRequest(text=text)) for text in ("大语言模型", "学校 大语言模型"))
        assert [(hit.id, hit.score) for hit in one.hits] == [(hit.id, hit.score) for hit in other.hits]

    def test_pinned_articles_come_first_in_their_order_and_are_marked(self) -> None:
        files = {"pins": "朝鲜 => capital, talks, none\n"}
        plain = self.make_engine(CORPUS).search(SearchRequest(text="朝鲜"))
        assert ids(plain) == ["dprk", "talks"]
        engine = self.make_engine(CORPUS, **files)
        page = engine.search(SearchRequest(text=" 朝鮮 "))
        assert [(hit.id, hit.pinned) for hit in page.hits] == [("capital", True), ("talks", True), ("dprk", False)]
        scores = {hit.id: hit.score for hit in page.hits}
        assert scores == {hit.id: hit.score for hit in plain.hits} | {"capital": 0.0}
        assert page.total == 3  # what is shown counts

    def test_pins_among_the_matches_leave_totals_and_facets_as_they_are(self) -> None:
        plain = self.make_engine(CORPUS).search(SearchRequest(text="朝鲜"))
        page = self.make_engine(CORPUS, pins="朝鲜 => talks\n").search(SearchRequest(text="朝鲜"))
        assert ids(page) == ["talks", "dprk"]
        assert (page.total, page.facets) == (plain.total, plain.facets)

    def test_pins_are_for_one_query_by_relevance_and_obey_the_filters(self) -> None:
        engine = self.make_engine(CORPUS, pins="试射 => talks\n")
        assert ids(engine.search(SearchRequest(text="试射")))[0] == "talks"
        for request in (
            SearchRequest(text="试射 导弹"),
            SearchRequest(text="试射", sort="newest"),
            SearchRequest(text="试射", sections=("国际",)),
        ):
            page = engine.search(request)
            assert "talks" not in ids(page)
            assert not any(hit.pinned for hit in page.hits)
        assert ids(engine.search(SearchRequest(text="试射", sources=("日报",)))) == ["talks", "dprk"]

    def test_pins_do_not_hide_that_nothing_has_all_the_words(self) -> None:
        page = self.make_engine(CORPUS, pins="平壤 县城 => talks\n").search(SearchRequest(text="平壤 县城"))
        assert page.relaxed
        assert ids(page)[0] == "talks"
        assert set(ids(page)) == {"talks", "capital", "ai"}

    @pytest.mark.parametrize("limit", [1, 2, 3])
    def test_pages_neither_repeat_nor_lose_an_article(self, limit: int) -> None:
        engine = self.make_engine(CORPUS, pins="记者 => reprint, capital\n")
        whole = ids(engine.search(SearchRequest(text="记者", limit=100)))
        assert whole[:2] == ["reprint", "capital"]
        by_offset = [
            hit
            for offset in range(0, len(whole), limit)
            for hit in ids(engine.search(SearchRequest(text="记者", limit=limit, offset=offset)))
        ]
        by_cursor: list[str] = []
        page = engine.search(SearchRequest(text="记者", limit=limit))
        while True:
            by_cursor += ids(page)
            if page.next is None:
                break
            page = engine.search(SearchRequest(text="记者", limit=limit, cursor=page.next))
        assert by_offset == whole == by_cursor
        assert len(whole) == page.total

    def test_a_pinned_reprint_stands_for_its_story(self) -> None:
        engine = self.make_engine(CORPUS, pins="记者 => reprint\n")
        hits = engine.search(SearchRequest(text="记者", group="story")).hits
        assert [(hit.id, hit.pinned) for hit in hits] == [("reprint", True), ("talks", False)]
        assert hits[0].folded is not None
        assert hits[0].folded.count == 1
