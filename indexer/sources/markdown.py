"""The reader of Markdown with front matter: one file is one article, its fields named above it in YAML or TOML.

Called by ``inputs.py`` for what ``is_markdown`` tells ``detect.py``. The text becomes plain paragraphs: marks of headings,
emphasis, links and lists go, code stays as it is written, and what stands for a picture is a caption.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any, Final

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from indexer.article import Article, article_from_record
from indexer.cleaning import read_markup
from indexer.cleaning.dates import read_published
from indexer.errors import UnreadableError

__all__ = ["is_markdown", "markdown_article"]

MAX_FRONT_CHARS: Final = 32 * 1024

_FRONT = re.compile(r"\s*(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<front>.*?)\n(?P=fence)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_NAMES = {
    **dict.fromkeys(("id", "slug"), "id"),
    **dict.fromkeys(("title", "标题", "標題"), "title"),
    **dict.fromkeys(("author", "authors", "作者"), "authors"),
    **dict.fromkeys(("source", "来源", "來源"), "source"),
    **dict.fromkeys(("date", "published", "pubdate", "publishdate", "日期", "发布时间", "發布時間"), "published"),
    **dict.fromkeys(("section", "category", "categories", "栏目", "欄目", "分类", "分類"), "section"),
    **dict.fromkeys(("summary", "description", "excerpt", "摘要"), "summary"),
    **dict.fromkeys(("url", "link", "permalink", "canonical", "网址", "網址"), "url"),
}
_SOFT_BREAK = "\x00"
# Lines of one paragraph are joined; between Han, or Chinese marks, without the space that other scripts need.
_BETWEEN_HAN = re.compile(
    r"(?<=[\u2018-\u201d\u3000-\u9fff\uff00-\uffef])\x00|\x00(?=[\u2018-\u201d\u3000-\u9fff\uff00-\uffef])"
)
_KNOWN_NAME = re.compile(rf"(?mi)^[\"']?(?:{'|'.join(_NAMES)})[\"']?[ \t]*[:=]")


def is_markdown(text: str) -> bool:
    """Whether ``text`` begins with front matter: a fenced block that gives a value to a name known here."""
    front = _FRONT.match(text[:MAX_FRONT_CHARS])
    return bool(front and _KNOWN_NAME.search(front["front"]))


def markdown_article(text: str, *, fallback_id: str) -> Article:
    """The article of a Markdown text with front matter; a heading that repeats its title is left out of the body.

    Raises:
        IngestError: the front matter cannot be read, with its line; or a field breaks the contract.
    """
    front = _FRONT.match(text[:MAX_FRONT_CHARS])
    if not front:
        raise UnreadableError("the front matter does not end: write its fence on a line of its own", line=1)
    loaded = _toml(front["front"]) if front["fence"] == "+++" else _yaml(front["front"])
    record: dict[str, Any] = {}
    for key, value in loaded.items():
        name = _NAMES.get(str(key).lower())
        if name and name not in record:
            record[name] = _plain(value)
    paragraphs, captions = _paragraphs(text[front.end() :])
    if (
        paragraphs
        and (not record.get("title") or paragraphs[0] == record["title"])
        and text[front.end() :].lstrip().startswith("#")
    ):
        record["title"] = paragraphs.pop(0)
    if isinstance(written := record.get("published"), str):
        record["published"] = read_published(written) or written
    if isinstance(record.get("id"), str):
        record["id"] = record["id"].replace("/", "-")
    return article_from_record({**record, "body": "\n".join(paragraphs), "captions": captions}, fallback_id=fallback_id)


def _yaml(front: str) -> dict[Any, Any]:
    try:
        # NOTE: BaseLoader makes strings, lists and mappings and nothing else, so that 2024-05-06 stays as it is written.
        value = yaml.load(front, Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise UnreadableError(f"the front matter is no YAML: {error.problem}", line=line) from None
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise UnreadableError(f"the front matter is no YAML: {error}", line=1) from None
    if not isinstance(value, dict):
        raise UnreadableError("the front matter names no fields; write one a line, as in title: …", line=1)
    return value


def _toml(front: str) -> dict[str, Any]:
    try:
        return tomllib.loads(front.replace("\r\n", "\n").removesuffix("\r"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnreadableError(f"the front matter is no TOML: {error}", line=1) from None


def _plain(value: object) -> object:
    """The value as a record holds it: TOML's dates as strings, a list as strings."""
    if isinstance(value, list):
        return [item if isinstance(item, str) else _plain(item) for item in value]
    if isinstance(value, dict):
        return value.get("name", value)
    return value if isinstance(value, str | int) else value.isoformat() if hasattr(value, "isoformat") else str(value)


def _paragraphs(text: str) -> tuple[list[str], list[str]]:
    paragraphs: list[str] = []
    captions: list[str] = []
    for token in MarkdownIt("commonmark", {"maxNesting": 50}).enable("table").parse(text):
        if token.type == "inline":
            line = _BETWEEN_HAN.sub("", "".join(_inline(token.children or (), captions))).replace(_SOFT_BREAK, " ")
            paragraphs.extend(stripped for piece in line.split("\n") if (stripped := piece.strip()))
        elif token.type in ("fence", "code_block"):
            paragraphs.extend(line.rstrip() for line in token.content.split("\n") if line.strip())
        elif token.type == "html_block":
            markup = read_markup(token.content)
            paragraphs.extend(markup.lines)
            captions.extend(markup.captions)
    return paragraphs, captions


def _inline(tokens: Sequence[Token], captions: list[str]) -> Iterator[str]:
    for token in tokens:
        if token.type == "image":
            title = str(token.attrs.get("title") or token.content).strip()
            captions.extend([title] if title else [])
        elif token.type == "softbreak":
            yield _SOFT_BREAK
        elif token.type == "hardbreak":
            yield "\n"
        elif token.type in ("text", "code_inline"):
            yield token.content
