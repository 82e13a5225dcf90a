"""Keys of the HTTP interface: made, matched, revoked while others look, and kept by a backup."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from indexer.archive import Archive
from indexer.backup import back_up
from indexer.errors import StateError
from indexer.restore import restore
from indexer.state import SCOPES, Key, KeyRing, add_key, includes, match_key, revoke_key
from search.cli import main
from tests.conftest import article

NOBODY = 65534


def keys(data: Path) -> tuple[Key, ...]:
    with closing(KeyRing(data)) as ring:
        return ring.read()


def test_a_key_is_found_by_its_secret_alone(tmp_path: Path) -> None:
    token, other = add_key(tmp_path, "编辑部", "write"), add_key(tmp_path, "reader", "search")
    found = match_key(keys(tmp_path), token)
    assert found is not None
    assert (found.name, found.scope, found.revoked) == ("编辑部", "write", None)
    found = match_key(keys(tmp_path), other)
    assert found is not None
    assert found.name == "reader"
    for wrong in ("", "编辑部", token[:-1], token + "x", token.removeprefix("as_"), "\ud800"):
        assert match_key(keys(tmp_path), wrong) is None


def test_a_secret_is_256_random_bits_and_is_kept_nowhere(tmp_path: Path) -> None:
    tokens = {add_key(tmp_path, f"key {number}", "desk") for number in range(20)}
    assert len(tokens) == 20
    assert all(token.startswith("as_") and len(token) == len("as_") + 43 for token in tokens)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not any(token.encode() in kept or token[3:].encode() in kept for token in tokens)


def test_a_scope_includes_those_below_it() -> None:
    assert [[includes(scope, needed) for needed in SCOPES] for scope in SCOPES] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


def test_a_name_stands_for_one_key_until_it_is_revoked(tmp_path: Path) -> None:
    first = add_key(tmp_path, "app", "write")
    with pytest.raises(StateError, match="there is a key 'app' already; revoke it first"):
        add_key(tmp_path, "app", "search")
    revoke_key(tmp_path, "app")
    second = add_key(tmp_path, "app", "write")
    assert [(key.name, key.revoked is None) for key in keys(tmp_path)] == [("app", False), ("app", True)]
    assert match_key(keys(tmp_path), first) is None
    assert match_key(keys(tmp_path), second) is not None
    for name in ("", " app", "a\nb", "x" * 101):
        with pytest.raises(StateError, match="cannot be named"):
            add_key(tmp_path, name, "write")


def test_who_looks_sees_every_change_at_once(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    assert ring.read() == ()
    assert list(tmp_path.iterdir()) == []
    for number in range(30):
        add_key(tmp_path, str(number), "write")
        assert [key.name for key in ring.read()][-1] == str(number)
        revoke_key(tmp_path, str(number))
        assert ring.read()[-1].revoked is not None
    (tmp_path / "state.db").unlink()
    assert ring.read() == ()
    for path in tmp_path.iterdir():
        path.unlink()
    add_key(tmp_path, "new", "search")
    assert [key.name for key in ring.read()] == ["new"]
    ring.close()
    assert [key.name for key in ring.read()] == ["new"]
    ring.close()


def test_a_state_that_cannot_be_used_is_no_state_without_keys(tmp_path: Path) -> None:
    add_key(tmp_path, "a", "write")
    ring = KeyRing(tmp_path)
    assert len(ring.read()) == 1
    with closing(sqlite3.connect(tmp_path / "state.db")) as db:
        db.execute("PRAGMA user_version = 99")
    ring.close()
    for use in (ring.read, lambda: add_key(tmp_path, "b", "write")):
        with pytest.raises(StateError, match=r"later version \(format 99, known is 1\); upgrade"):
            use()
    (tmp_path / "state.db").write_bytes(b"no database" * 1000)
    with pytest.raises(StateError, match="cannot read"):
        ring.read()
    (tmp_path / "state.db").unlink()
    with closing(sqlite3.connect(tmp_path / "state.db")) as db:
        db.execute("CREATE TABLE theirs (a)")
    with pytest.raises(StateError, match="of another program"):
        ring.read()
    with pytest.raises(StateError, match="no key 'none'; see those there are"):
        revoke_key(tmp_path / "elsewhere", "none")


def test_keys_are_read_where_nothing_can_be_written() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        add_key(data, "a", "write")
        data.chmod(0o555)
        (data / "state.db").chmod(0o444)
        child = os.fork()
        if child == 0:
            try:
                if os.geteuid() == 0:
                    os.setuid(NOBODY)  # the superuser may write everywhere
                with closing(KeyRing(data)) as ring:
                    os._exit(0 if [key.name for key in ring.read()] == ["a"] else 1)
            finally:
                os._exit(2)
        assert os.waitpid(child, 0)[1] == 0
        assert [path.name for path in data.iterdir()] == ["state.db"]
        data.chmod(0o755)


def test_keys_survive_a_backup(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Archive(data) as archive:
        archive.put([article("a")])
    token = add_key(data, "app", "write")
    ring = KeyRing(data)
    ring.read()  # held open by a service, whatever comes
    back_up(data, tmp_path / "b.zip")
    revoke_key(data, "app")
    assert match_key(ring.read(), token) is None
    restore(data, tmp_path / "b.zip", replace=True)
    assert match_key(ring.read(), token) is not None
    ring.close()
    restore(tmp_path / "new", tmp_path / "b.zip")
    assert match_key(keys(tmp_path / "new"), token) is not None


def test_the_command_shows_a_key_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path)]
    assert main(["key", "list", *data]) == 0
    assert capsys.readouterr().out == "there are no keys\n"
    assert main(["key", "add", "app", "--scope", "write", *data]) == 0
    token = capsys.readouterr().out.strip()
    assert main(["key", "add", "more", "--scope", "desk", "--json", *data]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["name"], made["scope"]) == ("more", "desk")
    assert {match.name for each in (token, made["key"]) if (match := match_key(keys(tmp_path), each))} == {
        "app",
        "more",
    }
    assert main(["key", "revoke", "app", *data]) == 0
    capsys.readouterr()
    assert main(["key", "list", *data]) == 0
    listed = capsys.readouterr().out
    assert token not in listed
    assert listed.startswith("app  write  created ")
    assert "revoked" in listed.splitlines()[0]
    assert main(["key", "list", "--json", *data]) == 0
    assert [(key["name"], key["revoked"] is None) for key in json.loads(capsys.readouterr().out)["keys"]] == [
        ("app", False),
        ("more", True),
    ]
    assert main(["key", "revoke", "app", *data]) == 2
    assert "there is no key 'app'" in capsys.readouterr().err
    assert main(["key", "add", "more", "--scope", "search", *data]) == 2
