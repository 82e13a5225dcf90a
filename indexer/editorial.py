"""The editor's files: plain lists in the data directory, an entry a line, and every line that cannot be used named.

``#`` begins a comment, at the start of a line or after white space. A file that has a bad line is not used at all: half of it
would be something nobody wrote. ``user_words.txt`` is read here because the index is built with it; what searches alone use is
read by ``search/query/vocabulary.py`` with the same rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from indexer.analysis import clean, fold, is_han, literal_form
from indexer.errors import EditorialError, UnreadableError

__all__ = [
    "EDITORIAL_NAMES",
    "PINS_NAME",
    "STOP_WORDS_NAME",
    "SYNONYMS_NAME",
    "USER_WORDS_NAME",
    "Entry",
    "read_entries",
    "read_user_words",
    "read_words",
    "split_words",
    "word_form",
]

SYNONYMS_NAME = "synonyms.txt"
STOP_WORDS_NAME = "stop_words.txt"
PINS_NAME = "pins.txt"
USER_WORDS_NAME = "user_words.txt"
EDITORIAL_NAMES = (SYNONYMS_NAME, STOP_WORDS_NAME, PINS_NAME, USER_WORDS_NAME)
MAX_WORD_CHARS = 100

Value = TypeVar("Value")

_COMMENT = re.compile(r"(?:^|\s)[#＃].*")
_SEPARATOR = re.compile(r"[,，、]")
_WITH_FREQUENCY = re.compile(r"(?P<word>\S+)\s+\d+(?:\s+\w+)?\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line with something in it: its number, counted from 1, and its text without comment and outer white space."""

    line: int
    text: str


def read_entries(path: Path, read: Callable[[Entry], Value]) -> list[Value]:
    """What ``read`` makes of each entry of the file; nothing where there is no file.

    ``read`` raises a ``ValueError`` that says what is wrong with its line and what to do.

    Raises:
        EditorialError: the file cannot be read, or some of its lines cannot be used; it names them all.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise EditorialError([UnreadableError("is not UTF-8; save the file as UTF-8", path=path, line=line)]) from None
    except OSError as error:
        raise EditorialError([UnreadableError(f"cannot be read: {error.strerror}", path=path)]) from error
    values: list[Value] = []
    problems: list[UnreadableError] = []
    for number, written in enumerate(text.splitlines(), 1):
        if entry := _COMMENT.sub("", written).strip():
            try:
                values.append(read(Entry(number, entry)))
            except ValueError as error:
                problems.append(UnreadableError(str(error), path=path, line=number))
    if problems:
        raise EditorialError(problems)
    return values


def read_words(path: Path) -> tuple[str, ...]:
    """The words of a file that has one a line, folded, sorted, each once.

    Raises:
        EditorialError: as ``read_entries``.
    """
    return tuple(sorted(set(read_entries(path, _one_word))))


def read_user_words(data: str | Path) -> tuple[str, ...]:
    """The user's own words of a data directory.

    Raises:
        EditorialError: as ``read_entries``.
    """
    return read_words(Path(data) / USER_WORDS_NAME)


def split_words(text: str) -> list[str]:
    """The words of a list with commas, half or full width, or ``、`` between them, folded, each once.

    Raises:
        ValueError: one of them is no word.
    """
    return list(dict.fromkeys(map(word_form, _SEPARATOR.split(text))))


def word_form(text: str) -> str:
    """The form in which a word is looked up: scripts, width and case are the same.

    Raises:
        ValueError: it is empty, has no letter, or is too long.
    """
    word = literal_form(fold(clean(text))).text
    if not word:
        raise ValueError("a word is missing beside a comma; take the comma away or write the word")
    if not any(char.isalnum() or is_han(char) for char in word):
        raise ValueError(f"{text.strip()!r} has neither letter nor number; take it away")
    if len(word) > MAX_WORD_CHARS:
        raise ValueError(f"a word of {len(word)} characters is too long; {MAX_WORD_CHARS} are the most")
    return word


def _one_word(entry: Entry) -> str:
    if _SEPARATOR.search(entry.text):
        raise ValueError("has a comma; write each word on a line of its own")
    found = _WITH_FREQUENCY.match(entry.text)
    if found and is_han(found["word"][-1]):
        raise ValueError(f"has a number after the word; write {found['word']} alone, frequencies are not needed")
    return word_form(entry.text)
