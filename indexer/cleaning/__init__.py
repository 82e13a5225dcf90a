"""From the text of a crawled page to the fields of an article: pure functions of values.

Second step of the flow: ``source → cleaning → Article → archive``. ``page.py`` puts the parts together; each of
the others knows one thing about pages (glosses, breadcrumbs, bylines, dates, captions, boilerplate).
"""

from indexer.cleaning.host import HostLearner, HostProfile
from indexer.cleaning.known import KnownFields
from indexer.cleaning.markup import is_html, read_markup
from indexer.cleaning.page import Extraction, Removal, extract_page
from indexer.cleaning.raw import RawPage, explain_raw, extract, extract_raw, page_text

__all__ = [
    "Extraction",
    "HostLearner",
    "HostProfile",
    "KnownFields",
    "RawPage",
    "Removal",
    "explain_raw",
    "extract",
    "extract_page",
    "extract_raw",
    "is_html",
    "page_text",
    "read_markup",
]
