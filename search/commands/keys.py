"""The subcommand ``key``: makes, lists and revokes the keys of the HTTP interface."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import Any

from indexer.state import SCOPES, Key, KeyRing, add_key, revoke_key
from search.commands.frame import add_command, print_report
from search.settings import data_directory

__all__ = ["add_keys"]


def add_keys(commands: Any) -> None:
    """Adds the subcommands of this module to the tree."""
    summary = "Makes, lists and revokes keys for the HTTP interface."
    key = commands.add_parser("key", help=summary, description=summary, allow_abbrev=False)
    actions = key.add_subparsers(dest="action", required=True, metavar="ACTION")
    command = add_command(actions, "add", _run_add, "Makes a key and prints it, this once.")
    command.add_argument("name", metavar="NAME", help="what the key is called in the list")
    command.add_argument(
        "--scope", required=True, choices=SCOPES, help="what it may do; write includes search, and desk both"
    )
    add_command(actions, "list", _run_list, "Lists the keys, revoked ones too; the keys themselves are not kept.")
    command = add_command(actions, "revoke", _run_revoke, "Makes a key useless at once, also while a service runs.")
    command.add_argument("name", metavar="NAME")


def _run_add(options: argparse.Namespace) -> int:
    token = add_key(data_directory(options.data), options.name, options.scope)
    record = {"name": options.name, "scope": options.scope, "key": token}
    print_report(options, record, token)
    return 0


def _run_list(options: argparse.Namespace) -> int:
    with closing(KeyRing(data_directory(options.data))) as ring:
        keys = ring.read()
    records = [{"name": key.name, "scope": key.scope, "created": key.created, "revoked": key.revoked} for key in keys]
    lines = [f"{key.name}  {key.scope}  created {key.created}{_revoked(key)}" for key in keys]
    print_report(options, {"keys": records}, "\n".join(lines) or "there are no keys")
    return 0


def _run_revoke(options: argparse.Namespace) -> int:
    revoke_key(data_directory(options.data), options.name)
    print_report(options, {"name": options.name, "revoked": True}, f"the key {options.name!r} is revoked")
    return 0


def _revoked(key: Key) -> str:
    return f", revoked {key.revoked}" if key.revoked else ""
