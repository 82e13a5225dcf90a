"""The editor's own words: read with every bad line named, and followed without a restart."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import fold, literal_form
from search.query.vocabulary import Vocabulary, VocabularyFiles, region_words


def load(folder: Path, **files: str) -> VocabularyFiles:
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return VocabularyFiles(folder, regions=False)


def reasons(files: VocabularyFiles) -> list[str]:
    return [f"{Path(problem.path or '').name}:{problem.line}: {problem.reason}" for problem in files.problems()]


def test_words_of_a_group_find_one_another_in_either_script(tmp_path: Path) -> None:
    files = load(tmp_path, synonyms="北韓，朝鲜、DPRK\n")
    assert files.current().synonyms == {
        "北韩": ("朝鲜", "dprk"),
        "朝鲜": ("北韩", "dprk"),
        "dprk": ("北韩", "朝鲜"),
    }
    assert files.current().longest_synonym == 4


@pytest.mark.parametrize("arrow", ["=>", "＝＞", "→"])
def test_an_arrow_finds_one_way(tmp_path: Path, arrow: str) -> None:
    files = load(tmp_path, synonyms=f"纪委, 监委 {arrow} 纪检监察机关, 监委\n")
    assert files.current().synonyms == {"纪委": ("纪检监察机关", "监委"), "监委": ("纪检监察机关",)}


def test_a_word_in_several_lines_finds_what_each_says(tmp_path: Path) -> None:
    files = load(tmp_path, synonyms="北韩,朝鲜\n北韩=>平壤\n")
    assert files.current().synonyms["北韩"] == ("朝鲜", "平壤")


def test_stop_words_are_one_a_line(tmp_path: Path) -> None:
    assert load(tmp_path, stop_words="# 少用\n記者\n本报\n").current().stop_words == {"记者", "本报"}


def test_pins_give_a_query_its_first_articles_in_order(tmp_path: Path) -> None:
    files = load(tmp_path, pins="防汛 檢查 => a1，b2 # 专题\n两会 → C\n")
    assert files.current().pins == {"防汛检查": ("a1", "b2"), "两会": ("C",)}


def test_every_bad_line_is_named_and_what_to_do(tmp_path: Path) -> None:
    files = load(
        tmp_path,
        synonyms=f"北韩\n監委,监委\na=>b=>c\n{','.join(f'词{number}' for number in range(51))}\n",
        stop_words="记者,本报\n",
        pins=f"两会\n两会 => a,\n=> a\n防汛 => b\n防汛 => c\n长 => {','.join(map(str, range(21)))}\n",
    )
    alone = "has one word alone, scripts, width and case being the same everywhere; write others beside it, with commas"
    pins = "must be a query, =>, and the ids of articles with commas between them"
    assert reasons(files) == [
        f"synonyms.txt:1: {alone}",
        f"synonyms.txt:2: {alone}",
        "synonyms.txt:3: has more than one =>; write each on a line of its own",
        "synonyms.txt:4: has more than 50 words; take some away",
        "stop_words.txt:1: has a comma; write each word on a line of its own",
        f"pins.txt:1: {pins}",
        "pins.txt:2: an id is missing; write it after => or take the comma away",
        f"pins.txt:3: {pins}",
        "pins.txt:5: is for the same query as a line above; write all its ids on one line",
        "pins.txt:6: has 21 ids; 20 are the most",
    ]
    assert files.current() == Vocabulary()


def test_changes_are_seen_without_a_restart(tmp_path: Path) -> None:
    files = load(tmp_path)
    assert files.current() == Vocabulary()
    load(tmp_path, stop_words="记者\n")
    first = files.current()
    assert first.stop_words == {"记者"}
    assert files.current() is first
    load(tmp_path, stop_words="记者\n本报\n")
    assert files.current().stop_words == {"记者", "本报"}
    assert files.current().fingerprint != first.fingerprint
    (tmp_path / "stop_words.txt").unlink()
    assert files.current() == Vocabulary()


def test_a_bad_file_leaves_the_version_before_and_the_other_files_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = load(tmp_path, synonyms="北韩,朝鲜\n", stop_words="记者\n")
    before = files.current()
    with caplog.at_level(logging.WARNING):
        load(tmp_path, synonyms="北韩\n", stop_words="本报\n")
        assert files.current() == Vocabulary(synonyms=before.synonyms, stop_words=frozenset({"本报"}))
        files.current()
    assert len(caplog.records) == 1
    assert "synonyms.txt:1: has one word alone" in caplog.text
    load(tmp_path, synonyms="北韩,朝鲜,平壤\n")
    assert files.current().synonyms["北韩"] == ("朝鲜", "平壤")
    assert files.problems() == ()


def test_threads_see_whole_versions_while_the_file_is_replaced(tmp_path: Path) -> None:
    files = load(tmp_path, synonyms="甲,乙\n")
    versions = [{"甲": ("乙",), "乙": ("甲",)}, {"丙": ("丁",), "丁": ("丙",)}]
    seen: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(files.current().synonyms)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(40):
        new = tmp_path / "new"
        new.write_text("甲,乙\n" if turn % 2 else "丙,丁\n", encoding="utf-8")
        new.replace(tmp_path / "synonyms.txt")
    done.set()
    for reader in readers:
        reader.join()
    assert all(each in versions for each in seen)


@pytest.mark.parametrize(
    ("word", "other"),
    [("北韓", "朝鲜"), ("計程車", "出租车"), ("資訊", "信息"), ("軟體", "软件"), ("義大利", "意大利")],
)
def test_words_of_the_regions_find_one_another(word: str, other: str) -> None:
    one, two = (literal_form(fold(text)).text for text in (word, other))
    assert two in region_words()[one]
    assert one in region_words()[two]


def test_words_with_another_everyday_meaning_are_no_region_words() -> None:
    assert not {"支持", "消息", "质量", "程序", "访问", "公车"} & set(region_words())
    assert "出租车" in region_words()["的士"]
    assert "的士" not in region_words()["出租车"]


def test_region_words_are_folded_of_two_characters_and_more_and_never_their_own() -> None:
    for word, others in region_words().items():
        for each in (word, *others):
            assert each == literal_form(fold(each)).text
            assert len(each) > 1
        assert word not in others
        assert len(set(others)) == len(others) > 0


def test_region_words_stand_beside_the_editors_unless_turned_off(tmp_path: Path) -> None:
    load(tmp_path, synonyms="北韩,平壤\n")
    assert VocabularyFiles(tmp_path).current().synonyms["北韩"] == ("朝鲜", "平壤")
    assert VocabularyFiles(tmp_path, regions=False).current().synonyms["北韩"] == ("平壤",)


@given(st.lists(st.lists(st.text("甲乙丙丁", min_size=1, max_size=2), min_size=2, max_size=4, unique=True), max_size=5))
def test_synonyms_are_what_a_plain_reading_of_the_groups_gives(
    tmp_path_factory: pytest.TempPathFactory, groups: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("words")
    files = load(folder, synonyms="".join(f"{','.join(group)}\n" for group in groups))
    expected = {
        word: {other for group in groups if word in group for other in group} - {word}
        for group in groups
        for word in group
    }
    assert {word: set(others) for word, others in files.current().synonyms.items()} == expected
