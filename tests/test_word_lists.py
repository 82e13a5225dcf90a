"""A byte an entry says how often a word stands in each field, whatever the frequencies."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from indexer.schema import WORD_FIELDS
from indexer.store.words import EXCEPTION, Rows, choose_table, codes_of, pack_rows

FREQUENCIES = st.integers(0, 3) | st.sampled_from([4_095, 4_096, 70_000, 2**32 - 1])
ROWS = hnp.arrays(np.uint32, st.tuples(st.integers(0, 40), st.just(len(WORD_FIELDS))), elements=FREQUENCIES)


@given(ROWS)
def test_rows_come_back_from_their_codes(rows: Rows) -> None:
    packed = pack_rows(rows)
    table = choose_table(*np.unique(packed, return_counts=True))
    codes = codes_of(packed, table)
    apart = codes == EXCEPTION
    assert rows[~apart].tolist() == table[codes[~apart]].tolist()
    assert apart.tolist() == (rows.max(axis=1, initial=0) > 4_095).tolist()


def test_the_commonest_rows_have_the_codes_and_the_others_stand_apart() -> None:
    rows = np.zeros((300 * 301 // 2, len(WORD_FIELDS)), dtype=np.uint32)
    rows[:, 2] = np.repeat(np.arange(300), np.arange(1, 301))  # the higher the frequency the commoner
    packed = pack_rows(rows)
    table = choose_table(*np.unique(packed, return_counts=True))
    assert table[:, 2].tolist() == list(range(299, 299 - EXCEPTION, -1))
    assert sorted(set(rows[codes_of(packed, table) == EXCEPTION, 2].tolist())) == list(range(300 - EXCEPTION))


def test_no_table_makes_every_row_an_exception() -> None:
    rows = np.full((2, len(WORD_FIELDS)), 5_000, dtype=np.uint32)
    table = choose_table(*np.unique(pack_rows(rows), return_counts=True))
    assert table.shape == (0, len(WORD_FIELDS))
    assert codes_of(pack_rows(rows), table).tolist() == [EXCEPTION, EXCEPTION]
