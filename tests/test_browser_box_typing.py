"""The search box and input methods: composition as Chromium sends it, and as Safari and Android keyboards do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.box import WAY, Opened, browser, opened, site
from tests.host_site import HostSite

__all__ = ["browser", "opened", "site"]

SEND = """([type, kind, init]) => {
  const input = document.querySelector('article-search-box').shadowRoot.querySelector('input');
  const event = new window[kind](type, { bubbles: true, composed: true, cancelable: true, ...init });
  return input.dispatchEvent(event);
}"""
SET = "text => { document.querySelector('article-search-box').shadowRoot.querySelector('input').value = text }"
QUIET_MS = 250  # more than the box waits for, so that what it does not ask now it never asks


def asked(box: Opened, site: HostSite) -> list[str]:
    """The texts that were searched for, once things have calmed down."""
    box.page.wait_for_timeout(QUIET_MS)
    return [query for what, query in site.asked if what == "search"]


def composer(box: Opened) -> Any:
    box.input.click()
    session = box.page.context.new_cdp_session(box.page)

    def compose(text: str) -> None:
        session.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})

    compose.commit = lambda text: session.send("Input.insertText", {"text": text})  # type: ignore[attr-defined]
    return compose


def send(box: Opened, kind: str, event: str, **init: Any) -> bool:
    """Sends one event to the input; false when the box took it."""
    passed: bool = box.page.evaluate(SEND, [event, kind, init])
    return passed


def key(box: Opened, name: str, code: int, *, composing: bool = False) -> bool:
    return send(box, "KeyboardEvent", "keydown", key=name, keyCode=code, which=code, isComposing=composing)


@pytest.mark.parametrize(
    ("steps", "committed"),
    [
        (["j", "ji", "jian", "jian'd", "jian'du"], "监督"),  # pinyin
        (["监du", "监d"], "监督"),  # pinyin of which a part is chosen
        (["ㄐ", "ㄐㄧ", "ㄐㄧㄢ", "監ㄉ", "監ㄉㄨ", "監ㄉㄨˊ"], "監督"),  # zhuyin
        (["尸", "尸中", "尸田人"], "監督"),  # cangjie: keys that look like characters
        (["ｊ", "ｊｉａｎ"], "监督"),  # full-width Latin letters
        (["一", "丨丿", "丨㇕一"], "监督"),  # strokes
        (["gaam1", "gaam1 duk"], "監督"),  # jyutping
    ],
)
def test_what_is_half_typed_is_never_searched_and_what_is_committed_is(
    opened: Any, site: HostSite, steps: list[str], committed: str
) -> None:
    box = opened(site.put(WAY))
    compose = composer(box)
    for text in steps:
        compose(text)
        assert box.input.input_value() == text
        assert asked(box, site) == []
    compose.commit(committed)
    box.shows("查看全部")
    assert asked(box, site) == [committed]
    assert box.problems == []


def test_a_composition_that_is_given_up_asks_for_nothing_new(opened: Any, site: HostSite) -> None:
    box = opened(site.put(WAY))
    compose = composer(box)
    compose.commit("监督")
    box.shows("查看全部")
    compose("jian")
    compose("")
    assert box.input.input_value() == "监督"
    assert set(asked(box, site)) == {"监督"}


def test_characters_that_are_still_composed_are_searched_as_by_handwriting_and_voice(
    opened: Any, site: HostSite
) -> None:
    box = opened(site.put(WAY))
    compose = composer(box)
    compose("监")
    compose("监督")
    box.shows("查看全部")
    assert asked(box, site)[-1] == "监督"
    compose("监督jian")
    assert asked(box, site)[-1] == "监督"
    compose.commit("监督检查")
    box.panel.locator("mark").first.wait_for()
    assert asked(box, site)[-1] == "监督检查"


def test_enter_and_arrows_are_the_input_methods_while_it_composes(opened: Any, site: HostSite) -> None:
    box = opened(site.put(WAY))
    compose = composer(box)
    compose.commit("监督")
    box.shows("查看全部")
    compose("jian")
    for name, code in (("Enter", 13), ("ArrowDown", 40), ("ArrowUp", 38), ("Escape", 27), ("Tab", 9), ("Home", 36)):
        assert key(box, name, code, composing=True), f"the box took {name} from the input method"
        assert key(box, name, 229, composing=True)
    assert box.active() is None
    assert box.panel.is_visible()
    assert box.input.input_value() == "监督jian"
    assert box.page.url == site.origin + "/"


def test_the_enter_that_safari_sends_after_a_composition_submits_nothing(opened: Any, site: HostSite) -> None:
    box = opened(site.put(WAY))
    box.input.click()
    send(box, "CompositionEvent", "compositionstart", data="")
    for text in ("j", "jian du"):
        key(box, text[-1], 229, composing=True)
        send(box, "CompositionEvent", "compositionupdate", data=text)
        box.page.evaluate(SET, text)
        send(box, "InputEvent", "input", data=text, inputType="insertCompositionText", isComposing=True)
    assert asked(box, site) == []
    # Safari: the text, the end, and only then the key that ended it, which no longer says that it is composing.
    box.page.evaluate(SET, "监督")
    send(box, "InputEvent", "input", data="监督", inputType="insertFromComposition", isComposing=True)
    send(box, "CompositionEvent", "compositionend", data="监督")
    assert key(box, "Enter", 229)
    box.shows("查看全部")
    assert asked(box, site) == ["监督"]
    assert box.page.url == site.origin + "/"
    assert not key(box, "Enter", 13)
    box.page.wait_for_url("**/search?q=*")


def android(box: Opened, text: str) -> None:
    """A keyboard that is always composing, and tells no key."""
    key(box, "Unidentified", 229, composing=True)
    send(box, "CompositionEvent", "compositionupdate", data=text)
    send(box, "InputEvent", "beforeinput", data=text, inputType="insertCompositionText", isComposing=True)
    box.page.evaluate(SET, text)
    send(box, "InputEvent", "input", data=text, inputType="insertCompositionText", isComposing=True)


def test_an_android_keyboard_that_is_always_composing_searches_what_has_no_latin_letter(
    opened: Any, site: HostSite
) -> None:
    box = opened(site.put(WAY))
    box.input.click()
    send(box, "CompositionEvent", "compositionstart", data="")
    android(box, "监督")
    box.shows("查看全部")
    assert asked(box, site) == ["监督"]
    android(box, "监督检查")
    assert asked(box, site)[-1] == "监督检查"
    android(box, "2024")
    assert asked(box, site)[-1] == "2024"


@pytest.mark.parametrize("way", ["insertLineBreak", "Enter"])
def test_enter_on_an_android_keyboard_always_searches(opened: Any, site: HostSite, way: str) -> None:
    box = opened(site.put(WAY))
    box.input.click()
    send(box, "CompositionEvent", "compositionstart", data="")
    android(box, "news")
    assert asked(box, site) == []
    if way == "Enter":
        assert not key(box, "Enter", 13)
    else:
        assert key(box, "Unidentified", 229, composing=True)
        assert not send(box, "InputEvent", "beforeinput", inputType="insertLineBreak", isComposing=True)
    box.page.wait_for_url("**/search?q=news")


def test_a_composition_that_the_page_never_ends_does_not_silence_the_box(opened: Any, site: HostSite) -> None:
    box = opened(site.put(WAY))
    box.input.click()
    send(box, "CompositionEvent", "compositionstart", data="")
    android(box, "jian")
    box.page.mouse.click(500, 780)
    box.input.click()
    assert asked(box, site)[-1:] == ["jian"]


def test_other_scripts_are_searched_as_they_are_typed(opened: Any, site: HostSite) -> None:
    box = opened(site.put(WAY))
    box.input.click()
    box.page.keyboard.type("jiandu", delay=20)
    box.panel.wait_for(state="visible")
    assert asked(box, site)[-1] == "jiandu"
