"""Who may read and write over HTTP: the rule as pure functions of what a request is and which keys there are, and its middleware.

Reading is open while ``public_read`` is on. Writing needs a key; while none was ever made, it is taken from programs on the same
machine alone. That must keep out a proxy on this machine, which speaks for others (it adds headers), and the operator's browser,
which carries out what foreign pages say (it sends ``Origin``, and asks before it sends JSON); and a page whose name was made to
point here, DNS rebinding (it has another ``Host``). Each condition alone refuses.
"""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import falcon

from indexer.errors import SettingsError, StateError
from indexer.state import Key, KeyRing, Scope, includes, match_key

__all__ = [
    "AccessControl",
    "Asked",
    "Refusal",
    "bearer_token",
    "client_address",
    "is_loopback",
    "is_loopback_host",
    "keyless_refusal",
    "needed_scope",
    "parse_networks",
    "refusal",
]

OPEN_ROUTES = frozenset({"/healthz", "/readyz", "/static/{name}", "/favicon.ico", "/box.js", "/robots.txt"})
"""Whoever watches the service, shows its box or crawls has no key."""
READING_POSTS = frozenset({"/api/v1/multi-search"})
BODY_TYPES = ("application/json", "application/x-ndjson")
"""No page can send these to another site without asking it first."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::[0-9]{1,5})?")
_ORIGIN = re.compile(r"(https?)://([^/?#@\s]+)", re.IGNORECASE)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_CHALLENGE = 'Bearer realm="article-search"'
_MAKE_A_KEY = "make a key with article-search key add and send it as Authorization: Bearer KEY"

_log = logging.getLogger("article_search")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the rule looks at: ``peer`` is the address of the other end ("" for a Unix socket), ``headers`` by small names.

    ``target`` is what the request line names, which is a path unless it was written for a proxy.
    """

    method: str
    peer: str
    headers: Mapping[str, str]
    has_body: bool
    target: str = "/"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not, as a status and in words; ``challenge`` is the value of ``WWW-Authenticate``."""

    status: int
    detail: str
    challenge: str | None = None


def needed_scope(method: str, route: str) -> Scope | None:
    """What a request needs, None where it is open to all; ``route`` is the template of the address."""
    if route in OPEN_ROUTES or method == "OPTIONS":
        return None
    if method in ("GET", "HEAD") or (method == "POST" and route in READING_POSTS):
        return "search"
    return "write"


def refusal(
    asked: Asked, needed: Scope, keys: Sequence[Key], *, public_read: bool, trusted: Sequence[Network]
) -> Refusal | None:
    """Why a request that needs a scope is not taken; None where it is.

    A key that was revoked counts as one: revoking the last one must let nobody in.
    """
    token = bearer_token(asked.headers.get("authorization"))
    if token is not None:
        key = match_key(keys, token)
        if key is None:
            return Refusal(401, "the key is not known, or was revoked", f'{_CHALLENGE}, error="invalid_token"')
        if not includes(key.scope, needed):
            detail = f"the key {key.name!r} has the scope {key.scope}, and this needs {needed}"
            return Refusal(403, detail, f'{_CHALLENGE}, error="insufficient_scope", scope="{needed}"')
    elif needed == "search":
        if not public_read:
            return Refusal(401, f"reading needs a key here; {_MAKE_A_KEY}", _CHALLENGE)
    elif keys:
        return Refusal(401, f"this needs a key of the scope {needed}: Authorization: Bearer KEY", _CHALLENGE)
    elif why := keyless_refusal(asked, trusted):
        return Refusal(403, f"without a key this is taken from this machine alone, and {why}; {_MAKE_A_KEY}")
    return _type_refusal(asked) if needed != "search" else None


def keyless_refusal(asked: Asked, trusted: Sequence[Network]) -> str | None:
    """Which condition of a write without a key fails, None where all hold."""
    headers = asked.headers
    behind_trusted = is_within(asked.peer, trusted)
    if not is_loopback(client_address(asked.peer, headers.get("x-forwarded-for"), trusted)):
        return "the request is from elsewhere"
    for name in headers:
        if name in ("forwarded", "via", "x-real-ip") or (name.startswith("x-forwarded") and not behind_trusted):
            return f"the header {name} says that a proxy sent it"
    if not asked.target.startswith("/"):  # HTTP has such a host count, and not Host (RFC 9112, 3.2.2)
        return "the request names a whole address, as those that are meant for a proxy do"
    host = headers.get("host", "")
    named = [host, *(part.strip() for part in headers.get("x-forwarded-host", host).split(","))]
    if not all(map(is_loopback_host, named)):
        return "Host is no name of this machine's own (localhost, 127.0.0.1, [::1])"
    if "origin" in headers and not _is_own_origin(headers["origin"], host):
        return "Origin says that a page of another site sent it"
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return "Sec-Fetch-Site says that a page of another site sent it"
    return None


def client_address(peer: str, forwarded_for: str | None, trusted: Sequence[Network]) -> str:
    """Who asks: the ``peer``, or, where that is a trusted proxy, the last address it names that is not one."""
    client = peer
    for address in reversed((forwarded_for or "").split(",")):
        if not address.strip() or not is_within(client, trusted):
            break
        client = address.strip()
    return client


@lru_cache(maxsize=1024)
def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own; a Unix socket has none, and it is mostly a proxy that speaks there."""
    parsed = _parsed(address)
    return parsed is not None and parsed.is_loopback


