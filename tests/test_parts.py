"""The files of an index: damage is an error that names the file, and nothing in them can run code."""

from __future__ import annotations

import pickle
import zlib
from bisect import bisect_left
from collections.abc import Callable
from contextlib import suppress
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import IndexDamagedError
from indexer.store.byte_strings import BytesList
from indexer.store.contents import Contents, SegmentEntry, read_contents, write_contents
from indexer.store.part_writer import PartWriter, write_parts
from indexer.store.parts import PartFile, narrow
from indexer.store.reader import open_snapshot
from tests.conftest import article
from tests.postings import PostingLists


@pytest.fixture
def part_file(tmp_path: Path) -> Path:
    write_parts(tmp_path / "x.seg", {"empty": np.zeros(0, dtype=np.uint8), "wide": np.arange(300).reshape(-1, 3)})
    return tmp_path / "x.seg"


def test_parts_come_back_as_they_went(part_file: Path) -> None:
    parts = PartFile(part_file)
    parts.verify()
    assert parts["wide"].tolist() == np.arange(300).reshape(-1, 3).tolist()
    assert parts["empty"].tolist() == []
    assert not parts["wide"].flags.writeable
    with pytest.raises(IndexDamagedError, match="no part 'none'"):
        parts["none"]


def test_every_flipped_byte_of_header_and_directory_is_noticed_at_opening(part_file: Path) -> None:
    whole = part_file.read_bytes()
    directory = whole.rindex(b'{"')
    for at in (*range(44), *range(directory, len(whole))):
        part_file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(IndexDamagedError, match="cannot be read"):
            PartFile(part_file)


def test_a_flipped_byte_of_an_array_is_noticed_by_verifying(part_file: Path) -> None:
    whole = bytearray(part_file.read_bytes())
    whole[200] ^= 1
    part_file.write_bytes(whole)
    with pytest.raises(IndexDamagedError, match="'wide' has another checksum"):
        PartFile(part_file).verify()


def test_a_byte_between_the_parts_is_noticed_by_verifying(part_file: Path) -> None:
    whole = part_file.read_bytes()
    ends = [44, 63, 64 + 300 * 8, whole.rindex(b'{"') - 1]
    assert {whole[at] for at in ends} == {0}
    for at in ends:
        part_file.write_bytes(whole[:at] + b"x" + whole[at + 1 :])
        with pytest.raises(IndexDamagedError, match="something between its parts"):
            PartFile(part_file).verify()


@pytest.mark.parametrize("kept", [0, 10, 64, 500])
def test_a_file_cut_short_is_refused(part_file: Path, kept: int) -> None:
    part_file.write_bytes(part_file.read_bytes()[:kept])
    with pytest.raises(IndexDamagedError, match="cannot be read"):
        PartFile(part_file)


def test_the_narrowest_type_holds_the_largest_value() -> None:
    kinds = [narrow(np.array([most])).dtype for most in (255, 256, 65_535, 65_536, 2**32)]
    assert kinds == [np.uint8, np.uint16, np.uint16, np.uint32, np.uint64]


def test_a_pickled_table_of_contents_is_refused_unread(tmp_path: Path) -> None:
    class Attack:
        def __reduce__(self) -> tuple[Callable[..., object], tuple[Path]]:
            return Path.touch, (tmp_path / "ran",)

    (tmp_path / "_MAIN_1.toc").write_bytes(pickle.dumps(Attack()))
    with pytest.raises(IndexDamagedError, match="no table of contents of this format"):
        open_snapshot(tmp_path)
    assert not (tmp_path / "ran").exists()


def test_a_commit_removes_what_no_table_of_contents_names(tmp_path: Path) -> None:
    for name in (
        "MAIN_dead.seg",
        "MAIN_dead.grams",
        "MAIN_dead.articles",
        "MAIN_live.seg",
        "_MAIN_9.toc.new",
        "notes.txt",
    ):
        (tmp_path / name).touch()
    contents = Contents(number=3, segments=(SegmentEntry(name="MAIN_live", n_docs=1, n_chars=2, deleted=(0,)),))
    write_contents(tmp_path, contents)
    assert read_contents(tmp_path) == contents
    assert sorted(path.name for path in tmp_path.iterdir()) == ["MAIN_live.seg", "_MAIN_3.toc", "notes.txt"]


