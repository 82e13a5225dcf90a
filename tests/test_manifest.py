from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import IndexDamagedError
from indexer.store.manifest import Manifest, index_folder, manifest_stamp, read_manifest, remove_index, write_manifest


def test_a_manifest_is_replaced_whole_and_its_stamp_changes(tmp_path: Path) -> None:
    index_folder(tmp_path).mkdir()
    assert manifest_stamp(tmp_path) is None
    first = Manifest(generation="g000001", analysis="x")
    write_manifest(tmp_path, first)
    stamp = manifest_stamp(tmp_path)
    write_manifest(tmp_path, first.at(7))
    assert read_manifest(tmp_path) == Manifest(generation="g000001", analysis="x", change=7)
    assert manifest_stamp(tmp_path) != stamp
    assert [path.name for path in index_folder(tmp_path).iterdir()] == ["manifest.json"]


def test_a_manifest_that_was_changed_is_refused_and_one_without_a_checksum_read(tmp_path: Path) -> None:
    index_folder(tmp_path).mkdir()
    path = index_folder(tmp_path) / "manifest.json"
    manifest = Manifest(generation="g000001", analysis="x", user_words=("一网通办",), change=17, commit=3)
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest
    path.write_bytes(path.read_bytes().replace(b"17", b"16"))
    with pytest.raises(IndexDamagedError, match="another checksum"):
        read_manifest(tmp_path)
    path.write_bytes(b'{"generation":"g000001","analysis":"x","change":16}')
    assert read_manifest(tmp_path).change == 16
    path.write_bytes(b"7")
    with pytest.raises(IndexDamagedError):
        read_manifest(tmp_path)


def test_removing_an_index_leaves_nothing_of_it(tmp_path: Path) -> None:
    remove_index(tmp_path)
    (index_folder(tmp_path) / "g000001").mkdir(parents=True)
    write_manifest(tmp_path, Manifest(generation="g000001", analysis="x"))
    remove_index(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_format_nobody_knows_is_refused(tmp_path: Path) -> None:
    index_folder(tmp_path).mkdir()
    write_manifest(tmp_path, Manifest(generation="g000001", analysis="x", format=99))
    with pytest.raises(IndexDamagedError, match="format 99"):
        read_manifest(tmp_path)
