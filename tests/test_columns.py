"""Facet columns: forms that are one value, deleted articles, several segments, and years and months."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.store.columns import period_column, stored_column
from indexer.store.segment import SegmentFacet

FIRST = SegmentFacet((("体育", "體育"), ("国际", "国际"), ("国际", "國際")), np.array([0, 1, 3]), np.array([2, 1, 0]))
SECOND = SegmentFacet((("国际", "国际"),), np.array([0, 0, 1]), np.array([0]))


def test_a_column_counts_and_finds_values_by_their_folded_key() -> None:
    column = stored_column([FIRST, SECOND], np.ones(4, dtype=np.bool_))
    assert column.keys == ("体育", "国际")
    assert column.labels == ("體育", "国际")
    assert column.offsets.tolist() == [0, 1, 3, 3, 4]
    assert column.rows(np.array([0, 2]), ["体育", "没有"]) == [("国际", "国际", 2), ("体育", "體育", 0)]
    assert column.rows(np.array([3, 2]), ["国际"], most=1) == [("体育", "體育", 3), ("国际", "国际", 2)]
    assert column.rows(np.array([2, 2]), [], most=1) == [("体育", "體育", 2), ("国际", "国际", 2)]
    assert column.having("国际", 4).tolist() == [True, True, False, True]
    assert column.having("", 4).tolist() == [False, False, True, False]
    assert not column.having("没有", 4).any()


def test_masks_are_kept_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.store.columns.KEPT_MASK_BYTES", 9)
    column = stored_column([FIRST, SECOND], np.ones(4, dtype=np.bool_))
    kept = column.having("国际", 4)
    assert column.having("国际", 4) is kept
    for key in ("体育", "", "没有"):
        column.having(key, 4)
    assert list(column.kept_masks) == ["体育", ""]


def test_deleted_articles_have_no_say_in_keys_and_labels() -> None:
    column = stored_column([FIRST, SECOND], np.array([True, False, True, False]))
    assert (column.keys, column.labels) == (("国际",), ("國際",))
    assert column.docs.tolist() == [0]


def test_an_empty_column_has_nothing() -> None:
    column = stored_column([], np.zeros(0, dtype=np.bool_))
    assert column.rows(np.zeros(0, dtype=np.int64), ["没有"]) == []


def test_an_article_has_the_period_it_is_surely_of() -> None:
    years = np.array([[2024, 2024], [2023, 2024], [0, 0], [2023, 2023]], dtype=np.int32)
    column = period_column(years, np.ones(4, dtype=np.bool_), str)
    assert (column.keys, column.docs.tolist(), column.ordinals.tolist()) == (("2023", "2024"), [0, 3], [1, 0])
