"""What a check finds: one thing that is wrong with the archive or the index, as the rooms that look at them say it.

For ``archive/verification.py`` and ``check.py``; no error, because a check goes on after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``message`` says what is wrong, where, and what to do; ``path`` is the file or folder, ``part`` what it belongs to."""

    part: Literal["archive", "index"]
    path: Path
    message: str
