"""Text to tokens: the lowest room. The index is only as good as the analyzer that built it."""

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.bigrams import (
    GAP,
    LiteralText,
    bigram_positions,
    join_lines,
    join_pieces,
    literal_form,
    literal_lines,
    phrase_terms,
)
from indexer.analysis.bulk import WordOccurrences, fold_all
from indexer.analysis.normalize import HAN_RANGES, clean, fold, fold_codes, fold_table, han_codes, han_ranges, is_han
from indexer.analysis.segment import SEGMENTERS, Segmenter, open_segmenter
from indexer.analysis.token import Token, covering_words
from indexer.analysis.words import is_plain_word

__all__ = [
    "GAP",
    "HAN_RANGES",
    "SEGMENTERS",
    "Analyzer",
    "LiteralText",
    "Segmenter",
    "Token",
    "WordOccurrences",
    "bigram_positions",
    "clean",
    "covering_words",
    "fold",
    "fold_all",
    "fold_codes",
    "fold_table",
    "han_codes",
    "han_ranges",
    "is_han",
    "is_plain_word",
    "join_lines",
    "join_pieces",
    "literal_form",
    "literal_lines",
    "open_segmenter",
    "phrase_terms",
]
