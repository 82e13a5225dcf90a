"""Bytes to text: which encoding a page is in, and whether it is text at all.

Used by every reader. A byte order mark decides; else text that is valid UTF-8 is UTF-8, since no real text of another
encoding passes by chance. What remains is GB18030 or Big5, which accept most of each other's bytes. The rule
between them: decode a sample with both, and prefer the one that makes more of the characters that running text is made
of. The two put their frequent characters at different bytes, so a page read with the wrong one becomes rare
characters and private-use ones, and the counts lie far apart.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from indexer.errors import UnreadableError

__all__ = ["decode", "detect_encoding", "reject_binary"]

SAMPLE_BYTES: Final = 64 * 1024
UTF16_MIN_SHARE: Final = 0.3
UTF16_MIN_BYTES: Final = 16
MAX_BROKEN_SHARE: Final = 0.001

_DECLARED = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "x-gbk", "cp936"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x1f\x8b", "gzip"),
)
# The commonest characters of running text and its marks, both scripts; enough to tell the encodings apart.
_FREQUENT = frozenset(
    "的一是不了在人有我他这這个個们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着著下自之年过過发發后後作里裡用道行所然家种種"
    "事成方多经經么麼去法学學如都同现現当當没沒动動面起看定天分还還进進好小部其些主样樣理心她本前开開但因只从從想实實日军軍者意无無力它与與长長把机機十"
    "民第公此已工使情明性知全三又关關点點正业業外将將两兩高间間由问問很最重并物手应應战戰向头頭文体體政美相见見被利什二等产產或新己制身果加西斯月话話"
    "合回特代内內信表化老给給世位次度门門任常先海通教儿兒原东東声聲提立及比员員解水名真论論处處走义義各入几幾口认認条條平系气氣题題活尔爾更别別打女变變"
    "四神总總何电電数數安少报報才结結反受目太量再感建务務做接必场場件计計管期市直德资資命山金指克许許统統区區保至队隊形社便空决決治展马馬科司五基眼书書"
    "非则則听聽白却界达達光放强強即像难難且权權思王象完设設式色路记記南品住告类類求据據程北边邊死张張该該交规規万萬取拉格望觉覺术術领領共确確传傳师師观觀"
    "清今切院让讓识識候带帶导導争爭运運笔筆写寫作者来来源位置首頁页正文，。、：；！？“”「」（）《》　"
)
_PRIVATE_OR_BROKEN = re.compile("[\ue000-\uf8ff\ufffd\x80-\x9f]")


def decode(data: bytes, *, complete: bool = True, declared: str | None = None) -> str:
    """The text that ``data`` holds; ``complete`` is false for a beginning, whose last character may be cut.

    ``declared`` is the encoding that a server or the page itself names: it decides where the bytes allow for several.

    Raises:
        UnreadableError: the bytes are no text, or of no encoding that is read here.
    """
    encoding = detect_encoding(data, complete=complete)
    named = _DECLARED.get((declared or "").lower())
    if named == "utf-8" and encoding in ("gb18030", "big5hkscs"):
        text = data.decode("utf-8", "replace")
        if text.count("\ufffd") <= MAX_BROKEN_SHARE * len(text):
            return text
    elif named and encoding in ("gb18030", "big5hkscs") and _decodes(data, named, complete=complete):
        encoding = named
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data, final=complete)
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"the bytes are not {encoding.upper()} text: byte 0x{data[error.start]:02x} at offset {error.start}; "
            "save the file as UTF-8"
        ) from None


def detect_encoding(data: bytes, *, complete: bool = True) -> str:
    """The name of the encoding of ``data``, for Python's codecs.

    Raises:
        UnreadableError: the bytes are no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    if wide := _utf16_without_mark(data):
        return wide
    reject_binary(data)
    if _decodes(data, "utf-8", complete=complete):
        return "utf-8"
    return _gb18030_or_big5(data, complete=complete)


def reject_binary(data: bytes) -> None:
    """Raise for bytes that are no text of an encoding without NUL bytes.

    Raises:
        UnreadableError: they begin as a known binary format, or hold a NUL byte.
    """
    for magic, name in _MAGIC:
        if data.startswith(magic):
            raise UnreadableError(f"looks binary: it begins as {name} does; only text is read")
    if (offset := data.find(b"\x00")) >= 0:
        raise UnreadableError(f"looks binary: NUL byte at offset {offset}; only text is read")


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 without a mark: line feeds, blanks and digits put their NUL bytes on one side, and few Han the other."""
    sample = data[:SAMPLE_BYTES]
    if len(data) < UTF16_MIN_BYTES or len(data) % 2 or b"\x00" not in sample:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if even == odd or any(sample.startswith(magic) for magic, _ in _MAGIC):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    if not _decodes(sample[: len(sample) // 2 * 2], encoding, complete=False):
        return None
    text = sample.decode(encoding, "ignore")
    plausible = sum(char in _FREQUENT or (char.isascii() and (char.isprintable() or char in "\n\r\t")) for char in text)
    return encoding if plausible >= UTF16_MIN_SHARE * len(text) and "\x00" not in text else None


def _gb18030_or_big5(data: bytes, *, complete: bool) -> str:
    # NOTE: HKSCS is Big5 with Hong Kong's characters; plain Big5 text is read the same by it.
    readable = [name for name in ("gb18030", "big5hkscs") if _decodes(data, name, complete=complete)]
    if len(readable) == 1:
        return readable[0]
    sample = data[:SAMPLE_BYTES]
    gb18030, big5 = (_plausibility(sample, name) for name in ("gb18030", "big5hkscs"))
    return "big5hkscs" if big5 > gb18030 else "gb18030"


def _plausibility(data: bytes, encoding: str) -> float:
    """How much of the text is frequent characters, less what no page holds: from -1 to 1."""
    text = [char for char in data.decode(encoding, "replace") if char >= "\x80"]
    if not text:
        return 0.0
    frequent = sum(char in _FREQUENT for char in text)
    broken = len(_PRIVATE_OR_BROKEN.findall("".join(text)))
    return (frequent - broken) / len(text)


def _decodes(data: bytes, encoding: str, *, complete: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(data, final=complete)
    except UnicodeDecodeError:
        return False
    return True
