"""The labels of bylines: what sites write before an author, a source, a date, and before what is none of these.

Part of the cleaning: the table behind ``byline.py``. A label is one of four kinds, ``author``, ``source``, ``date`` and
``other``; the values of the last say nothing about the article (views, font size, editor).
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["DATE_LABEL", "LABEL", "ROLE", "kind_of_label", "label_kind"]

_AUTHOR_LABELS: Final = (
    "作者", "本文作者", "文章作者", "文字作者", "原作者", "撰文", "撰文者", "撰稿", "撰稿人", "撰写", "撰寫", "文",
    "文字", "图文", "圖文", "文/图", "文/圖", "文图", "文、图", "图/文", "圖/文", "记者", "記者", "本报记者", "本報記者",
    "特约记者", "特約記者", "见习记者", "見習記者", "实习记者", "全媒体记者", "融媒体记者", "采写", "採寫", "采访",
    "採訪", "采编", "通讯员", "通訊員", "特约通讯员", "发布者", "發布者", "發佈者", "发布人", "發布人", "发表者",
    "供稿人", "投稿人", "发稿人", "发帖人", "楼主",
)  # fmt: skip
_SOURCE_LABELS: Final = (
    "来源", "來源", "信息来源", "資訊來源", "資料來源", "消息来源", "文章来源", "文章來源", "新闻来源", "新聞來源",
    "稿件来源", "稿件來源", "内容来源", "內容來源", "本文来源", "本文來源", "文稿来源", "资料来源", "媒体来源",
    "原文来源", "稿源", "转自", "轉自", "转载自", "轉載自", "文章转自", "本文转自", "出处", "出處", "文章出处", "摘自",
    "来源于",
)  # fmt: skip
_WEAK_SOURCE_LABELS: Final = (
    "发布机构", "發布機構", "发布单位", "發布單位", "發佈單位", "发文机关", "发文机构", "发文单位", "发布部门", "發布部門",
)  # fmt: skip
_DATE_LABELS: Final = (
    "发布时间", "發布時間", "發佈時間", "发布日期", "發布日期", "發佈日期", "发表时间", "發表時間", "发表日期",
    "發表日期", "发表于", "發表於", "发布于", "發布於", "發佈於", "最后发布于", "日期", "时间", "時間", "录入时间",
    "添加时间", "添加日期", "加入时间", "上传时间", "上传日期", "刊登日期", "刊发时间", "刊发日期", "发稿时间",
    "發稿時間", "发稿日期", "发文时间", "发文日期", "发帖时间", "发刊日期", "创建时间", "更新时间", "更新時間",
    "更新日期", "最后更新", "最後更新", "最后更新时间", "修改时间", "修改日期", "公告日期", "公布日期", "公布时间",
    "公開日期", "公开日期", "上版日期", "上版時間", "张贴日期", "張貼日期", "成文日期", "生成日期", "发文时间",
    "提交时间", "录入日期", "撰写时间", "資料日期", "出版", "出版日期", "出版時間", "更新", "Date", "Time",
)  # fmt: skip
_OTHER_LABELS: Final = (
    "责任编辑", "責任編輯", "责编", "責編", "编辑", "編輯", "本文编辑", "网络编辑", "網絡編輯", "执行编辑", "编辑人",
    "编审", "編審", "审核", "審核", "审核人", "审稿", "審稿", "审稿人", "审校", "初审", "初審", "复审", "複審", "终审",
    "終審", "终校", "一审", "二审", "三审", "一校", "二校", "三校", "校对", "校對", "校核", "核稿", "监制", "監製",
    "签发", "簽發", "签发人", "排版", "美编", "主编", "制作", "录入", "录入者", "录入人", "上传", "发布", "發布",
    "浏览", "瀏覽", "浏览次数", "瀏覽次數", "瀏覽人次", "浏览数", "浏览量", "瀏覽量", "瀏覽數", "点击", "點擊",
    "点击数", "點擊數", "点击量", "點擊量", "点击率", "點擊率", "點閱率", "点击次数", "點擊次數", "阅读", "閱讀",
    "阅读量", "阅读数", "阅读次数", "閱讀次數", "閱讀量", "人气", "人氣", "访问", "访问量", "訪問量", "访问次数",
    "訪問次數", "访问人次", "查看次数", "查看", "热度", "点阅", "點閱", "點閱數", "點閱次數", "次数", "回复", "回復",
    "回复数", "字号", "字號", "字体", "字體", "字体大小", "字體大小", "字号大小", "文字大小", "字级", "字級", "大小",
    "打印", "列印", "分享", "分享到", "分享至", "转发", "收藏", "评论", "評論", "评论数", "视力保护色", "視力保護色",
    "保护视力色", "背景色", "关键词", "關鍵詞", "关键字", "關鍵字", "标签", "標籤", "分类", "分類", "类别", "類別",
    "所属栏目", "所属分类", "属于", "屬於", "栏目", "文章类型", "信息分类", "内容概述", "内容分类", "阅读权限", "供稿",
    "供稿单位", "撰稿单位", "索引号", "索引號", "信息索引号", "主题分类", "体裁分类", "服务对象", "主题词", "文号",
    "发文字号", "发文文号", "文件编号", "有效性", "图片作者", "图片", "圖片",
    "摄影", "攝影", "摄像", "图", "圖", "摄", "供图", "图片来源", "圖片來源", "微信号",
    "功能介绍", "語音朗讀", "语音阅读", "语音朗读", "语音播报",
)  # fmt: skip
_KINDS: Final[dict[str, str]] = {
    **dict.fromkeys(_OTHER_LABELS, "other"),
    **dict.fromkeys(_WEAK_SOURCE_LABELS, "weak source"),
    **dict.fromkeys(_DATE_LABELS, "date"),
    **dict.fromkeys(_SOURCE_LABELS, "source"),
    **dict.fromkeys(_AUTHOR_LABELS, "author"),
}
_HAN: Final = "[\u3400-\u9fff]"


def kind_of_label(label: str) -> str:
    """``author``, ``source``, ``weak source``, ``date`` or ``other``; the label may hold spaces (作 者)."""
    return _KINDS["".join(label.split())]


def label_kind(text: str) -> str | None:
    """The kind of the label that the text is, nothing where it is none; the text may hold spaces (索 引 号)."""
    return _KINDS.get("".join(text.split()))


def _label_pattern() -> str:
    """All labels as one alternation; a space may stand between two characters of a label (作 者:)."""
    longest_first = sorted(_KINDS, key=len, reverse=True)
    return "|".join(
        r"\s{0,4}".join(map(re.escape, label)) if len(label) == 2 else re.escape(label) for label in longest_first
    )


# A label of one character (文, 图, 摄) is one where no Han character stands before it, or 短文: would be cut.
# PERF: asking for a first character of any label before the 300 labels themselves makes a search 8 times as fast.
LABEL: Final = re.compile(
    rf"(?=[{''.join(sorted({label[0] for label in _KINDS}))}])"
    rf"(?P<label>(?<!{_HAN})[文图圖摄](?=[:：/／])|(?![文图圖摄][:：/／])(?:{_label_pattern()}))\s*[:：/／]\s*"
)
DATE_LABEL: Final = re.compile(rf"(?:{'|'.join(sorted(_DATE_LABELS, key=len, reverse=True))})\s*[:：]?\s*$")
"""The label of a date at the end of what stands before it, with a colon or without."""
ROLE: Final = (
    r"(?:(?:本[报報网網台刊社]|新[华華]社|特[约約]|[见見][习習]|[实實][习習]|首席|[资資]深|[驻駐][\u3400-\u9fff]{2,4}"
    r"|(?:全|融)媒[体體]?)*(?:[记記]者|通[讯訊][员員]|[实實][习習]生|撰文|撰稿|作者|[采採][写寫]))"
)
