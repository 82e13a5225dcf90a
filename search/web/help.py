"""``GET /help``: what may be written into the box, each way with an example that can be tried; tests run every one."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EXAMPLES", "Example"]


@dataclass(frozen=True, slots=True)
class Example:
    """A query and what it finds, in the languages of the page."""

    query: str
    finds: dict[str, str]


def _example(query: str, simplified: str, traditional: str, english: str) -> Example:
    return Example(query, {"zh-Hans": simplified, "zh-Hant": traditional, "en": english})


EXAMPLES: tuple[Example, ...] = (
    _example(
        "乡村 学校",
        "含有所有词语的文章；一篇也没有时，含有其中最关键部分的文章",
        "含有所有詞語的文章；一篇也沒有時，含有其中最關鍵部分的文章",
        "articles with all words; when none has them all, those with the most telling of them",
    ),
    _example(
        '"乡村学校"',
        "一字不差的原文，哪怕只有一个字；繁体简体都找得到",
        "一字不差的原文，哪怕只有一個字；繁體簡體都找得到",
        "exactly this text, even a single character; in either script",
    ),
    _example("学校 -乡村", "含有前者、不含后者", "含有前者、不含後者", "with the first, without the second"),
    _example(
        "学校 AND (乡村 OR 县城)",
        "AND、OR、NOT 要大写，可用括号",
        "AND、OR、NOT 要大寫，可用括號",
        "AND, OR and NOT in capitals, with brackets",
    ),
    _example(
        "title:学校",
        "只找标题；还有 body: summary: caption: author: source: section:",
        "只找標題；還有 body: summary: caption: author: source: section:",
        "in the title alone; also body: summary: caption: author: source: section:",
    ),
    _example(
        '"乡村 学校"~5',
        "两个词相距不超过 5 个字，先后不论",
        "兩個詞相距不超過 5 個字，先後不論",
        "both words, at most 5 characters between them, in either order",
    ),
    _example(
        "学*长",
        "* 是中间至多 20 个字，? 是一个字；英文词如 cov*",
        "* 是中間至多 20 個字，? 是一個字；英文詞如 cov*",
        "* is up to 20 characters between, ? is one; words of letters as in cov*",
    ),
    _example(
        "学校 date:2023..2024-06",
        "这段时间的文章；也可以只写 date:2024",
        "這段時間的文章；也可以只寫 date:2024",
        "of these years or months; date:2024 alone works too",
    ),
)
