"""All hits of a search as a file."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import quote

import pytest
from falcon import testing
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from indexer.article import Article, article_to_record
from indexer.schema import clean_article
from search.engines.reference import ReferenceEngine
from search.page import ARTICLE_FIELDS
from search.settings import Settings
from search.web.export import EXPORT_FIELDS, harmless, write_csv, write_jsonl
from service import create_app
from tests.conftest import ZONE, article
from tests.contracts.engine import CORPUS
from tests.test_web_resources import client as client_fixture
from tests.test_web_resources import get

client = client_fixture


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def client_over(*articles: Article, threads: int = 4) -> testing.TestClient:
    engine = ReferenceEngine(map(clean_article, articles), Analyzer(), ZONE, relax_share=0.5)
    return testing.TestClient(create_app(Settings(threads=threads), engine))


@contextmanager
def begun(client: testing.TestClient, encoding: str) -> Iterator[None]:
    """An export that was asked for and of which nothing is read before it is closed."""
    environment = testing.create_environ("/api/v1/export", headers={"Accept-Encoding": encoding})
    with closing(client.app(environment, lambda *_: None)):
        yield


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=监督",
        "q=没有日期 xyz",
        "section=清廉之窗&sort=oldest",
        "q=监督&group=story",
        "q=xyz",
        "match=any&q=监督 台中",
    ],
)
def test_an_export_holds_as_many_articles_as_the_search_says_in_its_order(
    client: testing.TestClient, query: str
) -> None:
    page = get(client, "/api/v1/search", query_string=f"{query}&limit=100").json
    result = get(client, "/api/v1/export", query_string=query)
    assert result.headers["content-type"] == "application/x-ndjson"
    records = [json.loads(line) for line in result.content.splitlines()]
    assert [record["id"] for record in records] == [hit["id"] for hit in page["hits"]]
    assert int(result.headers["x-total-count"]) == page["total"] == len(records)
    assert ("x-relaxed" in result.headers) == page["query"]["relaxed"]


def test_a_line_is_the_article_as_the_interface_has_it(client: testing.TestClient) -> None:
    (line,) = get(client, "/api/v1/export", query_string="format=jsonl&q=资源县").content.splitlines()
    assert json.loads(line) == get(client, "/api/v1/articles/seed").json
    assert "資源縣" in line.decode()


def test_a_table_can_be_opened_by_a_spreadsheet(client: testing.TestClient) -> None:
    content = get(client, "/api/v1/export", query_string="format=csv&q=资源县").content
    assert content.startswith("\ufeffid,title,".encode())
    assert content.count(b"\r\n") == 2
    header, row = rows(content)
    assert header == list(EXPORT_FIELDS)
    cells = dict(zip(header, row, strict=True))
    assert cells["section"] == "清廉之窗 > 基層風采"
    assert cells["published"] == "2020-03-05"
    assert cells["body"] == CORPUS[0].body
    assert cells["story"] == ""


def test_the_columns_are_those_asked_for_in_their_order(client: testing.TestClient) -> None:
    content = get(client, "/api/v1/export", query_string="format=csv&fields=authors,title&q=产值").content
    assert rows(content) == [["authors", "title"], ["陈晓禾、周屿", "乡村振兴的路"]]
    line = get(client, "/api/v1/export", query_string="fields=title,url&q=产值").content
    assert json.loads(line) == {"title": "乡村振兴的路", "url": None}


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_cell_that_begins_like_a_formula_is_none(begin: str) -> None:
    assert harmless(f"{begin}cmd|' /C calc'!A0") == f"'{begin}cmd|' /C calc'!A0"
    assert harmless(f"1{begin}1") == f"1{begin}1"
    made = b"".join(write_csv(["title", "authors"], [{"title": f"{begin}1", "authors": [f"{begin}2", "x"]}]))
    assert rows(made)[1] == [f"'{begin}1", f"'{begin}2、x"]


@given(st.lists(st.fixed_dictionaries({"id": st.text(), "captions": st.lists(st.text())}), max_size=120))
def test_what_is_written_can_be_read_back(records: list[dict[str, object]]) -> None:
    made = [row for row in records if not any("\ud800" <= char <= "\udfff" for char in str(row))]
    fields = ["id", "captions"]
    lines = b"".join(write_jsonl(fields, made)).splitlines() if made else []
    assert [json.loads(line) for line in lines] == made
    read = rows(b"".join(write_csv(fields, made)))
    assert read == [fields, *([harmless(str(row["id"])), harmless("\n".join(row["captions"]))] for row in made)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "parameter", "said"),
    [
        ("limit=10", "limit", "an export holds all hits"),
        ("cursor=x", "cursor", "an export holds all hits"),
        ("offset=10", "offset", "an export holds all hits"),
        ("facets=section", "facets", "it takes no facets"),
        ("sectoin=x", "sectoin", "did you mean 'section'"),
        ("formt=csv", "formt", "did you mean 'format'"),
        ("format=xlsx", "format", "csv, jsonl"),
        ("fields=", "fields", "fields must name some of"),
        ("fields=text", "fields", "an article has no field 'text'"),
        ('q=监 "督&strict=1', "q", "quote"),
    ],
)
def test_what_an_export_does_not_take_is_refused_by_name(
    client: testing.TestClient, query: str, parameter: str, said: str
) -> None:
    result = get(client, "/api/v1/export", query_string=query)
    assert (result.status_code, result.json["parameter"]) == (400, parameter)
    assert said in result.json["detail"]


def test_a_file_is_named_after_its_query_and_never_after_a_folder(client: testing.TestClient) -> None:
    def named(query: str) -> str:
        return get(client, "/api/v1/export", params={"q": query, "format": "csv"}).headers["content-disposition"]

    assert named("乡村振兴") == f"attachment; filename=\"articles.csv\"; filename*=UTF-8''{quote('乡村振兴.csv')}"
    assert named("../../etc\r\nx: y").endswith("UTF-8''etc%20x%20%20y.csv")
    assert named("").endswith("UTF-8''articles.csv")


def test_head_tells_the_total_and_reads_nothing(client: testing.TestClient) -> None:
    result = client.simulate_head("/api/v1/export", query_string="q=监督")
    assert (result.status_code, result.content, result.headers["x-total-count"]) == (200, b"", "4")
    assert "content-length" not in result.headers  # the answer to GET is not empty


def test_whoever_breaks_off_makes_room_for_the_next() -> None:
    client = client_over(*CORPUS, threads=2)
    for encoding in ("", "gzip"):
        for _ in range(3):
            with begun(client, encoding):
                refused = get(client, "/api/v1/export")
                assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
                assert client.simulate_head("/api/v1/export").status_code == 200
    assert get(client, "/api/v1/export").status_code == 200
    assert get(client, "/api/v1/export", query_string='strict=1&q="').status_code == 400
    assert get(client, "/api/v1/export").status_code == 200


def test_memory_does_not_grow_with_what_is_written() -> None:
    record = article_to_record(article(body="监督" * 5_000))
    tracemalloc.start()
    size = sum(len(piece) for piece in write_csv(ARTICLE_FIELDS, (record for _ in range(2_000))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 50_000_000
    assert peak < 10_000_000
