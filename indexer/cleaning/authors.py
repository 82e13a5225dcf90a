"""Names of authors: split, unified, and told from what else stands behind a label or a role.

Part of the cleaning, asked by ``byline.py``. ``split_authors`` takes the value of a label; ``parse_role_line`` takes a
whole line that names its reporters without a label (``本报记者 张三 李四``, ``記者甲乙／台北報導``), and
``parse_name_line`` one that holds nothing but names.
"""

from __future__ import annotations

import re
from typing import Final

from indexer.cleaning.labels import ROLE

__all__ = ["NAME_EDGES", "parse_name_line", "parse_role_line", "role_names", "split_authors"]

MAX_AUTHOR_CHARS: Final = 20
MAX_ROLE_LINE_CHARS: Final = 60
NAME_EDGES: Final = " \t\u3000\u00a0[]【】()（）〔〕<>|｜│,，、;；。:：/／-—□■◎●◇◆○☆★▌"

_AUTHOR_SPLIT = re.compile(rf"\s*[、,，;；/／|｜&＆]\s*|\s+(?:和|与|與)\s+|\s*{ROLE}\s*[:：]?\s*")
_SPACED_NAME = re.compile(r"(?<![\u3400-\u9fff])([\u3400-\u9fff])\s+([\u3400-\u9fff])(?![\u3400-\u9fff])")
_AUTHOR_TAIL = re.compile(
    r"\s*(?:[综綜]合|[编編][译譯])?(?:[报報][导導道]|整理)$|\s*[/／]?\s*(?:文[/／、]?[图圖]|[图圖][/／、]?文|[摄攝]影?)$|[\s/／]+[文图圖]$"
)
_ORGANISATION = re.compile(
    r".{2,}(?:局|部|委|院|校|社|网|網|室|办|辦|处|處|科|队|隊|会|會|司|中心|大学|大學|中学|小学|集团|政府|支部|团|县|縣|镇|鎮)$"
)
_OFFICE = re.compile(r"\s*[(（][^()（）]*[)）]?$")
_PARTS_OF_WORK = frozenset(("文", "图", "圖", "摄", "攝", "文图", "圖文", "图文"))
_NO_AUTHOR = frozenset(
    (
        "佚名",
        "不详",
        "不詳",
        "未知",
        "匿名",
        "无",
        "無",
        "暂无",
        "admin",
        "Admin",
        "ADMIN",
        "administrator",
        "管理员",
        "管理員",
    )
)
_NAME = r"[\u3400-\u9fff]{2,3}"
_SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭程曹袁邓鄧许許"
    "傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎閻余潘杜戴夏钟鍾鐘汪田任姜范方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康"
    "毛邱秦江史顾顧侯邵孟龙龍万萬段雷钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文庞龐樊兰蘭殷施陶洪翟安颜顏倪严嚴牛温"
    "溫芦季俞章鲁魯葛伍韦韋申尤毕畢聂聶丛焦向柳邢骆駱岳齐齊梅莫庄莊辛管祝左涂谷祁时時舒耿牟卜詹关關苗凌费費纪"
    "紀靳盛童欧歐甄项項曲成游阳陽裴席卫衛查屈鲍鮑位覃霍翁隋植甘景薄单單包司柏宁寧柯阮桂闵解强強柴华華车車冉房"
    "边邊姬古鬱郁卓冼邬鄔褚晏虞滕饶饒闫阙闕巩鞏蒙宗劳勞敖鄺邝麥麦潭利幸楚晋晉衡池仇丘奚缪繆路鄢简簡连連戚商佟"
    "窦竇原應应"
)
_NAME_LINE = re.compile(rf"[●◎■◆○□◇]?\s*({_NAME}(?:[ \u3000、,，]{{1,2}}{_NAME}){{0,4}})")

