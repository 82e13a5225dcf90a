"""What programs ask of any site: its OpenSearch description, ``robots.txt`` and the icon."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement

import falcon

from search.web.pages import StaticResource
from search.web.site import Site, as_xml

__all__ = [
    "MOST_SHORT_NAME",
    "Discovery",
    "IconResource",
    "OpenSearchResource",
    "RobotsResource",
    "short_name",
    "write_description",
]

MOST_SHORT_NAME = 16
"""Characters of a ShortName, by the OpenSearch description of version 1.1; a LongName has at most 48."""

MOST_LONG_NAME = 48
_JOINER = "\u200d"
_NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"


class Discovery:
    """Middleware: tells the pages whether there is a description that they may name."""

    def __init__(self, site: Site) -> None:
        self._described = bool(site.base_url)

    def process_request(self, request: falcon.Request, _response: falcon.Response) -> None:
        """Notes it beside the request."""
        request.context.described = self._described


class OpenSearchResource:
    """``GET /opensearch.xml``: browsers add the engine by it."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def on_get(self, _request: falcon.Request, response: falcon.Response) -> None:
        """The description; there is none until somebody says where the service is."""
        if not self._site.base_url:
            raise falcon.HTTPNotFound(
                description="a description of the search needs absolute addresses, and the setting base_url is empty; "
                "set it to the address of the page, like https://example.org/find"
            )
        response.content_type = "application/opensearchdescription+xml; charset=utf-8"
        response.data = write_description(self._site)

    on_head = on_get


class RobotsResource:
    """``GET /robots.txt``.

    Answers are without end, so crawlers are kept from them. Articles may be fetched: what is forbidden can still be listed, and
    only who fetches a page sees that it must not be (``noindex``).
    """

    def __init__(self, site: Site) -> None:
        root = urlsplit(site.base_url).path
        forbidden = ("api/", "search", "feed")
        lines = ["User-agent: *", *(f"Disallow: {root}/{path}" for path in forbidden)]
        self._content = ("\n".join(lines) + "\n").encode()

    def on_get(self, _request: falcon.Request, response: falcon.Response) -> None:
        """The file."""
        response.content_type = "text/plain; charset=utf-8"
        response.data = self._content

    on_head = on_get


class IconResource:
    """``GET /favicon.ico``: browsers ask for it whatever a page says."""

    def __init__(self) -> None:
        self._static = StaticResource()

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """The icon in the old form."""
        self._static.on_get(request, response, "icon.ico")

    on_head = on_get


def write_description(site: Site) -> bytes:
    """The OpenSearch description document of a site whose ``base_url`` is known."""
    root = Element("OpenSearchDescription", {"xmlns": _NAMESPACE})
    for name, text in (
        ("ShortName", short_name(site.title, MOST_SHORT_NAME)),
        ("LongName", short_name(site.title, MOST_LONG_NAME)),
        ("Description", site.title),
        ("InputEncoding", "UTF-8"),
        ("OutputEncoding", "UTF-8"),
        ("AdultContent", "false"),
    ):
        SubElement(root, name).text = text
    for size, file, kind in (("16", "static/icon.ico", "image/x-icon"), ("64", "static/icon.svg", "image/svg+xml")):
        SubElement(root, "Image", {"width": size, "height": size, "type": kind}).text = site.address(file)
    for kind, relation, path in (
        ("text/html", "results", "search?q={searchTerms}"),
        ("application/x-suggestions+json", "suggestions", "api/v1/suggest?q={searchTerms}&format=opensearch"),
        ("application/atom+xml", "results", "feed?q={searchTerms}"),
        ("application/opensearchdescription+xml", "self", "opensearch.xml"),
    ):
        SubElement(root, "Url", {"type": kind, "rel": relation, "method": "get", "template": site.address(path)})
    return as_xml(root)


def short_name(title: str, most: int) -> str:
    """At most ``most`` characters of ``title``: whole words where it has spaces, and no character without its marks."""
    name = " ".join(title.split())
    if len(name) <= most:
        return name
    end = most
    while end and (unicodedata.combining(name[end]) or _JOINER in name[end - 1 : end + 1]):
        end -= 1
    cut = name[:end]
    if name[end] != " " and " " in cut:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip() or name[:most]
