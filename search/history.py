"""One article and its earlier versions, as text for a terminal and as JSON. For the command ``show``; the archive keeps them."""

from __future__ import annotations

from typing import Any

from indexer.archive import ArticleVersion, History
from indexer.article import SECTION_SEPARATOR, Article, article_to_record

__all__ = ["article_to_text", "find_version", "history_to_record", "history_to_text"]

UNKNOWN = "unknown"


def find_version(history: History, number: int) -> ArticleVersion | None:
    """The version of this number; None where it is not, or no longer, kept."""
    return next((version for version in history.versions if version.number == number), None)


def article_to_text(article: Article) -> str:
    """Title, what is known of the article, and its text."""
    about = (article.published, SECTION_SEPARATOR.join(article.section), "、".join(article.authors), article.source)
    lines = [article.title, " · ".join(part for part in about if part), article.url, *article.also_at]
    parts = ["\n".join(line for line in lines if line), article.summary, article.body, "\n".join(article.captions)]
    return "\n\n".join(part for part in parts if part)


def history_to_text(history: History) -> str:
    """A line a version, the latest first: its number, from when until when it stood, its state and title."""
    lines = [
        f"{each.number:>3}  {each.written_at or UNKNOWN:<25}  {_state(each):<35}  {each.article.title}"
        for each in reversed(history.versions)
    ]
    if history.same_as:
        lines.append(f"it is the same as {history.same_as}, and shown as another address of that")
    return "\n".join(lines)


def history_to_record(history: History) -> dict[str, Any]:
    """The JSON object of a history, each version with its article."""
    versions = [
        {
            "version": each.number,
            "state": each.state,
            "written_at": each.written_at,
            "ended_at": each.ended_at,
            "article": article_to_record(each.article),
        }
        for each in history.versions
    ]
    return {"id": history.id, "same_as": history.same_as, "versions": versions}


def _state(version: ArticleVersion) -> str:
    if version.state == "current":
        return version.state
    return f"{version.state} {version.ended_at or UNKNOWN}"
