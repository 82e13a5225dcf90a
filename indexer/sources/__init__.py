"""Readers: from files, folders and standard input to articles, one stream with the rejected inputs in it.

First step of the flow: ``file → source → cleaning → Article``. Each format has a reader (``jsonl.py``,
``plain.py``), and ``detect.py`` chooses it by content. ``read_inputs`` walks the paths and hands out articles as
they are read, so memory stays flat; a bad input is an ``IngestError`` in the stream, with its place, and the next
one follows. A new format is a module with a function from a byte stream to articles, a member of ``Format`` in
``detect.py``, and a branch in ``inputs.py``.
"""

from indexer.sources.containers import is_passed_over
from indexer.sources.inputs import STDIN_NAME, STDIN_PLACE, explain_removals, find_files, read_inputs
from indexer.sources.limits import ReadLimits

__all__ = [
    "STDIN_NAME",
    "STDIN_PLACE",
    "ReadLimits",
    "explain_removals",
    "find_files",
    "is_passed_over",
    "read_inputs",
]
