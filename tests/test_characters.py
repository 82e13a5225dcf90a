from __future__ import annotations

import pytest

from search.suggest.characters import (
    homophones,
    in_traditional,
    is_traditional,
    lookalikes,
    plain_readings,
    readings,
    without_tone,
)


def chars(codes: object) -> set[str]:
    return {chr(code) for code in codes.tolist()}  # type: ignore[attr-defined]


def test_readings_are_of_the_whole_class_the_commonest_first() -> None:
    assert readings()["行"][:2] == ("xíng", "háng")
    assert set(plain_readings("发")) >= {"fa"}
    assert plain_readings("女")[0] == "nv"
    assert plain_readings("x") == ()


@pytest.mark.parametrize(("reading", "plain"), [("lüè", "lve"), ("nǚ", "nv"), ("ń", "n"), ("zhōng", "zhong")])
def test_a_reading_without_tone_is_plain_letters(reading: str, plain: str) -> None:
    assert without_tone(reading) == plain


def test_characters_that_sound_alike_are_told_apart_by_tone() -> None:
    sounding, toned = homophones("源")
    assert chars(sounding) >= {"原", "远"}
    assert "原" in chars(toned)
    assert "远" not in chars(toned)
    assert len(homophones("x")[0]) == 0


@pytest.mark.parametrize(
    "pair", ["己已", "已巳", "未末", "戊戌", "戌戍", "拔拨", "晴睛", "人入", "土士", "网纲", "坏环", "侯候"]
)
def test_characters_that_look_alike_are_known_both_ways(pair: str) -> None:
    for one, other in (pair, pair[::-1]):
        assert other in chars(lookalikes(one))


def test_the_script_of_a_text_is_that_of_most_of_its_characters() -> None:
    assert is_traditional("資源縣")
    assert not is_traditional("资源县")
    assert not is_traditional("中山")
    assert in_traditional("资源县") == "資源縣"
