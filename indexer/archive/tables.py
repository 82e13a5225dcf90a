"""The tables of the archive, as ``database.py`` makes them and ``migration.py`` completes them.

People open the file with their own tools, so the comments stand inside the statements: SQLite keeps them there, and shows
them with the table.
"""

from __future__ import annotations

__all__ = ["ADDED_IN_3", "ADDED_IN_4", "ADDED_IN_5", "NO_PATH", "SCHEMA", "SCHEMA_VERSION", "TABLES", "statements"]

SCHEMA_VERSION = 5
NO_PATH = 0
"""The place of what came over standard input or from a program."""

TABLES = frozenset({"sequence", "article", "signature", "page", "host", "place", "origin", "version"})

_SINCE_2 = """
CREATE TABLE sequence (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    change INTEGER NOT NULL -- number of the last change, one for all articles
) STRICT;
INSERT INTO sequence VALUES (1, 0);

CREATE TABLE article (
    -- One row an article, in the order of arrival, those that were deleted among them. The view "articles" shows what is current.
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    change INTEGER NOT NULL UNIQUE, -- number of the latest change, by which indexes follow
    deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    content_hash TEXT NOT NULL,
    title TEXT NOT NULL,
    published TEXT,
    duplicate_of INTEGER REFERENCES article (number), -- the article it is the same as, and is shown as another address of
    story TEXT, -- reprints share it
    fingerprint BLOB, -- of title and body, where it may be the same as another
    record TEXT NOT NULL CHECK (json_valid(record)), -- the article as it came
    missing INTEGER NOT NULL DEFAULT 0 CHECK (missing IN (0, 1)), -- 1: deleted for want of its file, and comes back with it
    written_at TEXT, -- when the record was written
    deleted_at TEXT,
    read_hash TEXT -- content_hash of what an input last said, which may not be what a program has written since
) STRICT;
CREATE INDEX article_fingerprint ON article (fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX article_duplicate ON article (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX article_story ON article (story) WHERE story IS NOT NULL;

CREATE TABLE signature (
    -- For each article that may have reprints.
    number INTEGER PRIMARY KEY REFERENCES article (number),
    compared INTEGER NOT NULL DEFAULT 0 CHECK (compared IN (0, 1)), -- 0 until its story was looked for
    bins BLOB NOT NULL -- 64 numbers of 16 bits, or empty until they are needed
) STRICT;
CREATE INDEX signature_new ON signature (compared) WHERE compared = 0;

CREATE TABLE page (
    -- Crawled pages as they came.
    id TEXT PRIMARY KEY,
    article TEXT, -- id of the article that was made of it
    host TEXT NOT NULL,
    url TEXT,
    path TEXT, -- where it was read
    pending INTEGER NOT NULL CHECK (pending IN (0, 1)), -- 1: no article was made of it yet
    text_hash BLOB,
    text BLOB NOT NULL -- compressed with zlib
) STRICT;
CREATE INDEX page_article ON page (article);
CREATE INDEX page_pending ON page (id) WHERE pending = 1;

CREATE TABLE host (
    -- What was learnt of the pages of a host.
    host TEXT PRIMARY KEY,
    pages INTEGER NOT NULL,
    lines BLOB NOT NULL -- its lines with their counts, as JSON
) STRICT;
"""

_SINCE_3 = """
CREATE TABLE place (
    -- Files that were read, by absolute paths (archive.zip!path for one in it). Place 0 is standard input and programs.
    number INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO place VALUES (0, '-');

CREATE TABLE origin (
    -- Which inputs were read in which places.
    input TEXT NOT NULL, -- id of a page, or of an article that was none
    place INTEGER NOT NULL REFERENCES place (number),
    PRIMARY KEY (input, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE version (
    -- Earlier versions of articles that were replaced, the latest few of each.
    article INTEGER NOT NULL REFERENCES article (number),
    version INTEGER NOT NULL, -- 1 is the first
    written_at TEXT,
    replaced_at TEXT NOT NULL,
    title TEXT NOT NULL,
    record TEXT NOT NULL CHECK (json_valid(record)),
    content_hash TEXT,
    PRIMARY KEY (article, version)
) STRICT;

CREATE VIEW articles AS
    -- The articles that can be found, without deleted ones and without copies of others.
    SELECT number, id, title, published,
        json_extract(record, '$.source') AS source,
        (SELECT group_concat(value, ' > ') FROM json_each(record, '$.section')) AS section,
        (SELECT group_concat(value, '、') FROM json_each(record, '$.authors')) AS authors,
        json_extract(record, '$.url') AS url, story, written_at,
        json_extract(record, '$.summary') AS summary,
        json_extract(record, '$.body') AS body
    FROM article WHERE deleted = 0 AND duplicate_of IS NULL;
"""

SCHEMA = _SINCE_2 + _SINCE_3
"""All tables of a new archive."""

ADDED_IN_3 = f"""
ALTER TABLE article ADD COLUMN missing INTEGER NOT NULL DEFAULT 0 CHECK (missing IN (0, 1));
ALTER TABLE article ADD COLUMN written_at TEXT;
ALTER TABLE article ADD COLUMN deleted_at TEXT;
{_SINCE_3}"""
"""What an archive of version 2 lacks."""

ADDED_IN_4 = """
ALTER TABLE article ADD COLUMN read_hash TEXT;
UPDATE article SET read_hash = content_hash WHERE id NOT IN (SELECT input FROM origin WHERE place = 0);
"""
"""What an archive of version 3 lacks. What programs have written by then is not known from what they wrote over."""

ADDED_IN_5 = "ALTER TABLE version ADD COLUMN content_hash TEXT"
"""What an archive of version 4 lacks: nobody could tell a damaged earlier version."""


def statements(script: str) -> list[str]:
    """The statements of a script, one by one: ``executescript`` would commit the transaction it runs in."""
    return [statement for statement in script.split(";") if statement.strip()]
