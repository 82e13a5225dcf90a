from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import RequestError, SearchRequest
from search.engines.cursor import Cursor, read_cursor, write_cursor


@given(
    st.floats(allow_nan=False, allow_infinity=False) | st.just(-math.inf),
    st.text(st.characters(exclude_categories=("Cs",))),
)
def test_a_cursor_read_again_is_the_same_place(key: float, article_id: str) -> None:
    written = write_cursor(SearchRequest(text="监督"), key, article_id)
    assert read_cursor(SearchRequest(text="监督", cursor=written, limit=50, facets=())) == Cursor(key, article_id)


def test_what_decides_the_hits_must_be_the_same() -> None:
    written = write_cursor(SearchRequest(text="监督"), 1.0, "a")
    with pytest.raises(RequestError, match="belongs to another search"):
        read_cursor(SearchRequest(text="监督", sort="newest", cursor=written))
    assert read_cursor(SearchRequest()) is None
