"""What every engine must do, over a small corpus in both scripts, dated and undated, with and without names."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from indexer.article import Article
from search import ArticleNotFoundError, Engine, Page, RequestError, SearchRequest
from search.errors import QuerySyntaxError
from search.page import Folded
from tests.conftest import article

CORPUS: tuple[Article, ...] = (
    article(
        "seed",
        "資源縣:強化監督檢查",
        "“我們要堅決整治。”資源縣紀委監委說。\n監督檢查組到了 中峰鎮。",
        summary="針對疫情防控形勢。",
        section=("清廉之窗", "基層風采"),
        authors=("鄒雨芯",),
        source="資源縣紀委監委",
        published="2020-03-05",
        captions=("督查組在中峰鎮督查。 莫畏雄/攝",),
        url="https://example.com/seed",
    ),
    article(
        "rural",
        "乡村振兴的路",
        "乡村振兴，不能只看产值。\n监督员每季度来一次。",
        section=("清廉之窗",),
        authors=("陈晓禾", "周屿"),
        source="日报",
        published="2024-05",
    ),
    article(
        "taichung",
        "台中市政府公告",
        "台中市政府今日公告。",
        section=("国际", "两岸"),
        authors=("周嶼",),
        published="2024-05-06T23:30:00Z",
    ),
    article(
        "bank",
        "银行",
        "中国银行C919贷款，COVID-19之后。AI不是SAID。",
        section=("國際",),
        published="2024",
        source="日報",
    ),
    article("undated", "没有日期", "监督，检查。价格3.14元，1,000人，联系news@example.com。"),
    article("markup", "<b>标签</b>&符号", "x<script>alert(1)</script>监督</mark>"),
)


STORIES: tuple[Article, ...] = (
    article("first", "监督", "监督。", story="s1", published="2024-01-01"),
    article("second", "题", "监督检查到了中峰镇的河边。", story="s1", source="日报", published="2024-01-02"),
    article(
        "third", "题", "监督检查到了中峰镇的河边，又到了县里的学校。", story="s1", source="晚报", published="2024-01-03"
    ),
    article("alone", "监督检查", "河边没有人。", source="日報", published="2024-01-04"),
    article(
        "other",
        "题目",
        "县里的学校和医院都要接受监督检查，一年四次。",
        story="s2",
        source="晚报",
        published="2024-01-05",
    ),
)


def ids(page: Page) -> list[str]:
    return [hit.id for hit in page.hits]


class EngineContract:
    """Subclass it with ``make_engine``."""

    def make_engine(self, articles: Sequence[Article]) -> Engine:
        raise NotImplementedError

    @pytest.fixture
    def engine(self) -> Engine:
        return self.make_engine(CORPUS)

    def find(self, engine: Engine, text: str, **parameters: object) -> set[str]:
        page = engine.search(SearchRequest(text=text, **parameters))  # type: ignore[arg-type]
        assert page.total == len(page.hits)
        return set(ids(page))

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("资源县", {"seed"}),
            ("資源縣", {"seed"}),
            ("監督", {"seed", "rural", "undated", "markup"}),
            ("督", {"seed", "rural", "undated", "markup"}),
            ('"紀委監委"', {"seed"}),
            ("“纪委监委”", {"seed"}),
            ('"监督检查"', {"seed"}),
            ('"监督，检查"', {"undated"}),
            ('"监督。检查"', set()),
            ('"到了中峰镇"', {"seed"}),
            ('"说监督"', set()),
            ("台中", {"taichung"}),
            ("银", {"bank"}),
            ("乡村振兴 产值", {"rural"}),
            ("邹雨芯", {"seed"}),
            ("清廉之窗", {"seed", "rural"}),
            ("莫畏雄", {"seed"}),
            ("疫情", {"seed"}),
            ("ai", {"bank"}),
            ("ＡＩ", {"bank"}),
            ("sai", set()),
            ('"sai"', {"bank"}),
            ("c919", {"bank"}),
            ("covid", {"bank"}),
            ("COVID19", {"bank"}),
            ("covid-19", {"bank"}),
            ("3.14", {"undated"}),
            ("1000", {"undated"}),
            ("1,000", {"undated"}),
            ("news@example.com", {"undated"}),
            ("监督 -资源县", {"rural", "undated", "markup"}),
            ("-监督", {"taichung", "bank"}),
            ('监督 -"监督，检查"', {"seed", "rural", "markup"}),
            ("，", {"rural", "bank", "undated"}),
            ("没有日期 xyz", {"undated"}),
            ("xyz", set()),
            ("监督 AND 检查 AND NOT 资源县", {"undated"}),
            ("产值 OR 台中", {"rural", "taichung"}),
            ("(产值 OR 台中) -乡村", {"taichung"}),
            ("（产值　OR　台中）　－乡村", {"taichung"}),
            ("title:监督", {"seed"}),
            ("body:监督 -title:监督", {"rural", "undated", "markup"}),
            ("summary:疫情", {"seed"}),
            ("caption：督查", {"seed"}),
            ("author:周", {"rural", "taichung"}),
            ("source:日报 section:国际", {"bank"}),
            ("title:ai OR body:ai", {"bank"}),
            ('"监督 检查"~1', {"seed", "undated"}),
            ('"检查 监督"~1', {"seed", "undated"}),
            ('"监督 检查"~0', {"seed"}),
            ('"振兴 产值"~5', {"rural"}),
            ('"振兴 产值"~4', set()),
            ("cov*", {"bank"}),
            ("c?vid", {"bank"}),
            ("c?v", set()),
            ("title:cov*", set()),
            ("监*员", {"rural"}),
            ("监?检", {"seed"}),
            ("资源县?中峰镇?", {"seed"}),
            ("谁在资源县?中峰镇", {"seed"}),
            ("资源县?中峰镇", set()),
            ("乡村振兴*产值", {"rural"}),
            ("振兴*每季度", set()),
            ("date:2020", {"seed"}),
            ("监督 date:2024..", {"rural"}),
            ("-date:2024", {"seed", "undated", "markup"}),
        ],
    )
    def test_a_query_finds_what_stands_in_the_articles(self, engine: Engine, text: str, found: set[str]) -> None:
        assert self.find(engine, text) == found

    def test_all_words_must_stand_any_is_enough_and_auto_falls_back(self, engine: Engine) -> None:
        assert self.find(engine, "产值 台中", match="all") == set()
        assert self.find(engine, "产值 台中", match="any") == {"rural", "taichung"}
        page = engine.search(SearchRequest(text="产值 台中"))
        assert page.relaxed
        assert set(ids(page)) == {"rural", "taichung"}
        assert not engine.search(SearchRequest(text="监督 产值")).relaxed

    def test_auto_decides_before_the_filters(self, engine: Engine) -> None:
        page = engine.search(SearchRequest(text="乡村振兴 产值", sections=("国际",)))
        assert (page.total, page.relaxed) == (0, False)

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"sections": ("清廉之窗",)}, {"seed", "rural"}),
            ({"sections": ("清廉之窗 > 基层风采",)}, {"seed"}),
            ({"sections": ("国际", "清廉之窗>基層風采")}, {"seed", "taichung", "bank"}),
            ({"sections": ("基層風采",)}, set()),
            ({"sections": ("",)}, {"undated", "markup"}),
            ({"authors": ("周屿",)}, {"rural", "taichung"}),
            ({"authors": ("周嶼",), "sections": ("清廉之窗",)}, {"rural"}),
            ({"sources": ("日报",)}, {"rural", "bank"}),
            ({"not_sections": ("清廉之窗",)}, {"taichung", "bank", "undated", "markup"}),
            ({"not_authors": ("周屿",), "sections": ("清廉之窗",)}, {"seed"}),
            ({"not_sources": ("",)}, {"seed", "rural", "bank"}),
            ({"from_": "2024"}, {"rural", "taichung", "bank"}),
            ({"from_": "2024-05-07", "to": "2024-05-07"}, {"rural", "taichung", "bank"}),
            ({"from_": "2024-06"}, {"bank"}),
            ({"to": "2020"}, {"seed"}),
            ({"to": "20200304"}, set()),
        ],
    )
    def test_filters_are_or_within_a_field_and_and_between_them(
        self, engine: Engine, filters: dict[str, object], found: set[str]
    ) -> None:
        assert self.find(engine, "", **filters) == found

    def test_an_empty_query_is_every_article_newest_first_undated_last(self, engine: Engine) -> None:
        assert ids(engine.search(SearchRequest())) == ["taichung", "rural", "bank", "seed", "markup", "undated"]
        assert ids(engine.search(SearchRequest(sort="oldest")))[:4] == ["seed", "bank", "rural", "taichung"]
        assert ids(engine.search(SearchRequest(text="监督", sort="newest"))) == ["rural", "seed", "markup", "undated"]

    def test_facets_count_under_the_filters_of_the_other_fields(self, engine: Engine) -> None:
        page = engine.search(
            SearchRequest(sections=("清廉之窗",), facets=("section", "author", "source", "year", "month"))
        )
        sections = [(value.value, value.count, value.selected) for value in page.facets["section"]]
        assert sections == [
            ("国际", 2, False),
            ("国际 > 两岸", 1, False),
            ("清廉之窗", 2, True),
            ("清廉之窗 > 基層風采", 1, False),
        ]
        assert {value.value: value.count for value in page.facets["author"]} == {"周屿": 1, "鄒雨芯": 1, "陈晓禾": 1}
        assert [(value.value, value.count) for value in page.facets["year"]] == [("2024", 1), ("2020", 1)]
        assert [(value.value, value.count) for value in page.facets["month"]] == [("2024-05", 1), ("2020-03", 1)]

    def test_chosen_values_are_listed_with_none_and_past_the_limit(self, engine: Engine) -> None:
        page = engine.search(SearchRequest(text="台中", sources=("日报", ""), facet_limit=0))
        assert {(value.value, value.count) for value in page.facets["source"]} == {("日報", 0), ("", 1)}

    def test_only_the_facets_asked_for_are_counted(self, engine: Engine) -> None:
        assert engine.search(SearchRequest(facets=())).facets == {}
        assert list(engine.search(SearchRequest(facets=("source",))).facets) == ["source"]

    def test_pages_by_offset_and_by_cursor_neither_repeat_nor_lose_a_hit(self, engine: Engine) -> None:
        for request in (
            SearchRequest(limit=2),
            SearchRequest(text="监督", limit=2),
            SearchRequest(sort="oldest", limit=2),
        ):
            whole = ids(engine.search(SearchRequest(text=request.text, sort=request.sort, limit=100)))
            by_offset = [
                hit
                for offset in range(0, 8, 2)
                for hit in ids(
                    engine.search(SearchRequest(text=request.text, sort=request.sort, limit=2, offset=offset))
                )
            ]
            by_cursor: list[str] = []
            page = engine.search(request)
            while True:
                by_cursor += ids(page)
                if page.next is None:
                    break
                page = engine.search(SearchRequest(text=request.text, sort=request.sort, limit=2, cursor=page.next))
            assert by_offset == whole == by_cursor

    def test_a_cursor_of_another_search_or_none_at_all_is_refused(self, engine: Engine) -> None:
        cursor = engine.search(SearchRequest(limit=2)).next
        for wrong in (
            SearchRequest(text="监督", cursor=cursor),
            SearchRequest(cursor="x"),
            SearchRequest(cursor="bm8"),
        ):
            with pytest.raises(RequestError) as caught:
                engine.search(wrong)
            assert caught.value.parameter == "cursor"

    def test_reprints_fold_into_the_best_hit_of_their_story(self) -> None:
        engine = self.make_engine(STORIES)
        page = engine.search(SearchRequest(text="监督", group="story", limit=2))
        assert (page.total, ids(page)) == (3, ["first", "alone"])
        assert page.hits[0].folded == Folded(count=2, sources=("日報", "晚报"))
        assert page.hits[1].folded == Folded(count=0)
        assert {value.value: value.count for value in page.facets["source"]} == {"日報": 2, "晚报": 2}
        rest = engine.search(SearchRequest(text="监督", group="story", limit=2, cursor=page.next))
        assert (rest.total, ids(rest), rest.next) == (3, ["other"], None)
        assert ids(engine.search(SearchRequest(text="监督", group="story", offset=2))) == ["other"]
        assert engine.search(SearchRequest(text="监督")).hits[0].folded is None

    def test_a_story_shows_its_best_hit_among_those_that_pass_the_filters(self) -> None:
        engine = self.make_engine(STORIES)
        page = engine.search(SearchRequest(text="监督", group="story", sources=("晚报",), sort="newest"))
        assert [(hit.id, hit.folded) for hit in page.hits] == [("other", Folded(count=0)), ("third", Folded(count=0))]

    def test_a_cursor_of_the_hits_one_by_one_is_none_of_the_folded(self) -> None:
        engine = self.make_engine(STORIES)
        cursor = engine.search(SearchRequest(text="监督", limit=1)).next
        with pytest.raises(RequestError):
            engine.search(SearchRequest(text="监督", limit=1, group="story", cursor=cursor))

    def test_limit_0_gives_counts_alone(self, engine: Engine) -> None:
        page = engine.search(SearchRequest(text="监督", limit=0))
        assert (page.total, page.hits, page.next) == (4, (), None)

    def test_the_best_match_comes_first(self, engine: Engine) -> None:
        page = engine.search(SearchRequest(text="监督检查"))
        assert ids(page)[0] == "seed"
        scores = [hit.score for hit in page.hits]
        assert scores == sorted(scores, reverse=True)
        assert all(math.isfinite(score) for score in scores)

    def test_a_title_that_is_the_query_comes_before_one_that_holds_it_and_that_before_a_body(self) -> None:
        bodies = "监督检查，监督检查，监督检查。"
        engine = self.make_engine(
            [
                article("body", "别的题目", bodies),
                article("holds", "县里的监督检查", "一句。"),
                article("is", "監督檢查", "一句别的长些的话，说的是别的事情。"),
            ]
        )
        assert ids(engine.search(SearchRequest(text="监督检查"))) == ["is", "holds", "body"]

    def test_words_in_order_and_near_each_other_come_before_the_same_words_far_apart(self) -> None:
        between = "河边的风很大，船停在岸边没有人看见它。" * 3
        engine = self.make_engine(
            [
                article("far", "题目甲", f"乡村一句。{between}产业一句。"),
                article("near", "题目乙", f"乡村产业一句。{between}一句。"),
                article("turned", "题目丙", f"产业乡村一句。{between}一句。"),
            ]
        )
        assert ids(engine.search(SearchRequest(text="乡村 产业"))) == ["near", "turned", "far"]

    def test_a_question_asks_for_its_telling_words(self, engine: Engine) -> None:
        page = engine.search(SearchRequest(text="谁是资源县的监督员？", match="all"))
        assert page.total == 0
        assert self.find(engine, "資源縣在哪裡？", match="all") == self.find(engine, "资源县", match="all")
        assert self.find(engine, "什么", match="all") == set()

    def test_pages_go_on_where_the_texts_are_no_longer_read(self) -> None:
        engine = self.make_engine(
            [article(f"{number:02}", "题目", "监督" + "，" * (number % 7) + "检查。") for number in range(30)]
        )
        whole = engine.search(SearchRequest(text="监督 检查", limit=100))
        assert len(set(ids(whole))) == 30
        found, cursor = [], None
        while True:
            page = engine.search(SearchRequest(text="监督 检查", limit=7, cursor=cursor))
            found += page.hits
            if (cursor := page.next) is None:
                break
        assert [(hit.id, hit.score) for hit in found] == [(hit.id, hit.score) for hit in whole.hits]
        assert whole.hits[19].score > whole.hits[20].score

    def test_a_score_is_the_sum_of_its_parts(self, engine: Engine) -> None:
        page = engine.search(SearchRequest(text="資源縣 監督檢查", match="any", explain=True))
        assert len(page.hits) > 1
        for hit in page.hits:
            assert hit.explanation is not None
            parts = hit.explanation
            first = (sum(term.score for term in parts.terms) + parts.title) * parts.factor
            assert hit.score == pytest.approx(first + parts.characters + parts.window + parts.order, abs=1e-4)
        terms = {(term.kind, term.term): term for term in page.hits[0].explanation.terms}  # type: ignore[union-attr]
        assert terms["word", "监督"].frequencies == {"title": 1.0, "body": 1.0}
        assert terms["bigram", "资源"].frequencies == {"text": 3.0}
        assert engine.search(SearchRequest(text="监督")).hits[0].explanation is None
        assert engine.search(SearchRequest(text="监督", sort="newest", explain=True)).hits[0].explanation is None

    def test_either_script_gives_the_same_page(self, engine: Engine) -> None:
        one, other = (engine.search(SearchRequest(text=text)) for text in ("监督检查 国际", "監督檢查 國際"))
        assert [(hit.id, hit.score) for hit in one.hits] == [(hit.id, hit.score) for hit in other.hits]

    def test_marks_stand_in_the_articles_own_script(self, engine: Engine) -> None:
        hit = engine.search(SearchRequest(text="资源县")).hits[0]
        assert hit.highlights.title == "<mark>資源縣</mark>:強化監督檢查"
        assert "<mark>資源縣</mark>紀委監委說" in hit.highlights.snippets[0]

    def test_it_is_said_where_marks_stand_only_when_asked_for(self, engine: Engine) -> None:
        hit = engine.search(SearchRequest(text="资源县", offsets=True)).hits[0]
        assert [(excerpt.field, excerpt.marks) for excerpt in hit.highlights.excerpts][:2] == [
            ("title", ((0, 3),)),
            ("body", ((10, 13),)),
        ]
        assert engine.search(SearchRequest(text="资源县")).hits[0].highlights.excerpts == ()

    def test_text_is_escaped_and_the_tags_apart(self, engine: Engine) -> None:
        page = engine.search(SearchRequest(text='"alert(1)"', highlight_pre="[", highlight_post="]"))
        assert page.hits[0].highlights.title == "&lt;b&gt;标签&lt;/b&gt;&amp;符号"
        assert page.hits[0].highlights.snippets == ("x&lt;script&gt;[alert(1)]&lt;/script&gt;监督&lt;/mark&gt;",)

    def test_an_article_is_had_by_its_id(self, engine: Engine) -> None:
        assert engine.article("seed") == CORPUS[0]
        with pytest.raises(ArticleNotFoundError, match="no article has the id 'none'"):
            engine.article("none")

    def test_a_malformed_query_is_read_as_well_as_it_can_be_unless_strict(self, engine: Engine) -> None:
        page = engine.search(SearchRequest(text='"监督，检查'))
        assert (page.total, len(page.warnings)) == (1, 1)
        with pytest.raises(QuerySyntaxError) as caught:
            engine.search(SearchRequest(text='监 "督', strict=True))
        assert caught.value.offset == 2

    @pytest.mark.parametrize(
        ("text", "suggestion"),
        [
            ("资原县", "资源县"),
            ("資原縣", "資源縣"),
            ("乡村振性", "乡村振兴"),
            ("乡村兴", "乡村振兴"),
            ("监检查督", "监督检查"),
            ("covd", "covid"),
            ("资源县", None),
            ("没有的东西", None),
            ("量子力学", None),
            ("-资原县", None),
            ("", None),
        ],
    )
    def test_what_finds_more_is_suggested_where_nothing_has_all_the_words(
        self, engine: Engine, text: str, suggestion: str | None
    ) -> None:
        page = engine.search(SearchRequest(text=text))
        assert page.suggestion == suggestion
        if suggestion is not None:
            assert engine.search(SearchRequest(text=suggestion, match="all")).total > 0

    def test_nothing_is_suggested_that_the_filters_rule_out_or_past_the_first_page(self, engine: Engine) -> None:
        assert engine.search(SearchRequest(text="资原县", sections=("清廉之窗",))).suggestion == "资源县"
        assert engine.search(SearchRequest(text="资原县", sections=("国际",))).suggestion is None
        assert engine.search(SearchRequest(text="资原县", offset=10)).suggestion is None

    @pytest.mark.parametrize(
        ("typed", "completed"),
        [
            ("清", [("清廉之窗", "section", 2)]),
            ("周屿", [("周屿", "author", 2)]),
            ("周嶼", [("周屿", "author", 2)]),
            ("zhouyu", [("周屿", "author", 2)]),
            ("rb", [("日報", "source", 2)]),
            ("乡村", [("乡村振兴的路", "title", 1)]),
            ("zyx", [("鄒雨芯", "author", 1), ("資源縣紀委監委", "source", 1), ("資源縣:強化監督檢查", "title", 1)]),
            ("村振", []),
            ("", []),
        ],
    )
    def test_titles_names_and_sounds_complete_what_is_typed(
        self, engine: Engine, typed: str, completed: list[tuple[str, str, int]]
    ) -> None:
        assert [(one.text, one.kind, one.count) for one in engine.suggest(typed, 10)] == completed

    def test_an_article_is_read_with_the_marks_of_the_query(self, engine: Engine) -> None:
        reading = engine.read("seed", "监督 资源县")
        assert reading.title == "<mark>資源縣</mark>:強化<mark>監督</mark>檢查"
        assert reading.body == (
            "“我們要堅決整治。”<mark>資源縣</mark>紀委監委說。",
            "<mark>監督</mark>檢查組到了 中峰鎮。",
        )
        assert (reading.summary, reading.captions) == (("針對疫情防控形勢。",), ("督查組在中峰鎮督查。 莫畏雄/攝",))
        assert (reading.marks, reading.article.id, reading.reprints) == (4, "seed", ())
        assert engine.read("seed", "caption:督查").captions == (
            "<mark>督查</mark>組在中峰鎮<mark>督查</mark>。 莫畏雄/攝",
        )
        assert engine.read("markup", "").body == ("x&lt;script&gt;alert(1)&lt;/script&gt;监督&lt;/mark&gt;",)
        assert engine.read("markup", "").marks == 0
        with pytest.raises(ArticleNotFoundError):
            engine.read("none", "监督")

    def test_the_reprints_of_an_article_are_those_of_its_story_the_newest_first(self) -> None:
        engine = self.make_engine(STORIES)
        assert [hit.id for hit in engine.read("second", "监督").reprints] == ["third", "first"]
        assert engine.read("second", "监督").reprints[1].highlights.title == "<mark>监督</mark>"
        assert engine.read("other", "").reprints == engine.read("alone", "").reprints == ()

    def test_similar_articles_share_the_telling_words_and_are_of_other_stories(self, engine: Engine) -> None:
        similar = engine.similar("undated", 2)
        assert [hit.id for hit in similar] == ["seed", "markup"]
        assert similar[0].score > similar[1].score > 0
        stories = self.make_engine(STORIES)
        assert {hit.id for hit in stories.similar("first", 10)} == {"alone", "other"}
        with pytest.raises(ArticleNotFoundError):
            engine.similar("none", 2)

    def test_the_values_of_a_facet_are_searched_under_the_searchs_parameters(self, engine: Engine) -> None:
        def values(facet: str, contained: str, **parameters: object) -> list[tuple[str, int]]:
            found = engine.facet_values(facet, contained, SearchRequest(**parameters))  # type: ignore[arg-type]
            return [(one.value, one.count) for one in found]

        assert values("author", "周") == [("周屿", 2)]
        assert values("author", "嶼", text="乡村") == [("周屿", 1)]
        assert values("author", "", facet_limit=1) == [("周屿", 2)]
        assert values("section", "风采") == [("清廉之窗 > 基層風采", 1)]
        assert values("source", "報", sources=("资源县纪委监委",)) == [("日報", 2)]
        assert values("year", "20", text="监督") == [("2020", 1), ("2024", 1)]
        assert values("author", "无") == []

    def test_a_hit_carries_the_fields_that_are_asked_for(self, engine: Engine) -> None:
        request = SearchRequest(text="资源县", fields=("body", "summary", "story"), snippets=0)
        assert engine.search(request).hits[0].more == {
            "body": CORPUS[0].body,
            "summary": CORPUS[0].summary,
            "story": None,
        }
        assert engine.search(SearchRequest(text="资源县")).hits[0].more == {}

    @pytest.mark.parametrize(
        "parameters",
        [
            {},
            {"text": "监督"},
            {"text": "监督检查", "match": "any"},
            {"text": "没有日期 xyz"},
            {"text": "监督 -资源县", "sort": "oldest"},
            {"sections": ("清廉之窗",), "not_authors": ("周屿",)},
            {"text": "xyz"},
        ],
    )
    def test_an_export_is_all_hits_in_their_order(self, engine: Engine, parameters: dict[str, object]) -> None:
        page = engine.search(SearchRequest(limit=100, **parameters))  # type: ignore[arg-type]
        export = engine.export(SearchRequest(fields=("id", "body"), **parameters))  # type: ignore[arg-type]
        assert (export.total, export.relaxed, export.partial) == (page.total, page.relaxed, False)
        found = list(export.records)
        assert [record["id"] for record in found] == ids(page)
        assert all(record == {"id": record["id"], "body": engine.article(record["id"]).body} for record in found)

    def test_an_export_folds_as_the_search_does_and_takes_the_editors_fields(self) -> None:
        engine = self.make_engine(STORIES)
        export = engine.export(SearchRequest(text="监督", group="story", fields=("id", "story", "section", "source")))
        assert export.total == 3
        assert list(export.records) == [
            {"id": "first", "story": "s1", "section": [], "source": None},
            {"id": "alone", "story": None, "section": [], "source": "日報"},
            {"id": "other", "story": "s2", "section": [], "source": "晚报"},
        ]

    def test_what_cannot_be_exported_is_said_before_the_first_record(self, engine: Engine) -> None:
        with pytest.raises(QuerySyntaxError):
            engine.export(SearchRequest(text='监 "督', strict=True))

    def test_the_version_stays_while_nothing_changes(self, engine: Engine) -> None:
        version = engine.version()
        engine.search(SearchRequest(text="监督"))
        assert engine.version() == version
        assert version

    def test_an_empty_index_answers_with_empty_pages(self) -> None:
        page = self.make_engine(()).search(SearchRequest(text="监督"))
        assert (page.total, page.hits, page.facets["section"]) == (0, (), ())
        assert self.make_engine(()).search(SearchRequest()).total == 0
        assert self.make_engine(()).suggest("资", 5) == ()
        assert list(self.make_engine(()).export(SearchRequest()).records) == []

    def test_stats_count_the_articles(self, engine: Engine) -> None:
        assert engine.stats().articles == len(CORPUS)
