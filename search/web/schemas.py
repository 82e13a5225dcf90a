"""What goes over the wire, as JSON Schema (2020-12): the components of ``/openapi.json``. Tests hold real answers to them."""

from __future__ import annotations

from typing import Any

from indexer.schema import FACETS
from search.page import ARTICLE_FIELDS

__all__ = ["SCHEMAS", "listed", "named"]

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
SWITCH: Schema = {"type": "boolean"}


def named(name: str) -> Schema:
    """A reference to one of ``SCHEMAS``."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(items: Schema) -> Schema:
    """A list of such."""
    return {"type": "array", "items": items}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _object(required: Schema, optional: Schema | None = None, **more: Any) -> Schema:
    """An object that has the one, may have the other, and nothing else."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
        "additionalProperties": False,
        **more,
    }


_ADDRESS = _or_null({**TEXT, "description": "an address as the article gives it"})
_ARTICLE: Schema = {
    "id": {
        **TEXT,
        "minLength": 1,
        "maxLength": 512,
        "description": "at most 512 bytes, no slash, no control character",
    },
    "title": TEXT,
    "body": {**TEXT, "description": "paragraphs, each on a line"},
    "summary": _or_null(TEXT),
    "section": {**listed(TEXT), "description": "the path from general to special"},
    "authors": listed(TEXT),
    "source": _or_null(TEXT),
    "published": _or_null({**TEXT, "description": "YYYY, YYYY-MM, YYYY-MM-DD or RFC 3339"}),
    "url": _ADDRESS,
    "captions": listed(TEXT),
    "also_at": {**listed(TEXT), "description": "other addresses of the same article"},
    "story": _or_null({**TEXT, "description": "the same for all reprints of one story"}),
}
_WRITTEN = {
    "oneOf": [listed(TEXT), TEXT, {"type": "null"}],
    "description": "a list, or one string that is split",
}

SCHEMAS: dict[str, Schema] = {
    "Article": _object(_ARTICLE),
    "ExportedArticle": _object({}, _ARTICLE, description="An article with the fields that were asked for."),
    "ArticleToWrite": {
        "type": "object",
        "properties": {
            **{name: schema for name, schema in _ARTICLE.items() if name not in ("also_at", "story", "published")},
            "published": {
                "type": ["string", "integer", "null"],
                "description": "also YYYYMMDD; the field may be called date",
            },
            **dict.fromkeys(("section", "authors", "captions"), _WRITTEN),
        },
        "description": "A title or a body is needed. The id of an address (PUT) counts; unknown fields are ignored.",
    },
    "Hit": _object(
        {
            "id": _ARTICLE["id"],
            "score": {**NUMBER, "description": "0 where dates order"},
            "highlights": named("Highlights"),
        },
        {
            **{name: _ARTICLE[name] for name in ARTICLE_FIELDS if name != "id"},
            "pinned": {**SWITCH, "description": "an editor put it first"},
            "folded": _object({"count": COUNT, "sources": listed(TEXT)}),
            "explanation": named("Explanation"),
        },
    ),
    "Highlights": _object(
        {
            "title": {**TEXT, "description": "HTML: the text escaped, matches between tags"},
            "snippets": listed(TEXT),
        },
        {
            "excerpts": listed(
                _object(
                    {
                        "field": TEXT,
                        "start": COUNT,
                        "end": COUNT,
                        "marks": listed({"type": "array", "items": COUNT, "minItems": 2, "maxItems": 2}),
                    }
                )
            )
        },
    ),
    "Explanation": _object(
        {
            "terms": listed(
                _object(
                    {
                        "kind": {"enum": ["word", "bigram"]},
                        "term": TEXT,
                        "weight": NUMBER,
                        "idf": NUMBER,
                        "frequencies": {"type": "object", "additionalProperties": NUMBER},
                        "score": NUMBER,
                    }
                )
            ),
            **dict.fromkeys(("title", "factor", "characters", "window", "order"), NUMBER),
        }
    ),
    "FacetValue": _object({"value": {**TEXT, "description": "empty: articles without one"}, "count": COUNT}),
    "SearchPage": _object(
        {
            "query": _object({"text": TEXT, "relaxed": SWITCH, "warnings": listed(TEXT)}),
            "total": {**COUNT, "description": "exact, unless partial"},
            "partial": SWITCH,
            "took_ms": NUMBER,
            "next": _or_null({**TEXT, "description": "the cursor of the page after this one"}),
            "hits": listed(named("Hit")),
            "facets": _object({}, dict.fromkeys(FACETS, listed(named("FacetValue")))),
            "suggestion": _or_null({**TEXT, "description": "another query that finds more"}),
        }
    ),
    "SearchBody": {
        "type": "object",
        "description": "The parameters of a search; those that may be repeated, facets and fields may be lists.",
        "additionalProperties": {
            "anyOf": [TEXT, {"type": "integer"}, SWITCH, {"type": "null"}, listed({"type": ["string", "integer"]})]
        },
    },
    "Suggestions": _object(
        {
            "query": TEXT,
            "suggestions": listed(
                _object(
                    {
                        "text": TEXT,
                        "kind": {"enum": ["title", "section", "author", "source", "phrase"]},
                        "count": COUNT,
                    }
                )
            ),
        }
    ),
    "BrowserSuggestions": {
        "type": "array",
        "prefixItems": [TEXT, listed(TEXT)],
        "minItems": 2,
        "maxItems": 2,
        "description": "What was typed, and texts that go on from it.",
    },
    "FacetValues": _object({"facet": {"enum": list(FACETS)}, "values": listed(named("FacetValue"))}),
    "Similar": _object({"hits": listed(named("Hit"))}),
    "WriteResult": {
        "type": "object",
        "required": ["id", "result"],
        "properties": {
            "id": TEXT,
            "result": {"enum": ["created", "updated", "unchanged", "duplicate", "deleted"]},
            "change": {"type": ["integer", "null"], "description": "the number of the change, which is durable"},
            "duplicate_of": {**TEXT, "description": "the article of which it is now one more address"},
            "searchable": {**SWITCH, "description": "with wait=searchable: whether it can be found by now"},
        },
    },
    "LineResult": {
        "type": "object",
        "required": ["line"],
        "properties": {"line": COUNT, "id": TEXT, "result": TEXT, "problem": named("Problem")},
        "description": "What became of a line: as a single write, or its problem.",
    },
    "Live": _object({"status": {"const": "ok"}}),
    "Ready": {
        "type": "object",
        "required": ["ready", "articles", "generation", "change"],
        "properties": {
            "ready": {"const": True},
            "articles": COUNT,
            "generation": TEXT,
            "change": COUNT,
            "problems": {**listed(TEXT), "description": "lines of the editor's files that cannot be used"},
        },
    },
    "Problem": {
        "type": "object",
        "description": "RFC 9457",
        "required": ["title", "status", "detail"],
        "properties": {
            "title": TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {**TEXT, "description": "what is wrong, where, and what to do"},
            "parameter": {**TEXT, "description": "the parameter, or field of an article, that is at fault"},
            "offset": {**COUNT, "description": "where in a query, in code points"},
        },
    },
}
"""Name of a component → its schema."""
