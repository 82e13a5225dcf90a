"""Bylines: who wrote an article, whose it is, and when it came out.

Part of the cleaning. Sites put the three on one line or on several, with labels in Simplified or Traditional, half or
full width, in any order and often run together (``通讯员:于海澜来源:江北理工大学 阅读:发布时间:2013-04-22``). So a line is
cut at its labels (``labels.py``) and each piece is the value of the label before it. A line without a label may still be
one: a date with a source or a reporter (``2024-05-06 08:13 新华网``), or reporters alone (``本报记者 张三``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from indexer.cleaning.authors import NAME_EDGES, parse_name_line, parse_role_line, role_names, split_authors
from indexer.cleaning.boilerplate import is_chrome
from indexer.cleaning.dates import DATE, TIME, find_day, is_clock_line
from indexer.cleaning.labels import DATE_LABEL, LABEL, ROLE, kind_of_label

__all__ = ["Byline", "is_medium", "parse_byline"]

MAX_BYLINE_CHARS: Final = 200
MAX_DATED_CHARS: Final = 100
MAX_VALUE_CHARS: Final = 40
MAX_SOURCE_CHARS: Final = 16
MAX_WORDS: Final = 3

_OPENING = "[【(（〔<《「●◎■◆·-|•#?"
_BARE_ROLE = re.compile(
    r"(?:(?<=\s)|(?<=[网網报報社台]))(?:本[报報])?(?:通[讯訊][员員]|[记記]者)\s+(?=[\u3400-\u9fff])"
)
_DATE_FIRST = re.compile(rf"[\[【(（〔]?\s*{DATE}\s*{TIME}?")
_DIGIT = re.compile("[0-9〇一二１２]")
_TIME = re.compile(TIME)
_DATE = re.compile(rf"{DATE}\s*[日号]?\s*{TIME}?")
_SOURCE_CUT = re.compile(rf"\s{{2,}}|\t|\s*[|｜│丨]\s*|\s*[于於]?{DATE}|\s+(?={ROLE})|\s*[(（【\[]|\s*&nbsp")
_AUTHOR_CUT = re.compile(
    rf"\s{{3,}}|\t|\s*[|｜│丨]\s*|\s*{DATE}|\s*(?:[图圖]片?|[摄攝]影)\s*[:：/／]|\s*[(（【\[]?(?:参与|我要|评论|互动|纠错|分享|字号)"
)
_SENTENCE = re.compile(r"[。！？?].")
_PROSE = re.compile(r"[。？?！!；;]")
_MEDIA = re.compile(
    r".*(?:[网網报報社台刊]|[电電][视視]台|新[闻聞]|[日晚早][报報]|[周週]刊|政府|客户端|[时時][报報]|在[线線]|[传傳]媒|[杂雜][志誌]|融媒体?(?:中心)?|[部局委院办辦厅廳校])$"
)
# PERF: most lines have none of what every byline has; asking for it first makes this 4 times as fast on a whole page.
_HINT = re.compile(r"[:：/／\d〇]|[记記]者|通[讯訊][员員]|[实實][习習]生|特派|[报報][导導道]|[一二]\S{3}年")
# Accounts write 文丨张三.
_BAR_LABEL = re.compile(
    r"^(文|撰文|作者|记者|記者|编辑|編輯|采写|採寫|图|圖|摄影|攝影)\s?[丨|｜│]\s?(?=[\u3400-\u9fff])"
)
_BAR_LABEL_STARTS = frozenset("文撰作记記编編采採图圖摄攝")
_TEMPLATE_HINT = re.compile("[{%]")
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\$\{.*?\}|<%.*?%>")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s\u3400-\u9fff]*")
_COUNT = re.compile(
    r"\d+\s*(?:[条條人]?[评評][论論]|次?[浏瀏][览覽]|[人]?(?:参与|[阅閱][读讀])|次(?:[点點][击擊])?|[个個]?回[复復])"
)
_UPDATE = re.compile(r"[(（][^()（）]{0,24}(?:更新|修[改訂])[^()（）]{0,8}[)）]")
_PAGE = re.compile(
    r"第?\s?[A-Z]?\d{1,3}\s?版|星期[一二三四五六日天]|[周週][一二三四五六日]|[上下]午|格林尼治[标標][准準][时時][间間]"
)
_WORDS = re.compile(r"[\s|｜│·•,，()（）<>《》【】\[\]〔〕\-—:：／]+")
_NO_WORDS = frozenset(("更新", "修改", "发布", "發布", "發佈", "发表", "發表", "编辑", "編輯"))
_HAN = re.compile("[\u3400-\u9fff]")
_SENTENCE_MARK = re.compile(r"[。！？；!?;]")
_SIZES = re.compile(r"[\s大中小【】\[\]]*")
_NO_SOURCE = frozenset(("未知", "不详", "不詳", "无", "無", "暂无", "佚名", "互联网"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """What one line of a byline says; a field that it doesn't name is empty."""

    authors: tuple[str, ...] = ()
    source: str | None = None
    office: str | None = None
    """The office that put the page out, which is its source where none is named."""
    published: str | None = None
    labels: frozenset[str] = frozenset()


