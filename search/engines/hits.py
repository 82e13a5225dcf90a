"""Articles to hits: what every engine shows of an article it found."""

from __future__ import annotations

from indexer.analysis import Analyzer
from indexer.article import Article
from search.page import Folded, Hit
from search.query.plan import Plan
from search.request import SearchRequest
from search.snippets import SnippetOptions, highlight

__all__ = ["date_order", "make_hit"]


def make_hit(
    article: Article,
    score: float,
    plan: Plan,
    analyzer: Analyzer,
    request: SearchRequest,
    folded: Folded | None = None,
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
    )


def date_order(request: SearchRequest, plan: Plan) -> bool:
    """Whether the hits of ``request`` come by date: asked for, or because there is nothing to be relevant to."""
    return request.sort != "relevance" or not plan.orders
