"""Every format, and damage in each: what is sound is read, what is not is named with its place."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from indexer.article import Article, derive_id
from indexer.cleaning import RawPage, extract_raw
from indexer.errors import IngestError
from indexer.sources import ReadLimits, read_inputs
from tests.conftest import ROOT
from tests.fuzz_sources import damaged, read_all, samples

LINE = '{"id": "j", "title": "春灌", "body": "水来了。"}\n'.encode()
PAGE = "春灌开始了\n来源:江东日报\n十二个村的水渠全部清淤完毕。".encode()
LIMITS = ReadLimits(max_article_bytes=20_000, max_archive_bytes=1_000_000, max_archive_ratio=50)


def read(path: Path, limits: ReadLimits = LIMITS) -> tuple[list[Article], list[str]]:
    articles, errors = [], []
    for item in read_inputs([path], limits=limits):
        if isinstance(item, IngestError):
            errors.append(str(item))
        else:
            articles.append(extract_raw(item) if isinstance(item, RawPage) else item)
    return articles, errors


def read_bytes(data: bytes, folder: Path, limits: ReadLimits = LIMITS) -> tuple[list[Article], list[str]]:
    (folder / "input").write_bytes(data)
    return read(folder / "input", limits)


def zipped(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def record(url: str, body: bytes, kind: str = "response", status: str = "200 OK", content: str = "text/html") -> bytes:
    http = f"HTTP/1.1 {status}\r\nContent-Type: {content}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nContent-Type: application/http; msgtype={kind}\r\n"
    )
    return f"{head}Content-Length: {len(http)}\r\n\r\n".encode() + http + b"\r\n\r\n"


HTML = (
    "<html><head><title>春灌开始了_江东日报</title></head>"
    "<body><h1>春灌开始了</h1><p>十二个村的水渠全部清淤完毕。</p></body></html>"
)


@pytest.mark.parametrize("folder", ["html", "markdown", "tables", "feeds", "crawls", "archives"])
def test_the_samples_of_every_format_become_whole_articles(folder: str) -> None:
    articles, errors = read(ROOT / "corpus" / folder)
    assert errors == []
    assert articles
    assert [
        a.title for a in articles if not (a.title and len(a.body) > 25 and a.published and (a.source or a.url))
    ] == []


@pytest.mark.parametrize("nest", [gzip.compress, lambda data: zipped({"a": data}), lambda data: tarred({"a": data})])
def test_containers_nest_to_a_bounded_depth(nest: object, tmp_path: Path) -> None:
    assert callable(nest)
    data = LINE
    for _ in range(LIMITS.max_archive_depth):
        data = nest(data)
        assert [a.id for a in read_bytes(data, tmp_path)[0]] == ["j"]
    articles, errors = read_bytes(nest(data), tmp_path)
    assert articles == []
    assert "max_archive_depth" in errors[0]


def test_a_member_is_named_by_its_path_in_the_archive_and_its_id_is_stable(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(
        zipped({"a/b.txt": PAGE, "a/c.jsonl": LINE + b"{x}\n", ".git/c": PAGE, "README.md": PAGE})
    )
    places: list[str] = []
    items = list(read_inputs([tmp_path], on_file=places.append))
    assert [item.fallback_id for item in items if isinstance(item, RawPage)] == [derive_id("x.zip!a/b.txt")]
    (error,) = (str(item) for item in items if isinstance(item, IngestError))
    assert error.startswith(f"{tmp_path}/x.zip!a/c.jsonl:2: broken")
    assert places == [f"{tmp_path}/x.zip{rest}" for rest in ("", "!a/b.txt", "!a/c.jsonl")]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_path_that_leaves_the_archive_is_reported_and_the_rest_is_read(pack: object, tmp_path: Path) -> None:
    assert callable(pack)
    articles, errors = read_bytes(pack({"../a": LINE, "/etc/b": LINE, "c\\..\\d": LINE, "e": LINE}), tmp_path)
    assert len(articles) == 1
    assert [("leads out" in error, "input!" in error) for error in errors] == [(True, True)] * 3


def test_links_in_a_tar_are_reported_with_their_path(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo("link")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(entry)
    articles, errors = read_bytes(packed.getvalue(), tmp_path)
    assert articles == []
    assert errors == [f"{tmp_path}/input!link: it is a link; only files are read"]


def test_an_encrypted_member_is_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    data = bytearray(zipped({"a": LINE, "b": LINE}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    articles, errors = read_bytes(bytes(data), tmp_path)
    assert len(articles) == 1
    assert "input!a: it is encrypted" in errors[0]


def test_a_member_without_a_name_is_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    articles, errors = read_bytes(zipped({"xx": LINE, "b": LINE}).replace(b"xx", b"\x00x"), tmp_path)
    assert len(articles) == 1
    assert "has no name" in errors[0]


def test_a_name_packed_on_a_chinese_machine_is_read(tmp_path: Path) -> None:
    name = "来信/台阶.txt"
    data = zipped({"x" * len(name.encode("gb18030")): PAGE}).replace(
        b"x" * len(name.encode("gb18030")), name.encode("gb18030")
    )
    (tmp_path / "x.zip").write_bytes(data)
    (page,) = read_inputs([tmp_path])
    assert isinstance(page, RawPage)
    assert page.fallback_id == derive_id(f"x.zip!{name}")


def test_data_made_to_fill_a_disk_is_refused_by_its_ratio_and_by_its_size(tmp_path: Path) -> None:
    bomb = LINE * 30_000
    for data in (gzip.compress(bomb), zipped({"a": bomb}), gzip.compress(tarred({"a": bomb}))):
        assert "max_archive_ratio" in read_bytes(data, tmp_path)[1][-1]
    loose = ReadLimits(max_archive_ratio=10_000, max_archive_bytes=100_000)
    for data in (gzip.compress(bomb), zipped({"a": bomb[:60_000], "b": bomb[:60_000]})):
        articles, errors = read_bytes(data, tmp_path, loose)
        assert articles
        assert "max_archive_bytes" in errors[-1]


def test_a_damaged_member_does_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    data = bytearray(zipped({"a": random.Random(1).randbytes(50).hex().encode(), "b": LINE}))
    data[40] ^= 0xFF
    articles, errors = read_bytes(bytes(data), tmp_path)
    assert [article.id for article in articles] == ["j"]
    assert "input!a" in errors[0]


@pytest.mark.parametrize("cut", [3, 40])
def test_an_archive_that_breaks_off_is_reported(cut: int, tmp_path: Path) -> None:
    for data in (zipped({"a": LINE}), gzip.compress(tarred({"a": LINE * 9}), mtime=0), gzip.compress(LINE, mtime=0)):
        errors = read_bytes(data[:-cut], tmp_path)[1]
        assert len(errors) == 1, errors
        assert "damaged or break" in errors[0] or "ends or breaks" in errors[0]


def test_a_row_with_a_column_missing_is_named_with_its_line(tmp_path: Path) -> None:
    table = '标题,正文,作者\n春灌,"水来了。\n渠清了。",陈晓禾\n插秧,人来了。\n\n收割,"机器来了。",罗雨亭\n多,一,列,了\n'
    articles, errors = read_bytes(table.encode("gb18030"), tmp_path)
    assert [(a.title, a.body, a.authors) for a in articles] == [
        ("春灌", "水来了。\n渠清了。", ("陈晓禾",)),
        ("收割", "机器来了。", ("罗雨亭",)),
    ]
    assert [error.rpartition("input:")[2][:20] for error in errors] == ["4: a column is missi", "7: a column is too m"]


def test_a_field_past_the_limit_is_named_and_the_next_row_is_read(tmp_path: Path) -> None:
    table = "title,body\na,b\nc," + "d" * 30_000 + "\ne,f\n"
    articles, errors = read_bytes(table.encode(), tmp_path)
    assert [article.title for article in articles] == ["a", "e"]
    assert ":3: " in errors[0]
    assert "max_article_bytes" in errors[0]


def test_entities_of_a_feed_are_refused_and_broken_xml_is_named_with_its_line(tmp_path: Path) -> None:
    item = "<item><title>春灌</title><description>水来了。</description></item>"
    bomb = f"<!DOCTYPE rss [<!ENTITY a 'b'><!ENTITY c '&a;&a;'>]><rss><channel>{item}</channel></rss>"
    assert "declares entities" in read_bytes(bomb.encode(), tmp_path)[1][0]
    articles, errors = read_bytes(f"<rss><channel>{item}\n<item></wrong>".encode(), tmp_path)
    assert [article.title for article in articles] == ["春灌"]
    assert "input:2: broken XML" in errors[0]


def test_a_feed_in_gb18030_is_read_and_an_entry_past_the_limit_is_named(tmp_path: Path) -> None:
    long = f"<item><title>长</title><description>{'水' * 20_000}</description></item>"
    item = "<item><title>春灌</title><description>渠清了。</description></item>"
    feed = f"<?xml version='1.0' encoding='gb2312'?>\n<rss><channel>\n{long}\n{item}</channel></rss>"
    articles, errors = read_bytes(feed.encode("gb18030"), tmp_path)
    assert [article.body for article in articles] == ["渠清了。"]
    assert "max_article_bytes" in errors[0]


def test_an_invalid_record_of_a_crawl_is_named_with_its_offset_and_the_next_is_read(tmp_path: Path) -> None:
    good = [record(f"https://news.example.com/{n}", HTML.encode()) for n in range(3)]
    broken = good[1].replace(b"Content-Length: ", b"Content-Size: ")
    articles, errors = read_bytes(good[0] + broken + good[2], tmp_path)
    assert [article.url for article in articles] == ["https://news.example.com/0", "https://news.example.com/2"]
    assert f"offset {len(good[0]):,}" in errors[0]
    articles, errors = read_bytes(good[0] + good[1][:-30], tmp_path)
    assert len(articles) == 1
    assert "breaks off" in errors[0]


def test_of_a_crawl_only_good_pages_are_taken_and_the_rest_is_no_error(tmp_path: Path) -> None:
    crawl = (
        record("https://a.example.com/1", HTML.encode("gb18030"), content="text/html; charset=gbk")
        + record("https://a.example.com/2", HTML.encode(), status="404 Not Found")
        + record("https://a.example.com/3", b"\xff\xd8", content="image/jpeg")
        + record("https://a.example.com/4", b"", kind="request")
        + record("https://a.example.com/5", PAGE, content="text/plain")
    )
    (tmp_path / "a").write_bytes(crawl)
    items = list(read_inputs([tmp_path / "a"]))
    assert [(item.url, item.host) for item in items if isinstance(item, RawPage)] == [
        ("https://a.example.com/1", "a.example.com"),
        ("https://a.example.com/5", "a.example.com"),
    ]
    assert len(items) == 2


def test_a_page_of_a_crawl_past_the_limit_is_named_with_its_offset(tmp_path: Path) -> None:
    crawl = record("https://a.example.com/", b"x" * 400_000) + record("https://a.example.com/b", HTML.encode())
    articles, errors = read_bytes(crawl, tmp_path)
    assert len(articles) == 1
    assert "offset 0" in errors[0]
    assert "max_article_bytes" in errors[0]


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ("title: [春灌", ":2"),
        ("title: 春灌\n  x: - y", "YAML"),
        ("title: 春灌\ndate: 明天", "published"),
    ],
)
def test_front_matter_that_cannot_be_read_is_reported(front: str, reason: str, tmp_path: Path) -> None:
    articles, errors = read_bytes(f"---\n{front}\n---\n水来了。".encode(), tmp_path)
    assert articles == []
    assert reason in errors[0]


def test_marks_of_markdown_go_and_its_text_stays(tmp_path: Path) -> None:
    text = (
        "---\ntitle: 春灌\n---\n# 水\n**水**来了，[渠](https://a.example.com)\n清了。\n\n"
        "![村民](a.jpg)\n\n- 一\n- 二 `code`\n\n```\na = 1\n```\n"
    )
    (article,) = read_bytes(text.encode(), tmp_path)[0]
    assert article.body == "水\n水来了，渠清了。\n一\n二 code\na = 1"
    assert article.captions == ("村民",)


def test_every_damaged_sample_is_read_or_refused(tmp_path: Path) -> None:
    given = samples()
    for seed in range(300):
        dice = random.Random(seed)
        (tmp_path / "input").write_bytes(damaged(dice.choice(given), dice))
        articles, errors = read_all(tmp_path / "input")
        assert articles + errors >= 0


@pytest.mark.parametrize("kind", ["jsonl", "csv", "rss", "warc"])
def test_memory_does_not_grow_with_the_size_of_a_file(kind: str, tmp_path: Path) -> None:
    body = "水来了，渠清了。" * 100
    one = {
        "jsonl": LINE,
        "csv": f"春灌,{body}\n".encode(),
        "rss": f"<item><title>春灌</title><description>{body}</description></item>".encode(),
        "warc": record("https://a.example.com/", (HTML + body).encode()),
    }[kind]
    head, end = {"csv": ("标题,正文\n", ""), "rss": ("<rss><channel>", "</channel></rss>")}.get(kind, ("", ""))
    (tmp_path / "big").write_bytes(gzip.compress(head.encode() + one * 2000 + end.encode(), 1))
    tracemalloc.start()
    count = sum(1 for _ in read_inputs([tmp_path / "big"], limits=ReadLimits(max_archive_ratio=100_000)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 2000
    assert peak < 2_000_000
