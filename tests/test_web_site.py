"""Addresses, and names for what has none."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.web.site import Site, as_iri

# RFC 4151, 2.1
TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}:(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-F]{2})*\Z")


def site_at(base_url: str) -> Site:
    return Site(title="站", base_url=base_url, zone=ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("base_url", "address", "tag"),
    [
        ("", "feed", "tag:article-search.invalid,2026:feed"),
        ("https://example.org", "https://example.org/feed", "tag:example.org,2026:feed"),
        ("http://Example.org:8080/a/b", "http://Example.org:8080/a/b/feed", "tag:example.org,2026:a/b/feed"),
    ],
)
def test_addresses_begin_with_the_base_and_tags_with_its_host(base_url: str, address: str, tag: str) -> None:
    assert site_at(base_url).address("feed") == address
    assert site_at(base_url).tag_uri("feed") == tag
    assert TAG.match(tag)


@given(st.text())
def test_no_address_holds_what_none_may_hold(address: str) -> None:
    if any("\ud800" <= char <= "\udfff" for char in address):
        return
    assert not re.search(r'[\s"<>\\^`{|}\x00-\x1f]', as_iri(address))
    assert as_iri(as_iri(address)) == as_iri(address)
