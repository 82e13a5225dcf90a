"""JSONL and its relatives are read as a stream."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from indexer.article import Article, derive_id
from indexer.errors import IngestError
from indexer.sources.jsonl import read_jsonl
from indexer.sources.limits import ReadLimits


def read(data: bytes, limit: int = 1000, seed: str | None = None) -> list[Article | IngestError]:
    return list(read_jsonl(io.BytesIO(data), limits=ReadLimits(max_article_bytes=limit), seed=seed))


def line(**fields: Any) -> bytes:
    return json.dumps({"id": "a", "title": "春灌", "body": "水来了。"} | fields, ensure_ascii=False).encode() + b"\n"


def reasons(items: list[Article | IngestError]) -> list[tuple[int | None, str]]:
    return [(item.line, item.reason) for item in items if isinstance(item, IngestError)]


def ids(items: list[Article | IngestError]) -> list[str]:
    return [item.id for item in items if isinstance(item, Article)]


def test_each_line_is_an_article_and_blank_lines_are_none() -> None:
    assert ids(read(b"\xef\xbb\xbf" + line(id="a") + b"\n \r\n" + line(id="b").replace(b"\n", b"\r\n"))) == ["a", "b"]


def test_a_bad_line_is_told_with_its_place_and_the_rest_is_read() -> None:
    items = read(line(id="a") + b'{"id": 1,}\n[1]\n"x"\n3\n3.5\ntrue\nnull\n' + line(id="b", title=3) + line(id="c"))
    assert ids(items) == ["a", "c"]
    found = reasons(items)
    assert [number for number, _ in found] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert "column 9" in found[0][1]
    assert "an array" in found[1][1]
    assert "null" in found[6][1]
    assert "title must be a string" in found[7][1]


def test_a_line_over_the_limit_is_skipped_with_its_number() -> None:
    items = read(line(id="a") + line(id="b", body="水" * 3000) + line(id="c"))
    assert ids(items) == ["a", "c"]
    assert reasons(items)[0][0] == 2
    assert "max_article_bytes (1,000 bytes)" in reasons(items)[0][1]
    assert len(reasons(read(line(body="水" * 3000).rstrip()))) == 1


def test_a_line_of_exactly_the_limit_is_read() -> None:
    data = line()
    assert ids(read(data, limit=len(data) - 1)) == ["a"]


def test_lines_in_gb18030_are_read() -> None:
    [article] = read(line(body="春灌之前,水渠全部清淤完毕。").decode().encode("gb18030"))
    assert isinstance(article, Article)
    assert article.body == "春灌之前,水渠全部清淤完毕。"


def test_bytes_of_no_encoding_and_broken_gb18030_are_told() -> None:
    assert "UTF-8" in reasons(read(b'{"id": "\xff\xff"}\n'))[0][1]
    assert "broken JSON" in reasons(read('{"标题的水": 1,}'.encode("gb18030")))[0][1]
    assert "broken JSON" in reasons(read('{"标题": 春灌的水}'.encode("gb18030")))[0][1]


def test_records_without_an_id_get_one_from_the_path_and_line() -> None:
    data = line(id=None) + line(id=None, body="水又来了。")
    assert ids(read(data, seed="a.jsonl")) == [derive_id("a.jsonl:1"), derive_id("a.jsonl:2")]
    assert "no id" in reasons(read(data))[0][1]


def test_an_array_and_a_single_object_over_several_lines_are_read() -> None:
    records = [json.loads(line(id=name)) for name in "ab"]
    assert ids(read(json.dumps(records, indent=1).encode())) == ["a", "b"]
    assert ids(read(json.dumps(records).encode())) == ["a", "b"]
    assert ids(read(json.dumps(records[0], indent=1).encode())) == ["a"]
    assert ids(read(b'{\n"body": "x"}', seed="a.json")) == [derive_id("a.json")]


def test_bad_objects_in_an_array_are_told_by_their_place() -> None:
    items = read(b'[\n{"id": "a", "body": "x"}, 3, {"id": "b", "title": 3}]')
    assert ids(items) == ["a"]
    assert [reason[:14] for _, reason in reasons(items)] == ["object 2: a JS", "object 3: titl"]


def test_a_whole_file_that_is_broken_or_too_long_is_told() -> None:
    assert "line 2, column" in reasons(read(b'{\n"a": }'))[0][1]
    assert "one object a line" in reasons(read(b"[\n" + line(body="水" * 3000)))[0][1]


def test_gzip_that_breaks_off_is_told_with_the_line() -> None:
    packed = gzip.compress(b"".join(line(id=str(n), body=str(hash(n) * 7919)) for n in range(2000)))
    stream = cast(io.BytesIO, gzip.GzipFile(fileobj=io.BytesIO(packed[: len(packed) // 2])))
    items = list(read_jsonl(stream, limits=ReadLimits()))
    assert len(items) > 10
    assert reasons(items)[0][0] == len(items)
    assert "breaks" in reasons(items)[0][1]
    whole = gzip.compress(b"[\n" + b"\n" * 99)[:-9]
    stream = cast(io.BytesIO, gzip.GzipFile(fileobj=io.BytesIO(whole)))
    assert "breaks off" in reasons(list(read_jsonl(stream, limits=ReadLimits())))[0][1]


@given(st.binary(max_size=300))
def test_any_bytes_are_articles_or_our_errors(data: bytes) -> None:
    assert all(isinstance(item, Article | IngestError) for item in read(data, limit=100))
