"""A crawled page's text becomes an article."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import derive_id
from indexer.cleaning import extract, extract_page
from indexer.errors import ArticleError, IngestError, UnreadableError

FIRST = "春灌之前,十二个村的水渠全部清淤完毕。"
SECOND = "镇里的水管员说,今年的水比往年早来三天。"
PAGE = f"""当前位置:首页 > 新闻 > 本地 > 正文

春灌开始了

作者:张三 来源:江东日报 发布时间:2024年5月6日
摘要:水来得早。

  {FIRST}

村民在清渠。 李四/摄

  一、早来的水

  {SECOND}

责任编辑:王五
上一篇:没有了
^返回顶部^
"""


def test_every_field_of_a_page_is_read() -> None:
    article = extract(PAGE, "https://example.org/a")
    assert article.id == derive_id("https://example.org/a")
    assert article.title == "春灌开始了"
    assert article.section == ("新闻", "本地")
    assert (article.authors, article.source, article.published) == (("张三",), "江东日报", "2024-05-06")
    assert article.summary == "水来得早。"
    assert article.body.split("\n") == [FIRST, "一、早来的水", SECOND]
    assert article.captions == ("村民在清渠。 李四/摄",)


def test_every_removed_line_is_told_with_its_rule() -> None:
    rules = {removal.line: removal.rule for removal in extract_page(PAGE).removed}
    assert rules[1] == "breadcrumb"
    assert rules[5] == "byline"
    assert rules[16] == rules[18] == "behind the article"


def test_paragraphs_alone_are_an_article_titled_by_their_first_sentence() -> None:
    article = extract(f"{FIRST}\n{SECOND}")
    assert article.title == FIRST.rstrip("。")
    assert article.body == f"{FIRST}\n{SECOND}"


def test_title_and_paragraph_are_told_apart() -> None:
    article = extract(f"春灌开始了\n{FIRST}")
    assert (article.title, article.body) == ("春灌开始了", FIRST)


def test_a_title_alone_is_an_article_without_body() -> None:
    assert (extract("春灌开始了").title, extract("春灌开始了").body) == ("春灌开始了", "")


def test_a_title_may_end_in_a_question_mark_and_a_subtitle_goes_with_it() -> None:
    article = extract(f"春灌的水为什么今年来得这么早?\n——记水管员张三\n来源:江东日报\n{FIRST}")
    assert article.title == "春灌的水为什么今年来得这么早?——记水管员张三"
    assert article.body == FIRST


def test_a_paragraph_equal_to_the_summary_stays() -> None:
    assert extract(f"春灌\n作者:张三\n摘要:{FIRST}\n{FIRST}\n{SECOND}").body == f"{FIRST}\n{SECOND}"


def test_a_summary_may_stand_on_the_line_below_its_label() -> None:
    article = extract(f"春灌\n【摘要】\n水来得早。\n{FIRST}")
    assert (article.summary, article.body) == ("水来得早。", FIRST)
    assert extract("春灌\n摘要:").summary is None


def test_a_breadcrumb_may_stand_on_several_lines() -> None:
    article = extract(f"当前位置:\n首页\n>\n新闻\n>\n本地\n春灌开始了\n来源:江东日报\n{FIRST}")
    assert (article.section, article.title) == (("新闻", "本地"), "春灌开始了")


def test_a_short_line_above_the_title_is_its_section() -> None:
    assert extract(f"思想观点\n春灌之道\n来源:江东日报\n{FIRST}").section == ("思想观点",)
    assert extract(f"思想观点\n春灌之道\n{FIRST}").section == ("思想观点",)


def test_a_date_above_the_title_is_read() -> None:
    article = extract(f"2019年1月17日 星期\n春灌之道\n{FIRST}")
    assert (article.published, article.title) == ("2019-01-17", "春灌之道")


def test_navigation_above_the_title_goes() -> None:
    links = "\n".join(["网上办事大厅入口", "政务公开", "互动交流", "领导之窗", "县情概览"])
    article = extract(f"{links}\n春灌之道就在一条渠里\n{FIRST}")
    assert (article.title, article.body) == ("春灌之道就在一条渠里", FIRST)


def test_a_repeated_title_and_a_keyword_line_go() -> None:
    article = extract(f"春灌之道\n来源:江东日报\n春灌之道\n关键词:春灌;水\n{FIRST}")
    assert (article.title, article.body) == ("春灌之道", FIRST)


def test_names_in_the_head_and_bylines_in_the_tail_name_authors() -> None:
    assert extract(f"●吴振江\n{FIRST}").authors == ("吴振江",)
    article = extract(f"{FIRST}\n作者:张三\n编辑:李四")
    assert (article.authors, article.body) == (("张三",), FIRST)
    assert extract(f"{FIRST}\n来源:江东日报 责任编辑:王五").source == "江东日报"


def test_short_lines_behind_the_last_paragraph_go_only_where_the_page_goes_on() -> None:
    assert extract(f"{FIRST}\n渠水谣").body == f"{FIRST}\n渠水谣"
    assert extract(f"{FIRST}\n渠水谣\n返回顶部").body == FIRST


def test_a_signature_and_a_list_behind_the_last_paragraph_stay() -> None:
    text = f"{FIRST}\n1. 清渠\n水利局\n2024年5月6日\n友情链接\n返回顶部"
    assert extract(text).body == f"{FIRST}\n1. 清渠\n水利局\n2024年5月6日"


def test_an_end_marker_before_most_of_the_text_does_not_end_it() -> None:
    assert SECOND in extract(f"春灌\n来源:报\n渠水很清,今年来得早。\n相关新闻\n{FIRST}\n{SECOND}").body


def test_captions_behind_the_article_and_chrome_within_it_go() -> None:
    article = extract(f"{FIRST}\n点赞\n{SECOND}\n相关新闻\n村民在清渠。 李四/摄")
    assert (article.body, article.captions) == (f"{FIRST}\n{SECOND}", ())
    first_caption = extract(f"春灌开始\n村民在清渠。 李四/摄\n{FIRST}")
    assert (first_caption.body, first_caption.captions) == (FIRST, ("村民在清渠。 李四/摄",))


def test_an_editor_in_brackets_is_cut_from_the_last_paragraph() -> None:
    assert extract(f"{FIRST}(责任编辑:王五)").body == FIRST


def test_a_body_printed_twice_is_kept_once() -> None:
    assert extract(f"春灌\n日期:2024-05-06\n{FIRST}\n{SECOND}\n{FIRST}\n{SECOND}").body == f"{FIRST}\n{SECOND}"


def test_the_id_is_from_the_url_then_the_fallback_then_the_text() -> None:
    assert extract_page(FIRST, fallback_id="a").article.id == "a"
    assert extract(FIRST).id == derive_id(FIRST)
    with pytest.raises(ArticleError):
        extract_page(FIRST, fallback_id="a/b")


@pytest.mark.parametrize("text", ["", " \n\u3000\n", "\u200b", "返回顶部\n打印本页"])
def test_a_page_without_an_article_is_refused_with_words(text: str) -> None:
    with pytest.raises(UnreadableError, match="page"):
        extract(text)


LINES = st.sampled_from(
    [
        "当前位置:",
        ">",
        "首页 > 新闻",
        "作者:张三",
        "摘要:",
        "2024-05-06",
        "责任编辑:王五",
        "返回顶部",
        "春灌",
        FIRST,
        "监(jiān)",
        "",
        "甲 乙/摄",
        "\ud800",
    ]
)


@given(st.one_of(st.text(), st.lists(LINES, max_size=12).map("\n".join)), st.none() | st.text())
def test_any_text_is_an_article_or_one_of_our_errors(text: str, url: str | None) -> None:
    with contextlib.suppress(IngestError):
        article = extract(text, url)
        assert article.title
        assert extract(text, url) == article


@pytest.mark.parametrize(
    "line", ["字号 " * 38 + "村", "-字号--" * 24 + "x", "您 " * 78 + "位", "大字|" * 39 + "x", "甲乙 " * 50 + "攝影"]
)
def test_a_line_of_repeated_chrome_takes_no_time(line: str) -> None:
    started = time.perf_counter()
    extract(f"{line}\n{FIRST}\n{line}")
    assert time.perf_counter() - started < 1


def test_the_seed_page_is_read_as_the_issue_says(shared_data: Path) -> None:
    article = extract((shared_data / "000_121e93e5bd4a9494.txt").read_text("utf-8"))
    assert article.title == "資源縣:強化監督檢查 壓實疫情防控責任落實"
    assert article.section == ("清廉之窗", "基層風采")
    assert (article.authors, article.source) == (("鄒雨芯",), "資源縣紀委監委")
    assert article.summary
    assert article.summary.startswith("針對目前疫情防控形勢")
    assert len(article.body.split("\n")) == 11
    assert [caption[-5:] for caption in article.captions] == ["莫畏雄/攝", "蔣海波/攝"]
    assert not any(chrome in article.body for chrome in ("返回頂部", "清廉桂林", "小小說", "作者", "摘要", "位置"))


NAVIGATION = "江东网\n首页\n新闻\n社会\n财经\n图片"
TITLE = "春灌的水今年来得早"
TEXT = f"{FIRST}\n{SECOND}"
LAYOUTS = {
    "portal": f"{NAVIGATION}\n江东网 > 社会 > 正文\n{TITLE}\n"
    "2024年05月06日 07:12　来源：江东日报　作者：张三 李四　参与互动(12)\n"
    f"字号：小 中 大\n原标题：水来得早\n{TEXT}\n"
    "【编辑：王五】\n更多精彩内容请进入社会新闻\n一条巷子的路灯修好了",
    "crumbs on lines": f"江东网\n首页\n>\n新闻中心\n>\n社会\n>\n正文\n{TITLE}\n"
    "2024-05-06 07:12:33　来源: 江东日报\n举报\n0\n"
    f"分享至\n（原标题：水来得早）\n{TEXT}\n本文来源：江东日报\n责任编辑：王五_NN01\n跟贴\n热点推荐",
    "taiwan": "首頁 > 社會\n春灌的水今年來得早\n2024/05/06 10:23 江東報 記者張三／即時報導\n"
    f"分享\nA-\n{TEXT}\n延伸閱讀\n菜市場裡的理髮攤",
    "paper": f"第04版：要闻\n放大\n缩小\n默认\n{TITLE}\n——记十二个村的水渠\n本报记者 张三 李四\n"
    f"《 江东日报 》（ 2024年05月06日 04 版）\n{TEXT}\n上一篇\n下一篇",
    "blog": f"首页\n博客\n下载\n{TITLE}\n原创\n最后发布于2024-05-06 21:03:11\n阅读数 523\n{TEXT}\n点赞\n收藏\n关注",
    "document": "首页 > 政策 > 政府文件\n关于做好春灌工作的通知\n江政办发〔2024〕12号\n"
    f"2024-05-06 17:20 来源： 江东县政府网\n【字体：大 中 小】打印\n{FIRST}\n"
    "附件：春灌用水表\n江东县水利局\n2024年5月5日\n扫一扫在手机打开当前页\n相关稿件",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_title_and_day_are_read_and_the_page_around_goes(layout: str) -> None:
    article = extract(LAYOUTS[layout])
    assert article.title.startswith(("春灌的水今年", "关于做好春灌"))
    assert article.published == "2024-05-06"
    body = article.body.split("\n")
    assert body[0] == FIRST
    assert body[-1] in {SECOND, "2024年5月5日"}


def test_fields_of_the_layouts_are_read() -> None:
    portal, taiwan, paper = (extract(LAYOUTS[name]) for name in ("portal", "taiwan", "paper"))
    assert (portal.authors, portal.source, portal.section) == (("张三", "李四"), "江东日报", ("社会",))
    assert (taiwan.authors, taiwan.source, taiwan.section) == (("張三",), "江東報", ("社會",))
    assert (paper.authors, paper.title) == (("张三", "李四"), "春灌的水今年来得早——记十二个村的水渠")
    assert extract(LAYOUTS["crumbs on lines"]).section == ("新闻中心", "社会")


def test_an_office_is_the_source_where_none_is_named() -> None:
    assert extract(f"春灌开始了\n发布单位:县水利局 发布日期:2024-05-06\n{FIRST}").source == "县水利局"
    assert extract(f"春灌开始了\n发布单位:县水利局 来源:江东日报\n{FIRST}").source == "江东日报"


def test_the_lines_next_to_the_end_still_name_author_and_day() -> None:
    article = extract(f"春灌开始了\n{FIRST}\n完\n2024年5月6日（星期一）\n今日新闻")
    assert (article.published, article.body) == ("2024-05-06", FIRST)
    assert extract(f"春灌开始了\n{FIRST}\nEND\n文字：张三\n编辑：李四\n阅读原文").authors == ("张三",)


def test_a_picture_with_its_story_is_the_body() -> None:
    story = "村民在清渠,渠口的老闸门换成了新的,一个人就能摇动。本报记者 张三 摄"
    assert extract(f"水渠清了\n日期:2024-05-06\n{story}").body == story


def test_buttons_that_nobody_listed_go_as_a_run() -> None:
    buttons = "豆饼\n抖鼓\n知呼\n小绿书"
    assert extract(f"春灌开始了\n来源:江东日报 2024-05-06\n{buttons}\n{FIRST}").body == FIRST


MARKS = [">", "——", "一、", "\u3000", "\n", "\n", "|", "「", "(", "/", "::", "\ud800", "{{x}}", "a" * 70]
WORDS = [
    "当前位置:",
    "首页",
    "作者:",
    "张三",
    "记者",
    "来源:",
    "江东日报",
    "2024-05-06",
    "08:13",
    "民國113年5月6日",
    "摘要:",
]
PIECES = st.sampled_from([*MARKS, *WORDS, "(图:李四)", "責任編輯:", "监(jiān)", "會(hui) ", FIRST])


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_mixture_of_labels_and_prose_is_read_in_little_time(text: str) -> None:
    started = time.perf_counter()
    with contextlib.suppress(IngestError):
        assert extract(text).title
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    "unit",
    ["a", "字号", ">", "首页>", ":", "&gt;", "1", "(", "、张三", "记者 张三 ", "作者:", " ", "監(jiān)", "2024-05-06 "],
)
@pytest.mark.parametrize("length", [60, 119, 159, 199, 50_000])
def test_a_line_made_of_one_thing_takes_no_time(unit: str, length: int) -> None:
    line = (unit * length)[:length]
    started = time.perf_counter()
    extract(f"春灌开始了\n{line}文\n{FIRST}\n{line}")
    assert time.perf_counter() - started < 1


def test_names_between_title_and_date_are_the_authors() -> None:
    article = extract(
        "三市联合放流鱼苗\n柳青 周越\n2020年05月13日08:31  来源：江东网\n十二日，沿江三市同时放流鱼苗二百万尾。"
    )
    assert (article.title, article.authors, article.source) == ("三市联合放流鱼苗", ("柳青", "周越"), "江东网")


def test_reporters_on_lines_of_their_own_are_all_authors() -> None:
    article = extract("山货进城记\n本报记者 温岚\n通讯员 田海\n霜降前一天，百草岭的第一批冬枣装上了冷链车。")
    assert article.authors == ("温岚", "田海")


def test_buttons_and_channels_beside_the_byline_are_no_text() -> None:
    page = (
        "夜跑团\n2022-03-08 10:44:05　来源: 晚报\n∙ 长三角政商 >\n河南\n举报\n"
        "每天晚上八点，旧厂房里亮起一圈灯，夜跑团准时集合。"
    )
    assert extract(page).body == "每天晚上八点，旧厂房里亮起一圈灯，夜跑团准时集合。"


def test_a_disclaimer_in_english_does_not_outweigh_a_short_item() -> None:
    page = (
        "夜跑团\n2022-03-08 10:44　来源: 晚报\n每天晚上八点，旧厂房里亮起一圈灯，夜跑团准时集合。\n"
        "特别声明：以上内容为自媒体用户上传并发布，本平台仅提供信息存储服务。\n"
        "Notice: The content above (including the pictures and videos if any) is uploaded and posted by a user, and this is "
        "a social media platform that only provides information storage services."
    )
    assert extract(page).body == "每天晚上八点，旧厂房里亮起一圈灯，夜跑团准时集合。"


def test_the_menu_before_home_is_no_section() -> None:
    page = (
        "政务\n> 首页 > 工作动态 > 基层动态\n“走教”老师的星期三\n稿件来源：教育局 发布时间：2023-11-15\n"
        "早上七点，老师骑车出发，一天要去三所村小。"
    )
    assert extract(page).section == ("工作动态", "基层动态")


def test_a_title_with_the_name_of_the_site_behind_it_is_not_the_title() -> None:
    page = "江边的一棵树 - 江东论坛\n登录\n江边的一棵树\n2011-4-6 22:15\n江边那棵皂荚树，没人知道是谁栽的。"
    assert extract(page).title == "江边的一棵树"


def test_a_title_keeps_its_ideographic_space() -> None:
    assert (
        extract("步道啟用　居民晨跑更方便\n2023-05-02\n新步道昨日啟用，全長一點二公里，連接兩個屋苑。").title
        == "步道啟用　居民晨跑更方便"
    )


LINKS = ["县城老桥完成检测下月起禁止货车通行", "三个村的灌溉渠春灌前全部清淤", "夜校新开修表课名额三分钟报满"]


@pytest.mark.parametrize(
    "tail",
    [
        [f"{title} [03-0{day}]" for day, title in enumerate(LINKS, start=1)],
        [f"{title} 2024-03-0{day}" for day, title in enumerate(LINKS, start=1)],
        [title + word for title in LINKS for word in ("一", "二")],
    ],
)
def test_headlines_below_the_text_are_links_without_a_heading_too(tail: list[str]) -> None:
    text = "十二个村的水渠昨天全部清淤完毕，春灌提前六天。"
    assert extract("\n".join(["春灌开始了", "2024-03-08 来源：日报", text, *tail])).body == text


def test_a_list_of_names_below_the_text_stays() -> None:
    names = ["一等奖", "张三 李四", "王五 赵六", "二等奖", "钱七 孙八", "周九 吴十"]
    text = "县中学生作文比赛昨天揭晓，共有八人获奖，名单如下。"
    assert extract("\n".join(["作文比赛揭晓", "2024-03-08 来源：日报", text, *names])).body.split("\n") == [
        text,
        *names,
    ]


def test_what_a_site_says_to_its_visitors_below_the_text_is_left_out() -> None:
    text = "县城的第一家奶茶店开在客运站对面，老板今年四十六岁。"
    head = "奶茶店的账本\n2023年03月18日 10:05 来源：财经\n文丨沈木"
    page = f"{head}\n{text}\n亲爱的凤凰用户:\n您当前使用的浏览器版本过低，建议升级浏览器"
    assert (extract(page).body, extract(page).authors) == (text, ("沈木",))
