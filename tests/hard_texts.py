"""Random lines of what is hard: both scripts, Han beyond the basic plane, widths, marks, spaces, what cannot be seen."""

from __future__ import annotations

from hypothesis import strategies as st

__all__ = ["BITS", "LINE"]

BITS = st.sampled_from(
    [
        *"监督檢查裏裡了瞭𠮷野家的一〇々⼀⾦",
        *"aBＣ1２３ΣςßÉé가カｶﾞさ",
        *"，。,.、…—·“”‘’＂「」（(：:-*?？~_/\\<&'\"%",
        *" \u3000\t\u2009\u00a0",
        *"\u00ad\u200b\u200d\ufe0f\u0301\u0338",
        "监督",
        "COVID-19",
        "1,234.5",
        "👍🏽",
        "👩\u200d🔬",
        " OR ",
        "AND",
    ]
)
LINE = st.lists(BITS, max_size=9).map("".join)
