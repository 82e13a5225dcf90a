"""The words of the pages and of their scripts, in the languages they speak."""

from __future__ import annotations

__all__ = ["MESSAGES", "choose_language"]

_ORDER = ("zh-Hans", "zh-Hant", "en")

_TABLE: dict[str, tuple[str, str, str]] = {
    "search": ("搜索", "搜尋", "Search"),
    "search_articles": ("搜索文章", "搜尋文章", "Search the articles"),
    "placeholder": ("词语、“原文短语”、-排除", "詞語、「原文短語」、-排除", "Words, “exact phrase”, -without"),
    "help": ("搜索帮助", "搜尋說明", "How to search"),
    "help_lead": (
        "直接写词语就可以；需要时，还可以这样写。点一下例子就能试。",
        "直接寫詞語就可以；需要時，還可以這樣寫。點一下例子就能試。",
        "Words are enough; where they are not, this is what else may be written. Each example can be tried.",
    ),
    "help_write": ("这样写", "這樣寫", "Write"),
    "help_finds": ("找到的是", "找到的是", "to find"),
    "skip": ("跳到结果", "跳到結果", "Skip to the results"),
    "skip_content": ("跳到正文", "跳到正文", "Skip to the content"),
    "results_for": ("“{text}”的搜索结果", "「{text}」的搜尋結果", "Results for “{text}”"),
    "latest": ("最新文章", "最新文章", "Latest articles"),
    "chosen": ("筛选结果", "篩選結果", "Filtered articles"),
    "results": ("共 {count} 篇", "共 {count} 篇", "{count} articles"),
    "one_result": ("共 1 篇", "共 1 篇", "1 article"),
    "took": ("用时 {ms} 毫秒", "用時 {ms} 毫秒", "{ms} ms"),
    "relaxed": (
        "没有文章同时含有所有词语，以下文章含有其中最关键的部分。",
        "沒有文章同時含有所有詞語，以下文章含有其中最關鍵的部分。",
        "No article has all the words; these have the most telling of them.",
    ),
    "repaired": (
        "这个查询有些写法看不懂，已按最接近的意思来找。",
        "這個查詢有些寫法看不懂，已按最接近的意思來找。",
        "Something in this query could not be read as it was written; it was read as well as it can be.",
    ),
    "partial": (
        "这个查询太费时，只找了一部分：可能还有别的文章。",
        "這個查詢太費時，只找了一部分：可能還有別的文章。",
        "This query takes too long and was cut short: there may be more articles.",
    ),
    "past_end": ("这一页已经没有文章", "這一頁已經沒有文章", "There are no more articles here"),
    "first_page": ("回到第 1 页", "回到第 1 頁", "Back to page 1"),
    "none": ("没有找到文章", "沒有找到文章", "No articles found"),
    "none_yet": ("还没有文章", "還沒有文章", "There are no articles yet"),
    "none_hint": ("可以这样再试：", "可以這樣再試：", "What may help:"),
    "did_you_mean": ("您是不是要找：", "您是不是要找：", "Did you mean: "),
    "without_filter": (
        "去掉“{value}”：{count} 篇",
        "去掉「{value}」：{count} 篇",
        "without “{value}”: {count} articles",
    ),
    "none_fewer": ("少写几个词，或换一种说法", "少寫幾個詞，或換一種說法", "fewer words, or other ones"),
    "none_quotes": (
        "去掉引号：引号里的字要一字不差",
        "去掉引號：引號裡的字要一字不差",
        "no quotes: what stands in them must stand so in the text",
    ),
    "any_word": ("含有任一词语：{count} 篇", "含有任一詞語：{count} 篇", "with any of the words: {count} articles"),
    "clear_all": ("清除全部筛选", "清除全部篩選", "Clear all filters"),
    "remove": ("移除筛选：", "移除篩選：", "Remove filter: "),
    "without_chip": ("不含 {value}", "不含 {value}", "not {value}"),
    "active": ("已选条件", "已選條件", "Chosen filters"),
    "filters": ("筛选", "篩選", "Filters"),
    "done": ("完成", "完成", "Done"),
    "more": ("另有 {count} 项", "另有 {count} 項", "{count} more"),
    "lead": (
        "{count} 篇文章，{first} 至 {last}。想找一句原话，就给它加上引号；简体、繁体都找得到。",
        "{count} 篇文章，{first} 至 {last}。想找一句原話，就給它加上引號；簡體、繁體都找得到。",
        "{count} articles, {first} to {last}. Any sentence is found by its exact words in quotes, in either script.",
    ),
    "language": ("语言", "語言", "Language"),
    "sections": ("栏目", "欄目", "Sections"),
    "unfold": ("展开“{value}”的下级栏目", "展開「{value}」的下級欄目", "Show the sections of “{value}”"),
    "exclude": ("排除“{value}”", "排除「{value}」", "Exclude “{value}”"),
    "include_again": ("不再排除“{value}”", "不再排除「{value}」", "No longer exclude “{value}”"),
    "find_section": ("查找栏目", "查找欄目", "Find a section"),
    "find_author": ("查找作者", "查找作者", "Find an author"),
    "find_source": ("查找来源", "查找來源", "Find a source"),
    "find": ("查找", "查找", "Find"),
    "values_section": ("全部栏目", "全部欄目", "All sections"),
    "values_author": ("全部作者", "全部作者", "All authors"),
    "values_source": ("全部来源", "全部來源", "All sources"),
    "no_values": ("没有这样的名称", "沒有這樣的名稱", "There is no such name"),
    "most_values": (
        "只列出最多的 {count} 项；写几个字，可以找到其余的。",
        "只列出最多的 {count} 項；寫幾個字，可以找到其餘的。",
        "The {count} commonest; type a part of a name to find the others.",
    ),
    "coverage": ("各月篇数", "各月篇數", "Articles by month"),
    "coverage_years": ("各年篇数", "各年篇數", "Articles by year"),
    "bar": ("{label}：{count} 篇", "{label}：{count} 篇", "{label}: {count} articles"),
    "bar_one": ("{label}：1 篇", "{label}：1 篇", "{label}: 1 article"),
    "brush_from": ("从", "從", "From"),
    "brush_to": ("到", "到", "To"),
    "past_week": ("近一周", "近一週", "Past week"),
    "past_month": ("近一月", "近一月", "Past month"),
    "past_year": ("近一年", "近一年", "Past year"),
    "anchored": (
        "从最新的文章 {day} 往前算",
        "從最新的文章 {day} 往前算",
        "Counted back from the newest article, {day}",
    ),
    "fold": ("合并转载", "合併轉載", "Fold reprints"),
    "section": ("栏目", "欄目", "Section"),
    "author": ("作者", "作者", "Author"),
    "source": ("来源", "來源", "Source"),
    "year": ("年份", "年份", "Year"),
    "without": ("（无）", "（無）", "(none)"),
    "from": ("从", "從", "From"),
    "to": ("到", "到", "To"),
    "since": ("{day} 起", "{day} 起", "since {day}"),
    "until": ("截至 {day}", "截至 {day}", "until {day}"),
    "date_hint": (
        "年、年-月或年-月-日，如 2024-05",
        "年、年-月或年-月-日，如 2024-05",
        "A year, month or day, as in 2024-05",
    ),
    "apply": ("应用", "套用", "Apply"),
    "dates": ("日期", "日期", "Dates"),
    "sort": ("排序", "排序", "Order"),
    "relevance": ("相关", "相關", "Relevance"),
    "newest": ("最新", "最新", "Newest"),
    "oldest": ("最早", "最早", "Oldest"),
    "match": ("匹配", "比對", "Match"),
    "auto": ("自动", "自動", "Automatic"),
    "all": ("全部词语", "全部詞語", "All words"),
    "any": ("任一词语", "任一詞語", "Any word"),
    "previous": ("上一页", "上一頁", "Previous"),
    "next": ("下一页", "下一頁", "Next"),
    "page": ("第 {number} 页", "第 {number} 頁", "Page {number}"),
    "pages": ("分页", "分頁", "Pages"),
    "depth_end": (
        "这里最多翻到第 {number} 页；再加一个词或筛选条件，范围会小一些。",
        "這裡最多翻到第 {number} 頁；再加一個詞或篩選條件，範圍會小一些。",
        "Pages end at {number} here; one more word or filter narrows the results.",
    ),
    "reprints": ("另有 {count} 篇转载", "另有 {count} 篇轉載", "{count} more of this story"),
    "reprints_in": (
        "另有 {count} 篇转载：{sources}",
        "另有 {count} 篇轉載：{sources}",
        "{count} more of this story: {sources}",
    ),
    "marks": ("标出 {count} 处", "標出 {count} 處", "{count} matches"),
    "marks_one": ("标出 1 处", "標出 1 處", "1 match"),
    "first_mark": ("第一处", "第一處", "First match"),
    "next_mark": ("下一处", "下一處", "Next match"),
    "previous_mark": ("上一处", "上一處", "Previous match"),
    "also_at": ("也见于", "也見於", "Also at"),
    "story": ("同一篇的转载", "同一篇的轉載", "Reprints of this story"),
    "similar": ("相关文章", "相關文章", "Similar articles"),
    "keyboard": ("键盘操作", "鍵盤操作", "Keyboard"),
    "key_box": ("到搜索框", "到搜尋框", "go to the search box"),
    "key_walk": ("在结果之间移动", "在結果之間移動", "go from hit to hit"),
    "key_open": ("打开结果", "打開結果", "open the hit"),
    "key_marks": ("下一处、上一处", "下一處、上一處", "next and previous match in an article"),
    "key_escape": ("关闭列表或窗口", "關閉列表或視窗", "close a list or window"),
    "key_help": ("显示本表", "顯示本表", "show these keys"),
    "single_keys": (
        "使用单个字母和符号的快捷键",
        "使用單個字母和符號的快速鍵",
        "Use keys that are a single letter or sign",
    ),
    "close": ("关闭", "關閉", "Close"),
    "offline": (
        "连接不上。这里的结果是先前的。",
        "連接不上。這裡的結果是先前的。",
        "No connection. What is shown is from before.",
    ),
    "failed": ("没能取得结果。", "沒能取得結果。", "The results could not be fetched."),
    "retry": ("重试", "重試", "Try again"),
    "completions": ("搜索建议", "搜尋建議", "Suggestions"),
    "pinned": ("置顶", "置頂", "Pinned"),
    "read_here": ("站内阅读", "站內閱讀", "Read here"),
    "back": ("返回搜索", "返回搜尋", "Back to the search"),
    "original": ("查看原文", "查看原文", "Original page"),
    "summary": ("摘要", "摘要", "Summary"),
    "captions": ("图片说明", "圖片說明", "Photo captions"),
    "docs": ("HTTP 接口", "HTTP 介面", "HTTP interface"),
    "docs_lead": (
        "程序可以用这些地址。每一项都能展开；例子点一下就能试。",
        "程式可以用這些位址。每一項都能展開；例子點一下就能試。",
        "The addresses for programs. Each opens; each example can be tried.",
    ),
    "docs_search": ("搜索", "搜尋", "Search"),
    "docs_articles": ("文章", "文章", "Articles"),
    "docs_site": ("订阅与惯例", "訂閱與慣例", "Feeds and conventions"),
    "docs_pages": ("网页", "網頁", "Pages for people"),
    "docs_operation": ("运行", "執行", "Operation"),
    "docs_scope": ("需要权限为 {scope} 的密钥", "需要權限為 {scope} 的金鑰", "a key of the scope {scope}"),
    "docs_try": ("试一试：", "試一試：", "Try:"),
    "docs_parameter": ("参数", "參數", "Parameter"),
    "docs_meaning": ("含义", "含義", "Meaning"),
    "docs_values": ("可用的值", "可用的值", "Values"),
    "download": ("下载全部结果：", "下載全部結果：", "All results: "),
    "feed": ("订阅 Atom", "訂閱 Atom", "Atom feed"),
    "undated": ("日期不详", "日期不詳", "Undated"),
    "error": ("这个请求无法完成", "這個請求無法完成", "This request could not be answered"),
    "error_400": ("网址里有一项参数不对", "網址裡有一項參數不對", "Something in this address is not right"),
    "error_401": ("这里需要密钥才能查看", "這裡需要金鑰才能檢視", "Reading needs a key here"),
    "error_404": ("这里没有内容", "這裡沒有內容", "There is nothing here"),
    "error_405": ("这个地址不接受这种请求", "這個位址不接受這種請求", "This address does not take that method"),
    "error_500": ("服务出错了", "服務出錯了", "Something went wrong here"),
    "error_503": ("索引暂时不能使用", "索引暫時不能使用", "The index cannot be used just now"),
    "unready": ("索引还没有建立", "索引還沒有建立", "There is no index yet"),
    "unready_hint": (
        "把文章放进一个文件夹，然后运行下面的命令；建好后刷新本页，无需重启。",
        "把文章放進一個資料夾，然後執行下面的命令；建好後重新整理本頁，無需重啟。",
        "Put articles into a folder and run the command below; then reload this page. No restart is needed.",
    ),
    "demo": ("站点搜索框", "網站搜尋框", "A search box for any site"),
    "demo_lead": (
        "这个搜索框可以放进任何网页，下面就是一个例子。换换样子和属性，试好以后把三行代码抄走。",
        "這個搜尋框可以放進任何網頁，下面就是一個例子。換換樣子和屬性，試好以後把三行程式碼抄走。",
        "This search box goes into any page, as into the one below. Try its themes and attributes, then take three lines away.",
    ),
    "demo_page": ("示例网页", "示例網頁", "A page of another site"),
    "demo_site": ("河畔日志", "河畔日誌", "Riverside Notes"),
    "demo_menu": ("首页 · 专题 · 关于", "首頁 · 專題 · 關於", "Home · Topics · About"),
    "demo_heading": ("今天想找哪一篇？", "今天想找哪一篇？", "What are you looking for?"),
    "demo_text": (
        "在上面的框里写几个字：列出的是可以接着写的词语和找到的文章。↑ ↓ 选择，回车打开，Esc 关闭。",
        "在上面的框裡寫幾個字：列出的是可以接著寫的詞語和找到的文章。↑ ↓ 選擇，Enter 開啟，Esc 關閉。",
        "Type a few characters above: words to go on with and articles appear. Choose with ↑ ↓, open with Enter, close with Esc.",
    ),
    "demo_theme": ("样子", "樣子", "Theme"),
    "theme_plain": ("素净", "素淨", "Plain"),
    "theme_paper": ("报纸", "報紙", "Paper"),
    "theme_night": ("夜间", "夜間", "Night"),
    "theme_round": ("圆润", "圓潤", "Round"),
    "demo_attributes": ("属性", "屬性", "Attributes"),
    "demo_language": ("语言", "語言", "Language"),
    "demo_follow": ("随网页", "隨網頁", "as the page"),
    "demo_section": ("只搜栏目", "只搜欄目", "Section only"),
    "demo_placeholder": ("提示文字", "提示文字", "Placeholder"),
    "demo_limit": ("文章数", "文章數", "Articles"),
    "demo_completions": ("建议数", "建議數", "Suggestions"),
    "demo_lines": ("三行代码", "三行程式碼", "Three lines"),
    "demo_lines_hint": (
        "第一行写进服务的设置（settings.toml），把网址换成您网站的；后两行写进网页。",
        "第一行寫進服務的設定（settings.toml），把網址換成您網站的；後兩行寫進網頁。",
        "The first goes into the service’s settings.toml, with the address of your site; the other two go into your page.",
    ),
    "demo_style": ("这个样子的 CSS", "這個樣子的 CSS", "The theme as CSS"),
    "demo_copy": ("复制", "複製", "Copy"),
    "demo_copied": ("已复制", "已複製", "Copied"),
    "demo_events": ("事件", "事件", "Events"),
    "demo_events_hint": (
        "选中的网址只记在这里，不离开本页：网页可以自己处理这些事件。",
        "選中的網址只記在這裡，不離開本頁：網頁可以自己處理這些事件。",
        "What is chosen is noted here and not opened: a page may handle these events itself.",
    ),
    "demo_stay": ("不离开本页", "不離開本頁", "Stay on this page"),
    "demo_script": ("这个搜索框需要 JavaScript。", "這個搜尋框需要 JavaScript。", "The box needs JavaScript."),
}

MESSAGES: dict[str, dict[str, str]] = {
    language: {name: words[at] for name, words in _TABLE.items()} for at, language in enumerate(_ORDER)
}
"""Language tag → name of a message → its words."""


def choose_language(accept_language: str | None) -> str:
    """The language of the page for an ``Accept-Language`` header; Simplified Chinese when it names none of ours."""
    for tag in _preferred(accept_language or ""):
        if tag.startswith(("zh-tw", "zh-hk", "zh-mo", "zh-hant")):
            return "zh-Hant"
        primary = tag.partition("-")[0]
        if primary == "zh":
            return "zh-Hans"
        if primary == "en":
            return "en"
    return "zh-Hans"


def _preferred(header: str) -> list[str]:
    """The language tags in lower case, the most wanted first."""
    tags: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        try:
            wanted = float(weight.partition("=")[2] or 1)
        except ValueError:
            wanted = 0.0
        if tag.strip() and wanted > 0:
            tags.append((-wanted, tag.strip().lower()))
    return [tag for _, tag in sorted(tags, key=lambda item: item[0])]
