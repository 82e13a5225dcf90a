from __future__ import annotations

from search.page import FacetValue, Highlights, Hit, Page
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
        "no article has all the words; these have most of them",
        "1 articles, 1.2 ms",
        "",
        "  1. A&[B]",
        "     2024 · 要闻 > 本地 · 甲、乙 · 日报 · a",
        "     <[监督]>",
        "",
        "author: 甲 2, (none) 1",
    ]
