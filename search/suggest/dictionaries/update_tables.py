"""Writes ``lookalikes.tsv`` and ``traditional.tsv`` anew: ``python -m search.suggest.dictionaries.update_tables FONT``.

Needs the packages Pillow and OpenCC, and DroidSansFallbackFull.ttf (Apache-2.0; Debian: fonts-droid-fallback). Characters are
drawn, blurred a little and a lot, and compared as pictures: a small blur finds 未 and 末, 己 and 已, a larger one 拔 and 拨,
whose strokes lie beside each other. A class of variants is as like another as the most alike of their members: 網 and 綱 make
网 and 纲 alike.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import opencc
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from indexer.analysis import fold

HERE = Path(__file__).parent
SIZE, MARGIN = 40, 4
BLURS = ((1.2, 0.7), (2.5, 0.9))
"""Blur in pixels, and how alike (cosine) two pictures must be under it."""

NEIGHBOURS = 8
MOST_ALIKE = 12
LOOKALIKES_HEADER = """\
# Characters, folded, tab, those that look like it, the most alike first.
# Made by update_tables.py from pictures of the characters in Droid Sans Fallback (Apache-2.0); see README.md.
"""
TRADITIONAL_HEADER = """\
# Folded characters, tab, the Traditional form that most often stands for it.
# Made by update_tables.py with the converter s2tw of OpenCC {version} (Apache-2.0); see README.md.
"""


def common_characters() -> list[str]:
    """The Han characters of the first levels of GB 2312 and of Big5: 6,200 of both scripts, the rarer ones left out."""
    leads, trails = range(0xB0, 0xD8), range(0xA1, 0xFF)
    pairs = [(bytes([lead, trail]), "gb2312") for lead in leads for trail in trails]
    trails_of_big5 = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    pairs += [(bytes([lead, trail]), "big5") for lead in range(0xA4, 0xC7) for trail in trails_of_big5]
    decoded = {content.decode(encoding, "ignore") for content, encoding in pairs}
    return sorted(char for char in decoded if len(char) == 1 and "\u4e00" <= char <= "\u9fff")


def pictures(chars: list[str], font: Any, blur: float) -> npt.NDArray[np.float32]:
    """One blurred picture a character, as a row of mean 0 and length 1."""
    rows = []
    for char in chars:
        image = Image.new("L", (SIZE + 2 * MARGIN, SIZE + 2 * MARGIN))
        ImageDraw.Draw(image).text((MARGIN, MARGIN // 2), char, font=font, fill=255)
        rows.append(np.asarray(image.filter(ImageFilter.GaussianBlur(blur)), dtype=np.float32).ravel())
    array = np.stack(rows)
    array -= array.mean(axis=1, keepdims=True)
    array /= np.linalg.norm(array, axis=1, keepdims=True)
    return array


def write_lookalikes(font_path: str) -> None:
    """Writes the table: for each form of a character those nearest to it; the nearest of all forms stand first."""
    chars = common_characters()
    folded = [fold(char) for char in chars]
    font = ImageFont.truetype(font_path, SIZE)
    ranks: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for blur, least in BLURS:
        array = pictures(chars, font, blur)
        likeness = array @ array.T
        for at, own in enumerate(folded):
            nearest = [other for other in np.argsort(-likeness[at])[:NEIGHBOURS].tolist() if folded[other] != own]
            for rank, other in enumerate(nearest):
                if likeness[at, other] > least:
                    for one, two in ((own, folded[other]), (folded[other], own)):
                        ranks[one][two] = min(rank, ranks[one].get(two, rank))
    rows = []
    for char, found in sorted(ranks.items()):
        best = sorted(found, key=lambda other: (found[other], other))[:MOST_ALIKE]
        rows.append(f"{char}\t{''.join(best)}\n")
    (HERE / "lookalikes.tsv").write_text(LOOKALIKES_HEADER + "".join(rows), encoding="utf-8")


def write_traditional() -> None:
    """Writes the table of Traditional forms, as used in Taiwan."""
    converter = opencc.OpenCC("s2tw")
    forms = {char: converter.convert(char) for char in sorted({fold(char) for char in common_characters()})}
    rows = "".join(f"{char}\t{form}\n" for char, form in forms.items() if form != char and fold(form) == char)
    header = TRADITIONAL_HEADER.format(version=opencc.__version__)
    (HERE / "traditional.tsv").write_text(header + rows, encoding="utf-8")


if __name__ == "__main__":
    write_lookalikes(sys.argv[1])
    write_traditional()
