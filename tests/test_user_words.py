from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Analyzer, Token
from indexer.analysis.user_words import UserWords


def test_words_are_found_in_either_script_wherever_they_stand() -> None:
    words = UserWords(["一網通辦", "通办"])
    assert words.find("一网通办一网通办") == [
        Token("一网通办", 0, 4),
        Token("通办", 2, 4),
        Token("一网通办", 4, 8),
        Token("通办", 6, 8),
    ]


@given(st.sets(st.text("监督查", min_size=1, max_size=3)), st.text("监督查检", max_size=12))
def test_the_trie_finds_what_a_plain_scan_finds(words: set[str], text: str) -> None:
    scan = {Token(word, at, at + len(word)) for word in words for at in range(len(text)) if text.startswith(word, at)}
    assert set(UserWords(words).find(text)) == scan


def test_words_of_the_user_leave_all_other_tokens_as_they_are() -> None:
    plain, extended = Analyzer(), Analyzer(user_words=["纪委监"])
    text = "资源县纪委监委"
    assert extended.words(text) == [*plain.words(text), Token("纪委监", 3, 6)]


def test_only_the_second_part_of_the_fingerprint_changes_with_the_words() -> None:
    plain, extended = Analyzer().fingerprint, Analyzer(user_words=["纪委监"]).fingerprint
    assert plain.split(":")[0] == extended.split(":")[0]
    assert plain.split(":")[1] != extended.split(":")[1]
    assert Analyzer(user_words=["", " "]).fingerprint == plain
