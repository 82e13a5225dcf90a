"""Boilerplate is learnt from its repetition over the pages of a host."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning import HostLearner, HostProfile, extract_page
from indexer.cleaning.host import MAX_LINES

FIRST = "春灌之前,十二个村的水渠全部清淤完毕。"
SECOND = "镇里的水管员说,今年的水比往年早来三天。"
SLOGAN = "把水送到最后一块田里,是我们的本分。"
TOPICS = ["春灌", "秋收", "清渠", "护林", "修路", "扫雪"]


def page(topic: str, first: str = FIRST) -> str:
    return f"江东水讯\n{topic}的水今年来得早\n来源:江东日报 2024-05-06\n{first}\n水讯小铺\n{SLOGAN}\n{SECOND}\n田间小卖部上新了"


def learnt(texts: list[str]) -> HostProfile:
    learner = HostLearner()
    for text in texts:
        learner.add(text)
    return learner.profile()


def test_short_lines_on_many_pages_of_a_host_go_and_say_why() -> None:
    profile = learnt([page(topic) for topic in TOPICS])
    extraction = extract_page(page("春灌"), host=profile)
    assert extraction.article.title == "春灌的水今年来得早"
    assert extraction.article.body == f"{FIRST}\n{SLOGAN}\n{SECOND}"
    rules = {removal.text: removal.rule for removal in extraction.removed}
    assert rules["水讯小铺"] == rules["江东水讯"] == rules["田间小卖部上新了"] == "repeated across the host"


def test_repeated_sentences_sources_and_dates_stay() -> None:
    article = extract_page(page("春灌"), host=learnt([page(topic) for topic in TOPICS])).article
    assert SLOGAN in article.body
    assert (article.source, article.published) == ("江东日报", "2024-05-06")


def test_a_title_that_other_pages_have_too_stays_the_title() -> None:
    text = f"今日菜价\n来源:江东日报 2024-05-06 08:00\n{FIRST}"
    assert extract_page(text, host=learnt([text] * 6)).article.title == "今日菜价"


def test_few_pages_teach_nothing() -> None:
    assert learnt([page("春灌")] * 3).lines == frozenset()
    assert "水讯小铺" in learnt([page(topic) for topic in TOPICS]).lines
    many = [page("春灌")] * 4 + [FIRST] * 40
    assert learnt(many).lines == frozenset()


def test_what_was_learnt_survives_as_bytes_and_merges() -> None:
    left, right, whole = HostLearner(), HostLearner(), HostLearner()
    for at, topic in enumerate(TOPICS):
        (left if at % 2 else right).add(page(topic))
        whole.add(page(topic))
    left.merge(HostLearner.from_bytes(right.to_bytes()))
    assert left.to_bytes() == whole.to_bytes()
    assert HostProfile.from_bytes(left.profile().to_bytes()) == whole.profile()


def test_memory_is_bounded_and_the_frequent_lines_survive() -> None:
    learner = HostLearner()
    for number in range(8):
        rare = "\n".join(f"第{number}页的链接{at}" for at in range(MAX_LINES // 4))
        learner.add(f"水讯小铺\n{rare}")
    assert len(learner.to_bytes()) < 60 * MAX_LINES
    assert "水讯小铺" in learner.profile().lines


@given(st.lists(st.lists(st.sampled_from(["甲乙丙", "水讯", FIRST, " 水讯 ", ""]), max_size=4), max_size=8))
def test_a_learner_counts_pages_and_not_lines(pages: list[list[str]]) -> None:
    profile = learnt(["\n".join(lines) for lines in pages])
    for key in ("甲乙丙", "水讯"):
        count = sum(any(line.strip() == key for line in lines) for lines in pages)
        assert (key in profile.lines) == (count >= max(4, 0.3 * len(pages)))
    assert profile.pages == len(pages)
