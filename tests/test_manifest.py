from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import IndexDamagedError
from indexer.store.manifest import Manifest, index_folder, manifest_stamp, read_manifest, write_manifest


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


def test_a_format_nobody_knows_is_refused(tmp_path: Path) -> None:
    index_folder(tmp_path).mkdir()
    write_manifest(tmp_path, Manifest(generation="g000001", analysis="x", format=99))
    with pytest.raises(IndexDamagedError, match="format 99"):
        read_manifest(tmp_path)
