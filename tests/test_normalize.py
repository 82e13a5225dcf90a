from __future__ import annotations

import gzip
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.normalize import (
    _INVISIBLE,
    _NEWLINES,
    clean,
    fold,
    is_han,
    normalization_rules,
    variant_classes,
)

TEXT = st.text(st.characters(exclude_categories=("Cs",)) | st.sampled_from("監督Ａ　𠮷⼀\ufe00\u200b\xade\u0301"))


@given(TEXT)
def test_folding_keeps_the_number_of_code_points(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXT)
def test_folding_a_whole_is_folding_its_characters(text: str) -> None:
    assert fold(text) == "".join(map(fold, text))


@given(TEXT)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(alphabet="监a\r\n\x0b\x85\u200b\ufe0f\u0301\u0340é", max_size=12))
def test_cleaning_is_line_ends_then_what_cannot_be_seen_then_the_normal_form(text: str) -> None:
    lines = _INVISIBLE.sub("", _NEWLINES.sub("\n", text))
    assert clean(text) == unicodedata.normalize("NFC", lines)


@given(TEXT)
def test_cleaned_text_is_in_normal_form_without_invisible_characters(text: str) -> None:
    cleaned = clean(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not set(cleaned) & set("\u200b\xad\ufe00\ufeff\r")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("資源縣", "资源县"),
        ("Ｃ９１９", "c919"),
        ("，", ","),
        ("　", " "),
        ("⼀⾦", "一金"),
        ("裏裡", "里里"),
        ("瞭解", "了解"),
        ("甦醒", "苏醒"),
        ("覆核", "复核"),
        ("臺灣颱風", "台湾台风"),
        ("COVID", "covid"),
        ("ｶ", "カ"),
    ],
)
def test_ways_of_writing_the_same_are_folded_to_one(text: str, same: str) -> None:
    assert fold(text) == fold(same)


@pytest.mark.parametrize(("one", "other"), [("，", "。"), ("监督", "监管"), ("“", '"'), ("é", "e")])
def test_what_differs_to_a_reader_stays_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("监\u200b督\xad检\ufe01查", "监督检查"),
        ("一\r\n二\r三\u2028四", "一\n二\n三\n四"),
        ("e\u0301", "é"),
        ("監(jiān)督", "監(jiān)督"),
        ("plain", "plain"),
        ("\ufeff文", "文"),
    ],
)
def test_cleaning_removes_only_what_cannot_be_seen(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_astral_and_extension_characters_are_han() -> None:
    assert all(map(is_han, "监𠮷㐂〇々"))
    assert not any(map(is_han, "a1，。 かㄅ"))


def test_variant_classes_do_not_overlap() -> None:
    members = "".join(variant_classes())
    assert len(set(members)) == len(members)


def test_the_rules_have_words_that_change_with_them() -> None:
    assert normalization_rules() == normalization_rules()


@pytest.mark.parametrize("converter", ["s2t", "s2tw", "s2hk"])
def test_real_text_folds_to_the_same_after_character_conversion(shared_data: Path, converter: str) -> None:
    opencc = pytest.importorskip("opencc")
    with gzip.open(shared_data / "news-broadcast.jsonl.gz") as lines:
        text = "\n".join(json.loads(line)["body"] for line, _ in zip(lines, range(200), strict=False))
    converted = opencc.OpenCC(converter).convert(text)
    differing = sum(a != b for a, b in zip(fold(text), fold(converted), strict=True))
    # Some phrases of OpenCC change the word rather than its characters (坐标 becomes 座標): 28 of 1.2 M characters.
    assert differing / len(text) < 0.0001
