"""Writes ``region_words.tsv`` anew: ``python -m indexer.analysis.dictionaries.update_region_words``.

Needs the package OpenCC (1.4), whose program ``opencc_dict`` turns its phrase tables into text. The tables give the words
that the mainland, Taiwan and Hong Kong have for the same thing; a row of ours is a pair of folded forms. Entries of one
character and those whose forms fold to the same are left out, and what ``region_choices.tsv`` says is done to the rest.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import opencc

from indexer.analysis.bigrams import literal_form
from indexer.analysis.normalize import clean, fold

HERE = Path(__file__).parent
TABLES = ("TWPhrases", "TWPhrasesRev", "HKPhrases", "HKPhrasesRev")
HEADER = """\
# Words that the regions have for the same thing, folded: word, tab, = (each finds the other) or > (the first finds the
# second), tab, word. Made by update_region_words.py from the phrase tables of OpenCC {version} (Apache-2.0) and from
# region_choices.tsv, which says which of them are left out or were added and why; see README.md.
"""


def phrase_rows(name: str) -> Iterator[tuple[str, str]]:
    """Each phrase of a table of OpenCC with each of those it may become."""
    package = Path(opencc.__file__).parent / "clib"
    table = package / "share" / "opencc" / f"{name}.ocd2"
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / name
        command: list[str | Path] = [
            package / "bin" / "opencc_dict",
            "-i",
            table,
            "-o",
            text,
            "-f",
            "ocd2",
            "-t",
            "text",
        ]
        subprocess.run(command, check=True)  # noqa: S603 (the package's own program, on a table named here)
        for line in text.read_text(encoding="utf-8").splitlines():
            source, targets = line.split("\t")
            for target in targets.split(" "):
                yield source, target


def choices() -> dict[str, list[tuple[str, str]]]:
    """The pairs of ``region_choices.tsv`` by what is done to them."""
    pairs: dict[str, list[tuple[str, str]]] = {"out": [], "one way": [], "added": []}
    for line in (HERE / "region_choices.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, listed, _reason = line.split("\t")
            for pair in listed.split(" "):
                first, second = pair.split("/")
                pairs[kind].append((first, second))
    return pairs


def write_region_words() -> None:
    """Writes the pairs, sorted, so that a new version of OpenCC shows as a small difference."""
    pairs: set[tuple[str, str]] = set()
    for name in TABLES:
        for source, target in phrase_rows(name):
            first, second = sorted(literal_form(fold(clean(word))).text for word in (source, target))
            if first != second and len(first) > 1 and len(second) > 1:
                pairs.add((first, second))
    chosen = choices()
    pairs |= {(min(pair), max(pair)) for pair in chosen["added"]}
    pairs -= {(min(pair), max(pair)) for pair in (*chosen["out"], *chosen["one way"])}
    rows = [(first, "=", second) for first, second in pairs]
    rows += [(first, ">", second) for first, second in chosen["one way"]]
    text = HEADER.format(version=opencc.__version__) + "".join("\t".join(row) + "\n" for row in sorted(rows))
    (HERE / "region_words.tsv").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_region_words()