def parse_byline(line: str) -> Byline | None:
    """What a byline says, or nothing where the line is none: prose, or a heading.

    ``labels`` holds the kinds of label found: ``author``, ``source``, ``date``, ``other``.
    """
    if len(line) > MAX_BYLINE_CHARS:
        return None
    if line[:1] in _BAR_LABEL_STARTS:
        line = _BAR_LABEL.sub(r"\1:", line)
    if not _HINT.search(line):
        return None
    matches = list(LABEL.finditer(line)) if ":" in line or "：" in line or "/" in line or "／" in line else []
    if not matches:
        return _unlabelled(line)
    opening = line[: matches[0].start()]
    if not _may_open(opening):
        return _unlabelled(line)
    pieces = [("date", opening)] if find_day(opening) else []
    ends = [match.start() for match in matches[1:]] + [len(line)]
    for match, end in zip(matches, ends, strict=True):
        value = line[match.end() : end]
        value = _TEMPLATE.sub("", value) if _TEMPLATE_HINT.search(value) else value
        if _is_prose(value):
            return None
        pieces.append((kind_of_label(match["label"]), value))
    pieces.extend(("source", part) for part in [_opening_source(opening)] if part)
    return _byline(pieces)


def is_medium(text: str) -> bool:
    """Whether the short text reads as the name of a newspaper, a site or an office."""
    return len(text) <= MAX_SOURCE_CHARS and bool(_MEDIA.match(text))


def _byline(pieces: list[tuple[str, str]]) -> Byline:
    authors: tuple[str, ...] = ()
    source = weak_source = published = None
    for kind, value in pieces:
        if kind == "author":
            names = () if _SIZES.fullmatch(value) else split_authors(_AUTHOR_CUT.split(value)[0])
            authors = tuple(dict.fromkeys(authors + names))
        elif kind == "source":
            name, behind = _source(value)
            source = source or name
            authors = authors or behind
        elif kind == "weak source":
            weak_source = weak_source or _source(value)[0]
        published = published or (find_day(value) if kind in ("date", "source", "other") else None)
    kinds = frozenset(kind.removeprefix("weak ") for kind, _ in pieces)
    return Byline(authors=authors, source=source, office=weak_source, published=published, labels=kinds)


def _source(value: str) -> tuple[str | None, tuple[str, ...]]:
    """The source in ``value``, and the authors whom a role without a colon names behind it."""
    role = _BARE_ROLE.search(value)
    behind = split_authors(value[role.start() :]) if role else ()
    name = _SOURCE_CUT.split(value[: role.start()] if role else value, maxsplit=1)[0].strip(NAME_EDGES)
    if role and " " in name:
        name = name.split(" ", 1)[0]
    while len(words := name.rsplit(maxsplit=1)) > 1 and is_chrome(words[1]):
        name = words[0].strip(NAME_EDGES)
    first, _, rest = name.partition(" ")
    if rest and is_medium(first) and not is_medium(rest):
        name = first
    if name.startswith("《") and name.endswith("》"):
        name = name[1:-1].strip()
    return (name if name not in _NO_SOURCE else None) or None, behind


