from __future__ import annotations

import numpy as np

from indexer.store.columns import facet_column


def test_a_column_counts_and_finds_values_by_their_folded_key() -> None:
    column = facet_column([("國際",), ("国际", "體育"), (), ("国际", "國際")])
    assert column.keys == ("体育", "国际")
    assert column.labels == ("體育", "国际")
    assert column.counts(np.array([True, True, True, False])).tolist() == [1, 2]
    assert column.having("国际", 4).tolist() == [True, True, False, True]
    assert column.having("", 4).tolist() == [False, False, True, False]
    assert not column.having("没有", 4).any()


def test_an_empty_column_has_nothing() -> None:
    column = facet_column([])
    assert column.counts(np.zeros(0, dtype=np.bool_)).tolist() == []
