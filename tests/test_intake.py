"""Pages in two passes: kept and learnt from, then read; read anew by ``reclean``; and nothing is lost on the way."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import intake as intake_module
from indexer.analysis import Analyzer
from indexer.archive import Archive, KeptPage
from indexer.article import Article
from indexer.build import BuildOptions, IndexReport, delete_articles, index_paths, reclean
from indexer.cleaning import HostProfile, RawPage, extract_raw
from indexer.errors import IngestError, UnreadableError
from indexer.intake import Intake
from indexer.sources import ReadLimits
from tests.conftest import ZONE

STORIES = (
    "县里修好了三处堤坝，春耕用上了渠水。",
    "村口的粮站涨了价钱，老人都说好。",
    "学校的新楼封了顶，秋天就能上课。",
    "医院添了两台机器，看病不必进城。",
    "河边种下一千棵柳树，孩子来浇水。",
)
Write = Callable[..., IndexReport]


@pytest.fixture
def options(analyzer: Analyzer) -> BuildOptions:
    return BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits())


@pytest.fixture
def index_pages(tmp_path: Path, options: BuildOptions) -> Write:
    """A function that writes pages, by name, into one folder and indexes it."""

    def index(**pages: str) -> IndexReport:
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        for name, text in pages.items():
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")
        return index_paths([folder], tmp_path / "data", options)

    return index


def page(number: int, extra: str = "") -> str:
    body = f"{STORIES[number]}监督员走了一整天，把看到的事都记下来，约好下个月再来。\n\n　　晚上他们在村委会开会，说到很晚才散。"
    return f"当前位置：首页 > 要闻\n\n第{number}号乡村见闻\n\n　　{body}\n\n{extra}\n"


def articles(tmp_path: Path) -> dict[str, Article]:
    with Archive(tmp_path / "data", create=False) as archive:
        return {change.article.title: change.article for change in archive.changes(0) if change.article is not None}


def kept(tmp_path: Path) -> list[KeptPage]:
    with Archive(tmp_path / "data", create=False) as archive:
        return [found for pages in archive.pages.all(2) for found in pages]


def test_pages_are_kept_as_they_came_with_the_article_made_of_them(tmp_path: Path, index_pages: Write) -> None:
    assert index_pages(a=page(0), b=page(1)).added == 2
    found = articles(tmp_path)
    assert {(item.page.text, item.article) for item in kept(tmp_path)} == {
        (page(at), found[f"第{at}号乡村见闻"].id) for at in (0, 1)
    }
    with Archive(tmp_path / "data") as archive:
        row = archive._database.connection.execute("SELECT text, path, pending FROM page ORDER BY path").fetchone()
    assert zlib.decompress(row[0]).decode() == page(0)
    assert row[1:] == (str(tmp_path / "in" / "a.txt"), 0)


def test_an_unchanged_page_costs_a_look_up_and_a_changed_one_replaces_it(
    tmp_path: Path, index_pages: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_pages(a=page(0), b=page(1))
    read: list[str] = []

    def counting(raw: RawPage, profile: HostProfile | None) -> Article:
        read.append(raw.text)
        return extract_raw(raw, profile)

    monkeypatch.setattr(intake_module, "extract_raw", counting)
    report = index_pages(b=page(2))
    assert (report.added, report.updated, report.unchanged) == (0, 1, 1)
    assert read == [page(2)]
    assert set(articles(tmp_path)) == {"第0号乡村见闻", "第2号乡村见闻"}


def test_what_stands_on_many_pages_of_a_host_is_learnt_before_any_is_read(tmp_path: Path, index_pages: Write) -> None:
    line = "本站精选河畔人家栏目"
    index_pages(**{f"p{number}": page(number, line) for number in range(5)})
    assert len(articles(tmp_path)) == 5
    assert not any(line in item.body for item in articles(tmp_path).values())
    with Archive(tmp_path / "data") as archive:
        profile = archive.pages.profile(kept(tmp_path)[0].page.host)
        assert archive.pages.profile("none") is None
    assert profile is not None
    assert (profile.pages, line in profile.lines) == (5, True)


def test_an_interrupted_run_goes_on_with_the_pages_that_were_kept(tmp_path: Path, options: BuildOptions) -> None:
    raw = RawPage(text=page(0), url="https://example.com/0", fallback_id="x", host="example.com")
    with Archive(tmp_path / "data") as archive:
        Intake(archive).take([raw])
        assert archive.count() == 0
    report = index_paths([], tmp_path / "data", options)
    assert report.added == 1
    assert articles(tmp_path)["第0号乡村见闻"].url == "https://example.com/0"


def test_a_page_that_holds_no_article_is_named_in_every_run(tmp_path: Path, index_pages: Write) -> None:
    for _ in range(2):
        report = index_pages(a=page(0), bad="首页\n上一篇\n下一篇\n")
        assert [Path(error.path or "").name for error in report.rejected] == ["bad.txt"]
    assert len(kept(tmp_path)) == 1


def test_a_page_that_no_longer_holds_an_article_leaves_the_article_it_had(tmp_path: Path, index_pages: Write) -> None:
    index_pages(a=page(0))
    for _ in range(2):
        assert len(index_pages(a="首页\n上一篇\n下一篇\n").rejected) == 1
    assert set(articles(tmp_path)) == {"第0号乡村见闻"}


def test_the_same_page_twice_in_a_run_is_taken_once(tmp_path: Path) -> None:
    raw = RawPage(text=page(0), url="https://example.com/0", fallback_id="x", host="example.com")
    with Archive(tmp_path) as archive:
        intake = Intake(archive)
        intake.take([raw, raw])
        intake.read_pages()
    assert (intake.counts.added, len(intake.rejected)) == (1, 1)


def test_pages_that_name_the_same_address_as_theirs_are_one_article(tmp_path: Path) -> None:
    html = (
        "<html><head><title>第{0}号见闻</title><link rel='canonical' href='https://example.com/one'></head>"
        "<body><h1>第{0}号见闻</h1><p>" + STORIES[0] * 3 + "</p><p>" + STORIES[1] * 3 + "</p></body></html>"
    )
    pages = [RawPage(text=html.format(at), fallback_id=f"p{at}", host="folder") for at in (1, 2)]
    with Archive(tmp_path) as archive:
        intake = Intake(archive)
        intake.take(pages)
        intake.read_pages()
        assert archive.count() == 1
    assert ["another page of this run" in error.reason for error in intake.rejected] == [True]


def test_reclean_applies_the_rules_of_today_to_the_pages_of_yesterday(
    tmp_path: Path, index_pages: Write, options: BuildOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_pages(a=page(0), b=page(1), c=page(2))
    before = articles(tmp_path)
    report = reclean(tmp_path / "data", options)
    assert (report.changed, report.unchanged, report.failed) == (0, 3, ())

    def better(raw: RawPage, profile: HostProfile | None) -> Article:
        if STORIES[1] in raw.text:
            raise UnreadableError("the page holds no article")
        found = extract_raw(raw, profile)
        return found if STORIES[2] in raw.text else Article(id="other", title="新的题目", body=found.body)

    monkeypatch.setattr(intake_module, "extract_raw", better)
    report = reclean(tmp_path / "data", options)
    assert (report.changed, report.unchanged) == (1, 1)
    assert [Path(error.path or "").name for error in report.failed] == ["b.txt"]
    found = articles(tmp_path)
    assert set(found) == {"新的题目", "第1号乡村见闻", "第2号乡村见闻"}
    assert found["新的题目"].id == before["第0号乡村见闻"].id
    assert found["第1号乡村见闻"] == before["第1号乡村见闻"]
    monkeypatch.undo()
    assert reclean(tmp_path / "data", options).changed == 1
    assert articles(tmp_path) == before


def test_reclean_brings_nothing_back_and_undoes_no_correction(
    tmp_path: Path, index_pages: Write, options: BuildOptions
) -> None:
    index_pages(a=page(0), b=page(1))
    ids = {title: item.id for title, item in articles(tmp_path).items()}
    delete_articles([ids["第0号乡村见闻"]], tmp_path / "data", options)
    with Archive(tmp_path / "data") as archive:
        archive.put([Article(id=ids["第1号乡村见闻"], title="由编辑改过", body="改过的正文。")])
    assert reclean(tmp_path / "data", options).changed == 0
    assert set(articles(tmp_path)) == {"由编辑改过"}


def test_errors_among_the_inputs_are_kept_for_the_report(tmp_path: Path) -> None:
    error = IngestError("broken", path="x", line=3)
    with Archive(tmp_path) as archive:
        intake = Intake(archive)
        intake.take([error])
    assert intake.rejected == [error]


def test_an_article_of_which_cleaning_leaves_nothing_is_rejected_with_its_file(
    tmp_path: Path, options: BuildOptions
) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text('{"id": "1", "title": "\\u200b"}\n{"id": "2", "title": "题目"}\n', encoding="utf-8")
    report = index_paths([source], tmp_path / "data", options)
    assert report.added == 1
    assert [(error.path, error.reason) for error in report.rejected] == [
        (str(source), "the article has neither a title nor a body")
    ]


def test_a_transaction_holds_many_articles_but_no_more_text_than_is_good(
    tmp_path: Path, options: BuildOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "BATCH", 3)
    monkeypatch.setattr(intake_module, "BATCH_CHARS", 25)
    source = tmp_path / "a.jsonl"
    bodies = ["短文", "短文二", "短文三", "长" * 30, "短文四", "长" * 15, "长" * 16, "末"]
    source.write_text(
        "".join(json.dumps({"id": str(at), "title": "题", "body": body}) + "\n" for at, body in enumerate(bodies)),
        encoding="utf-8",
    )
    done: list[int] = []
    index_paths([source], tmp_path / "data", options, progress=lambda stage, n: stage == "read" and done.append(n))
    assert done == [3, 1, 3, 1]


def test_a_correction_of_an_article_made_of_a_page_outlives_the_next_run_over_its_file(
    tmp_path: Path, index_pages: Write
) -> None:
    index_pages(a=page(0))
    (made,) = articles(tmp_path).values()
    with Archive(tmp_path / "data") as archive:
        archive.put([replace(made, title="改过")])
    index_pages(a=page(0))
    assert list(articles(tmp_path)) == ["改过"]
    index_pages(a=page(1))
    assert list(articles(tmp_path)) == ["第1号乡村见闻"]
