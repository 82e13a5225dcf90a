"""The editor's files are read line by line, and every bad line is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.editorial import Entry, read_entries, read_user_words, read_words, split_words, word_form
from indexer.errors import ArticleSearchError, EditorialError


def write(folder: Path, text: str, name: str = "user_words.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path) -> list[tuple[int | None, str]]:
    with pytest.raises(EditorialError) as caught:
        read_words(path)
    assert isinstance(caught.value, ArticleSearchError)
    assert all(str(path) in str(problem) for problem in caught.value.problems)
    return [(problem.line, problem.reason) for problem in caught.value.problems]


def test_a_line_is_an_entry_and_comments_and_blank_lines_are_none(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeff# 词\n一網通辦  # 政务\n\n  C#开发\r\n通办")
    assert read_entries(path, lambda entry: entry) == [Entry(2, "一網通辦"), Entry(4, "C#开发"), Entry(5, "通办")]


def test_words_are_folded_sorted_and_each_once(tmp_path: Path) -> None:
    write(tmp_path, "一網通辦\n一网通办\nＡＩ 大模型\n")
    assert read_user_words(tmp_path) == ("ai 大模型", "一网通办")


def test_without_a_file_there_are_no_words(tmp_path: Path) -> None:
    assert read_user_words(tmp_path) == ()


def test_every_bad_line_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = write(tmp_path, f"一网通办\n北韩，朝鲜\n……\n云计算 5 n\n{'长' * 101}\n")
    assert problems(path) == [
        (2, "has a comma; write each word on a line of its own"),
        (3, "'……' has neither letter nor number; take it away"),
        (4, "has a number after the word; write 云计算 alone, frequencies are not needed"),
        (5, "a word of 101 characters is too long; 100 are the most"),
    ]


def test_a_number_after_a_latin_word_is_part_of_it(tmp_path: Path) -> None:
    assert read_words(write(tmp_path, "Windows 11\n")) == ("windows 11",)


def test_a_file_of_another_encoding_is_named_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "user_words.txt"
    path.write_bytes(b"abc\n" + "词语".encode("gb18030"))
    assert problems(path) == [(2, "is not UTF-8; save the file as UTF-8")]


def test_a_file_that_cannot_be_opened_is_named_without_a_line(tmp_path: Path) -> None:
    (tmp_path / "user_words.txt").mkdir()
    with pytest.raises(EditorialError, match=r"user_words\.txt: cannot be read"):
        read_user_words(tmp_path)


def test_lists_take_commas_of_either_width() -> None:
    assert split_words("北韓, 朝鲜，北韩、DPRK") == ["北韩", "朝鲜", "dprk"]
    with pytest.raises(ValueError, match="a word is missing beside a comma"):
        split_words("北韩,,朝鲜")


def test_a_words_form_is_that_of_the_literal_rule() -> None:
    assert word_form(" 人工 智慧 ") == "人工智慧"
