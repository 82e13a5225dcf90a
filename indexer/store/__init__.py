"""The index on disk: one room knows how it is laid out; above it there are arrays."""

from indexer.store.columns import FacetColumn
from indexer.store.contents import read_contents
from indexer.store.literal import articles_with
from indexer.store.manifest import (
    Manifest,
    index_folder,
    manifest_stamp,
    read_manifest,
    remove_index,
    write_manifest,
)
from indexer.store.merger import Merger
from indexer.store.newest import Newest, open_newest
from indexer.store.parts import sync_file, sync_folder
from indexer.store.reader import Snapshot, open_snapshot
from indexer.store.segment import Segment
from indexer.store.words import EXCEPTION
from indexer.store.writer import IndexWriter, create_generation

__all__ = [
    "EXCEPTION",
    "FacetColumn",
    "IndexWriter",
    "Manifest",
    "Merger",
    "Newest",
    "Segment",
    "Snapshot",
    "articles_with",
    "create_generation",
    "index_folder",
    "manifest_stamp",
    "open_newest",
    "open_snapshot",
    "read_contents",
    "read_manifest",
    "remove_index",
    "sync_file",
    "sync_folder",
    "write_manifest",
]
