"""The words of pages: navigation, share bars, font controls, counters, notices to the visitor.

Part of the cleaning. Three tables: ``_WORDS`` are lines made of nothing but such words, ``_STARTS`` the beginnings of lines
that are never an article's, and ``_NOTICES`` sentences that a site says to its visitors (browser, cookies, age, consent).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["is_chrome", "is_menu", "is_notice"]

MAX_CHROME_CHARS: Final = 120
CACHED_LINES: Final = 16_384

# Whole lines, brackets and blanks apart.
_WORDS = (
    r"\^?返回[顶頂]部\^?", r"回(?:到)?[顶頂]部", r"回[页頁]首", r"回到[页頁]首", r"TOP",
    r"[关關][闭閉](?:窗口|本[页頁]|[页頁]面)?",
    r"(?:我要)?(?:打印|列印)(?:本[页頁文]|文章|此[页頁]|[页頁]面|文稿)?", r"加入?收藏", r"收藏(?:本[页頁文站])?",
    r"(?:一[键鍵])?分享(?:到|至|本文|[给給]好友)?", r"分享至好友和朋友圈",
    r"用微信[扫掃](?:[码碼]|描)二[维維][码碼](?:分享至好友和朋友圈)?", r"[转轉][发發]", r"[点點][赞讚]", r"[赞讚]",
    r"[评評][论論]", r"留言", r"Share", r"SHARE", r"Facebook", r"FB", r"Twitter", r"Line", r"LINE", r"Email",
    r"[阅閱][读讀]", r"在看", r"[举舉][报報]", r"[纠糾][错錯]", r"[关關]注", r"私信", r"加[载載]中[.…。]*",
    r"[载載]入中[.…。]*", r"[阅閱][读讀]全文", r"展[开開](?:全文|通版)?", r"收[起缩縮](?:通版)?",
    r"[设設][为為]首[页頁]", r"[登]?[录錄]", r"登[录錄陸陆入]", r"注[册冊]", r"登出", r"繁[体體](?:中文|版)?",
    r"[简簡][体體](?:中文|版)?", r"English", r"EN", r"无障碍(?:浏览|阅读)?", r"(?:网站)?支持IPv6",
    r"[网網]站[导導][航覽览]", r"[适適]老(?:化)?(?:版|模式)?", r"手[机機]版", r"[电電][脑腦]版", r"WAP", r"RSS",
    r"大\s*中\s*小", r"中\s*小", r"下[载載]", r"小\s*中\s*大", r"[大中小]", r"[Aa]\+?\s*[Aa]-?", r"[Aa][+\-]?",
    r"\+1", r"\d{1,6}", r"字[号號][体體]?\s*[:：]?\s*[大中小\s|+\-]*", r"字[体體]\s*[:：]?\s*[大中小\s|+\-]*",
    r"[放縮缩减]?[大小]字[体體号號]?", r"[放缩縮][大小](?:字[体體号號])?", r"默[认認]", r"全文[复複][制製]",
    r"返回目[录錄]", r"[搜][索尋寻]", r"站[内內]搜索", r"[请請]输入[关關][键鍵][词字]", r"更多(?:>>|»|\.\.\.|…)?",
    r"MORE\+?", r"[Mm]ore", r"首\s?[页頁版]", r"快捷[导導]航", r"[返]回首[页頁]", r"(?:数字报|[网網]站)首[页頁]",
    r"返回(?:列表|上一?[页頁级級]|目[录錄])?", r"[上下]一?[页頁]", r"[上下]一[篇版期条條則则]", r"[末尾][页頁版]",
    r"正文", r"[听聽]新[闻聞]", r"一[键鍵][转轉][发發]",
    r"(?i:facebook|twitter|line|print|share|email|youtube|instagram)", r"[微]信", r"微博",
    r"新浪微博", r"[腾騰][讯訊](?:微博|QQ)", r"QQ空[间間]", r"qq空间", r"QQ好友",
    r"QQ", r"朋友圈", r"人人[网網]?", r"开心网", r"豆瓣", r"百度搜藏", r"[听聽]全文", r"[语語]音播[报報]",
    r"[来來]源", r"作者", r"原[创創]", r"文章(?:[标標][题題]|[内內]容|作者)", r"\[[^\[\]]{1,4}\]", r"版面[概][览]?",
    r"[目]?前?已有\s*\d*\s*人?[评評][论論]",
    r"\d*\s*(?:[条條人]?[评評][论論]|次[浏瀏][览覽]|人?[阅閱][读讀]|人[参參][与與]|[点點][赞讚])", r"T\|T",
    r"[参參][与與][互评][动论]", r"AD", r"[广廣]告", r"我要反[馈饋]", r"[查發发]?[看表]?[评評][论論]",
    r"查看TA的文章", r"无障碍", r"[复複][制製][链鏈]接", r"只看[该該]作者", r"倒序[浏瀏][览覽]",
    r"[电電]梯直[达達]", r"[发發]新帖", r"[回][复復覆]", r"使用道具", r"通版[阅閱][读讀][请請][点點][击擊]",
    r"文章[举舉][报報]", r"Reading", r"Follow US", r"Icon", r"我同意", r"移[动動]客[户戶]端", r"手机新浪网",
    r"收起全屏", r"正在加[载載]", r"[点點][击擊]收起全文", r"鲜花", r"握手", r"邀[请請]",
    r"(?:[发發]表[于於]|IP[属屬]地\s*[:：]?)\s*[\u3400-\u9fff]{2,4}",
    r"\*{4,}", r"浏览协助", r"转寄朋友", r"myshare书签", r"联合报书签", r"主[页頁菜][单單]?",
)  # fmt: skip
_STARTS = (
    r"(?:尊敬|[亲親][爱愛])的.{0,8}(?:用[户戶]|[网網]友)\s*[:：]?$",
    r"今天是", r"[欢歡]迎(?:您|[访訪][问問]|光[临臨]|[来來]到)", r"[设設][为為]首[页頁]", r"加入收藏",
    r"分享(?:到|至)[:：]?", r"(?:[扫掃]一[扫掃]|[扫掃][码碼]|[长長]按|微信[扫掃]|用微信[扫掃])", r"[请請]?使用微信",
    r"字[号號]\s*[:：]", r"[点點][击擊]?上方", r"字[号號]$", r"[【\[（(]?字[体體號号](?:大小)?\s*[:：]",
    r"当前版\s*[:：]", r"[查檢]看\s*[:：]\s*\d", r"(?:阅读|閱讀)[数數量]\s*\d*$",
    r"\d+(?:\.\d+)?万?(?:文章|[总總][阅閱][读讀])$",
    (r"[【\[]?\s*(?:[浏瀏][览覽]|[点點][击擊閱阅]|[阅閱][读讀]|[访訪][问問])(?:次?[数數]|[数數]?量|次數|率|"
     r"人次)\s*[:：]"),
    r"您(?:是|好)[,，]?\s*(?:本站|第)", r"[热熱][门門]搜索", r"按Enter", r":::", r"跳到主要", r"直接前往",
    r"第\s?[A-Z]?\d{1,3}\s?版\s?[:：]?.{0,12}(?:上一[版期]|下一[版期]|$)", r"上一[版期]\d?\s*\d*",
    r"版[面][导導]航", r"[标標][题題][导導]航", r"[语語]音[播朗]", r"关键字\s*[:：]\s+栏目",
)  # fmt: skip
_NOTICES = (
    r".{0,40}(?:Chrome|Firefox|Edge).{0,30}[浏瀏][览覽]器", r"[为為][达達][到]?最佳.{0,4}[浏瀏][览覽]",
    r"(?:如欲|建[议議]|[请請]|您的|你的).{0,16}[浏瀏][览覽]器", r"[关關][闭閉]此[视視]窗",
    r"本[网網]站使用.{0,12}(?:技[术術]|[Cc]ookie)", r"[请請]同意我[们們]", r"Your browser", r"您即[将將][进進]入之",
    r"未[满滿]18[岁歲]", r"我已年[满滿]", r"或不同意本", r"根[据據]「[电電][脑腦][网網]路",
    r"此[网網][页頁]已[闲閒]置", r"不用抽\s?不用[抢搶]", r"こちらのページ", r"goo.?gle news透[过過]",
    r"[请請]([繼继][续續]往下|先登)", r"您的(?:IE)?[浏瀏][览覽]器", r"我是[广廣]告",
    r"(?:[观觀]看)?.{0,4}JavaScript", r"新聞[观觀][点點]不代表", r"[限普]制?[级級]$", r"中央社一手新聞APP",
    r"iOS App",
)  # fmt: skip

_BAR = "[|｜│]"
_MARKS = re.compile(r"[\s\[\]【】()（）|｜·•<>《》«»^\-—_*#:：,，/]*")
_WORD = re.compile("|".join(_WORDS))
_START = re.compile("|".join(_STARTS))
_NOTICE = re.compile("|".join(_NOTICES))
_NAVIGATION = re.compile(
    rf"{_BAR}?[^|｜│]{{1,14}}(?:\s*{_BAR}\s*[^|｜│]{{1,14}}){{3,}}{_BAR}?|{_BAR}(?:[^|｜│]{{1,14}}{_BAR}){{2,}}|(?:[^|｜│]{{1,14}}{_BAR}){{2,}}"
)
_MENU = re.compile(r"[^\s，。；：？！、“”「」]{1,6}(?:\s[^\s，。；：？！、“”「」]{1,6}){5,}")
_NOTHING = re.compile(r"[\W_]+")


# PERF: the lines of a page's frame are the same on all pages of its site; asking once for each is 3 times as fast.
@lru_cache(maxsize=CACHED_LINES)
def is_chrome(line: str) -> bool:
    """Whether the line is of the page and never of an article, wherever it stands."""
    if len(line) > MAX_CHROME_CHARS:
        return False
    return bool(
        _START.match(line)
        or _NAVIGATION.fullmatch(line)
        or _NOTHING.fullmatch(line)
        or _holds_only_words(line)
        or _NOTICE.match(line)
    )


def is_menu(line: str) -> bool:
    """Whether the line is a row of short words without a mark between them: a menu, unless it stands in the article."""
    return bool(_MENU.fullmatch(line))


def is_notice(line: str) -> bool:
    """Whether the line, prose or not, is said by the site to its visitor."""
    return bool(_NOTICE.match(line))


def _holds_only_words(line: str) -> bool:
    """Whether the line is made of the words of ``_WORDS`` and of marks between them."""
    # NOTE: word by word, without going back; one pattern for all takes exponential time on a line such as 字号字号….
    at = _behind_marks(line, 0)
    while word := _WORD.match(line, at):
        at = _behind_marks(line, word.end())
    return at == len(line)


def _behind_marks(line: str, at: int) -> int:
    marks = _MARKS.match(line, at)
    return marks.end() if marks else at
