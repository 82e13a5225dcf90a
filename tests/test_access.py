"""Who may read and write over HTTP: each condition by its name, and each alone enough to refuse."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any

import falcon
import pytest

from indexer.errors import SettingsError
from indexer.state import Key, KeyRing, add_key, revoke_key
from search.web.access import (
    AccessControl,
    Asked,
    client_address,
    is_loopback,
    is_loopback_host,
    needed_scope,
    parse_networks,
    refusal,
)
from tests.conftest import LocalClient

LOCAL = {"host": "localhost:8000", "content-type": "application/json"}


def asked(method: str = "PUT", peer: str = "127.0.0.1", *, has_body: bool = True, **headers: str | None) -> Asked:
    given = LOCAL | {name.replace("_", "-"): value for name, value in headers.items()}
    present = {name: value for name, value in given.items() if value is not None}
    return Asked(method=method, peer=peer, headers=present, has_body=has_body)


def status(request: Asked, *, needed: Any = "write", keys: tuple[Key, ...] = (), trusted: str = "") -> int:
    found = refusal(request, needed, keys, public_read=True, trusted=parse_networks(trusted))
    return 200 if found is None else found.status


def test_a_program_on_this_machine_may_write_while_there_is_no_key() -> None:
    assert status(asked()) == 200
    assert status(asked(content_type="application/x-ndjson; charset=utf-8")) == 200
    assert status(asked("DELETE", has_body=False, content_type=None)) == 200


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_peers_of_this_machine(peer: str) -> None:
    assert is_loopback(peer)
    assert status(asked(peer=peer)) == 200


@pytest.mark.parametrize(
    "peer",
    [
        "10.0.0.7",
        "192.168.1.1",
        "0.0.0.0",  # noqa: S104
        "203.0.113.5",
        "::",
        "fe80::1%eth0",
        "2001:db8::1",
        "::ffff:10.0.0.7",
        "",
        "x",
    ],
)
def test_a_peer_that_is_not_loopback_is_refused(peer: str) -> None:
    assert not is_loopback(peer)
    assert status(asked(peer=peer)) == 403


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8000",
        "localhost.",
        "localhost.:80",
        "127.0.0.1:8000",
        "127.1.2.3",
        "[::1]",
        "[::1]:8000",
    ],
)
def test_hosts_of_this_machine(host: str) -> None:
    assert is_loopback_host(host)
    assert status(asked(host=host)) == 200


@pytest.mark.parametrize(
    "host",
    [
        None, "", "evil.example", "evil.example:8000", "localhost.evil.example", "evil-localhost", "127.0.0.1.evil.example",
        "localhost@evil.example", "localhost:80@evil.example", "localhost,evil.example", "localhost evil", "localhost\n",
        "127.1", "0x7f.0.0.1", "0.0.0.0", "192.168.1.1:8000", "[2001:db8::1]", "::1", "[::1", "localhost:", "localhost..",  # noqa: S104
        "1.0.0.127.in-addr.arpa", "lоcalhost",
    ],
)  # fmt: skip
def test_a_host_that_is_no_loopback_name_is_refused(host: str | None) -> None:
    assert status(asked(host=host)) == 403


@pytest.mark.parametrize(
    "name",
    [
        "forwarded", "via", "x_forwarded", "x_forwarded_for", "x_forwarded_host", "x_forwarded_proto", "x_forwarded_port",
        "x_forwarded_server", "x_forwarded_prefix", "x_forwarded_by_somebody", "x_real_ip",
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", ["127.0.0.1", "localhost", ""])
def test_any_header_of_a_proxy_is_refused(name: str, value: str) -> None:
    assert status(asked(**{name: value})) == 403


@pytest.mark.parametrize(
    "origin",
    [
        "null", "", "https://evil.example", "http://localhost", "http://localhost:3000", "http://127.0.0.1:8000",
        "http://localhost:8000/", "http://localhost:8000@evil.example", "file://", "chrome-extension://abc",
        "http://localhost:8000, http://evil.example", "ftp://localhost:8000",
    ],
)  # fmt: skip
def test_a_foreign_origin_is_refused(origin: str) -> None:
    assert status(asked(origin=origin)) == 403
    assert status(asked("DELETE", has_body=False, content_type=None, origin=origin)) == 403


def test_the_origin_of_the_page_itself_is_not_foreign() -> None:
    assert status(asked(origin="http://localhost:8000")) == 200
    assert status(asked(origin="http://LOCALHOST", host="localhost")) == 200
    assert status(asked(origin="http://localhost", host="localhost:80")) == 200
    assert status(asked(origin="https://[::1]", host="[::1]:443")) == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_request_that_a_browser_says_is_of_another_site_is_refused(site: str) -> None:
    assert status(asked(sec_fetch_site=site)) == 403
    assert status(asked(sec_fetch_site="same-origin")) == 200


@pytest.mark.parametrize(
    "content_type",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=application/json",
     "text/plain; application/json", "application/jsonx", "application/json, text/plain"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_a_body_of_another_type_is_refused_with_and_without_a_key(method: str, content_type: str | None) -> None:
    assert status(asked(method, content_type=content_type)) == 415
    keys, token = one_key("write")
    assert status(asked(method, content_type=content_type, authorization=f"Bearer {token}"), keys=keys) == 415


def one_key(scope: Any, *, revoked: str | None = None) -> tuple[tuple[Key, ...], str]:
    digest = hashlib.sha256(b"as_token").digest()
    return (Key(name="app", scope=scope, hash=digest, created="2024-05-06", revoked=revoked),), "as_token"


def test_once_there_is_a_key_writing_needs_one_from_everywhere() -> None:
    keys, token = one_key("write")
    found = refusal(asked(), "write", keys, public_read=True, trusted=())
    assert found is not None
    assert (found.status, found.challenge) == (401, 'Bearer realm="article-search"')
    assert status(asked(authorization=f"Bearer {token}"), keys=keys) == 200
    assert status(asked(authorization=f"bearer  {token} "), keys=keys) == 200
    far = asked(peer="203.0.113.5", host="example.org", origin="https://app.example.org", x_forwarded_for="10.0.0.1",
                authorization=f"Bearer {token}")  # fmt: skip
    assert status(far, keys=keys) == 200


@pytest.mark.parametrize("needed", ["search", "write"])
@pytest.mark.parametrize("token", ["as_wrong", "", "as_token, Bearer as_token", "as_tok"])
def test_a_wrong_key_is_refused_on_reading_too(needed: str, token: str) -> None:
    keys, _ = one_key("desk")
    found = refusal(
        asked("GET", has_body=False, authorization=f"Bearer {token}"), needed, keys, public_read=True, trusted=()  # type: ignore[arg-type]
    )  # fmt: skip
    assert found is not None
    assert found.status == 401
    assert found.challenge is not None
    assert 'error="invalid_token"' in found.challenge


def test_a_key_of_too_small_a_scope_is_refused_and_told_so() -> None:
    keys, token = one_key("search")
    found = refusal(asked(authorization=f"Bearer {token}"), "write", keys, public_read=True, trusted=())
    assert found is not None
    assert (found.status, found.detail) == (403, "the key 'app' has the scope search, and this needs write")
    assert status(asked("GET", authorization=f"Bearer {token}"), needed="search", keys=keys) == 200
    for scope in ("write", "desk"):
        assert status(asked(authorization=f"Bearer {token}"), keys=one_key(scope)[0]) == 200
    assert status(asked(authorization=f"Bearer {token}"), needed="desk", keys=one_key("write")[0]) == 403


def test_a_revoked_key_opens_nothing_and_leaves_writing_closed() -> None:
    keys, token = one_key("write", revoked="2024-05-07")
    assert status(asked(authorization=f"Bearer {token}"), keys=keys) == 401
    assert status(asked(), keys=keys) == 401


def test_the_password_of_a_proxy_is_no_key() -> None:
    assert status(asked("GET", authorization="Basic dXNlcjpwYXNz"), needed="search") == 200
    assert status(asked(authorization="Basic dXNlcjpwYXNz"), keys=one_key("write")[0]) == 401


def test_reading_that_is_not_public_needs_a_key_of_any_scope() -> None:
    keys, token = one_key("search")
    for have in ((), keys):
        found = refusal(asked("GET", has_body=False), "search", have, public_read=False, trusted=())
        assert found is not None
        assert (found.status, found.challenge) == (401, 'Bearer realm="article-search"')
    with_key = asked("GET", authorization=f"Bearer {token}")
    assert refusal(with_key, "search", keys, public_read=False, trusted=()) is None


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("127.0.0.1", "127.0.0.1, 203.0.113.5", "203.0.113.5"),
        ("127.0.0.1", "203.0.113.5, 10.0.0.7", "203.0.113.5"),
        ("10.0.0.7", "127.0.0.1", "127.0.0.1"),
        ("10.0.0.7", "127.0.0.1, unknown", "unknown"),
        ("10.0.0.8", "127.0.0.1", "10.0.0.8"),
        ("203.0.113.5", "127.0.0.1", "203.0.113.5"),
        ("", "127.0.0.1", ""),
    ],
)
def test_the_client_is_the_last_address_that_no_trusted_proxy_has(
    peer: str, forwarded_for: str | None, client: str
) -> None:
    assert client_address(peer, forwarded_for, parse_networks("127.0.0.1, 10.0.0.7")) == client


def test_a_trusted_proxy_may_speak_for_this_machine_and_for_nobody_else() -> None:
    trusted = "127.0.0.0/8"
    assert status(asked(x_forwarded_for="127.0.0.1", x_forwarded_proto="https"), trusted=trusted) == 200
    for client in ("203.0.113.5", "127.0.0.1, 203.0.113.5", "unknown", "10.0.0.1:80"):
        assert status(asked(x_forwarded_for=client), trusted=trusted) == 403
    for name in ("forwarded", "via", "x_real_ip"):
        assert status(asked(x_forwarded_for="127.0.0.1", **{name: "127.0.0.1"}), trusted=trusted) == 403
    for host in ("evil.example", "localhost, evil.example", ""):
        assert status(asked(x_forwarded_for="127.0.0.1", x_forwarded_host=host), trusted=trusted) == 403
    assert status(asked(x_forwarded_for="127.0.0.1", host="evil.example"), trusted=trusted) == 403
    assert status(asked(peer="10.0.0.7", x_forwarded_for="127.0.0.1"), trusted=trusted) == 403


def test_proxies_are_named_by_addresses_and_networks() -> None:
    assert [str(network) for network in parse_networks(" 10.0.0.7, fd00::/8,")] == ["10.0.0.7/32", "fd00::/8"]
    with pytest.raises(SettingsError, match=r"trusted_proxies: .*; write addresses"):
        parse_networks("proxy.example")


@pytest.mark.parametrize(
    ("method", "route", "needed"),
    [
        ("GET", "/api/v1/search", "search"),
        ("HEAD", "/", "search"),
        ("GET", "/feed", "search"),
        ("GET", "/metrics", "search"),
        ("POST", "/api/v1/multi-search", "search"),
        ("PUT", "/api/v1/multi-search", "write"),
        ("POST", "/api/v1/articles", "write"),
        ("PUT", "/api/v1/articles/{article_id}", "write"),
        ("DELETE", "/api/v1/articles/{article_id}", "write"),
        ("PATCH", "/whatever", "write"),
        ("GET", "/healthz", None),
        ("GET", "/readyz", None),
        ("GET", "/static/{name}", None),
        ("GET", "/box.js", None),
        ("OPTIONS", "/api/v1/search", None),
    ],
)
def test_what_is_not_known_to_read_writes(method: str, route: str, needed: str | None) -> None:
    assert needed_scope(method, route) == needed


class Resource:
    def on_get(self, _request: falcon.Request, response: falcon.Response) -> None:
        response.text = "read"

    def on_put(self, _request: falcon.Request, response: falcon.Response) -> None:
        response.text = "written"


def client(data: Path, *, public_read: bool = True) -> LocalClient:
    control = AccessControl(KeyRing(data), public_read=public_read, trusted_proxies="")
    app = falcon.App(middleware=[control])
    app.add_route("/thing", Resource())
    return LocalClient(app)


def test_the_middleware_refuses_what_the_rule_refuses(tmp_path: Path) -> None:
    web = client(tmp_path)
    assert web.simulate_put("/thing", body=b"{}").text == "written"
    assert web.simulate_put("/thing", body=b"{}", remote_addr="203.0.113.5").status_code == 403
    assert web.simulate_put("/thing", body=b"{}", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    assert web.simulate_put("/thing", body=b"{}", headers={"Content-Type": "text/plain"}).status_code == 415
    assert web.simulate_post("/thing", body=b"{}", remote_addr="203.0.113.5").status_code == 405
    assert web.simulate_get("/thing", remote_addr="203.0.113.5").text == "read"


def test_keys_count_from_the_moment_they_are_made_until_they_are_revoked(tmp_path: Path) -> None:
    web = client(tmp_path)
    assert web.simulate_put("/thing", body=b"{}").status_code == 200
    token = add_key(tmp_path, "app", "write")
    refused = web.simulate_put("/thing", body=b"{}")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="article-search"')
    key = {"Authorization": f"Bearer {token}"}
    assert web.simulate_put("/thing", body=b"{}", headers=key, remote_addr="203.0.113.5").status_code == 200
    assert web.simulate_get("/thing", headers=key).status_code == 200
    revoke_key(tmp_path, "app")
    assert web.simulate_put("/thing", body=b"{}", headers=key).status_code == 401
    assert web.simulate_get("/thing", headers=key).status_code == 401
    assert web.simulate_get("/thing").status_code == 200


def test_without_public_reading_everything_needs_a_key(tmp_path: Path) -> None:
    web = client(tmp_path, public_read=False)
    assert web.simulate_get("/thing").status_code == 401
    assert web.simulate_get("/thing", headers={"Authorization": "Bearer as_wrong"}).status_code == 401
    token = add_key(tmp_path, "reader", "search")
    key = {"Authorization": f"Bearer {token}"}
    assert web.simulate_get("/thing", headers=key).text == "read"
    assert web.simulate_put("/thing", body=b"{}", headers=key).status_code == 403


def test_keys_that_cannot_be_read_close_what_needs_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "state.db").write_bytes(b"no database" * 1000)
    web = client(tmp_path)
    with caplog.at_level(logging.ERROR):
        refused = web.simulate_put("/thing", body=b"{}")
    assert refused.status_code == 503
    assert str(tmp_path) not in refused.text
    assert str(tmp_path) in caplog.text
    assert web.simulate_get("/thing").text == "read"
