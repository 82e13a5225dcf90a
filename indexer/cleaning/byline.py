"""Bylines: who wrote an article, whose it is, and when it came out.

Part of the cleaning. Sites put the three on one line or on several, with labels in Simplified or Traditional, half or
full width, in any order and often run together (``通讯员:于海澜来源:江北理工大学 阅读:发布时间:2013-04-22``), or
without a label behind a date (``2024-05-06 08:13 新华网``). So a line is cut at its labels, each piece is the value
of the label before it, and labels that say nothing about the article (views, font size, editor) have their pieces
dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from indexer.cleaning.dates import DATE, TIME, find_day

__all__ = ["Byline", "parse_byline", "parse_name_line", "split_authors"]

MAX_BYLINE_CHARS: Final = 200
MAX_VALUE_CHARS: Final = 40
MAX_AUTHOR_CHARS: Final = 20

_AUTHOR_LABELS = (
    "作者", "本文作者", "文章作者", "撰文", "撰稿", "撰稿人", "撰写", "撰寫", "文", "文字", "图文", "圖文", "文/图",
    "文/圖", "文图", "文、图", "记者", "記者", "本报记者", "本報記者", "特约记者", "特約記者", "见习记者", "見習記者",
    "全媒体记者", "采写", "採寫", "采访", "採訪", "通讯员", "通訊員", "特约通讯员", "发布者", "發布者", "發佈者",
    "发布人", "發布人", "发表者", "供稿人", "投稿人",
)  # fmt: skip
_SOURCE_LABELS = (
    "来源", "來源", "信息来源", "資訊來源", "文章来源", "文章來源", "新闻来源", "新聞來源", "稿件来源", "稿件來源",
    "内容来源", "內容來源", "本文来源", "本文來源", "文稿来源", "资料来源", "資料來源", "稿源", "转自", "轉自",
    "转载自", "轉載自", "出处", "出處", "摘自", "来源于",
)  # fmt: skip
_DATE_LABELS = (
    "发布时间", "發布時間", "發佈時間", "发布日期", "發布日期", "發佈日期", "发表时间", "發表時間", "发表日期",
    "發表日期", "发表于", "發表於", "发布于", "發布於", "發佈於", "日期", "时间", "時間", "录入时间", "添加时间",
    "上传时间", "刊登日期", "刊发时间", "发稿时间", "创建时间", "更新时间", "更新時間", "更新日期", "最后更新",
    "最後更新", "公告日期", "上版日期", "上版時間", "张贴日期", "張貼日期", "Date", "Time",
)  # fmt: skip
_OTHER_LABELS = (
    "责任编辑", "責任編輯", "责编", "責編", "编辑", "編輯", "本文编辑", "网络编辑", "網絡編輯", "执行编辑", "编辑人",
    "编审", "編審", "审核", "審核", "审核人", "审稿", "審稿", "审稿人", "初审", "初審", "复审", "複審", "终审",
    "終審", "终校", "一审", "二审", "三审", "校对", "校對", "校核", "监制", "監製", "签发", "簽發", "签发人", "排版",
    "录入", "录入者", "录入人", "上传", "发布", "發布", "浏览", "瀏覽", "浏览次数", "瀏覽次數", "浏览数", "浏览量",
    "瀏覽量", "瀏覽數", "点击", "點擊", "点击数", "點擊數", "点击量", "點擊量", "点击率", "點擊率", "点击次数",
    "點擊次數", "阅读", "閱讀", "阅读量", "阅读数", "阅读次数", "閱讀次數", "閱讀量", "人气", "人氣", "访问",
    "访问量", "訪問量", "访问次数", "訪問次數", "访问人次", "查看次数", "热度", "点阅", "點閱", "點閱數", "次数",
    "字号", "字號", "字体", "字體", "字体大小", "字體大小", "文字大小", "字级", "字級", "大小", "打印", "列印",
    "分享", "分享到", "分享至", "收藏", "评论", "評論", "评论数", "视力保护色", "背景色", "关键词", "關鍵詞",
    "关键字", "關鍵字", "标签", "標籤", "分类", "分類", "文章类型", "阅读权限", "发布机构", "發布機構", "发布单位",
    "發布單位", "供稿", "供稿单位", "撰稿单位", "索引号", "主题分类", "文号",
)  # fmt: skip
_OPENING = "[【(（〔<《「●◎■◆·"
_ROLE = (
    r"(?:(?:本[报報网網台刊社]|新[华華]社|特[约約]|[见見][习習]|[实實][习習]|首席|[资資]深|[驻駐][\u3400-\u9fff]{2,4}|全媒[体體]|融媒[体體])*"
    r"(?:[记記]者|通[讯訊][员員]|[实實][习習]生|撰文|撰稿|作者|[采採][写寫]))"
)

_KINDS: dict[str, str] = {
    **dict.fromkeys(_OTHER_LABELS, "other"),
    **dict.fromkeys(_DATE_LABELS, "date"),
    **dict.fromkeys(_SOURCE_LABELS, "source"),
    **dict.fromkeys(_AUTHOR_LABELS, "author"),
}


def _label_pattern() -> str:
    """All labels as one alternation; a space may stand between two characters of a label (作 者:)."""
    longest_first = sorted(_KINDS, key=len, reverse=True)
    return "|".join(
        r"\s{0,4}".join(map(re.escape, label)) if len(label) == 2 else re.escape(label) for label in longest_first
    )


# The lone 文 is a label at the start of a line or behind a bracket only, or 短文: would be cut.
_LABEL = re.compile(
    rf"(?P<label>(?<![\u3400-\u9fff])文(?=[:：/／])|(?!文[:：/／])(?:{_label_pattern()}))\s*[:：/／]\s*"
)
_BARE_ROLE = re.compile(
    r"(?:(?<=\s)|(?<=[网網报報社台]))(?:本[报報])?(?:通[讯訊][员員]|[记記]者)\s+(?=[\u3400-\u9fff])"
)
_DATE_FIRST = re.compile(rf"[\[【(（〔]?\s*{DATE}\s*{TIME}?")
_SOURCE_CUT = re.compile(rf"\s{{2,}}|\t|\s*[|｜│丨]\s*|\s*{DATE}|\s+(?={_ROLE})")
_AUTHOR_CUT = re.compile(rf"\s{{3,}}|\t|\s*[|｜│丨]\s*|\s*{DATE}|\s*(?:[图圖]片?|[摄攝]影)\s*[:：/／]")
_SENTENCE = re.compile(r"[。！？?].")
_PROSE = re.compile(r"[。？?！!；;]")
_MEDIA = re.compile(r".*(?:[网網报報社台刊]|新[闻聞]|日[报報]|[周週]刊|政府|[部局委院办辦厅廳校])$")
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\$\{.*?\}|<%.*?%>")
_EDGES = " \t\u3000\u00a0[]【】()（）〔〕<>|｜│,，、;；。:：/／-—"

_AUTHOR_SPLIT = re.compile(rf"\s*[、,，;；/／|｜&＆]\s*|\s+(?:和|与|與)\s+|\s*{_ROLE}\s*[:：]?\s*")
_SPACED_NAME = re.compile(r"(?<![\u3400-\u9fff])([\u3400-\u9fff])\s+([\u3400-\u9fff])(?![\u3400-\u9fff])")
_AUTHOR_TAIL = re.compile(
    r"\s*(?:[综綜]合|[编編][译譯])?(?:[报報][导導道]|整理)$|\s*[/／]?\s*(?:文[/／、]?[图圖]|[图圖][/／、]?文|[摄攝]影?)$|[\s/／]+[文图圖]$"
)
_ORGANISATION = re.compile(
    r".{2,}(?:局|部|委|院|校|社|网|網|室|办|辦|处|處|科|队|隊|会|會|司|中心|大学|大學|中学|小学|集团|政府|支部|团|县|縣|镇|鎮)$"
)
_NAME = r"[\u3400-\u9fff]{2,3}"
_SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭程曹袁邓鄧许許傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡"
    "贾賈丁魏薛叶葉阎閻余潘杜戴夏钟鍾鐘汪田任姜范方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史顾顧侯邵孟龙龍万萬段雷钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文"
    "庞龐樊兰蘭殷施陶洪翟安颜顏倪严嚴牛温溫芦季俞章鲁魯葛伍韦韋申尤毕畢聂聶丛焦向柳邢骆駱岳齐齊梅莫庄莊辛管祝左涂谷祁时時舒耿牟卜詹关關苗凌费費纪紀靳盛童欧歐甄项項曲成游阳陽裴席卫衛查屈鲍鮑位覃霍翁隋植甘景薄单單包司柏宁寧柯阮桂闵解强強柴华華车車冉房边邊"
)
_NAME_LINE = re.compile(rf"[●◎■◆○]?\s*({_NAME}(?:[ \u3000、,，]{{1,2}}{_NAME}){{0,4}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """What one line of a byline says; a field that it doesn't name is empty."""

    authors: tuple[str, ...] = ()
    source: str | None = None
    published: str | None = None
    labels: frozenset[str] = frozenset()


