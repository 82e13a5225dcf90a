"""The page around the article: navigation, share bars, related titles, footers, told by tables of patterns.

Part of the cleaning. Three tables, from the harmless to the strong: ``is_chrome`` lines go wherever they stand;
an ``is_end_marker`` line behind the article says that only footer follows; ``is_keyword_line`` holds what a
library catalogue would, and is dropped from the head. ``is_prose`` and ``is_tail_text`` tell article from page where no
pattern does: behind the last paragraph, short lines that are no sentence are links of the footer.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = [
    "is_chrome",
    "is_end_marker",
    "is_keyword_line",
    "is_list_item",
    "is_prose",
    "is_signature_date",
    "is_tail_text",
]

PROSE_CHARS: Final = 12
LONG_LINE_CHARS: Final = 60
MAX_CHROME_CHARS: Final = 120

# Whole lines, brackets and blanks apart.
_WORDS = (
    r"\^?返回[顶頂]部\^?", r"回[顶頂]部", r"TOP", r"[关關][闭閉](?:窗口|本[页頁]|[页頁]面)?",
    r"(?:我要)?(?:打印|列印)(?:本[页頁]|文章|此[页頁]|[页頁]面)?", r"加入?收藏", r"收藏(?:本[页頁文站])?",
    r"(?:一[键鍵])?分享(?:到|至|本文)?", r"[转轉][发發]", r"[点點][赞讚]", r"[赞讚]", r"[评評][论論]",
    r"[阅閱][读讀]", r"在看", r"[举舉][报報]", r"[纠糾][错錯]", r"加[载載]中[.…。]*", r"[阅閱][读讀]全文",
    r"展[开開](?:全文)?", r"收起", r"[设設][为為]首[页頁]", r"[登]?[录錄]", r"登[录錄陸陆]", r"注[册冊]",
    r"繁[体體](?:中文)?", r"[简簡][体體](?:中文)?", r"English", r"无障碍(?:浏览|阅读)?",
    r"[适適]老(?:化)?(?:版|模式)?", r"手[机機]版", r"[电電][脑腦]版", r"WAP", r"RSS", r"大\s*中\s*小", r"中\s*小",
    r"小\s*中\s*大", r"[Aa]\+?\s*[Aa]-?", r"字[号號][体體]?\s*[:：]?\s*[大中小\s|+\-]*",
    r"字[体體]\s*[:：]?\s*[大中小\s|+\-]*", r"[放]?大字[体體]?", r"小字[体體]?", r"[搜][索尋寻]", r"站[内內]搜索",
    r"[请請]输入[关關][键鍵][词字]", r"更多(?:>>|»|\.\.\.|…)?", r"MORE\+?", r"[Mm]ore", r"首\s?[页頁]",
    r"[返]回首[页頁]", r"返回(?:列表|上一?[页頁级級]|目[录錄])?", r"上一?[页頁]", r"下一?[页頁]", r"末[页頁]",
    r"尾[页頁]", r"正文", r"[微]信", r"微博", r"新浪微博", r"[腾騰][讯訊]微博", r"QQ空[间間]", r"QQ好友", r"朋友圈",
    r"人人[网網]", r"豆瓣", r"[听聽]全文", r"[语語]音播[报報]", r"[来來]源", r"作者", r"\[[^\[\]]{1,4}\]",
    r"[目]?前?已有\s*\d*\s*人?[评評][论論]", r"\d+\s*(?:[条條人]?[评評][论論]|次[浏瀏][览覽]|[阅閱][读讀])", r"T\|T",
    r"AD", r"[广廣]告",
)  # fmt: skip
_STARTS = (
    r"今天是", r"[欢歡]迎(?:您|[访訪][问問]|光[临臨])", r"[设設][为為]首[页頁]", r"加入收藏", r"分享(?:到|至)[:：]?",
    r"(?:[扫掃]一[扫掃]|[扫掃][码碼]|[长長]按|微信[扫掃])", r"[请請]?使用微信", r"字[号號]\s*[:：]",
    r"[【\[（(]?字[体體號号](?:大小)?\s*[:：]",
    r"[【\[]?\s*(?:[浏瀏][览覽]|[点點][击擊閱阅]|[阅閱][读讀]|[访訪][问問])(?:次?[数數]|[数數]?量|次數)\s*[:：]",
    r"您(?:是|好)[,，]?\s*(?:本站|第)", r"[热熱][门門]搜索",
    r"第\s?[A-Z]?\d{1,3}\s?版\s?[:：]?.{0,12}(?:上一[版期]|下一[版期]|$)", r"上一[版期]\d?\s*\d*", r"版[面][导導]航",
    r"[标標][题題][导導]航", r"[语語]音[播朗]",
)  # fmt: skip
_END_STARTS = (

    r"[【\[（(]?\s*(?:本文|本期|[网網][络絡站]|[执執]行|[见見][习習])?(?:[责責]任?)?[编編][辑輯](?:[人员員]|[审審]核)?\s*[:：]",
    r"[【\[（(]?\s*[责責][编編任](?:[编編][辑輯])?\s*[:：]",
    r"[【\[（(]?\s*(?:[初复複终終一二三]?[审審](?:核|稿|校|人)?人?|校[对對]|[监監][制製])\s*[:：]",
    r"(?:<|&lt;|[《«←↑])?\s*上一[篇条條则則個个]", r"(?:<|&lt;|[》»→↓])?\s*下一[篇条條则則個个]",
    r"[前][一]篇\s*[:：]", r"[后後]一篇\s*[:：]", r"(?:没|沒)有(?:了|上一|下一)",
    r"[【\[]?(?:相[关關]|延伸|[热熱][门門点點]?|推[荐薦]|最新|精彩|[图圖][片说說]|更多|[关關][联聯]|猜你|[为為]您?你?)(?:[新聞闻]{2}|[阅閱][读讀]|[链鏈連]接|文章|[资資][讯訊]|[内內]容|推[荐薦]|[动動][态態]|[专專][题題]|[报報][道導]|[热熱][点點]|[图圖]片|附件|[点點][击擊]|喜[欢歡]|信息|稿件)\s*[】\]]?\s*(?:[:：>»+].*|更多.*|MORE.*)?$",
    r"您?你?(?:可能|也[许許])?[还還]?(?:更)?感[兴興]趣的", r"(?:大家)?(?:都)?(?:[还還])?在看", r"[阅閱][读讀]排行",
    r"[点點][击擊]排行", r"排行榜", r"[热熱][门門]排行", r"一[周週]排行", r"24小[时時]",
    r"(?:用[户戶]|[网網]友|我要|[发發]表|最新)[评評][论論]", r"已有\s*\d*\s*[人条]",
    r"[^。]{0,20}版[权權](?:所有|[声聲]明|信息)",
    r"(?:本[网站網文]|免[责責]|[郑鄭]重|特[别別]|法律|[网網]站|[转轉][载載]|版[权權])(?:[声聲]明|[说說]明)\s*[:：】\]]?",
    r"[声聲]明\s*[:：]\s*(?:本|[转轉]|凡)", r"凡本[网網站]", r"Copyright", r"COPYRIGHT", r"©", r"\(C\)\s*(?:19|20)",
    r"未[经經].{0,12}[书書許许]?.{0,6}(?:[许許]可|授[权權]).{0,20}[转轉复複]", r"[友]情[链鏈連][接結结]",
    r"(?:主[办辦]|承[办辦]|[协協][办辦]|[维維][护護]|建[设設]|[运運][营營])[单單]位\s*[:：]",
    r"主[办辦]\s*[:：].{0,40}(?:承[办辦]|$)", r"技[术術]支持\s*[:：]?",
    r"(?:[网網]站)?(?:[标標][识識]|[备備]案)[码碼号號]?\s*[:：]", r".{0,24}ICP[备備证證]", r".{0,12}公[网網]安[备備]",
    r"(?:[联聯][系繫][电電][话話]|[地]址|[邮郵][编編]|[电電][话話]|[传傳]真|[联聯][系絡络]我[们們]|[网網]站地[图圖]|[关關][于於]我[们們])\s*(?:[:：|｜]|$)",
    r"(?:[扫掃]描?(?:一[扫掃])?|[长長]按).{0,8}(?:二[维維][码碼]|[关關]注)", r".{0,12}二[维維][码碼]$",
    r"(?:打印|列印)本[页頁文]", r"[关關][闭閉](?:窗口|本[页頁])", r"分享(?:到|至)?\s*[:：]", r"\^?返回[顶頂]部",
    r"[新]?[闻聞]?快[报報]\s*[阅閱][读讀]全部", r"[标標][签籤]\s*[:：]", r"TAG",
    r".{1,12}\s*(?:微信|官方微博|官方微信|公[众眾]号)$", r"(?:上|下)一版", r"第\s?\d{1,3}\s?版\s?[:：]",
    r"(?:好文)?[点點][赞讚]\s*\d*$",
)  # fmt: skip

_MARKS = re.compile(r"[\s\[\]【】()（）|｜·•<>《》«»^\-—_*#:：,，]*")
_WORD = re.compile("|".join(_WORDS))
_START = re.compile("|".join(_STARTS))
_END = re.compile("|".join(_END_STARTS))
_NAVIGATION = re.compile(r"[^|｜]{1,14}(?:\s*[|｜]\s*[^|｜]{1,14}){3,}")
_NOTHING = re.compile(r"[\W_]+")
_KEYWORDS = re.compile(
    r"[【\[]?\s*(?:[关關][键鍵][词詞字]|[标標][签籤]|Key\s?words?|中[图圖]分[类類][号號]|文[献獻][标標][识識志誌][码碼]|文章[编編][号號]|DOI|基金[项項]目|收稿日期|作者[简簡]介)\s*[】\]]?\s*[:：]"
)
_SENTENCE_END = re.compile(r"[。！？!?…；;:：][”’」』）)\]】\"'》]*$")
_FULL_STOP = re.compile(r"[。！？!?…][”’」』）)\]】\"'》]*(?:[(（][^()（）]{1,40}[)）])?$")
_LIST_ITEM = re.compile(
    r"(?:[(（]?[一二三四五六七八九十百]{1,3}[)）]?[、.．\s]|[(（]?\d{1,2}[)）、.．]\s?\D|第[一二三四五六七八九十百]{1,3}[章节節条條]|[①-⑳●•■◆※]|附件|附[:：]|注[:：]|[(（])"
)
_SIGNATURE_DATE = re.compile(
    r"(?:(?:19|20)\d\d|[二一][〇○零Oo0一二三四五六七八九]{3})\s?年\s?[\d一二三四五六七八九十]{1,3}\s?月\s?[\d一二三四五六七八九十]{1,3}\s?日"
)


def is_chrome(line: str) -> bool:
    """Whether the line is of the page and never of an article, wherever it stands."""
    if len(line) > MAX_CHROME_CHARS:
        return False
    return bool(
        _START.match(line) or _NAVIGATION.fullmatch(line) or _NOTHING.fullmatch(line) or _holds_only_words(line)
    )


def is_end_marker(line: str) -> bool:
    """Whether the line, standing behind a paragraph, says that the article is over."""
    return bool(_END.match(line))


def is_keyword_line(line: str) -> bool:
    """Whether the line gives keywords or numbers of a catalogue."""
    return bool(_KEYWORDS.match(line))


def is_prose(line: str) -> bool:
    """Whether the line is a paragraph of the article: it ends as a sentence does, or is long."""
    return len(line) >= LONG_LINE_CHARS or (len(line) >= PROSE_CHARS and bool(_FULL_STOP.search(line)))


def is_tail_text(line: str) -> bool:
    """Whether a line behind the last paragraph still looks written: a sentence, a list item, a document's date."""
    return bool(_SENTENCE_END.search(line) or _LIST_ITEM.match(line) or _SIGNATURE_DATE.fullmatch(line))


def is_list_item(line: str) -> bool:
    """Whether the line begins as an item of a list or a heading within the article does."""
    return bool(_LIST_ITEM.match(line))


def is_signature_date(line: str) -> bool:
    """Whether the line is the date under a document, written out."""
    return bool(_SIGNATURE_DATE.fullmatch(line))


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
