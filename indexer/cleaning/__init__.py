"""From the text of a crawled page to the fields of an article: pure functions of values.

Second step of the flow: ``source → cleaning → Article → archive``. ``page.py`` puts the parts together; each of
the others knows one thing about pages (glosses, breadcrumbs, bylines, dates, captions, boilerplate).
"""

from indexer.cleaning.page import Extraction, Removal, extract, extract_page

__all__ = ["Extraction", "Removal", "extract", "extract_page"]