def parse_byline(line: str) -> Byline | None:
    """What a byline says, or nothing where the line is none: prose, or a heading.

    ``labels`` holds the kinds of label found: ``author``, ``source``, ``date``, ``other``.
    """
    if len(line) > MAX_BYLINE_CHARS:
        return None
    if ":" not in line and "：" not in line and "/" not in line and "／" not in line:
        return _dated_line(line)
    matches = list(_LABEL.finditer(line))
    if not matches:
        return _dated_line(line)
    opening = line[: matches[0].start()]
    if not _may_open(opening):
        return None
    pieces = [("date", opening)] if find_day(opening) else []
    ends = [match.start() for match in matches[1:]] + [len(line)]
    for match, end in zip(matches, ends, strict=True):
        value = _TEMPLATE.sub("", line[match.end() : end])
        if _is_prose(value):
            return None
        pieces.append((_KINDS[re.sub(r"\s", "", match["label"])], value))
    pieces.extend(("source", part) for part in [_opening_source(opening)] if part)
    return _byline(pieces)


def parse_name_line(line: str) -> tuple[str, ...]:
    """The names on a line that holds nothing else (``●吳振江``, ``陳文 余潔``); ``()`` for other lines."""
    match = _NAME_LINE.fullmatch(line) if len(line) <= 24 else None
    if not match:
        return ()
    names = re.split(r"[ \u3000、,，]+", match[1])
    marked = not line.startswith(match[1])
    several = len(names) > 1
    return tuple(names) if (marked or several) and all(name[0] in _SURNAMES for name in names) else ()


