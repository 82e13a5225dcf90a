"""The site as others see it: its name, its absolute addresses, and names for what has none.

Addresses come from the setting ``base_url``, never from a request's ``Host``: whoever sends a request would choose them.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

__all__ = ["Site", "as_iri", "as_xml"]

_NOBODY = "article-search.invalid"
_TAG_YEAR = "2026"
_IRI_SAFE = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """``title`` is its name, ``base_url`` where it is (empty: nobody said), ``zone`` that in which its days begin."""

    title: str
    base_url: str
    zone: ZoneInfo

    def address(self, path: str) -> str:
        """The address of ``path``; relative to the root of the service where nobody said what that is."""
        return f"{self.base_url}/{path}" if self.base_url else path

    def tag_uri(self, specific: str) -> str:
        """A name that stays the same for ever (RFC 4151); ``specific`` is percent-encoded already."""
        parts = urlsplit(self.base_url)
        place = "/".join(filter(None, (parts.path.strip("/"), specific)))
        return f"tag:{parts.hostname or _NOBODY},{_TAG_YEAR}:{place}"


def as_iri(address: str) -> str:
    """``address`` with what no address may hold percent-encoded, and letters of any script as they are."""
    return "".join(char if char.isalnum() or char in "-._" else quote(char, safe=_IRI_SAFE) for char in address)


def as_xml(root: ElementTree.Element) -> bytes:
    """A document as it is sent: UTF-8, and said to be so."""
    content: bytes = ElementTree.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + content