def _unlabelled(line: str) -> Byline | None:
    """A line without labels that is a byline still: a date and what goes with it, or reporters alone."""
    medium, mark, rest = line.partition("／") if "／" in line else line.partition("/")
    if mark and is_medium(medium) and (names := parse_role_line(rest)):
        return Byline(authors=names, source=medium, labels=frozenset({"author", "source"}))
    if names := parse_role_line(line):
        return Byline(authors=names, labels=frozenset({"author"}))
    return _dated_line(line)


def _dated_line(line: str) -> Byline | None:
    """A line of a date and a few words that go with it, such as a source: ``2024-05-06 08:13 新华网``."""
    if len(line) > MAX_DATED_CHARS or not _DIGIT.search(line):
        return None
    match = _DATE.search(line)
    if not match:
        return Byline(labels=frozenset({"date"})) if is_clock_line(line) else None
    published = find_day(match.group())
    if not published:
        return None
    before, behind = line[: match.start()], line[match.end() :]
    before = DATE_LABEL.sub(" ", before)
    glued = bool((_HAN.match(behind) and not match.group()[-1].isspace()) or _HAN.match(before[-1:]))
    for pattern in (_UPDATE, _DATE, _TIME, _ADDRESS, _COUNT, _PAGE):
        before, behind = pattern.sub(" ", before), pattern.sub(" ", behind)
    if (glued and (before + behind).strip(NAME_EDGES)) or (behind[:1] in "，,。、" and behind.strip(NAME_EDGES + ":")):
        return None
    return _words_of_dated_line(published, before, behind, with_clock=":" in match.group() or "：" in match.group())


def _words_of_dated_line(published: str, before: str, behind: str, *, with_clock: bool) -> Byline | None:
    authors: tuple[str, ...] = ()
    for part in (behind, before):
        if role := re.search(rf"(?:^|\s)({ROLE}.*)$", part):
            if not (names := role_names(role[1].strip())):
                return None
            authors = authors or names
            behind, before = behind.replace(role[1], " "), before.replace(role[1], " ")
    words_before, words_behind = _words(before), _words(behind)
    words = words_before + words_behind
    if len(words) > MAX_WORDS or any(len(word) > MAX_SOURCE_CHARS for word in words):
        return None
    if any(_SENTENCE_MARK.search(word) for word in words):
        return None
    source = next((word for word in words if is_medium(word)), None)
    if not source and with_clock and len(words_behind) == 1 and len(words_behind[0]) <= 8:
        source = words_behind[0] if not parse_name_line(words_behind[0], alone=True) else None
    if not authors and words:
        authors = next((names for word in words if (names := parse_name_line(word, alone=True)) and word != source), ())
    return Byline(authors=authors, source=source, published=published, labels=frozenset({"date"}))


def _words(text: str) -> list[str]:
    words = (word for word in _WORDS.split(text) if word and not word.isdigit())
    return [word for word in words if word not in _NO_WORDS and not is_chrome(word)]


def _may_open(opening: str) -> bool:
    """Whether what stands before the first label leaves the line a byline: nothing, a bracket, a date, a medium."""
    rest = opening
    for pattern in (_UPDATE, _DATE, _COUNT, _ADDRESS):
        rest = pattern.sub("", rest)
    rest = rest.strip(NAME_EDGES + _OPENING)
    rest = "" if rest in ("次浏览", "次瀏覽", "次", "点击", "人", "最后", "由") else rest
    return not rest or is_chrome(rest) or bool(_opening_source(opening) or parse_name_line(rest, alone=True))


def _opening_source(opening: str) -> str | None:
    rest = _DATE_FIRST.sub("", opening).strip(NAME_EDGES)
    return rest if rest != opening.strip(NAME_EDGES) and is_medium(rest) else None


def _is_prose(value: str) -> bool:
    return bool(_SENTENCE.search(value)) or (len(value) > MAX_VALUE_CHARS and bool(_PROSE.search(value)))
