"""The breadcrumb: where in its site a page stands, read as the section path.

Part of the cleaning; it asks nothing of the rest of the page. ``所在位置:首頁 > 清廉之窗 > 基層風采 > 正文`` says
``("清廉之窗", "基層風采")``: home, 正文 and their like name no section. A line is a breadcrumb by its label, or by
starting at home and going on with a separator.
"""

from __future__ import annotations

import re

__all__ = ["crumb_rest", "is_separator", "section_path"]

_LABEL = re.compile(
    r"[【\[]?\s*+(?:您|你)?\s*+(?:现在|現在|目前|当前|當前|所在|您所在|你所在)?\s*+(?:所在|的|所处|所處)?的?\s*+"
    r"位\s*+置\s*+(?:是|为|為)?\s*+[:：>＞»›→]\s*+"
    r"|(?:当前|當前|所在)(?:栏目|欄目|频道|頻道)\s*+[:：]\s*+"
)
_HOME_PATH = re.compile(
    r"[^\s>＞»›→/|:：,，。]{0,12}(?:首\s?[页頁]|主[页頁]|Home|HOME)\s*(?:>|＞|»|›|→|::|--?>|/(?!/))"
)
_SEPARATOR = re.compile(r"\s*(?:--?>|[>＞»›→]|::|&gt;)+\s*")
_LABELLED_SEPARATOR = re.compile(r"\s*(?:--?>|[>＞»›→/\\|｜]|::|&gt;|\s[-－—·]\s)+\s*")
_HOME_GLUED = re.compile(r"(首[页頁])(?=[^\s>＞»›→/\\|｜:\-－—·])")
_NO_SECTION = re.compile(
    r".{0,12}(?:首\s?[页頁]|主[页頁])|正文|[内內]容|[详詳](?:情|[细細][页頁]?)|文章(?:正文|[内內]容|[详詳]情)?|(?:[阅閱][读讀]|[浏瀏][览覽])正文"
    r"|(?:信息|新[闻聞])?(?:正文|[内內]容|[详詳]情)[页頁]?|Home|HOME|[返回]+"
)


def crumb_rest(line: str) -> str | None:
    """What a breadcrumb line says behind its label (``""`` where only the label stands), or nothing for other lines."""
    if len(line) > 160:
        return None
    if match := _LABEL.match(line):
        return line[match.end() :]
    return line if _HOME_PATH.match(line) else None


def is_separator(line: str) -> bool:
    """Whether the line holds nothing but the mark between two crumbs."""
    return bool(line) and bool(_SEPARATOR.fullmatch(line))


def section_path(rest: str, *, title: str | None = None) -> tuple[str, ...]:
    """The section path in ``rest``, from general to special, without home, 正文 and the page's own title."""
    glued = _HOME_GLUED.sub(r"\1>", rest.strip(" \t\u3000[]【】"))
    pattern = _SEPARATOR if _SEPARATOR.search(glued) else _LABELLED_SEPARATOR
    crumbs = (crumb.strip(" \t\u3000\u00a0[]【】") for crumb in pattern.split(glued))
    kept = [crumb for crumb in crumbs if crumb and not _NO_SECTION.fullmatch(crumb)]
    if kept and title and (kept[-1] == title or (len(kept[-1]) > 12 and title.startswith(kept[-1].rstrip(".…")))):
        kept.pop()
    return tuple(kept)
