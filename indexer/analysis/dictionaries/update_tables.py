"""Writes ``variants.tsv`` and ``words.tsv`` anew: ``python -m indexer.analysis.dictionaries.update_tables``.

Needs the packages OpenCC and jieba. Two characters are of one class when any of OpenCC's character tables (Simplified,
Traditional, Taiwan and Hong Kong variants, in both directions) turns one into the other; classes are closed, so every
text folds to the same whatever converter it went through. The first character of a class is the one that stands in most
of jieba's words (by their frequency) among those OpenCC holds to be Simplified: so most words of the dictionary stay
whole. For the rest (乾隆皇帝 folds to 干隆皇帝) the folded form is a row of ``words.tsv``, with the highest frequency of
the words that fold to it.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import jieba
import opencc

from indexer.analysis.normalize import fold
from indexer.analysis.segment import FIRST_KNOWN, LAST_KNOWN

HERE = Path(__file__).parent
TABLES = ("STCharacters", "TSCharacters", "TWVariants", "TWVariantsRev", "HKVariants", "HKVariantsRev")
VARIANTS_HEADER = """\
# Classes of Han characters that count as one, the character that stands for the class first, tab, the others.
# Made by update_tables.py from the character tables of OpenCC {version} (Apache-2.0); see README.md.
"""
WORDS_HEADER = """\
# Folded forms of words that jieba's dictionary holds in another form only, tab, frequency.
# Made by update_tables.py from the dictionary of jieba {version} (MIT); see README.md.
"""


def table_text(name: str) -> str:
    """A table of OpenCC as text, which older packages hold; later ones bring a program that writes it."""
    package = Path(opencc.__file__).parent
    plain = package / "dictionary" / f"{name}.txt"
    if plain.exists():
        return plain.read_text(encoding="utf-8")
    program, packed = package / "clib/bin/opencc_dict", package / "clib/share/opencc" / f"{name}.ocd2"
    for needed in (program, packed):
        if not needed.exists():
            sys.exit(
                f"OpenCC {opencc.__version__} has neither {plain} nor {needed}: find where it keeps its tables now"
            )
    with TemporaryDirectory() as folder:
        text = Path(folder) / "table.txt"
        subprocess.run([program, "-i", packed, "-o", text, "-f", "ocd2", "-t", "text"], check=True)  # noqa: S603
        return text.read_text(encoding="utf-8")


def table_rows(name: str) -> Iterator[tuple[str, list[str]]]:
    """Source character and the characters it may become, line by line."""
    for line in table_text(name).splitlines():
        if line and not line.startswith("#"):
            source, targets = line.split("\t")
            yield source, targets.split(" ")


def classes() -> list[set[str]]:
    """The closed classes: connected parts of the graph whose edges are the rows of the tables."""
    parent: dict[str, str] = {}

    def root(char: str) -> str:
        parent.setdefault(char, char)
        while parent[char] != char:
            char = parent[char]
        return char

    for name in TABLES:
        for source, targets in table_rows(name):
            for target in targets:
                if len(source) == len(target) == 1:
                    parent[root(source)] = root(target)
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for char in parent:
        groups[root(char)].add(char)
    return [group for group in groups.values() if len(group) > 1]


def jieba_words() -> dict[str, int]:
    """The words of jieba's dictionary with their frequencies."""
    dictionary = Path(jieba.__file__).with_name("dict.txt")
    rows = (line.split(" ") for line in dictionary.read_text(encoding="utf-8").splitlines())
    return {row[0]: int(row[1]) for row in rows}


def write_variants(words: dict[str, int]) -> None:
    """Writes the classes, sorted, so that a new version shows as a small difference."""
    simplified = {targets[0] for _, targets in table_rows("TSCharacters")}
    weight: Counter[str] = Counter()
    for word, frequency in words.items():
        for char in word:
            weight[char] += frequency
    rows = []
    for group in classes():
        first = max(group, key=lambda char: (char in simplified, weight[char], -ord(char)))
        rows.append(f"{first}\t{''.join(sorted(group - {first}))}\n")
    text = VARIANTS_HEADER.format(version=opencc.__version__) + "".join(sorted(rows))
    (HERE / "variants.tsv").write_text(text, encoding="utf-8")


def write_words(words: dict[str, int]) -> None:
    """Writes the folded words that are missing from ``words``; the new ``variants.tsv`` must be in place."""
    added: dict[str, int] = {}
    for word, frequency in words.items():
        folded = fold(word)
        if folded not in words and all(FIRST_KNOWN <= char <= LAST_KNOWN for char in folded):
            added[folded] = max(added.get(folded, 0), frequency)
    rows = "".join(f"{word}\t{frequency}\n" for word, frequency in sorted(added.items()))
    (HERE / "words.tsv").write_text(WORDS_HEADER.format(version=jieba.__version__) + rows, encoding="utf-8")


if __name__ == "__main__":
    known = jieba_words()
    write_variants(known)
    write_words(known)
