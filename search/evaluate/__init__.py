"""Postings to answers, on arrays."""
