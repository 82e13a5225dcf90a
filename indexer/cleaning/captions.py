"""Photo captions: lines that name who took the picture.

Part of the cleaning. A caption ends in its photographer (``… 莫畏雄/攝``, ``(张三 摄)``, ``图片:李四``) or begins as
one (``图为…``, ``▲…``). It is kept as it stands, photographer and all, apart from the body.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["is_caption"]

MAX_CAPTION_CHARS: Final = 160
MAX_SENTENCES: Final = 2

_HAN_NAME = r"[\u3400-\u9fff·]{2,12}"
_NAMES = rf"{_HAN_NAME}(?:[ 、,，]{{1,2}}{_HAN_NAME}){{0,3}}"
_TOOK = r"(?:[摄攝](?:影|制|製)?(?:[报報][道導])?|供[图圖]|[图圖]|[图圖]片提供|提供)"
_PHOTOGRAPHER_END = re.compile(
    rf"(?:^|[\s。！？!?)）”])[(（]?(?:[图圖]片?[:：]\s*)?{_NAMES}(?:\s*[/／]\s*|\s+){_TOOK}\s*[)）]?[。]?$"
    rf"|[\s。！？!?)）”]{_NAMES}[摄攝]影?[)）]?[。]?$"
    rf"|[(（](?:[图圖]片?|[摄攝]影|[资資]料[图圖]|[图圖]片[来來]源|[图圖][源说說])\s*(?:[:：/／]\s*[^()（）]{{1,30}})?[)）][。]?$"
    rf"|[(（](?!见|見|如[上下左右图圖]|[上下左右]){_NAMES}\s*[/／]?\s*{_TOOK}[)）][。]?$"
)
_PHOTO_LABEL = re.compile(
    r"(?:[摄攝]影|[图圖]片|供[图圖]|[图圖]片[来來]源|[摄攝]影[报報][道導])\s*[:：/／]\s*\S{2,30}$|[图圖]\s*[/／:：]\s*\S{2,12}$"
)
_CAPTION_START = re.compile(r"[▲△▼↑↓◀▶]|(?:[上下左右]?[图圖][为為是]|[（(]?[资資]料[图圖])(?!什么|什麼)")
_SENTENCE_END = re.compile(r"[。！？!?]")
_HINT = re.compile("[摄攝图圖供▲△▼↑↓◀▶]")


def is_caption(line: str) -> bool:
    """Whether the line is a caption: short, and with a photographer at its end or a caption's first words."""
    if len(line) > MAX_CAPTION_CHARS or not _HINT.search(line):
        return False
    if _CAPTION_START.match(line) or _PHOTO_LABEL.match(line):
        return len(_SENTENCE_END.findall(line)) <= MAX_SENTENCES
    return bool(_PHOTOGRAPHER_END.search(line)) and len(_SENTENCE_END.findall(line)) <= MAX_SENTENCES
