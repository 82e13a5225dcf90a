from __future__ import annotations

from indexer.analysis import Token


def test_a_token_is_its_text_and_span() -> None:
    assert Token("监督", 2, 4) == ("监督", 2, 4)
