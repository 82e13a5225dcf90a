"""The words of the page."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from search.web.messages import MESSAGES, choose_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh-Hans"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("en;q=0.5, zh-HK;q=0.9", "zh-Hant"),
        ("de,en-US;q=0.7", "en"),
        ("fr", "zh-Hans"),
        ("en;q=x,*", "zh-Hans"),
        ("zh-Hant-HK", "zh-Hant"),
        ("enm, zhx", "zh-Hans"),
        ("en-GB,zh-TW", "en"),
        ("zh-TW;q=0, en", "en"),
    ],
)
def test_the_page_speaks_the_readers_language(header: str | None, language: str) -> None:
    assert choose_language(header) == language


def test_every_language_has_every_message() -> None:
    assert all(words.strip() for messages in MESSAGES.values() for words in messages.values())


def test_templates_ask_only_for_words_that_are_there() -> None:
    for template in (resources.files("search.web") / "templates").iterdir():
        asked = set(re.findall(r"\bsay\.(\w+)", template.read_text(encoding="utf-8"))) - {"get"}
        assert asked <= set(MESSAGES["en"]), template.name


def test_no_message_has_the_name_of_a_method_of_the_table() -> None:
    assert [name for name in MESSAGES["en"] if hasattr(dict, name)] == []


def test_a_message_has_the_same_places_to_fill_in_every_language() -> None:
    for name in MESSAGES["en"]:
        assert len({tuple(re.findall(r"{\w+}", messages[name])) for messages in MESSAGES.values()}) == 1, name
