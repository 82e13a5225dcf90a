"""The editor's files looked through: what they hold, every line that is wrong, and what the index has yet to take in.

For the command ``words``; searches read the files by themselves (``query/vocabulary.py``), the index by ``indexer/build.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from indexer.editorial import PINS_NAME, STOP_WORDS_NAME, SYNONYMS_NAME, USER_WORDS_NAME, read_user_words
from indexer.errors import EditorialError, IndexMissingError, IndexOutdatedError, UnreadableError
from indexer.store import articles_with, open_newest
from search.query.vocabulary import VocabularyFiles, region_words

__all__ = ["WordsReport", "words_report", "words_to_text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsReport:
    """How many entries the files have, and what is wrong with them.

    Attributes:
        synonyms, stop_words, pins: words that find others, words that need not be had, queries with articles of their own.
        region_words: words that find those of other regions; 0 where the setting turns them off.
        user_words: words in the file; added, removed: those that the index has not, or has still.
        affected: ids of the articles that the next ``index`` or ``sync`` analyses anew for those.
        unknown_pins: pinned ids that no article has.
        fingerprint: changes when what searches use does.
        problems: lines that cannot be used; a file with one is not taken.
    """

    synonyms: int
    stop_words: int
    pins: int
    region_words: int
    user_words: int
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    affected: tuple[str, ...] = ()
    unknown_pins: tuple[str, ...] = ()
    fingerprint: str
    problems: tuple[UnreadableError, ...] = ()


def words_report(data: str | Path, *, regions: bool) -> WordsReport:
    """What the files of a data directory hold; without an index, what is not known of it is left empty.

    Raises:
        IndexDamagedError: there is an index and it cannot be read.
    """
    files = VocabularyFiles(data, regions=False)
    own = files.current()
    problems = list(files.problems())
    words: tuple[str, ...] = ()
    readable = True
    try:
        words = read_user_words(data)
    except EditorialError as error:
        problems.extend(error.problems)
        readable = False
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    affected: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    try:
        newest = open_newest(data)
    except (IndexMissingError, IndexOutdatedError):
        pass  # the first index takes all words, and a pin is looked up when there is something to look in
    else:
        manifest, snapshot = newest.manifest, newest.snapshot
        if readable:
            added = tuple(sorted(set(words) - set(manifest.user_words)))
            removed = tuple(sorted(set(manifest.user_words) - set(words)))
            affected = articles_with(snapshot.segments, (*added, *removed))
        pinned = dict.fromkeys(article_id for ids in own.pins.values() for article_id in ids)
        unknown = tuple(article_id for article_id in pinned if snapshot.find(article_id) is None)
    return WordsReport(
        synonyms=len(own.synonyms),
        stop_words=len(own.stop_words),
        pins=len(own.pins),
        region_words=len(region_words()) if regions else 0,
        user_words=len(words),
        added=added,
        removed=removed,
        affected=affected,
        unknown_pins=unknown,
        fingerprint=VocabularyFiles(data, regions=regions).current().fingerprint,
        problems=tuple(problems),
    )


def words_to_text(report: WordsReport) -> str:
    """The report for a terminal."""
    lines = [
        f"{SYNONYMS_NAME:<16} {report.synonyms:>6,} words that find others",
        f"{STOP_WORDS_NAME:<16} {report.stop_words:>6,} words that need not be had",
        f"{PINS_NAME:<16} {report.pins:>6,} queries with articles that come first",
        f"{USER_WORDS_NAME:<16} {report.user_words:>6,} words of your own",
        f"{'region words':<16} {report.region_words:>6,} words that find those of other regions",
    ]
    if report.added or report.removed:
        lines.append(
            f"the index has yet to take in {len(report.added):,} new words and drop {len(report.removed):,}: "
            f"{len(report.affected):,} articles hold one of them; bring it up: article-search sync"
        )
    lines += [f"{PINS_NAME}: no article has the id {article_id!r}" for article_id in report.unknown_pins]
    return "\n".join(lines)
