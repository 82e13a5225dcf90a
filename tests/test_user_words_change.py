"""A change of user_words.txt: which articles it concerns, that those alone are analysed anew, and what is searched meanwhile."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import index_paths as public_index_paths
from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.build import BuildOptions, SyncReport, sync
from indexer.editorial import USER_WORDS_NAME
from indexer.schema import WORD_FIELDS, clean_article
from indexer.sources import ReadLimits
from indexer.store import Snapshot, index_folder, open_snapshot, read_manifest
from tests.conftest import ZONE, article

TEXTS = ("纪委监委的督查", "纪检監委", "河边的学校", "一网通办。纪委 监委")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with Archive(tmp_path) as archive:
        archive.put(clean_article(article(f"a{at}", f"题{at}", text)) for at, text in enumerate(TEXTS))
    bring_up(tmp_path)
    return tmp_path


def bring_up(data: Path, *words: str, anew: bool = False) -> SyncReport:
    (data / USER_WORDS_NAME).write_text("".join(f"{word}\n" for word in words), encoding="utf-8")
    return sync(data, BuildOptions(analyzer=Analyzer(), zone=ZONE, limits=ReadLimits()), anew=anew)


def snapshot(data: Path) -> Snapshot:
    return open_snapshot(index_folder(data) / read_manifest(data).generation)


def words_of(data: Path) -> dict[tuple[str, str, str], int]:
    """How often each word stands in each field of each live article."""
    return dict(_entries(snapshot(data)))


def _entries(opened: Snapshot) -> Iterator[tuple[tuple[str, str, str], int]]:
    vocabulary = sorted({token.text for text in TEXTS for token in Analyzer().words(text)} | set(WORDS))
    for segment in opened.segments:
        for field in WORD_FIELDS:
            for word in vocabulary:
                for doc, count in zip(*map(np.ndarray.tolist, segment.word(field, word)), strict=True):
                    if segment.deleted is None or not segment.deleted[doc]:
                        yield (segment.id(doc), field, word), count


WORDS = ("纪委监", "監委", "网通", "学", "没有的词", "督查 河边")


def test_only_articles_that_hold_an_added_or_removed_word_are_analysed_anew(data: Path) -> None:
    assert bring_up(data, "纪委监").reanalysed == ("a0", "a3")
    assert bring_up(data, "纪委监").reanalysed == ()
    assert bring_up(data, "纪委监", "学校").reanalysed == ("a2",)
    assert bring_up(data, "学校").reanalysed == ("a0", "a3")


def test_a_word_that_no_article_holds_changes_the_manifest_alone(data: Path) -> None:
    before = [segment.name for segment in snapshot(data).segments]
    assert bring_up(data, "没有的词").reanalysed == ()
    assert [segment.name for segment in snapshot(data).segments] == before
    assert read_manifest(data).user_words == ("没有的词",)
    assert read_manifest(data).analysis == Analyzer(user_words=["没有的词"]).fingerprint


@settings(max_examples=25)
@given(st.lists(st.sets(st.sampled_from(WORDS)), min_size=1, max_size=4))
def test_after_any_changes_the_index_is_the_one_built_anew(changes: list[set[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with Archive(data) as archive:
            archive.put(clean_article(article(f"a{at}", f"题{at}", text)) for at, text in enumerate(TEXTS))
        for words in changes:
            bring_up(data, *words)
        followed = words_of(data)
        bring_up(data, *changes[-1], anew=True)
        assert followed == words_of(data)


def test_articles_that_changed_too_are_taken_as_they_are_now(data: Path) -> None:
    with Archive(data) as archive:
        archive.put([clean_article(article("a0", "题0", "没有了")), clean_article(article("a4", "题4", "纪委监委"))])
        archive.delete(["a3"])
    assert bring_up(data, "纪委监").reanalysed == ("a0", "a3")
    assert {key for key in words_of(data) if key[2] == "纪委监"} == {("a4", "body", "纪委监")}
    assert sorted(segment.id(doc) for segment in snapshot(data).segments for doc in live(segment)) == [
        "a0",
        "a1",
        "a2",
        "a4",
    ]


def live(segment: object) -> list[int]:
    deleted = getattr(segment, "deleted", None)
    return [doc for doc in range(getattr(segment, "n_docs", 0)) if deleted is None or not deleted[doc]]


def test_a_file_with_a_bad_line_leaves_the_words_of_the_index(data: Path) -> None:
    bring_up(data, "纪委监")
    report = bring_up(data, "纪委监", "学校，河边")
    assert [(error.line, error.reason) for error in report.rejected] == [
        (2, "has a comma; write each word on a line of its own")
    ]
    assert read_manifest(data).user_words == ("纪委监",)
    assert report.reanalysed == ()


def test_a_bad_file_beside_no_index_gives_an_index_without_words(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.put([clean_article(article("a"))])
    assert len(bring_up(tmp_path, "学校，河边").rejected) == 1
    assert read_manifest(tmp_path).user_words == ()


def test_indexing_from_python_takes_the_words_of_the_data_directory(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text('{"id": "a", "title": "纪委监委"}\n', encoding="utf-8")
    data = tmp_path / "data"
    data.mkdir()
    (data / USER_WORDS_NAME).write_text("纪委监\n", encoding="utf-8")
    assert public_index_paths([source], data).reanalysed == ()
    assert read_manifest(data).user_words == ("纪委监",)
    (data / USER_WORDS_NAME).write_text("学校，河边\n委监\n", encoding="utf-8")
    assert [error.line for error in public_index_paths([source], data).rejected] == [1]
    (data / USER_WORDS_NAME).write_text("委监\n", encoding="utf-8")
    assert public_index_paths([source], data).reanalysed == ("a",)
