"""The words of the page in the languages it speaks, chosen by ``Accept-Language``."""

from __future__ import annotations

__all__ = ["MESSAGES", "choose_language"]

_ORDER = ("zh-Hans", "zh-Hant", "en")

_TABLE: dict[str, tuple[str, str, str]] = {
    "search": ("搜索", "搜尋", "Search"),
    "placeholder": ("词语、“原文短语”、-排除", "詞語、「原文短語」、-排除", "Words, “exact phrase”, -without"),
    "skip": ("跳到结果", "跳到結果", "Skip to the results"),
    "results": ("共 {count} 篇", "共 {count} 篇", "{count} articles"),
    "took": ("用时 {ms} 毫秒", "用時 {ms} 毫秒", "{ms} ms"),
    "relaxed": (
        "没有文章同时含有所有词语，以下文章含有其中最关键的部分。",
        "沒有文章同時含有所有詞語，以下文章含有其中最關鍵的部分。",
        "No article has all the words; these have the most telling of them.",
    ),
    "none": ("没有找到文章", "沒有找到文章", "No articles found"),
    "none_hint": (
        "试试少写几个词、去掉引号，或者放宽筛选条件。",
        "試試少寫幾個詞、去掉引號，或者放寬篩選條件。",
        "Try fewer words, drop the quotes, or loosen a filter.",
    ),
    "clear": ("清除全部筛选", "清除全部篩選", "Clear all filters"),
    "remove": ("移除", "移除", "Remove"),
    "filters": ("筛选", "篩選", "Filters"),
    "section": ("栏目", "欄目", "Section"),
    "author": ("作者", "作者", "Author"),
    "source": ("来源", "來源", "Source"),
    "year": ("年份", "年份", "Year"),
    "without": ("（无）", "（無）", "(none)"),
    "from": ("从", "從", "From"),
    "to": ("到", "到", "To"),
    "apply": ("应用", "套用", "Apply"),
    "dates": ("日期", "日期", "Dates"),
    "sort": ("排序", "排序", "Order"),
    "relevance": ("相关", "相關", "Relevance"),
    "newest": ("最新", "最新", "Newest"),
    "oldest": ("最早", "最早", "Oldest"),
    "previous": ("上一页", "上一頁", "Previous"),
    "next": ("下一页", "下一頁", "Next"),
    "page": ("第 {number} 页", "第 {number} 頁", "Page {number}"),
    "back": ("返回搜索", "返回搜尋", "Back to the search"),
    "original": ("原文地址", "原文網址", "Original address"),
    "pages": ("分页", "分頁", "Pages"),
    "error": ("出错了", "出錯了", "Something is wrong"),
    "unready": ("索引还没有准备好", "索引還沒有準備好", "There is no index yet"),
    "undated": ("日期不详", "日期不詳", "Undated"),
    "captions": ("图片说明", "圖片說明", "Photo captions"),
}

MESSAGES: dict[str, dict[str, str]] = {
    language: {name: words[at] for name, words in _TABLE.items()} for at, language in enumerate(_ORDER)
}
"""Language tag → name of a message → its words."""


def choose_language(accept_language: str | None) -> str:
    """The language of the page for an ``Accept-Language`` header; Simplified Chinese when it names none of ours."""
    for tag in _preferred(accept_language or ""):
        if tag.startswith(("zh-tw", "zh-hk", "zh-mo", "zh-hant")):
            return "zh-Hant"
        if tag.startswith("zh"):
            return "zh-Hans"
        if tag.startswith("en"):
            return "en"
    return "zh-Hans"


def _preferred(header: str) -> list[str]:
    """The language tags in lower case, the most wanted first."""
    tags: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        try:
            wanted = float(weight.partition("=")[2] or 1)
        except ValueError:
            wanted = 0.0
        if tag.strip() and wanted > 0:
            tags.append((-wanted, tag.strip().lower()))
    return [tag for _, tag in sorted(tags, key=lambda item: item[0])]
