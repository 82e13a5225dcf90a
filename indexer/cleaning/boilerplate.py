"""What is article and what is page, where no word of the page tells: prose, lists, signatures, the end of the text.

Part of the cleaning. ``chrome.py`` knows the words of pages; this module knows the forms of text. ``is_prose`` and
``is_tail_text`` tell article from page where no pattern does: behind the last paragraph, short lines that are no sentence
are links of the footer. An ``is_end_marker`` line behind the article says that only footer follows.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from indexer.cleaning.chrome import is_chrome

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
CACHED_LINES: Final = 16_384

_END_STARTS = (
    (r"[【\[（(]?\s*(?:本文|本期|[网網][络絡站]|[执執]行|[见見][习習]|新媒体)?(?:[责責]任?)?[编編][辑輯](?:[人员員]|"
     r"[审審]核)?\s*[:：]"),
    r"[【\[（(]?\s*[责責][編编任](?:[編编][辑輯])?\s*[:：]", r"(?:本文|文章)(?:[来來]源|作者)\s*[:：]",
    r"稿源\s*[:：]",
    r"[【\[（(]?\s*(?:[初复複終终一二三]?[审審](?:核|稿|校|人)?人?|[一二三]校|校[对對]|[监監][制製])\s*[:：]",
    r"(?:<|&lt;|[《«←↑])?\s*上一[篇條条则則個个页頁]\s*(?:[:：]|$)",
    r"(?:<|&lt;|[》»→↓])?\s*下一[篇條条则則個个页頁]\s*(?:[:：]|$)", r"(?:<|&lt;|[《«←↑])?\s*上一[篇條条则則個个]",
    r"(?:<|&lt;|[》»→↓])?\s*下一[篇條条则則個个]", r"[前][一]篇\s*[:：]", r"[后後]一篇\s*[:：]",
    r"(?:没|沒)有(?:了|上一|下一)",
    (r"[【\[]?(?:相[关關]|延伸|[热熱][门門点點]?|推[荐薦]|最新|精彩|[图圖][片说說]|更多|[关關][联聯]|猜你|[继繼][续續]|"
     r"[为為您][您你]?|本文相[关關])(?:[新聞闻]{2}|[阅閱][读讀]|[链鏈連][接結结]|文章|[资資][讯訊]|[内內]容|推[荐薦]|"
     r"[动動][态態]|[专專][题題]|[报報][道導]|[热熱][点點]|[图圖]片|附件|[点點][击擊]|喜[欢歡]|信息|稿件|搜索|"
     r"[评評][论論]|[话話][题題])\s*[】\]]?\s*(?:[:：>»+].*|更多.*|MORE.*)?$"),
    r"#?[热熱][门門][新聞闻]{2}", r"(?:\S{2,6})?今日[热熱][门門]$",
    r"更多(?:精彩|[新聞闻]{2}|相关|[\u3400-\u9fff]{2}[新聞闻]{2})",
    r"您?你?(?:可能|也[许許])?[还還]?(?:更)?(?:會|会)?感[兴興]趣的", r"(?:大家)?(?:都)?(?:[还還])?在看",
    r"[阅閱][读讀](?:排行|下一篇)", r"[点點][击擊]排行", r"排行榜", r"[热熱][门門]排行", r"一[周週]排行",
    r"24小[时時]", r"猜你喜[欢歡]", r"[赞贊]助[广廣]告",
    r"(?:用[户戶]|[网網]友|我要|[发發]表|最新|[新]?[闻聞]?|[参參][与與]|所有)[評评][论論](?!员|家|文章)",
    r"已有\s*\d*\s*[人条]", r"跟[贴貼]\s*\d*$",
    r"[^。]{0,20}版\s?[权權]\s?(?:所\s?有|[声聲]明|信息|[与與]免[责責])", r"[读讀]者[迴回][响響]",
    r"[网網]友[回迴][应應]",
    (r"(?:本[网站網文]|免[责責]|[郑鄭]重|特[别別]|法律|[网網]站|[转轉][载載]|版[权權])(?:[声聲]明|"
     r"[说說]明)\s*[:：】\]]?"),
    r"[声聲]明\s*[:：]\s*(?:本|[转轉]|凡|[该該])", r"凡本[网網站]", r"Copyright", r"COPYRIGHT", r"©",
    r"\(C\)\s*(?:19|20)", r"[该該]文[观觀][点點][仅僅]代表", r"本[网網]站?(?:所刊|[刊转轉]|之文字)",
    r"(?:以上)?[网網]友[评評][论論][仅僅]", r"新聞[观觀]?[点點]?不代表",
    r"未\s?[经經].{0,12}[书書許许]?.{0,6}(?:[许許]可|授\s?[权權]).{0,20}(?:[转轉复複]|禁)",
    r"[友]情[链鏈連][接結结]",
    r"[^。]{0,40}未[经經][^。]{0,14}(?:授[权權]|[许許]可)[^。]{0,16}(?:[请請]勿|不得|禁止|[严嚴]禁)",
    r"(?:主[办辦]|承[办辦]|[协協][办辦]|[維维][护護]|建[设設]|[运運][营營])[单單]位\s*[:：]",
    r"主[办辦]\s*[:：].{0,40}(?:承[办辦]|$)", r"技[术術]支持\s*[:：]?",
    r"(?:[网網]站)?(?:[标標][识識]|[备備]案)[码碼号號]?\s*[:：]", r".{0,24}ICP[备備证證]",
    r".{0,12}公[网網]安[备備]", r".{0,12}[新]?[闻聞]?(?:[热熱][线線]|[报報]料)\s*[:：]",
    (r"(?:[联聯][系繫络絡](?:[电電][话話]|人|方式)?|[地]址|[邮郵][编編]|[电電][话話]|[传傳]真|[联聯][系絡络]我[们們]|"
     r"[网網]站地[图圖]|[关關][于於注]我[们們])\s*(?:[|｜]|$)"),
    r"(?:地址|[邮郵][编編]|[传傳]真)\s*[:：]", r"追[蹤踪]我[们們]|加入[粉好]|[欢歡]迎[关關]注", r"[更]?[多]?猛料",
    r"(?:[扫掃]描?(?:一[扫掃])?|[长長]按).{0,8}(?:二[维維][码碼]|[关關]注|[识識][别別])",
    r".{0,12}二[维維][码碼](?:[关關]注.{0,8})?$", r"(?:打印|列印)本[页頁文]", r"[关關][闭閉](?:窗口|本[页頁])",
    r"分享(?:到|至|[给給].{0,4})?\s*[:：]", r"\^?返回[顶頂]部", r"[新]?[闻聞]?快[报報]\s*[阅閱][读讀]全部",
    r"[【\[]?(?:[标標][签籤]|[关關][键鍵][词字詞]|文章[关關][键鍵][词詞])\s*(?:>>|[:：])", r"TAG",
    r"[Tt]ags?\s*[:：]", r".{0,12}\s*(?:微信|官方微博|官方微信|公[众眾]号|微信(?:公[众眾]|服[务務])[号號])$",
    r"(?:上|下)一版", r"第\s?\d{1,3}\s?版\s?[:：]", r"(?:好文)?[点點][赞讚]\s*\d*$",
    r"网站地图|[隐隱]私(?:政策|[权權]|保[护護])", r"[点點][击擊]加[载載]更多", r"不感[兴興]趣$",
    r"不用抽 ?不用[搶抢]|看更多[!！]", r"[请請]?(?:加入|[订訂][阅閱]).{0,8}粉[絲丝]",
    r"(?:—|-|=)*\s*(?:END|The End|完|全文完)\s*(?:—|-|=)*$", r"回(?:上一?|首?)[页頁]", r"Powered by", r"使用道具$",
    r".{0,16}(?:App|APP|app)(?:下[载載]|$)", r"中央社「一手", r"微信[“「]?[扫掃]一[扫掃]",
    r"[查]?看?(?:更多|原文)$", r"原文[链鏈]接", r"[阅閱][读讀]原文",
)  # fmt: skip
_END = re.compile("|".join(_END_STARTS))
_KEYWORDS = re.compile(
    r"[【\[]?\s*(?:[关關][键鍵][词詞字]|[标標][签籤]|Key\s?words?|中[图圖]分[类類][号號]|文[献獻][标標][识識志誌][码碼]|文章[编編][号號]|DOI|基金[项項]目|收稿日期|作者[简簡]介)\s*[】\]]?\s*[:：]?(?<=[】\]:：])"
)
_SENTENCE_END = re.compile(r"[。！？!?…；;:：][”’」』）)\]】\"'》]*$")
_FULL_STOP = re.compile(r"[。！？!?…][”’」』）)\]】\"'》]*(?:\s?[(（][^()（）]{1,40}[)）]\d{0,8})?$")
_PAUSE = re.compile(r"[，。、；：！？,;:!?“”「」…]")
_LIST_ITEM = re.compile(
    r"(?:[(（]?[一二三四五六七八九十百]{1,3}[)）]?[、.．\s]|[(（]?\d{1,2}[)）、.．]\s?\D|第[一二三四五六七八九十百]{1,3}[章节節条條]|[①-⑳●•■◆※]|附件|附[:：]|注[:：]|[(（])"
)
_SIGNATURE_DATE = re.compile(
    r"(?:(?:19|20)\d\d|[二一][〇○零Oo0一二三四五六七八九]{3})\s?年\s?[\d一二三四五六七八九十]{1,3}\s?月\s?[\d一二三四五六七八九十]{1,3}\s?日"
)


# PERF: the lines of a page's frame are the same on all pages of its site; asking once for each is 3 times as fast.
@lru_cache(maxsize=CACHED_LINES)
def is_end_marker(line: str) -> bool:
    """Whether the line, standing behind a paragraph, says that the article is over."""
    return bool(_END.match(line))


def is_keyword_line(line: str) -> bool:
    """Whether the line gives keywords or numbers of a catalogue."""
    return bool(_KEYWORDS.match(line))


def is_prose(line: str) -> bool:
    """Whether the line is a paragraph of the article: it ends as a sentence does, or is long and holds a pause."""
    if len(line) >= LONG_LINE_CHARS:
        return bool(_PAUSE.search(line)) or len(line) >= 2 * LONG_LINE_CHARS or " " not in line
    return len(line) >= PROSE_CHARS and bool(_FULL_STOP.search(line))


def is_tail_text(line: str) -> bool:
    """Whether a line behind the last paragraph still looks written: a sentence, a list item, a document's date."""
    holds_sentence = "。" in line and len(line) > PROSE_CHARS
    return bool(
        holds_sentence or _SENTENCE_END.search(line) or _LIST_ITEM.match(line) or _SIGNATURE_DATE.fullmatch(line)
    )


def is_list_item(line: str) -> bool:
    """Whether the line begins as an item of a list or a heading within the article does."""
    return bool(_LIST_ITEM.match(line))


def is_signature_date(line: str) -> bool:
    """Whether the line is the date under a document, written out."""
    return bool(_SIGNATURE_DATE.fullmatch(line))
