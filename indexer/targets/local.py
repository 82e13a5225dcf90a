"""The local index as a target: prepares articles, writes them to a generation, and keeps the manifest.

An incremental run writes to the current generation; when the user's words changed, it first analyses the articles that hold
them anew. A rebuild writes a new one beside it and switches by the manifest; then the generation before goes. Who reads it has
its files open, and who is just opening it begins again with the new one (``indexer/store/newest.py``).
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import replace
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from indexer.analysis import Analyzer
from indexer.article import Article
from indexer.errors import IndexMissingError, IndexOutdatedError
from indexer.schema import prepare_run
from indexer.store import (
    IndexWriter,
    Manifest,
    Merger,
    articles_with,
    create_generation,
    index_folder,
    open_snapshot,
    read_manifest,
    write_manifest,
)

__all__ = ["LocalTarget"]


class LocalTarget:
    """The index of a data directory; ``anew`` starts a new generation that takes over at the first commit.

    Who commits batch after batch, while others search, gives the same ``merger`` to each target, and calls ``tend`` between
    batches: then no commit waits for a large merge. One run is better off without: its last commit leaves few segments.

    Raises:
        AnalysisMismatchError: the index was built by other rules of analysis, and ``anew`` is off.
        IndexDamagedError: the index cannot be read, and ``anew`` is off.
    """

    def __init__(
        self,
        data: str | Path,
        analyzer: Analyzer,
        zone: ZoneInfo,
        *,
        anew: bool = False,
        memory_mb: int = 1024,
        workers: int = 1,
        merger: Merger | None = None,
    ) -> None:
        self._data = Path(data)
        self._merger = merger
        self._analyzer = analyzer
        self._zone = zone
        self._memory_mb = memory_mb
        self._workers = workers
        self._writer: IndexWriter | None = None
        self._manifest = self._start(anew=anew)
        self._changed_words = sorted(set(self._manifest.user_words) ^ set(analyzer.user_words))

    @property
    def covered(self) -> int:
        """Number of the last change that was committed."""
        return self._manifest.change

    @property
    def stale(self) -> tuple[str, ...] | None:
        """Ids of the articles in which a word stands that the user's words have now and had not, or the other way round."""
        if not self._changed_words:
            return None
        folder = index_folder(self._data) / self._manifest.generation
        segments = open_snapshot(folder, commit=self._manifest.commit).segments
        return articles_with(segments, self._changed_words)

    def add(self, article: Article) -> None:
        """Adds the article, or replaces the one with its id."""
        self._open_writer().add(article)

    def delete(self, article_id: str) -> None:
        """Removes the article with that id."""
        self._open_writer().delete(article_id)

    def withdraw(self, ids: Collection[str]) -> None:
        """Takes back what this batch has added under these ids."""
        if self._writer is not None:
            self._writer.withdraw(ids)

    def commit(self, change: int) -> None:
        """Makes the batch visible to every engine on this data directory."""
        number = self._manifest.commit
        if self._writer is not None:
            number = self._writer.commit()
            self._writer = None
        self._manifest = replace(
            self._manifest,
            change=change,
            commit=number,
            analysis=self._analyzer.fingerprint,
            user_words=self._analyzer.user_words,
        )
        self._changed_words = []
        write_manifest(self._data, self._manifest)
        self._remove_other_generations()

    def tend(self) -> bool:
        """Takes in a merge that has ended, in a commit of its own, and begins one that is due; whether one is under way.

        Called between batches. Does nothing while the articles that other words of the user's concern wait to go in again.
        """
        if self._merger is None or self._changed_words:
            return False
        if self._merger.ready():
            self._open_writer()
            self.commit(self.covered)
        return self._merger.merge is not None

    def close(self) -> None:
        """Drops what was not committed."""
        if self._writer is not None:
            self._writer.cancel()
            self._writer = None

    def _start(self, *, anew: bool) -> Manifest:
        folder = index_folder(self._data)
        if not anew:
            try:
                manifest = read_manifest(self._data)
            except (IndexMissingError, IndexOutdatedError):
                pass  # the first run makes the first generation, and the first with a new format the next, as a rebuild does
            else:
                manifest.check_analysis(self._analyzer.fingerprint, folder)
                return manifest
        numbers = [int(path.name[1:]) for path in folder.glob("g[0-9]*")]
        generation = f"g{max(numbers, default=0) + 1:06d}"
        create_generation(folder / generation)
        return Manifest(
            generation=generation, analysis=self._analyzer.fingerprint, user_words=self._analyzer.user_words
        )

    def _open_writer(self) -> IndexWriter:
        if self._writer is None:
            folder = index_folder(self._data) / self._manifest.generation
            self._writer = IndexWriter(
                folder,
                partial(prepare_run, analyzer=self._analyzer, zone=self._zone),
                memory_mb=self._memory_mb,
                workers=self._workers,
                commit=self._manifest.commit,
                merger=self._merger,
            )
        return self._writer

    def _remove_other_generations(self) -> None:
        """Removes the generations before the current one, and what rebuilds that died have left."""
        for path in index_folder(self._data).glob("g[0-9]*"):
            if path.name != self._manifest.generation:
                shutil.rmtree(path, ignore_errors=True)
