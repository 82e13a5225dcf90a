"""What the template shows of a search: links, chips, choices, page numbers."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.page import FacetValue, Page
from search.request import SearchRequest
from search.web import view


def page_of(total: int) -> Page:
    return Page(text="", relaxed=False, warnings=(), total=total, hits=())


def value(text: str, *, selected: bool = False, count: int = 1) -> FacetValue:
    return FacetValue(value=text, count=count, selected=selected)


def toggle(chosen: tuple[str, ...], facet_value: FacetValue, name: str = "section") -> str:
    field = {"section": "sections", "author": "authors"}[name]
    (choice,) = view.facet_choices(SearchRequest(**{field: chosen}), name, (facet_value,))  # type: ignore[arg-type]
    return choice.href


def test_a_link_leaves_out_defaults_and_begins_at_the_first_page() -> None:
    request = SearchRequest(text="a b", offset=40, limit=20, facets=("year",))
    assert view.search_href(request) == "search?q=a+b"
    assert view.search_href(SearchRequest()) == "./"
    assert view.search_href(request, offset=40) == "search?q=a+b&offset=40"


@given(st.text(max_size=20), st.text(max_size=20))
def test_an_address_holds_letters_as_they_are_and_says_what_it_was_made_of(text: str, author: str) -> None:
    href = view.search_href(SearchRequest(text=text, authors=(author,)))
    assert all(char.isalnum() or char in "?&=+%-._~" for char in href)
    assert parse_qs(href.partition("?")[2], keep_blank_values=True) == {
        **({"q": [text]} if text else {}),
        "author": [author],
    }


def test_an_address_that_could_run_a_script_is_no_link() -> None:
    assert view.web_address("HTTPS://example.com/") == "HTTPS://example.com/"
    assert [view.web_address(url) for url in ("javascript:alert(1)", "data:text/html,x", "//x", "", None)] == [None] * 5


def test_an_id_is_quoted_whole() -> None:
    assert view.article_href("a?b#c %2F", SearchRequest()) == "article/a%3Fb%23c%20%252F"


def test_choosing_a_section_replaces_what_is_above_and_below_it() -> None:
    assert toggle((), value("三农 > 乡村振兴")).endswith("section=三农+%3E+乡村振兴")
    assert toggle(("三农 > 乡村振兴",), value("三农")) == view.search_href(SearchRequest(sections=("三农",)))
    assert toggle(("三農",), value("三农 > 乡村振兴")) == view.search_href(SearchRequest(sections=("三农 > 乡村振兴",)))
    assert toggle(("三农",), value("三农村")) == view.search_href(SearchRequest(sections=("三农", "三农村")))


def test_a_choice_is_taken_back_in_whatever_script_it_was_written() -> None:
    assert toggle(("三农>鄉村振興",), value("三农 > 乡村振兴", selected=True)) == "./"
    assert toggle(("陳曉禾", "周屿"), value("陈晓禾", selected=True), "author") == view.search_href(
        SearchRequest(authors=("周屿",))
    )
    assert toggle(("",), value("", selected=True), "author") == "./"
    assert toggle(("",), value("", selected=True)) == "./"


def test_excluding_a_value_takes_a_choice_of_it_back_and_choosing_it_ends_the_exclusion() -> None:
    chosen = SearchRequest(authors=("陳曉禾", "周屿"))
    (choice,) = view.facet_choices(chosen, "author", (value("陈晓禾", selected=True),))
    assert choice.without == view.search_href(SearchRequest(authors=("周屿",), not_authors=("陈晓禾",)))
    assert not choice.excluded
    excluding = SearchRequest(not_authors=("陳曉禾", "周屿"))
    assert view.facet_choices(chosen, "author", (value("鄒雨芯"),))[0].without == ""
    (choice,) = view.facet_choices(excluding, "author", (value("陈晓禾"),))
    assert choice.excluded
    assert choice.without == view.search_href(SearchRequest(not_authors=("周屿",)))
    assert choice.href == view.search_href(SearchRequest(authors=("陈晓禾",), not_authors=("周屿",)))


def test_sections_are_a_tree_in_which_what_is_above_a_chosen_one_is_unfolded() -> None:
    names = ["甲", "甲 > 一", "甲 > 一 > 子", "甲 > 二", "乙", "乙 > 三", "丙", "丁", "戊"]
    values = tuple(value(name, selected=name == "甲 > 一 > 子") for name in names)
    tree = view.value_tree(view.facet_choices(SearchRequest(sections=("甲 > 一 > 子",)), "section", values))
    assert [(root.label, root.unfolded) for root in tree] == [
        ("甲", True), ("乙", False), ("丙", False), ("丁", False), ("戊", False),
    ]  # fmt: skip
    first = tree[0].children[0]
    assert [child.label for child in tree[0].children] == ["一", "二"]
    assert (first.unfolded, first.children[0].label, first.children[0].selected) == (True, "子", True)
    assert tree[1].children[0].path == "乙 > 三"


def test_a_small_tree_is_unfolded_whole() -> None:
    choices = view.facet_choices(SearchRequest(), "section", (value("甲"), value("甲 > 一")))
    assert view.value_tree(choices)[0].unfolded


@pytest.mark.parametrize(
    ("first", "last", "kind", "label"),
    [
        ("2024", None, "since", "2024"),
        (None, "2024-05", "until", "2024-05"),
        ("2023", "2024", "between", "2023 – 2024"),
        ("2023", "2023", "between", "2023"),
    ],
)
def test_dates_are_one_chip(first: str | None, last: str | None, kind: str, label: str) -> None:
    ((chip, left),) = view.filter_chips(SearchRequest(from_=first, to=last, offset=10))
    assert left == SearchRequest()
    assert (chip.kind, chip.label, chip.href) == (kind, label, "./")


def test_page_numbers_show_the_ends_and_the_neighbours() -> None:
    pages = view.pagination(SearchRequest(offset=100), page_of(1000))
    assert [entry and entry[0] for entry in pages["numbers"]] == [1, None, 9, 10, 11, 12, 13, None, 100]
    assert (pages["number"], pages["previous"], pages["next"]) == (11, "search?offset=90", "search?offset=110")
    assert view.pagination(SearchRequest(), page_of(10))["numbers"] == []
    assert view.pagination(SearchRequest(), page_of(0))["next"] is None


def test_pages_end_where_offsets_do() -> None:
    last = view.pagination(SearchRequest(offset=10_000), page_of(50_000))
    assert (last["number"], last["next"], last["at_end"]) == (1001, None, True)
    beyond = view.pagination(SearchRequest(offset=9_000), page_of(15))
    assert beyond["previous"] == "search?offset=10"


@given(st.integers(0, 10_000), st.integers(0, 200_000))
def test_no_page_number_leads_out_of_the_results(offset: int, total: int) -> None:
    numbers = [entry[0] for entry in view.pagination(SearchRequest(offset=offset), page_of(total))["numbers"] if entry]
    assert numbers == sorted(set(numbers))
    assert all(1 <= number <= 1001 and (number - 1) * 10 < total for number in numbers)


def test_an_ellipsis_stands_only_where_a_sentence_was_cut() -> None:
    assert view.is_cut("要<mark>监督</mark>检查")
    assert view.is_cut("要<mark>监督</mark>")
    assert not view.is_cut("要<mark>监督。</mark>")
    assert not view.is_cut("他说：“好。”")
    assert not view.is_cut("&quot;好。&quot;")


def test_the_script_of_a_text_is_its_language() -> None:
    assert view.han_language("舊糧倉裡的鄉村振興") == "zh-Hant"
    assert view.han_language("乡村振兴与著名的监督干部") == "zh-Hans"
    assert view.han_language("C919") == "zh-Hans"


def test_without_a_query_there_is_no_order_by_relevance() -> None:
    assert view.sort_choices(SearchRequest()) == [
        ("newest", "search?sort=newest", True),
        ("oldest", "search?sort=oldest", False),
    ]
    assert [name for name, _, current in view.sort_choices(SearchRequest(text="x", sort="oldest")) if current] == [
        "oldest"
    ]
