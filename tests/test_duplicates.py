from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import Article
from indexer.cleaning.duplicates import BINS, Trace, likely_pairs, traces
from indexer.cleaning.shingles import content_characters, shingle_characters, shingle_hashes
from tests.conftest import article

BODY = (
    "三月的清晨，县里的监督员沿着河堤走了一遍，看过三处新修的堤坝，又去村口的粮站问了收购的价钱。\n"
    "老人说，去年这个时候水还漫过石阶，如今堤坝加高了半米，春耕的水渠也通到了田头。\n"
    "下午他们在村委会开了一个小会，把问到的事一件一件记下来，约好下个月再来。"
)


def fingerprint(**fields: str) -> bytes:
    return traces([article(**fields)])[0].fingerprint  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        {"title": "監督員的一天", "body": BODY.replace("县里", "縣裡").replace("监督员", "監督員")},
        {"title": " 监督员 的一天！", "body": BODY.replace("。\n", " . \n\n").replace("，", ",")},
    ],
)
def test_script_punctuation_and_white_space_do_not_make_another_article(other: dict[str, str]) -> None:
    assert fingerprint(title="监督员的一天", body=BODY) == fingerprint(**other)


def test_another_title_or_body_makes_another_article() -> None:
    assert fingerprint(title="监督员的一天", body=BODY) != fingerprint(title="监督员的两天", body=BODY)
    assert fingerprint(title="一", body="二三") != fingerprint(title="一二", body="三")
    assert fingerprint(title="监督员的一天", body=BODY) != fingerprint(title="监督员的一天", body=BODY + "完")


def test_a_short_text_is_the_same_on_the_same_day_alone() -> None:
    assert fingerprint(body="详见图表。", published="2024-05-06") != fingerprint(
        body="详见图表。", published="2024-05-07"
    )
    assert fingerprint(body=BODY, published="2024-05-06") == fingerprint(body=BODY, published="2024-05-07")


def test_the_trace_of_an_article_does_not_depend_on_its_neighbours() -> None:
    items = [article("a", body=BODY), article("b", body="短"), article("c", body=""), article("d", body=BODY * 2 + "x")]
    assert traces(items) == [traces([item])[0] for item in items]
    assert [trace.signature is None for trace in traces(items)] == [False, True, True, False]
    assert traces([]) == []


BODIES = st.one_of(
    st.text(alphabet="监督检查组来到河边看了三处堤坝，a1\n", max_size=120),
    st.text(max_size=10),
    st.just(BODY),
)


def plain_trace(item: Article) -> Trace:
    """The trace by the letter of its definition, one shingle after another."""
    body, title = (content_characters([text])[0] for text in (item.body, item.title))
    kept, _ = shingle_characters(*content_characters([item.body]))
    digest = hashlib.blake2b(title.tobytes() + b"\n" + body.tobytes(), digest_size=16)
    if len(body) < 30:
        digest.update((item.published or "").encode())
    if len(kept) < 40:
        return Trace(digest.digest(), None)
    lowest = [2**64 - 1] * BINS
    for value in shingle_hashes(kept).tolist():
        lowest[value >> 58] = min(lowest[value >> 58], value)
    bins = []
    for at in range(BINS):
        distance = next(step for step in range(BINS) if lowest[(at + step) % BINS] != 2**64 - 1)
        bins.append(((lowest[(at + distance) % BINS] >> 20) + distance * 0x9E37) % 2**16)
    return Trace(digest.digest(), np.array(bins, dtype=np.uint16).tobytes())


@given(st.lists(BODIES, max_size=8), st.data())
def test_traces_of_many_articles_are_those_of_the_definition(bodies: list[str], data: st.DataObject) -> None:
    days = st.sampled_from([None, "2024-05-06"])
    items = [article(title=body[:5], body=body, published=data.draw(days)) for body in bodies]
    assert traces(items) == list(map(plain_trace, items))


def test_signatures_agree_about_as_much_as_the_texts() -> None:
    rng = np.random.default_rng(1)
    whole = "".join(chr(code) for code in rng.integers(0x4E00, 0x8000, 2000))
    one, half, none = (
        np.frombuffer(trace.signature or b"", dtype=np.uint16)
        for trace in traces([article(body=whole), article(body=whole[:1000]), article(body=whole[::-1])])
    )
    assert 0.3 < (one == half).mean() < 0.7
    assert (one == none).mean() < 0.05


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.booleans()), max_size=10))
def test_candidates_are_the_pairs_with_something_new_that_agree(rows: list[tuple[int, int, bool]]) -> None:
    rng = np.random.default_rng(7)
    bases = rng.integers(0, 2**16, (4, BINS)).astype(np.uint16)
    signatures = np.zeros((len(rows), BINS), dtype=np.uint16)
    for at, (base, changed, _) in enumerate(rows):
        signatures[at] = bases[base]
        # What differs comes first, so that bands go whole, and no two rows differ alike.
        signatures[at, :changed] = rng.integers(0, 2**16, changed)
    new = np.array([row[2] for row in rows], dtype=np.bool_)
    expected = {
        (one, other)
        for other in range(len(rows))
        for one in range(other)
        if (new[one] or new[other]) and (signatures[one] == signatures[other]).sum() >= 13
    }
    found = likely_pairs(signatures, new)
    assert {(one, other) for one, other in found.tolist()} == expected
    assert found[:, 1].tolist() == sorted(found[:, 1].tolist())


def test_thousands_made_from_one_template_make_no_millions_of_pairs() -> None:
    signatures = np.ones((2000, BINS), dtype=np.uint16)
    found = likely_pairs(signatures, np.ones(2000, dtype=np.bool_))
    assert len(found) <= 16 * 2000
    assert set(found[:, 1].tolist()) == set(range(1, 2000))
