"""Where articles go: every target follows the archive's change sequence."""

from indexer.targets.base import Target
from indexer.targets.local import LocalTarget

__all__ = ["LocalTarget", "Target"]
