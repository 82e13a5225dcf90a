"""Dates as Chinese pages write them, read as a day.

Part of the cleaning: bylines and date lines ask here. Read are ``2024-05-06``, ``2024/5/6``, ``2024.5.6``,
``2024年5月6日``, ``二〇二四年五月六日``, ``20240506``, ``06.05.2024`` and the Minguo years of ``民國113年5月6日``
(1912 is the first), in half and full width. A date without a year says no day, and none is guessed.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from indexer.article import parse_published

__all__ = ["DATE", "TIME", "find_day", "is_clock_line", "is_date_line", "read_published"]

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
MINGUO_OFFSET: Final = 1911

DATE: Final = (
    r"(?:(?:19|20)\d\d\s?[-/.年 ]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}(?!\d)\s?[日號号]?"
    r"|\d{1,2}\.\d{1,2}\.(?:19|20)\d\d(?!\d)"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?:中[華华])?民[國国]\s?\d{1,3}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?[日號号]"
    r"|[一二][〇○零Oo0一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日)"
)
TIME: Final = r"(?:T?\s{0,4}\d{1,2}\s?[:：时時]\s?\d{2}(?:\s?[:：分]\s?\d{2})?[秒分]?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)"

_NUMERIC = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?[-/.年 ]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)")
_DAY_FIRST = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.((?:19|20)\d\d)(?![\d.])")
_MINGUO_SHORT = re.compile(r"(1\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_MINGUO = re.compile(r"民[國国]\s?(\d{1,3})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})")
_HAN = re.compile(
    r"([一二][〇○零Oo0一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_DATE_LINE = re.compile(
    rf"[\[【(（〔]?\s*{DATE}\s*{TIME}?\s*[,，、]?\s*[(（]?(?:(?:星期|[周週禮礼拜]{{1,2}})[一二三四五六日天]?)?[)）]?\s*[\]】)）〕]?"
)
_CLOCK_LINE = re.compile(
    r"[\[【(（]?\s*(?:\d{1,2}\s?[-/月]\s?\d{1,2}\s?日?)?\s*(?:\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?(?:\s*更新)?\s*[\]】)）]?"
)
_HALF_WIDTH = str.maketrans("０１２３４５６７８９／－．", "0123456789/-.")
_HAN_DIGITS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | dict.fromkeys("○零Oo0", 0)


def find_day(text: str) -> str | None:
    """The first date in ``text`` as ``YYYY-MM-DD``, or nothing where there is none that exists."""
    text = text.translate(_HALF_WIDTH)
    for pattern, offset in ((_MINGUO, MINGUO_OFFSET), (_NUMERIC, 0), (_COMPACT, 0)):
        for match in pattern.finditer(text):
            year, month, day = (int(part) for part in match.groups())
            if found := _day(year + offset, month, day):
                return found
    if day_first := _DAY_FIRST.search(text):
        day, month, year = (int(part) for part in day_first.groups())
        return _day(year, month, day)
    if short := _MINGUO_SHORT.fullmatch(text.strip()):
        return _day(int(short[1]) + MINGUO_OFFSET, int(short[2]), int(short[3]))
    if han := _HAN.search(text):
        digits = "".join(str(_HAN_DIGITS[digit]) for digit in han[1])
        return _day(int(digits), _han_number(han[2]), _han_number(han[3]))
    return None


def read_published(text: str) -> str | None:
    """The moment or day that ``text`` says, as the contract writes it: its own forms, else the first date in it, else None."""
    try:
        return parse_published(text)
    except ValueError:
        return find_day(text)


def is_date_line(line: str) -> bool:
    """Whether the line is a date and nothing else: a clock time, a weekday and brackets may go with it."""
    return len(line) <= 48 and bool(_DATE_LINE.fullmatch(line.translate(_HALF_WIDTH)))


def is_clock_line(line: str) -> bool:
    """Whether the line is a day without a year, a time of day, or both (``07-27 18:10``): no date that can be kept."""
    return 4 <= len(line) <= 24 and any(char.isdigit() for char in line) and bool(_CLOCK_LINE.fullmatch(line))


def _day(year: int, month: int, day: int) -> str | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _han_number(text: str) -> int:
    """The number below 100 that Han digits write: 十 is 10, 二十三 is 23."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _HAN_DIGITS[text] if len(text) == 1 else 0
    if len(tens) > 1 or len(ones) > 1:
        return 0
    return 10 * (_HAN_DIGITS[tens] if tens else 1) + (_HAN_DIGITS[ones] if ones else 0)
