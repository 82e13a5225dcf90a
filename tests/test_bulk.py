"""Lines of a body in whatever pieces it comes, and answers on their way out."""

from __future__ import annotations

import socket
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.web.bulk import PIECE, Outlet, numbered_lines


def in_pieces(content: bytes, sizes: list[int]) -> list[bytes]:
    stream = BytesIO(content)
    pieces = [stream.read(size) for size in (*sizes, len(content))]
    return [piece for piece in pieces if piece]


@given(
    st.lists(st.binary(max_size=12).map(lambda text: text.replace(b"\n", b" ")), max_size=8).map(b"\n".join),
    st.lists(st.integers(1, 9), max_size=12),
    st.integers(0, 10),
)
def test_lines_are_those_of_the_whole_whatever_pieces_it_comes_in(content: bytes, sizes: list[int], most: int) -> None:
    pieces = iter([*in_pieces(content, sizes), b""])
    whole = content.split(b"\n")
    if whole[-1] == b"":
        whole.pop()
    found = list(numbered_lines(lambda _size: next(pieces), len(content), most))
    assert found == [(number, line if len(line) <= most else None) for number, line in enumerate(whole, start=1)]


def test_a_line_that_was_cut_is_no_line() -> None:
    stream = BytesIO(b"one\ntwo")
    lines = numbered_lines(stream.read, 8, 100)
    assert next(lines) == (1, b"one")
    with pytest.raises(OSError, match="7 of 8 bytes came"):
        next(lines)


def test_what_the_other_end_does_not_take_is_kept_in_its_order() -> None:
    near, far = socket.socketpair()
    with near, far:
        outlet = Outlet(near)
        written, sent = b"", b""
        for number in range(20_000):
            part = b"%099d\n" % number
            outlet.write(part)
            written += part
            for piece in outlet.taken():
                near.sendall(piece)
                sent += piece
        assert PIECE < len(sent) < len(written)  # it took some, and was not waited for
        assert sent + b"".join(outlet.rest()) == written
        assert list(outlet.rest()) == []
        outlet.close()


def test_without_a_connection_all_goes_out_at_the_end() -> None:
    outlet = Outlet(None)
    outlet.write(b"a" * PIECE * 2)
    assert list(outlet.taken()) == []
    assert b"".join(outlet.rest()) == b"a" * PIECE * 2
    outlet.close()
