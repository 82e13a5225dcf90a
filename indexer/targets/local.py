"""The local index as a target: prepares articles, writes them to a generation, and keeps the manifest.

An incremental run writes to the current generation; when the user's words changed, it first analyses the articles that hold
them anew. A rebuild writes a new one beside it and switches by the manifest; the
generation before stays until the next rebuild, for readers that have it open.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from indexer.analysis import Analyzer
from indexer.article import Article
from indexer.errors import IndexMissingError, IndexOutdatedError, StorageError
from indexer.schema import prepare_run
from indexer.store import (
    IndexWriter,
    Manifest,
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
    ) -> None:
        self._data = Path(data)
        self._analyzer = analyzer
        self._zone = zone
        self._memory_mb = memory_mb
        self._workers = workers
        self._writer: IndexWriter | None = None
        with self._explained():
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
        with self._explained():
            self._open_writer().add(article)

    def delete(self, article_id: str) -> None:
        """Removes the article with that id."""
        with self._explained():
            self._open_writer().delete(article_id)

    def withdraw(self, ids: Collection[str]) -> None:
        """Takes back what this batch has added under these ids."""
        if self._writer is not None:
            with self._explained():
                self._writer.withdraw(ids)

    def commit(self, change: int) -> None:
        """Makes the batch visible to every engine on this data directory."""
        with self._explained():
            self._commit(change)

    def _commit(self, change: int) -> None:
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
        self._remove_old_generations()

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
                self._remove_unfinished(manifest)
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
            )
        return self._writer

    def _remove_unfinished(self, manifest: Manifest) -> None:
        """Removes what runs left that were ended by force before their generation took over."""
        for path in index_folder(self._data).glob("g[0-9]*"):
            if path.name > manifest.generation:
                shutil.rmtree(path, ignore_errors=True)

    def _remove_old_generations(self) -> None:
        """Keeps the current generation and the one before; older ones nobody opens any more."""
        generations = sorted(path for path in index_folder(self._data).glob("g[0-9]*"))
        older = [path for path in generations if path.name < self._manifest.generation]
        for path in older[:-1]:
            shutil.rmtree(path, ignore_errors=True)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turns errors of the file system, and the death of a worker, into ours."""
        folder = index_folder(self._data)
        advice = "the archive has all articles: mend that, and bring the index up with article-search sync"
        try:
            yield
        except BrokenProcessPool as error:
            raise StorageError(
                f"a process that wrote the index in {folder} was ended, perhaps for want of memory; {advice}",
                path=folder,
            ) from error
        except OSError as error:
            raise StorageError(
                f"cannot write the index in {folder}: {error.strerror or error}; {advice}", path=folder
            ) from error
