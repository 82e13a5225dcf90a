"""``stored_codes`` compiled by numba: one pass over the code units of each article, the literal rule as it goes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from indexer.analysis import GAP, fold_table, han_ranges
from search.evaluate.compiled import compiled
from search.evaluate.literal_codes import MOST_CHARS, Codes, white_space

__all__ = ["stored_codes"]

_GAP, _SPACE = ord(GAP), ord(" ")
_READ_TEXTS = 3


@compiled
def _is_han(code, ranges):  # type: ignore[no-untyped-def]
    if 0x4E00 <= code <= 0x9FFF:
        return True
    for at in range(len(ranges)):  # noqa: SIM110 - compiled, a loop is what it is
        if ranges[at, 0] <= code <= ranges[at, 1]:
            return True
    return False


@compiled
def _spaced(before, code, ranges):  # type: ignore[no-untyped-def]
    """Whether white space between these two characters stays: not between Han."""
    return not (_is_han(before, ranges) and _is_han(code, ranges))


@compiled
def _stored_codes(units, ends, folded, spaces, ranges, gap, most, codes, offsets):  # type: ignore[no-untyped-def]
    written = 0
    for doc in range(len(ends) - 1):
        at, end = ends[doc], ends[doc + 1]
        texts = read = 0
        before = np.uint32(gap)
        bare = True  # nothing of the present text was read
        waiting = False  # white space that is not yet known to stay
        while at < end and read < most and texts < _READ_TEXTS:
            code = np.uint32(units[at])
            at += 1
            if code & 0xFC00 == 0xD800 and at < end and units[at] & 0xFC00 == 0xDC00:
                code = np.uint32(0x10000 + ((code & 0x3FF) << 10) + (units[at] & 0x3FF))
                at += 1
            if code == 0:
                texts += 1
                read += not bare
                bare = True
                code = np.uint32(gap)
            else:
                read += 1
                bare = False
                code = folded[code]
            if code == gap and before == gap:
                waiting = False
            elif code < len(spaces) and spaces[code]:
                waiting = True
            else:
                if waiting and before != gap and code != gap and _spaced(before, code, ranges):
                    codes[written] = _SPACE
                    written += 1
                waiting = False
                codes[written] = before = code
                written += 1
        if before != gap:
            codes[written] = gap
            written += 1
        offsets[doc + 1] = written


def stored_codes(units: npt.NDArray[np.uint16], ends: npt.NDArray[np.int64]) -> tuple[Codes, npt.NDArray[np.int64]]:
    """See :func:`search.evaluate.literal_codes.stored_codes`."""
    codes = np.empty(len(units) + len(ends), dtype=np.uint32)
    offsets = np.zeros(len(ends), dtype=np.int64)
    _stored_codes(units, ends, fold_table(), white_space(), han_ranges(), _GAP, MOST_CHARS, codes, offsets)
    return codes[: offsets[-1]], offsets