def split_authors(value: str) -> tuple[str, ...]:
    """The authors in a byline's value, each once, without their role and without 綜合報導 and its like.

    Names of two characters set apart by a space are joined: ``张 三`` is one author, ``张三 李四`` are two.
    """
    text = _AUTHOR_TAIL.sub("", value.strip(_EDGES))
    parts: list[str] = []
    for part in _AUTHOR_SPLIT.split(text):
        parts.extend(_SPACED_NAME.sub(r"\1\2", _AUTHOR_TAIL.sub("", part.strip(_EDGES))).split(maxsplit=8))
    if any("a" <= letter.lower() <= "z" for letter in text):
        parts = [part.strip(_EDGES) for part in _AUTHOR_SPLIT.split(text)]
    names = [name for part in parts if (name := _AUTHOR_TAIL.sub("", part.strip(_EDGES)).strip(_EDGES))]
    names = [name for name in names if len(name) <= MAX_AUTHOR_CHARS and not name.isdigit()]
    people = [name for name in names if len(name) <= 4 or not _ORGANISATION.match(name)]
    return tuple(dict.fromkeys(people or names))


def _byline(pieces: list[tuple[str, str]]) -> Byline:
    authors: tuple[str, ...] = ()
    source = published = None
    for kind, value in pieces:
        if kind == "author":
            authors = tuple(dict.fromkeys(authors + split_authors(_AUTHOR_CUT.split(value)[0])))
        elif kind == "source":
            name, behind = _source(value)
            source = source or name
            authors = authors or behind
        published = published or (find_day(value) if kind in ("date", "source", "other") else None)
    return Byline(authors=authors, source=source, published=published, labels=frozenset(kind for kind, _ in pieces))


def _source(value: str) -> tuple[str | None, tuple[str, ...]]:
    """The source in ``value``, and the authors whom a role without a colon names behind it."""
    role = _BARE_ROLE.search(value)
    behind = split_authors(value[role.start() :]) if role else ()
    name = _SOURCE_CUT.split(value[: role.start()] if role else value, maxsplit=1)[0].strip(_EDGES)
    if role and " " in name:
        name = name.split(" ", 1)[0]
    if name.startswith("《") and name.endswith("》"):
        name = name[1:-1]
    return name or None, behind


def _dated_line(line: str) -> Byline | None:
    """A line that begins with a date and goes on, if at all, with the name of a source: ``2024-05-06 08:13 新华网``."""
    if len(line) > 60:
        return None
    match = _DATE_FIRST.match(line)
    if not match:
        return None
    rest = line[match.end() :].strip(_EDGES)
    if rest and not (len(rest) <= 16 and _MEDIA.match(rest) and line[match.end()] in _EDGES):
        return None
    published = find_day(match.group())
    return Byline(published=published, source=rest or None, labels=frozenset({"date"})) if published else None


def _may_open(opening: str) -> bool:
    """Whether what stands before the first label leaves the line a byline: nothing, a bracket, a date, a medium."""
    rest = _DATE_FIRST.sub("", opening).strip(_EDGES + _OPENING)
    return not rest or bool(_opening_source(opening))


def _opening_source(opening: str) -> str | None:
    rest = _DATE_FIRST.sub("", opening).strip(_EDGES)
    return rest if rest != opening.strip(_EDGES) and len(rest) <= 16 and _MEDIA.match(rest) else None


def _is_prose(value: str) -> bool:
    return bool(_SENTENCE.search(value)) or (len(value) > MAX_VALUE_CHARS and bool(_PROSE.search(value)))
