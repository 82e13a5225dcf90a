"""A text file is one page."""

from __future__ import annotations

import io

import pytest

from indexer.errors import UnreadableError
from indexer.sources.limits import ReadLimits
from indexer.sources.plain import read_page


def test_a_page_in_gb18030_is_an_article() -> None:
    data = "春灌开始了\n来源:江东日报\n十二个村的水渠全部清淤完毕。".encode("gb18030")
    article = read_page(io.BytesIO(data), limits=ReadLimits(), fallback_id="a")
    assert (article.id, article.title, article.source) == ("a", "春灌开始了", "江东日报")


@pytest.mark.parametrize(("data", "reason"), [(b" \n", "empty"), (b"x" * 101, "max_article_bytes"), (b"a\x00", "NUL")])
def test_what_is_no_page_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read_page(io.BytesIO(data), limits=ReadLimits(max_article_bytes=100), fallback_id="a")
