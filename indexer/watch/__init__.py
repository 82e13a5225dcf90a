"""Folders that are followed: what changes in them is indexed as it changes.

Above ``build.py``: ``loop.py`` decides what is indexed when, ``files.py`` knows what files there were and which of them stand
still, ``notices.py`` is told of changes by the system, and says where it cannot be.
"""

from indexer.watch.loop import Pace, watch_paths

__all__ = ["Pace", "watch_paths"]
