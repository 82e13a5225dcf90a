"""The breadcrumb: where in its site a page stands, read as the section path.

Part of the cleaning; it asks nothing of the rest of the page. ``所在位置:首頁 > 清廉之窗 > 基層風采 > 正文`` says
``("清廉之窗", "基層風采")``: home, the site's own name, 正文 and their like name no section. A line is a breadcrumb by its
label, by starting at home and going on with a separator, or by ending in 正文 behind one. Where a page writes each crumb
on a line of its own, ``read_crumbs`` joins them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

__all__ = ["MAX_CRUMB_LINES", "crumb_rest", "is_separator", "read_crumbs", "section_path"]

MAX_CRUMB_LINE_CHARS: Final = 160
MAX_CRUMB_CHARS: Final = 16
MAX_CRUMB_LINES: Final = 16

_LABEL = re.compile(
    r"[【\[■◆●]?\s*+(?:您|你)?\s*+(?:现在|現在|目前|当前|當前|所在|您所在|你所在)?\s*+(?:所在|的|所处|所處)?(?:的)?\s*+(?:当前|當前)?"
    r"位\s*+置\s*+(?:是|为|為)?\s*+[】\]]?(?:\s*+[:：>＞»›→]\s*+|(?=首[页頁]))"
    r"|(?:当前|當前|所在)(?:栏目|欄目|频道|頻道|位置)\s*+(?:[:：]\s*+|(?=首))"
)
_MARK = r"(?:--?>|>>?|＞＞?|»|›|→|::|&gt;)"
_HOME_PATH = re.compile(
    rf"[^\s>＞»›→/|:：,，。]{{0,12}}(?:首\s?[页頁]|主[页頁]|Home|HOME)\s*(?:{_MARK}|/(?!/)|(?:\s[-－—·]\s|－))"
)
# NOTE: possessive throughout: a space or a mark that two parts could take makes a row of separators exponential.
_ARROW = r"(?:--?>|[>＞»›→]{1,3}+)"
_TO_TEXT = re.compile(rf"[^>＞»›→,，。！？!?]{{1,{MAX_CRUMB_CHARS}}}+{_ARROW}(?=.*[>＞»›→]\s?正文\s?$|\s?正文\s?$)")
_SITE_PATH = re.compile(
    rf"(?:[^\s>＞»›→/|:：,，。]{{1,10}}(?:[网網报報台刊]|网站|門戶|在线|在線|日报|資訊|资讯|新[闻聞]|新聞雲|[新]?[闻聞]?中心|论坛|論壇)"
    rf"|[a-z0-9.]{{2,16}}|搜狐|新浪|网易|腾讯|凤凰)(?:\s?{_ARROW}|\s/(?=\s))\s?[^>＞»›→/,，。！？!?]{{1,{MAX_CRUMB_CHARS}}}+"
    rf"(?:(?:{_ARROW}|/)[^>＞»›→,，。/]{{0,60}}+)*+"
)
_HOME_ALONE = re.compile(r"首[页頁]\s[\u3400-\u9fff]{2,10}")
_OPEN_END = re.compile(r"(?!更多|查看|返回|[点點][击擊]|进入|[进進]入|下一)[\u3400-\u9fff]{2,8}\s*[>＞»›]+")
_SITE = re.compile(
    r".{1,10}(?:[网網]|网站|[网網]站|在[线線]|日[报報]|[时時][报報]|晚[报報]|新聞雲|[报報])|[a-z0-9.]{2,16}|搜狐|新浪|网易|腾讯|凤凰|凤凰网资讯|.{2,8}[网網](?:新[闻聞]|[资資][讯訊])"
)
_SEPARATOR = re.compile(r"\s*(?:--?>|[>＞»›→]|::|&gt;)+\s*")
_LABELLED_SEPARATOR = re.compile(r"\s*(?:--?>|[>＞»›→/\\|｜]|::|&gt;|\s[-－—·]\s|－)+\s*")
_LINE_SEPARATOR = re.compile(r"\s*(?:--?>|[>＞»›→/]|::|&gt;)+\s*")
_HOME_GLUED = re.compile(r"(首[页頁])(?=[^\s>＞»›→/\\|｜:\-－—·])")
_TEXT_GLUED = re.compile(r"\s+正文\s*$")
_HOME = re.compile(r"首\s?[页頁]|主[页頁]|Home|HOME")
_NO_SECTION = re.compile(
    r".{0,12}(?:首\s?[页頁]|主[页頁])|正文|[内內]容|[详詳](?:情|[细細][页頁]?)|文章(?:正文|[内內]容|[详詳]情)?|(?:[阅閱][读讀]|[浏瀏][览覽]|[查]?看?)正文"
    r"|(?:信息|新[闻聞])?(?:正文|[内內]容|[详詳]情)[页頁]?|Home|HOME|[返回]+|稿件|[.…]+|版[块塊]|[查]看[内內]容|[帖贴]子"
)


def crumb_rest(line: str) -> str | None:
    """What a breadcrumb line says behind its label (``""`` where only the label stands), or nothing for other lines."""
    if len(line) > MAX_CRUMB_LINE_CHARS:
        return None
    if match := _LABEL.match(line):
        return line[match.end() :]
    if not _HINT.search(line):
        return None
    return (
        line
        if _HOME_PATH.match(line)
        or _TO_TEXT.match(line)
        or _OPEN_END.fullmatch(line)
        or _HOME_ALONE.fullmatch(line)
        or _SITE_PATH.fullmatch(line)
        else None
    )


_HINT = re.compile(r"[>＞»›→/]|::|&gt;|[-－—·]|首[页頁]\s")


def is_separator(line: str) -> bool:
    """Whether the line holds nothing but the mark between two crumbs."""
    return bool(line) and bool(_LINE_SEPARATOR.fullmatch(line))


def read_crumbs(lines: Sequence[str]) -> tuple[str, int]:
    """What the breadcrumb that starts on the first of ``lines`` says, and how many of them it takes: 0 where none starts.

    It goes on over lines that are a separator, or begin with one, or stand behind one.
    """
    first = lines[0]
    rest = crumb_rest(first)
    if rest is not None and rest.strip(" >＞»›→/") and _is_whole(first):
        return rest, 1
    short = len(first) <= MAX_CRUMB_CHARS and len(lines) > 1 and is_separator(lines[1][:1])
    if rest is None and not short:
        return "", 0
    starts = f"{first}>" if rest is not None and not rest.strip() else first
    gathered = _gather([starts, *lines[1:MAX_CRUMB_LINES]])
    if len(gathered) < 2:
        return (rest, 1) if rest is not None else ("", 0)
    path = "".join(gathered)
    return crumb_rest(path) or path, len(gathered)


def _gather(lines: Sequence[str]) -> list[str]:
    parts = [lines[0]]
    for line in lines[1:]:
        opens = is_separator(line[:1])
        if not (opens or is_separator(parts[-1][-1:])):
            break
        if len(line) > 2 * MAX_CRUMB_CHARS or (len(line) > MAX_CRUMB_CHARS and not opens):
            break
        parts.append(line)
    return parts


def _is_whole(line: str) -> bool:
    """Whether the breadcrumb ends on its line: it holds a separator, and leaves none open."""
    return not is_separator(line[-1:]) and any(is_separator(char) for char in line)


def section_path(rest: str, *, title: str | None = None) -> tuple[str, ...]:
    """The section path in ``rest``, from general to special, without home, the site, 正文 and the page's own title."""
    text = _TEXT_GLUED.sub(">正文", rest.strip(" \t\u3000\u00a0[]【】"))
    if title and len(title) > 4 and text.rstrip(" >＞»正文").endswith(title):
        text = text.rstrip(" >＞»正文").removesuffix(title)
    if _HOME_ALONE.fullmatch(text):
        return (text[2:].strip(),)
    glued = _HOME_GLUED.sub(r"\1>", text)
    pattern = _SEPARATOR if _SEPARATOR.search(glued) else _LABELLED_SEPARATOR
    crumbs = [stripped for crumb in pattern.split(glued) if (stripped := crumb.strip(" \t\u3000\u00a0[]【】/:："))]
    home = next((at for at, crumb in enumerate(crumbs) if _HOME.fullmatch(crumb)), 0)
    crumbs = crumbs[home:]  # what stands before home is the menu above the breadcrumb
    if len(crumbs) > 1 and not _NO_SECTION.fullmatch(crumbs[0]) and _SITE.fullmatch(crumbs[0]):
        crumbs = crumbs[1:]
    kept = [crumb for crumb in crumbs if not _NO_SECTION.fullmatch(crumb)]
    if (
        kept
        and title
        and (kept[-1] == title.strip("【】[]") or (len(kept[-1]) > 12 and title.startswith(kept[-1].rstrip(".…"))))
    ):
        kept.pop()
    return tuple(dict.fromkeys(kept))
