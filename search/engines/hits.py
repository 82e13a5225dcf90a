"""Articles to hits: what every engine shows of an article it found."""

from __future__ import annotations

from indexer.analysis import Analyzer
from indexer.article import Article
from search.page import Folded, Hit
from search.query.plan import Plan
from search.query.vocabulary import Vocabulary
from search.request import SearchRequest
from search.snippets import SnippetOptions, highlight

__all__ = ["date_order", "make_hit", "pinned_keys"]

_PINNED_KEY = 1e9


def make_hit(
    article: Article,
    score: float,
    plan: Plan,
    analyzer: Analyzer,
    request: SearchRequest,
    folded: Folded | None = None,
    *,
    pinned: bool = False,
) -> Hit:
    """The hit for one article, with its title and snippets marked as ``request`` asks, and what was ``folded`` into it."""
    options = SnippetOptions(
        pre=request.highlight_pre,
        post=request.highlight_post,
        chars=request.snippet_chars,
        count=request.snippets,
    )
    return Hit(
        id=article.id,
        title=article.title,
        url=article.url,
        section=article.section,
        authors=article.authors,
        source=article.source,
        published=article.published,
        score=score,
        highlights=highlight(article, plan, analyzer, options),
        folded=folded,
        pinned=pinned,
    )


def pinned_keys(request: SearchRequest, plan: Plan, vocabulary: Vocabulary) -> dict[str, float]:
    """The ids that come first for ``request`` and the sort key of each, higher than any score; none where dates order."""
    ids = () if date_order(request, plan) else vocabulary.pinned(request.text)
    return {article_id: _PINNED_KEY - place for place, article_id in enumerate(ids)}


def date_order(request: SearchRequest, plan: Plan) -> bool:
    """Whether the hits of ``request`` come by date: asked for, or because there is nothing to be relevant to."""
    return request.sort != "relevance" or not plan.orders
