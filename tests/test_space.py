"""Updates without end of the same articles take bounded space, in the index and in the archive."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.endless_updates import Sizes, endless_updates
from indexer.archive import Archive
from tests.conftest import article

MOST = 2.5


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Sizes:
    """What 2,000 updates of 300 articles took."""
    bodies = [f"第{number}篇。" + "监督检查乡村振兴资源县" * (number % 40 + 5) for number in range(300)]
    articles = [article(f"{number}", title=f"题目{number}", body=body) for number, body in enumerate(bodies)]
    return endless_updates(tmp_path_factory.mktemp("space"), articles, 2_000)


def test_the_index_stays_within_two_and_a_half_times_its_smallest_size(sizes: Sizes) -> None:
    assert sizes.fresh <= sizes.last <= sizes.most <= MOST * sizes.fresh


def test_what_a_reader_has_open_of_removed_files_goes_when_it_moves_on(sizes: Sizes) -> None:
    assert sizes.held > 0
    assert sizes.held_after == 0
    assert sizes.pending == 0


def test_the_archive_does_not_grow_once_it_has_its_versions(tmp_path: Path) -> None:
    after = []
    with Archive(tmp_path, kept_versions=2) as archive:
        for number in range(60):
            archive.put([article(f"{at}", body=f"第{number}次。" * 100) for at in range(50)])
            archive.delete([f"{at}" for at in range(5)])
            if number >= 20:
                after.append((tmp_path / "archive.db").stat().st_size + (tmp_path / "archive.db-wal").stat().st_size)
    half = len(after) // 2
    assert (tmp_path / "archive.db").stat().st_size <= 1.2 * max(after[:half])