@pytest.mark.parametrize(
    "listing",
    [
        b"{}",
        b"[]",
        b'{"number":1,"segments":[7]}',
        b'{"number":1,"segments":[{"name":"../x","n_docs":1,"n_chars":1,"deleted":[]}]}',
        b'{"number":1,"segments":[{"name":"MAIN_x","n_docs":1,"n_chars":1,"deleted":[1]}]}',
    ],
)
def test_a_table_of_contents_that_cannot_be_is_refused(tmp_path: Path, listing: bytes) -> None:
    (tmp_path / "_MAIN_1.toc").write_bytes(b"ARTTOC 3 %08x " % zlib.crc32(listing) + listing)
    with pytest.raises(IndexDamagedError, match="it says what cannot be"):
        open_snapshot(tmp_path)


@pytest.mark.parametrize("end", [".seg", ".grams", ".articles"])
def test_a_missing_file_of_a_segment_is_an_error(index_articles: Callable[..., Path], end: str) -> None:
    (generation,) = (index_articles(article("a")) / "index").glob("g*")
    next(generation.glob(f"*{end}")).unlink()
    with pytest.raises(IndexDamagedError, match=end):
        open_snapshot(generation)


def test_an_open_snapshot_outlives_the_files_it_reads(index_articles: Callable[..., Path]) -> None:
    (generation,) = (index_articles(article("a", body="监督")) / "index").glob("g*")
    snapshot = open_snapshot(generation)
    index_articles(article("a", body="检查"))
    index_articles(article("b", body="检查"))
    assert snapshot.record(0)["body"] == "监督"
    assert len(PostingLists(snapshot).bigram("监督").docs) == 1


@given(
    st.sets(st.text(max_size=4), max_size=300).map(lambda words: sorted(word.encode() for word in words)),
    st.text(max_size=4),
)
def test_a_sorted_string_stands_where_a_plain_search_finds_it(words: list[bytes], wanted: str) -> None:
    offsets = np.concatenate([[0], np.cumsum([len(word) for word in words], dtype=np.int64)])
    listed = BytesList(np.frombuffer(b"".join(words), dtype=np.uint8), offsets)
    for sought in [wanted.encode(), *words]:
        assert listed.place(sought) == bisect_left(words, sought)
    for first in range(0, len(words), 7):
        assert listed.listed(first, len(words)) == words[first:]


BLOCKS = st.lists(st.lists(st.integers(0, 2**16 - 1), max_size=9), max_size=5)


@given(straight=BLOCKS, beside=BLOCKS, after=st.lists(st.integers(0, 9), max_size=4))
def test_what_is_written_in_blocks_is_what_is_written_whole(
    straight: list[list[int]], beside: list[list[int]], after: list[int]
) -> None:
    with TemporaryDirectory() as folder:
        whole, blocks = Path(folder, "whole"), Path(folder, "blocks")
        parts = {"straight": list(chain(*straight)), "after": after, "beside": list(chain(*beside))}
        write_parts(whole, {name: np.array(values, dtype=np.uint16) for name, values in parts.items()})
        with PartWriter(blocks) as file:
            spooled = file.spooled("beside", np.uint16)
            with file.streaming("straight", np.uint16) as stream:
                for block in straight:
                    stream.append(np.array(block, dtype=np.int64))
            for block in beside:
                spooled.append(np.array(block, dtype=np.int64))
            file.add("after", np.array(after, dtype=np.uint16))
        assert blocks.read_bytes() == whole.read_bytes()


def test_a_file_whose_writing_failed_is_refused(tmp_path: Path) -> None:
    with suppress(ZeroDivisionError), PartWriter(tmp_path / "x.seg") as file:
        file.add("whole", np.arange(9))
        raise ZeroDivisionError
    with pytest.raises(IndexDamagedError, match="header is damaged"):
        PartFile(tmp_path / "x.seg")


def test_pages_that_were_given_back_are_read_again(part_file: Path) -> None:
    parts = PartFile(part_file)
    before = parts["wide"].tolist()
    parts.release()
    assert parts["wide"].tolist() == before
