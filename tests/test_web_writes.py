"""Articles written over HTTP: one by one and as lines, with what is refused and why, and durable when the answer comes."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from falcon import testing

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.article import article_to_record
from indexer.build import BuildOptions, sync
from indexer.sources import ReadLimits
from search.engines.local import LocalEngine
from search.settings import Settings
from service import create_app
from tests.conftest import ZONE, LocalClient

BODY = "监督检查组昨天来到河边，看了三处堤坝，又问了粮站的价钱，下午在村委会开会，把问到的事一件一件记下来。"
NDJSON = {"Content-Type": "application/x-ndjson"}


def make_client(data: Path, analyzer: Analyzer, **settings: Any) -> LocalClient:
    engine = LocalEngine(data, analyzer, relax_share=0.5)
    return LocalClient(create_app(Settings(data=str(data), **settings), engine))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def client(data: Path, analyzer: Analyzer) -> LocalClient:
    return make_client(data, analyzer, wait_timeout_ms=150)


def put(client: LocalClient, article_id: str, record: Any, **options: Any) -> testing.Result:
    return client.simulate_put(f"/api/v1/articles/{article_id}", json=record, **options)


def post(client: LocalClient, *lines: Any, **options: Any) -> testing.Result:
    body = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return client.simulate_post("/api/v1/articles", body=body, headers=NDJSON, **options)


def answers(result: testing.Result) -> list[dict[str, Any]]:
    assert result.status_code == 200, result.text
    assert result.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in result.text.splitlines()]


def held(data: Path) -> dict[str, dict[str, Any] | None]:
    with Archive(data) as archive:
        return {
            change.id: None if change.article is None else article_to_record(change.article)
            for change in archive.changes(0)
        }


def bring_up(data: Path, analyzer: Analyzer) -> None:
    sync(data, BuildOptions(analyzer=analyzer, zone=ZONE, limits=ReadLimits()))


# One article


def test_an_id_in_another_encoding_than_utf8_is_refused(client: LocalClient, data: Path) -> None:
    for encoded in ("%BC%E0%B6%BD", "%ff", "%ED%A0%80"):  # 监督 in GBK, no text, half a surrogate pair
        result = put(client, encoded, {"title": "监督", "body": BODY})
        assert (result.status_code, result.json["parameter"]) == (422, "id")
    assert put(client, "%E7%9B%91", {"title": "监督", "body": BODY}).json["id"] == "监"
    assert held(data).keys() == {"监"}


def test_a_put_says_what_it_did_and_its_change(client: LocalClient, data: Path) -> None:
    first = put(client, "a", {"title": "监督", "body": BODY})
    assert (first.status_code, first.json) == (201, {"id": "a", "result": "created", "change": 1})
    again = put(client, "a", {"id": "a", "title": "监督", "body": BODY})
    assert (again.status_code, again.json) == (200, {"id": "a", "result": "unchanged", "change": 1})
    changed = put(client, "a", {"title": "改过", "body": BODY})
    assert (changed.status_code, changed.json) == (200, {"id": "a", "result": "updated", "change": 2})
    article = held(data)["a"]
    assert article is not None
    assert (article["title"], article["body"]) == ("改过", BODY)


def test_an_article_at_another_address_is_a_duplicate(client: LocalClient) -> None:
    put(client, "a", {"title": "监督", "body": BODY, "url": "https://example.com/a"})
    same = put(client, "b", {"title": "監督", "body": BODY, "url": "https://example.com/b"})
    assert (same.status_code, same.json) == (
        200, {"id": "b", "result": "duplicate", "change": 2, "duplicate_of": "a"}
    )  # fmt: skip


def test_what_is_put_is_cleaned_as_the_indexer_cleans_a_record(client: LocalClient, data: Path) -> None:
    record = {
        "title": " 监\u200b督\n检查 ",
        "body": "  一 \n\n 二\n",
        "author": "陈晓禾、周屿",
        "section": "首页 > 要闻",
        "date": "20240506",
    }
    assert put(client, "a", record).status_code == 201
    article = held(data)["a"]
    assert article is not None
    assert (article["title"], article["body"], article["authors"]) == ("监督 检查", "一\n二", ["陈晓禾", "周屿"])
    assert (article["section"], article["published"]) == (["要闻"], "2024-05-06")


def test_an_export_can_be_put_again(client: LocalClient, data: Path) -> None:
    put(client, "a", {"title": "监督", "body": BODY, "captions": ["图"], "section": ["要闻"], "source": "日报"})
    exported = held(data)["a"]
    assert put(client, "a", exported).json["result"] == "unchanged"


def test_ids_may_be_any_characters_an_address_can_hold(client: LocalClient, data: Path) -> None:
    for article_id in ("文章 一", "a+b?c#d%", "ü😀", "x" * 512):
        path = "/api/v1/articles/" + "".join(f"%{byte:02X}" for byte in article_id.encode())
        assert client.simulate_put(path, json={"title": "题"}).json["id"] == article_id
        assert client.simulate_delete(path).json == {"id": article_id, "result": "deleted", "change": held_change(data)}
    assert client.simulate_put("/api/v1/articles/7", json={"id": 7, "title": "题"}).status_code == 201


def held_change(data: Path) -> int:
    with Archive(data) as archive:
        return archive.last_change()


@pytest.mark.parametrize(
    ("record", "status", "expected"),
    [
        ({"id": "b", "title": "题"}, 422, {"parameter": "id"}),
        ({"id": " a", "title": "题", "body": 5}, 422, {"parameter": "body"}),
        ({"title": ""}, 422, {"parameter": "title"}),
        ({"title": "\u200b", "body": "\u200b"}, 422, {"parameter": "title"}),
        ({"title": "题", "published": "gestern"}, 422, {"parameter": "published"}),
        ({"title": "题", "authors": [1]}, 422, {"parameter": "authors"}),
        ({"title": "题" * 11}, 422, {"parameter": "title", "detail": "title has 11 characters, and max_title_chars is 10"}),
        ({"title": "题", "body": "x" * 101}, 422, {"detail": "body has 101 characters, and max_body_chars is 100"}),
        ({"title": "题", "source": "x" * 21}, 422, {"detail": "source has 21 characters, and max_field_chars is 20"}),
        ({"title": "题", "captions": ["", "x" * 21]}, 422, {"parameter": "captions"}),
        ({"title": "题", "authors": list("abcd")}, 422, {"detail": "authors has 4 values, and max_list_items is 3"}),
        ([], 400, {"detail": "an article must be a JSON object"}),
        ("a", 400, {"offset": 0}),
    ],
)  # fmt: skip
def test_an_article_that_breaks_the_contract_is_refused_by_its_field(
    data: Path, analyzer: Analyzer, record: Any, status: int, expected: dict[str, Any]
) -> None:
    client = make_client(data, analyzer, max_title_chars=10, max_body_chars=100, max_field_chars=20, max_list_items=3)
    result = put(client, "a", record)
    assert result.status_code == status
    assert result.headers["content-type"] == "application/problem+json"
    assert {name: result.json.get(name) for name in expected} == expected
    assert not (data / "archive.db").exists()


@pytest.mark.parametrize(
    ("content", "offset"),
    [(b"", 0), (b'{"title": ', 10), ('{"标题": 1,}'.encode(), 8), (b'{"title": "\xff"}', None), (b"[" * 5000, None)],
)  # fmt: skip
def test_what_is_no_json_is_refused_with_its_place(client: LocalClient, content: bytes, offset: int | None) -> None:
    result = client.simulate_put("/api/v1/articles/a", body=content)
    assert result.status_code == 400
    assert "JSON" in result.json["detail"]
    assert offset in (None, result.json["offset"])


def test_a_body_that_is_too_large_is_refused(data: Path, analyzer: Analyzer) -> None:
    client = make_client(data, analyzer, max_article_bytes=100)
    result = put(client, "a", {"title": "题", "body": "x" * 100})
    assert result.status_code == 413
    assert "max_article_bytes (100 bytes)" in result.json["detail"]
    assert put(client, "a", {"title": "题", "body": "x" * 60}).status_code == 201


def test_other_types_and_compressed_bodies_are_refused(client: LocalClient) -> None:
    plain = client.simulate_put("/api/v1/articles/a", body=b'{"title":"x"}', headers={"Content-Type": "text/plain"})
    assert plain.status_code == 415
    assert "application/json or application/x-ndjson" in plain.json["detail"]
    packed = client.simulate_put("/api/v1/articles/a", body=b"x", headers={"Content-Encoding": "gzip"})
    assert packed.status_code == 415


def test_unknown_parameters_are_refused_by_name(client: LocalClient) -> None:
    for result in (
        put(client, "a", {"title": "x"}, query_string="wiat=searchable"),
        client.simulate_delete("/api/v1/articles/a", query_string="wiat=searchable"),
        post(client, {"id": "a", "title": "x"}, query_string="wiat=searchable"),
    ):
        assert (result.status_code, result.json["parameter"]) == (400, "wiat")
        assert "wait" in result.json["detail"]
    wrong = put(client, "a", {"title": "x"}, query_string="wait=1")
    assert (wrong.status_code, wrong.json["parameter"]) == (400, "wait")


def test_a_deletion_says_its_change_and_what_is_not_there_is_not_found(client: LocalClient, data: Path) -> None:
    put(client, "a", {"title": "题"})
    gone = client.simulate_delete("/api/v1/articles/a")
    assert (gone.status_code, gone.json) == (200, {"id": "a", "result": "deleted", "change": 2})
    assert held(data) == {"a": None}
    again = client.simulate_delete("/api/v1/articles/a")
    assert (again.status_code, again.headers["content-type"]) == (404, "application/problem+json")
    revived = put(client, "a", {"title": "题"})
    assert (revived.status_code, revived.json) == (201, {"id": "a", "result": "created", "change": 3})


def test_writes_from_elsewhere_are_refused_whatever_they_are(client: LocalClient, data: Path) -> None:
    far = {"remote_addr": "203.0.113.5"}
    assert put(client, "a", {"title": "x"}, **far).status_code == 403
    assert client.simulate_delete("/api/v1/articles/a", **far).status_code == 403
    assert post(client, {"id": "a", "title": "x"}, **far).status_code == 403
    assert not data.exists()


def test_without_public_reading_a_page_says_that_it_needs_a_key(data: Path, analyzer: Analyzer) -> None:
    client = make_client(data, analyzer, public_read=False)
    page = client.simulate_get("/", headers={"Accept-Language": "en"})
    assert (page.status_code, page.headers["www-authenticate"]) == (401, 'Bearer realm="article-search"')
    assert "Reading needs a key here" in page.text
    api = client.simulate_get("/api/v1/search")
    assert (api.status_code, api.headers["content-type"]) == (401, "application/problem+json")
    assert client.simulate_get("/healthz").status_code == 200
    assert client.simulate_get("/static/style.css").status_code == 200


# Lines


def test_each_line_has_its_answer_and_bad_ones_stop_nobody(client: LocalClient, data: Path) -> None:
    lines = answers(
        post(
            client,
            b"\xef\xbb\xbf" + json.dumps({"id": "a", "title": "一"}).encode() + b"\r",
            b"",
            b'{"id": "b", "title": ',
            {"id": "c", "title": "三", "published": "gestern"},
            {"title": "四"},
            {"url": "https://example.com/5", "title": "五"},
            {"id": "a", "title": "一"},
            {"id": "a", "title": "改"},
            b"[1]",
            {"id": "e", "title": "末"},
        )
    )
    short = [
        (line["line"], line.get("result"), line.get("change"), line.get("problem", {}).get("parameter"))
        for line in lines
    ]
    assert short == [
        (1, "created", 1, None),
        (3, None, None, None),
        (4, None, None, "published"),
        (5, None, None, "id"),
        (6, "created", 2, None),
        (7, "unchanged", 1, None),
        (8, "updated", 3, None),
        (9, None, None, None),
        (10, "created", 4, None),
    ]
    assert [line["problem"]["status"] for line in lines if "problem" in line] == [400, 422, 422, 400]
    assert lines[1]["problem"]["offset"] == 21
    assert lines[4]["id"] == next(key for key in held(data) if key not in "ae")


def test_many_lines_are_taken_in_batches(client: LocalClient, data: Path) -> None:
    lines = answers(post(client, *({"id": str(number), "title": f"题{number}"} for number in range(1234)), b""))
    assert [line["line"] for line in lines] == list(range(1, 1235))
    assert [line["change"] for line in lines] == list(range(1, 1235))
    assert len(held(data)) == 1234


def test_a_line_that_is_too_long_is_named_and_the_rest_is_taken(data: Path, analyzer: Analyzer) -> None:
    client = make_client(data, analyzer, max_article_bytes=100)
    long = {"id": "b", "title": "题", "body": "x" * 200_000}
    lines = answers(post(client, {"id": "a", "title": "题"}, long, {"id": "c", "title": "题"}, long))
    assert [line.get("id") for line in lines] == ["a", None, "c", None]
    assert [line["problem"]["status"] for line in lines if "problem" in line] == [413, 413]
    assert "max_article_bytes (100 bytes)" in lines[1]["problem"]["detail"]


def test_a_body_without_lines_has_no_answers(client: LocalClient) -> None:
    assert answers(post(client)) == []
    assert answers(post(client, b"", b"  ", b"")) == []


# Waiting


def test_a_write_that_waits_is_found_when_it_is_answered(client: LocalClient, data: Path, analyzer: Analyzer) -> None:
    put(client, "seed", {"title": "题"})
    bring_up(data, analyzer)
    waiting = make_client(data, analyzer, wait_timeout_ms=30_000)
    stop = threading.Event()

    def follow() -> None:
        while not stop.is_set():
            bring_up(data, analyzer)
            time.sleep(0.01)

    follower = threading.Thread(target=follow)
    follower.start()
    try:
        result = put(waiting, "a", {"title": "监督", "body": BODY}, query_string="wait=searchable")
        assert (result.status_code, result.json["searchable"]) == (201, True)
        assert waiting.simulate_get("/api/v1/search", params={"q": "监督"}).json["total"] == 1
        lines = answers(post(waiting, {"id": "b", "title": "监督"}, b"{", {"id": "c"}, query_string="wait=searchable"))
        assert [line.get("searchable") for line in lines] == [True, None, None]
        assert waiting.simulate_get("/api/v1/search", params={"q": "监督"}).json["total"] == 2
        gone = waiting.simulate_delete("/api/v1/articles/a", query_string="wait=searchable")
        assert (gone.status_code, gone.json["searchable"]) == (200, True)
        assert waiting.simulate_get("/api/v1/search", params={"q": "监督"}).json["total"] == 1
    finally:
        stop.set()
        follower.join()


def test_waiting_for_an_index_that_does_not_follow_ends_and_says_so(client: LocalClient, data: Path) -> None:
    result = put(client, "a", {"title": "题"}, query_string="wait=searchable")
    assert (result.status_code, result.json) == (
        202, {"id": "a", "result": "created", "change": 1, "searchable": False}
    )  # fmt: skip
    begin = time.monotonic()
    lines = answers(post(client, *({"id": str(n), "title": "题"} for n in range(600)), query_string="wait=searchable"))
    assert {line["searchable"] for line in lines} == {False}
    assert len(lines) == 600
    assert time.monotonic() - begin < 10  # it is waited for once, not for each line
    assert len(held(data)) == 601


# Where the archive cannot be written


def test_an_archive_that_cannot_be_written_is_said_with_when_to_ask_again(
    client: LocalClient, data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (data / "archive.db").mkdir(parents=True)
    for result in (
        put(client, "a", {"title": "题"}),
        client.simulate_delete("/api/v1/articles/a"),
        post(client, {"id": "a", "title": "题"}),
    ):
        assert (result.status_code, result.headers["retry-after"]) == (503, "5")
        assert "nothing of this was" in result.json["detail"]
        assert str(data) not in result.text
    assert str(data) in caplog.text
    (data / "archive.db").rmdir()
    assert put(client, "a", {"title": "题"}).status_code == 201


def test_an_archive_that_is_full_is_told_apart(client: LocalClient, data: Path) -> None:
    put(client, "a", {"title": "题"})
    resource = client.app._router.find("/api/v1/articles/a")[0]
    resource._writer._archive._db.execute("PRAGMA max_page_count = 1")
    result = put(client, "b", {"title": "题", "body": BODY * 1000})
    assert (result.status_code, result.json["detail"]) == (
        503, "the disk of the archive is full; nothing of this was written"
    )  # fmt: skip
    assert put(client, "b", {"title": "题", "body": BODY * 1000}).status_code == 201  # by a new connection
    assert set(held(data)) == {"a", "b"}


def test_an_archive_that_was_replaced_gets_what_comes_after(client: LocalClient, data: Path) -> None:
    put(client, "a", {"title": "题"})
    shutil.rmtree(data)
    assert put(client, "b", {"title": "题"}).json == {"id": "b", "result": "created", "change": 1}
    assert set(held(data)) == {"b"}


def test_an_archive_that_is_gone_is_not_made_again_while_there_is_an_index_of_it(
    client: LocalClient, data: Path, analyzer: Analyzer
) -> None:
    put(client, "b", {"title": "题"})
    bring_up(data, analyzer)
    for path in data.glob("archive.db*"):
        path.unlink()
    assert put(client, "c", {"title": "题"}).status_code == 503
    assert not (data / "archive.db").exists()


def test_a_failure_in_the_midst_of_lines_is_told_from_there_on(
    client: LocalClient, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(client, "a", {"title": "题"})
    with closing(sqlite3.connect(data / "archive.db")) as db:
        db.execute(
            "CREATE TRIGGER fails BEFORE INSERT ON article WHEN NEW.id = '700' BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    lines = answers(post(client, *({"id": str(number), "title": "题"} for number in range(1200))))
    assert len(lines) == 1200
    assert ["change" in line for line in lines] == [True] * 500 + [False] * 700
    assert {line["problem"]["status"] for line in lines if "problem" in line} == {503}
    assert len(held(data)) == 501


# Threads


@pytest.fixture
def spoilt(client: LocalClient, data: Path) -> LocalClient:
    """A client of an archive that refuses one article, by no fault of others."""
    put(client, "seed", {"title": "题"})
    with closing(sqlite3.connect(data / "archive.db")) as db:
        db.execute(
            "CREATE TRIGGER fails BEFORE INSERT ON article WHEN NEW.title = '坏' BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    return client


def test_writes_of_many_threads_each_get_their_own_answer(spoilt: LocalClient, data: Path) -> None:
    found: dict[str, tuple[int, Any]] = {}

    def write(thread: int) -> None:
        for number in range(25):
            key = f"{thread}-{number}"
            result = put(spoilt, key, {"title": "坏" if number % 5 == 4 else key})
            found[key] = (result.status_code, result.json.get("change"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = {key: status for key, (status, _) in found.items()}
    assert statuses == {f"{t}-{n}": 503 if n % 5 == 4 else 201 for t in range(8) for n in range(25)}
    with Archive(data) as archive:
        changes = {change.id: change.number for change in archive.changes(1)}
    assert changes == {key: change for key, (status, change) in found.items() if status == 201}
    assert len(changes) == 160
