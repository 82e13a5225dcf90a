"""The index on disk: one room knows how it is laid out; above it there are arrays."""

from indexer.store.columns import FacetColumn
from indexer.store.contents import read_contents
from indexer.store.current import Current, open_current
from indexer.store.literal import articles_with
from indexer.store.manifest import (
    MANIFEST_NAME,
    Manifest,
    index_folder,
    manifest_stamp,
    read_manifest,
    remove_index,
    write_manifest,
)
from indexer.store.parts import PartFile, sync_file, sync_folder
from indexer.store.reader import Snapshot, open_snapshot
from indexer.store.segment import Segment
from indexer.store.words import EXCEPTION
from indexer.store.writer import IndexWriter, create_generation

__all__ = [
    "EXCEPTION",
    "MANIFEST_NAME",
    "Current",
    "FacetColumn",
    "IndexWriter",
    "Manifest",
    "PartFile",
    "Segment",
    "Snapshot",
    "articles_with",
    "create_generation",
    "index_folder",
    "manifest_stamp",
    "open_current",
    "open_snapshot",
    "read_contents",
    "read_manifest",
    "remove_index",
    "sync_file",
    "sync_folder",
    "write_manifest",
]
