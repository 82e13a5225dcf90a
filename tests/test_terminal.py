from __future__ import annotations

from search.page import Explanation, FacetValue, Highlights, Hit, Page, TermScore
from search.terminal import page_to_text


def test_a_page_is_readable_in_a_terminal() -> None:
    hit = Hit(
        id="a", title="A&B", url=None, section=("要闻", "本地"), authors=("甲", "乙"), source="日报", published="2024",
        score=1.0, highlights=Highlights(title="A&amp;[B]", snippets=("&lt;[监督]&gt;",)),
    )  # fmt: skip
    facets = {"author": (FacetValue(value="甲", count=2), FacetValue(value="", count=1)), "source": ()}
    text = page_to_text(
        Page(text="x", relaxed=True, warnings=("w",), total=1, hits=(hit,), facets=facets, took_ms=1.25, suggestion="y")
    )
    assert text.splitlines() == [
        "note: w",
        "did you mean y?",
        "no article has all the words; these have part of them, the most telling first",
        "1 articles, 1.2 ms",
        "",
        "  1. A&[B]",
        "     2024 · 要闻 > 本地 · 甲、乙 · 日报 · a",
        "     <[监督]>",
        "",
        "author: 甲 2, (none) 1",
    ]


def test_the_parts_of_a_score_are_told_under_its_hit() -> None:
    term = TermScore(kind="word", term="监督", weight=0.5, idf=2.0, frequencies={"title": 1.0, "body": 2.0}, score=1.25)
    parts = Explanation(terms=(term,), title=3.0, factor=1.5, characters=0.25, window=0.5, order=0.0)
    hit = Hit(
        id="a", title="监督", url=None, section=(), authors=(), source=None, published=None,
        score=7.125, highlights=Highlights(title="监督"), explanation=parts,
    )  # fmt: skip
    lines = page_to_text(Page(text="x", relaxed=False, warnings=(), total=1, hits=(hit,))).splitlines()
    assert lines[-2:] == [
        "     score 7.12: (terms 1.25 + title 3.00) × 1.50 + characters 0.25 + window 0.50 + order 0.00",
        "       word 监督: weight 0.5 × idf 2.00, title 1 body 2 → 1.25",
    ]