@lru_cache(maxsize=1024)
def is_loopback_host(host: str) -> bool:
    """Whether a value of ``Host``, with or without a port, is a name or an address of this machine's own."""
    match = _HOST.fullmatch(host)
    if match is None:
        return False
    name = match[1].lower()
    return name in ("localhost", "localhost.") or is_loopback(name.removeprefix("[").removesuffix("]"))


def is_within(address: str, networks: Sequence[Network]) -> bool:
    """Whether an address is in one of the networks."""
    parsed = _parsed(address) if networks else None
    return parsed is not None and any(parsed in network for network in networks)


def bearer_token(authorization: str | None) -> str | None:
    """The key in a header, None where there is none: other schemes are between a browser and a proxy."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def parse_networks(text: str) -> tuple[Network, ...]:
    """The networks of the setting ``trusted_proxies``: addresses and networks, separated by commas.

    Raises:
        SettingsError: one of them is none.
    """
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise SettingsError(
            f"trusted_proxies: {error}; write addresses and networks like 10.0.0.7, fd00::/8", setting="trusted_proxies"
        ) from None


def _type_refusal(asked: Asked) -> Refusal | None:
    if asked.method == "DELETE" and not asked.has_body:
        return None
    given = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given in BODY_TYPES:
        return None
    return Refusal(415, f"the body must be {' or '.join(BODY_TYPES)}, and Content-Type is {given or 'missing'!r}")


def _is_own_origin(origin: str, host: str) -> bool:
    """Whether the page that sent a request is of the very address it was sent to, as its browser names both."""
    match = _ORIGIN.fullmatch(origin)
    if match is None:  # null, among others
        return False
    default = _DEFAULT_PORTS[match[1].lower()]
    return match[2].lower().removesuffix(default) == host.lower().removesuffix(default)


@lru_cache(maxsize=1024)
def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, ipaddress.IPv6Address) else parsed


class AccessControl:
    """Middleware: refuses what the rule refuses, before the resource is asked."""

    def __init__(self, keys: KeyRing, *, public_read: bool, trusted_proxies: str) -> None:
        self._keys = keys
        self._public_read = public_read
        self._trusted = parse_networks(trusted_proxies)

    def process_resource(
        self, request: falcon.Request, _response: falcon.Response, resource: Any, _params: Mapping[str, Any]
    ) -> None:
        """Passes, or raises the refusal as an HTTP error."""
        needed = needed_scope(request.method, request.uri_template or "")
        if needed is None or not _takes(resource.__class__, request.method):
            return  # open, or about to be answered with the methods that the address takes
        if needed == "search" and self._public_read and "HTTP_AUTHORIZATION" not in request.env:
            return
        try:
            keys = self._keys.read()
        except StateError as error:
            _log.error("%s", error)
            raise falcon.HTTPServiceUnavailable(
                description="the keys of this service cannot be read; its log has more"
            ) from error
        found = refusal(_asked(request), needed, keys, public_read=self._public_read, trusted=self._trusted)
        if found is not None:
            headers = {"WWW-Authenticate": found.challenge} if found.challenge else None
            raise falcon.HTTPError(found.status, description=found.detail, headers=headers)


@lru_cache(maxsize=256)
def _takes(resource: type, method: str) -> bool:
    """Whether a resource has a responder for a method, under whatever suffix."""
    return any(name.startswith(f"on_{method.lower()}") for name in dir(resource))


def _asked(request: falcon.Request) -> Asked:
    env = request.env
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in env.items()
        if name.startswith("HTTP_") or name == "CONTENT_TYPE"
    }
    return Asked(
        method=request.method,
        peer=env.get("REMOTE_ADDR", ""),
        headers=headers,
        has_body=bool(request.content_length) or "HTTP_TRANSFER_ENCODING" in env,
        target=env.get("RAW_URI", "/"),
    )
