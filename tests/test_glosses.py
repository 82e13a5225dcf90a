"""Stray glosses go, readings that the author meant stay."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.normalize import clean
from indexer.cleaning.glosses import is_reading, remove_glosses


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("資源縣紀委監(jiān)委", "資源縣紀委監委"),
        ("监(jiān)督检查", "监督检查"),
        ("農(nóng)貿(mào)市場", "農貿市場"),
        ("綠（lǜ）色發(fā)展", "綠色發展"),
        ("監(jiān)", "監"),
    ],
)
def test_a_gloss_that_is_the_common_reading_of_a_common_character_goes(text: str, cleaned: str) -> None:
    assert remove_glosses(text)[0] == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "居民消费价格指数(CPI)",
        "安(an)全",
        "監(bǎo)督",
        "大埔(bù)縣",
        "亳(bó)州",
        "高句驪( lí)",
        "「監(jiān)」字",
        "這個字讀音為監(jiān)",
        "(jiān)監",
        "資源縣(試行)",
        "没有括号",
    ],
)
def test_a_parenthesis_that_belongs_to_the_text_stays(text: str) -> None:
    assert remove_glosses(text) == (text, [])


def test_on_a_faulty_page_every_habitual_gloss_goes() -> None:
    page = "監(jiān)督、發(fā)現(xiàn)、業(yè)務(wù),他們(men)來驪(lí)山,看過之後又往南走。這是古代讀音留在實(shí)際中的影子"
    assert remove_glosses(page)[0] == "監督、發現、業務,他們來驪山,看過之後又往南走。這是古代讀音留在實際中的影子"


def test_on_a_converted_page_readings_of_characters_of_both_scripts_stay() -> None:
    page = "單(dān)用一個(gè)音,學(xué)習發(fā)現(xiàn)。號(háo)啕大哭,字號、號碼。引吭(háng)高歌,山(shān)"
    assert remove_glosses(page)[0] == "單用一個音,學習發現。號(háo)啕大哭,字號、號碼。引吭(háng)高歌,山(shān)"


def test_what_was_removed_is_told_with_its_offset() -> None:
    _, removed = remove_glosses("資源縣監(jiān)委")
    assert [(gloss.start, gloss.text) for gloss in removed] == [(3, "監(jiān)")]


def test_decomposed_tone_marks_and_the_phonetic_g_are_read() -> None:
    assert remove_glosses(clean("監(jia\u0304n)督"))[0] == "監督"
    assert is_reading("光", "ɡuānɡ")


def test_toneless_and_v_spellings_are_readings() -> None:
    assert is_reading("女", "nv")
    assert is_reading("號", "hao")
    assert not is_reading("號", "gao")
    assert not is_reading("a", "a")


@given(st.text(alphabet="監督發現安(（)）jiānfaxàn 「」讀音\n", max_size=60))
def test_only_glosses_are_taken(text: str) -> None:
    cleaned, removed = remove_glosses(text)
    assert len(text) - len(cleaned) == sum(len(gloss.text) - 1 for gloss in removed)
    assert all(text.startswith(gloss.text, gloss.start) for gloss in removed)


def test_the_labelled_pages_lose_all_their_glosses_and_no_reading(shared_data: Path) -> None:
    for path in sorted((shared_data / "pages").glob("*.json")):
        page = json.loads(path.read_text("utf-8"))
        cleaned, removed = remove_glosses(clean(page["raw"] or ""))
        assert len(removed) == page["labels"].get("gloss_remove", 0), path.name
        assert all(kept in cleaned for kept in page["labels"].get("gloss_keep", [])), path.name


def test_the_seed_page_keeps_no_gloss(shared_data: Path) -> None:
    text = (shared_data / "000_121e93e5bd4a9494.txt").read_text("utf-8")
    assert not re.search(r"[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔù]+[)）]", remove_glosses(clean(text))[0])


def test_a_space_within_the_parenthesis_behind_the_reading_saves_no_gloss() -> None:
    assert remove_glosses("環(huán )境、會(huì )議")[0] == "環境、會議"


def test_on_a_page_of_toneless_glosses_they_go_with_the_space_behind_them() -> None:
    page = "社會(hui) 變遷,薪火相傳(chuan) ,鄉(xiang) 間寫(xie) 書(shu) ,記者們(men) 於(yu) 風雲(yun) 中"
    assert remove_glosses(page)[0] == "社會變遷,薪火相傳,鄉間寫書,記者們於風雲中"
    assert remove_glosses("安(an)全,社會(hui) 變遷")[0] == "安(an)全,社會(hui) 變遷"
