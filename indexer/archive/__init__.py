"""The archive: every article in SQLite with its change sequence. It is the truth; every index follows it.

``cleaning → Article → archive → targets``. Each write gets the next number of one sequence; a target remembers the number it
has covered and asks for what came after, so a crash costs a catch-up and never an article. A deleted article leaves its row as a
tombstone. People may open the file with their own tools.

``tables.py`` declares the tables, ``database.py`` opens them, ``articles.py`` is what is written and read. ``arrivals.py``
decides what a write means where articles are the same, ``departures.py`` what a deletion does; ``origins.py`` knows the files
that articles came from, ``versions.py`` keeps earlier ones, ``stories.py`` gives reprints their story, ``pages.py`` keeps crawled
pages and what was learnt of their hosts, ``migration.py`` brings older archives up to date, ``figures.py`` counts from outside,
``times.py`` tells others when articles were written.
"""

from indexer.archive.arrivals import WriteCounts
from indexer.archive.articles import Archive, Change
from indexer.archive.database import ARCHIVE_NAME
from indexer.archive.figures import ArchiveFigures, read_figures
from indexer.archive.origins import RootCount, place_of
from indexer.archive.pages import KeptPage, PageCounts, PageShelf
from indexer.archive.times import written_times
from indexer.archive.versions import KEPT_VERSIONS, ArticleVersion, History

__all__ = [
    "ARCHIVE_NAME",
    "KEPT_VERSIONS",
    "Archive",
    "ArchiveFigures",
    "ArticleVersion",
    "Change",
    "History",
    "KeptPage",
    "PageCounts",
    "PageShelf",
    "RootCount",
    "WriteCounts",
    "place_of",
    "read_figures",
    "written_times",
]