_PERSON = r"(?:[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]\s[\u3400-\u9fff]|[\u3400-\u9fff]{1,6}·[\u3400-\u9fff]{1,8})"
_PEOPLE = rf"{_PERSON}(?:\s*[、,，和\s]\s*{_PERSON}){{0,5}}"
_REPORTER = r"(?:[记記]者|通[讯訊][员員]|[实實][习習]生|特派[员員])"
_DOING = (
    r"(?:[\u3400-\u9fff]{0,6}?(?:[综綜]合|即[时時]|[专專][题題])?[报報][导導道]|[摄攝]影?(?:[报報][导導道])?|文\s?[/／、]?\s?[图圖]|[图圖]\s?[/／、]?\s?文"
    r"|[报報][导導道]\s?[/／]\s?[摄攝]影|文|[图圖]|整理|[专專][电電]|[\u3400-\u9fff]{0,4}[电電])"
)
_DOING_HINT = re.compile(r"[记記]者|[讯訊][员員]|[习習]生|特派|[报報][导導道]|文\s?[/／]\s?[图圖]")
_ROLE_LINE = re.compile(
    rf"(?:[\u3400-\u9fff]{{0,12}}?{_REPORTER})\s*[:：]?\s*(?P<people>{_PEOPLE})"
    rf"(?:\s+(?:[\u3400-\u9fff]{{0,8}}?{_REPORTER})\s*[:：]?\s*(?P<more>{_PEOPLE}))?(?:\s*[/／]?\s*{_DOING})?"
)
_DOER_LINE = re.compile(
    rf"(?P<people>{_PEOPLE})\s*[/／\s]\s*(?:[\u3400-\u9fff]{{2,4}}[报報][导導道]|[综綜]合[报報][导導道]"
    r"|文\s?[/／]\s?[图圖]|[报報][导導道]\s?[/／]\s?[摄攝]影)"
)


def split_authors(value: str) -> tuple[str, ...]:
    """The authors in a byline's value, each once, without their role and without 綜合報導 and its like.

    Names of two characters set apart by a space are joined: ``张 三`` is one author, ``张三 李四`` are two.
    """
    text = _AUTHOR_TAIL.sub("", value.strip(NAME_EDGES))
    parts: list[str] = []
    for part in _AUTHOR_SPLIT.split(text):
        parts.extend(_SPACED_NAME.sub(r"\1\2", _AUTHOR_TAIL.sub("", part.strip(NAME_EDGES))).split(maxsplit=8))
    if any("a" <= letter.lower() <= "z" for letter in text):
        parts = [part.strip(NAME_EDGES) for part in _AUTHOR_SPLIT.split(text)]
    parts = [_OFFICE.sub("", part) for part in parts if part not in _PARTS_OF_WORK]
    names = [name for part in parts if (name := _AUTHOR_TAIL.sub("", part.strip(NAME_EDGES)).strip(NAME_EDGES))]
    names = [name for name in names if len(name) <= MAX_AUTHOR_CHARS and not name.isdigit() and name not in _NO_AUTHOR]
    people = [name for name in names if len(name) <= 4 or not _ORGANISATION.match(name)]
    return tuple(dict.fromkeys(people or names))


def parse_role_line(line: str) -> tuple[str, ...]:
    """The reporters whom a line of its own names behind their role, or before what they did; ``()`` for other lines."""
    if not 3 <= len(line) <= MAX_ROLE_LINE_CHARS or "。" in line or not _DOING_HINT.search(line):
        return ()
    text = line.strip(NAME_EDGES)
    match = _ROLE_LINE.fullmatch(text) or _DOER_LINE.fullmatch(text)
    if not match:
        return ()
    groups = match.groupdict()
    names = [name for people in (groups["people"], groups.get("more")) if people for name in split_authors(people)]
    return tuple(names) if names and _may_be_name(names[0]) else ()


def role_names(text: str) -> tuple[str, ...]:
    """The names that follow a role at the start of ``text``, where nothing else stands there."""
    return parse_role_line(text) if re.match(ROLE, text) else ()


def parse_name_line(line: str, *, alone: bool = False) -> tuple[str, ...]:
    """The names on a line that holds nothing else (``●吳振江``, ``陳文 余潔``); ``()`` for other lines.

    One unmarked name counts only where the line is known to stand ``alone`` between the lines of a byline.
    """
    match = _NAME_LINE.fullmatch(line) if len(line) <= 24 else None
    if not match:
        return ()
    names = re.split(r"[ \u3000、,，]+", match[1])
    marked = not line.startswith(match[1])
    several = len(names) > 1
    return tuple(names) if (marked or several or alone) and all(name[0] in _SURNAMES for name in names) else ()


def _may_be_name(name: str) -> bool:
    return name[0] in _SURNAMES or "·" in name
