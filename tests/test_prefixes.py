from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from search.suggest.prefixes import PrefixIndex


@given(
    texts=st.lists(st.text("ab资源", max_size=40), min_size=1, max_size=6),
    prefix=st.text("ab资源", min_size=1, max_size=40),
)
def test_places_are_those_whose_text_goes_on_with_the_prefix(texts: list[str], prefix: str) -> None:
    owners = [owner for owner, text in enumerate(texts) for _ in text]
    starts = [start for text in texts for start in range(len(text))]
    index = PrefixIndex(texts, owners, starts)
    for wanted in (prefix, prefix[:1], texts[0] or "a"):
        expected = [at for at in range(len(owners)) if texts[owners[at]].startswith(wanted, starts[at])]
        assert sorted(index.places(wanted).tolist()) == expected
