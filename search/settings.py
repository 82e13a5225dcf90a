"""The settings: one table of name, default and help, read once at the edge and passed down frozen.

A setting comes from the environment (``ARTICLE_SEARCH_`` and its name in capitals), else from ``settings.toml`` in the data
directory, else it has its default. ``docs/settings.md`` is checked against this table.
"""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from indexer.analysis import SEGMENTERS
from indexer.directory import SETTINGS_NAME
from indexer.errors import SettingsError
from search.evaluate.ranking import Ranking, parse_boosts

__all__ = ["ENVIRONMENT_PREFIX", "Settings", "data_directory", "read_settings"]

ENVIRONMENT_PREFIX = "ARTICLE_SEARCH_"
_AT_LEAST_ONE = (
    "max_article_bytes", "max_title_chars", "max_body_chars", "max_field_chars", "max_list_items", "max_archive_bytes",
    "max_archive_ratio", "max_archive_depth", "memory_mb", "search_timeout_ms", "wait_timeout_ms", "workers", "threads",
    "client_timeout_s",
)  # fmt: skip
_NOT_IN_ADDRESS = re.compile(r"[\s\"<>\\^`{|}?#]")
_NOT_IN_TITLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SWITCHES = {"true": True, "false": False, "1": True, "0": False}


def _setting(default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting; a field's metadata holds its help."""

    data: str = _setting("data", "directory that holds the archive and the index")
    timezone: str = _setting("Asia/Shanghai", "time zone in which a moment is of a day")
    segmenter: str = _setting("auto", "cuts Han text: jieba, rjieba, or auto (rjieba where it is installed)")
    max_article_bytes: int = _setting(4 * 1024 * 1024, "a larger article is rejected")
    max_title_chars: int = _setting(1_000, "an article that is written over HTTP with a longer title is rejected")
    max_body_chars: int = _setting(1_000_000, "the same for its body")
    max_field_chars: int = _setting(10_000, "the same for every other text, or value of a list")
    max_list_items: int = _setting(1_000, "the same for the number of values of a list: authors, captions and so on")
    max_archive_bytes: int = _setting(64 * 1024 * 1024 * 1024, "what one archive or gzip file may unpack to")
    max_archive_ratio: int = _setting(250, "how many bytes one packed byte may become, past max_article_bytes")
    max_archive_depth: int = _setting(3, "how deep archives and gzip files may lie in each other")
    memory_mb: int = _setting(1024, "what the index writer may hold in memory")
    kept_versions: int = _setting(10, "earlier versions of a corrected article that the archive keeps; 0 for none")
    relax_share: float = _setting(
        0.1, "share of the query's weight that an article must hold when no article has all the words (match=auto)"
    )
    search_timeout_ms: int = _setting(
        3000, "a search that takes longer is cut short: it answers with what it found and says so (partial)"
    )
    rerank_depth: int = _setting(20, "so many of the best articles are ordered anew by their texts; 0 for none")
    boosts: str = _setting("", "what scores are multiplied by, like section:清廉之窗=1.5, source:日报=0.8")
    recency_weight: float = _setting(0.0, "share by which the score of the newest article is raised; 0 for none")
    recency_half_life_days: float = _setting(
        365.0, "an article so much older than the newest is raised by half of that"
    )
    region_words: bool = _setting(
        True,
        "words that regions have for the same thing (計程車, 出租车) find one another, as if they stood in synonyms.txt",
    )
    cached_answers: int = _setting(
        500,
        "answers that each process of the service keeps for who asks the same again, until the index changes, none of them "
        "large; 0 for none",
    )
    index_in_service: bool = _setting(
        True, "serve also keeps the index up to the archive, and builds it anew when it is damaged or outdated"
    )
    scrub_interval_s: int = _setting(
        3600,
        "a service that keeps the index reads every byte of it again within this time, for flipped bits; 0 for never",
    )
    public_read: bool = _setting(
        True, "reading needs no key; if False, all but the probes and the files of the page needs one"
    )
    trusted_proxies: str = _setting(
        "",
        "addresses and networks, separated by commas, whose X-Forwarded headers are believed when a write comes without a key",
    )
    wait_timeout_ms: int = _setting(30_000, "how long a write with wait=searchable waits for the index at most")
    bind: str = _setting("127.0.0.1:8000", "address and port on which serve listens")
    workers: int = _setting(2, "processes that answer requests")
    threads: int = _setting(4, "threads of each process that answers requests")
    client_timeout_s: int = _setting(
        60,
        "a client over TCP that sends nothing of its request, or takes nothing of the answer, for so long is given up",
    )
    title: str = _setting("Article search", "name of the search page")
    base_url: str = _setting(
        "",
        "address of the page as readers have it, like https://example.org/find; absolute addresses begin with it; "
        "empty: not known",
    )
    access_log: str = _setting("off", "where a line about each request goes: off, stderr, or a file")
    cors_origins: str = _setting(
        "",
        "origins whose pages may read the HTTP interface, like https://www.example.org, apart by spaces or commas; * for all",
    )

    @property
    def ranking(self) -> Ranking:
        """The order by relevance as these settings have it.

        Raises:
            SettingsError: ``boosts`` cannot be read.
        """
        return Ranking(
            depth=self.rerank_depth,
            boosts=parse_boosts(self.boosts),
            recency_weight=self.recency_weight,
            recency_half_life_days=self.recency_half_life_days,
        )

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.timezone)


def read_settings(environment: Mapping[str, str] | None = None, **given: object) -> Settings:
    """The settings from ``given`` (options of the command; None counts as not given), environment and file, in that order.

    Raises:
        SettingsError: a value cannot be used, or the file holds a name that is no setting.
    """
    env = os.environ if environment is None else environment
    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    for setting in fields(Settings):
        variable = ENVIRONMENT_PREFIX + setting.name.upper()
        if setting.name not in values and variable in env:
            values[setting.name] = _convert(setting.name, setting.default, env[variable], variable)
    path = Path(values.get("data", Settings().data)) / SETTINGS_NAME
    for name, value in _read_file(path).items():
        values.setdefault(name, value)
    return _checked(Settings(**values))


def data_directory(given: str | None, environment: Mapping[str, str] | None = None) -> str:
    """The data directory as ``read_settings`` takes it: as ``given``, from the environment, or the default."""
    env = os.environ if environment is None else environment
    return given or env.get(f"{ENVIRONMENT_PREFIX}DATA") or Settings().data


def _read_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read: {error}", setting=SETTINGS_NAME) from error
    known = {setting.name: setting.default for setting in fields(Settings)}
    for name, value in content.items():
        if name not in known or name == "data":
            raise SettingsError(f"{path}: {name!r} is no setting; see docs/settings.md", setting=name)
        content[name] = _convert(name, known[name], value, f"{path}: {name}")
    return content


def _convert(name: str, default: object, value: object, place: str) -> object:
    kind = type(default)
    if kind is bool:
        if str(value).lower() not in _SWITCHES:
            raise SettingsError(f"{place} must be one of {', '.join(_SWITCHES)}, and is {value!r}", setting=name)
        return _SWITCHES[str(value).lower()]
    try:
        return kind(value)  # type: ignore[call-arg]
    except ValueError:
        raise SettingsError(f"{place} must be of type {kind.__name__}, and is {value!r}", setting=name) from None


def _checked(settings: Settings) -> Settings:
    if settings.segmenter not in SEGMENTERS:
        raise SettingsError(
            f"segmenter must be one of {', '.join(SEGMENTERS)}, and is {settings.segmenter!r}", setting="segmenter"
        )
    for name in _AT_LEAST_ONE:
        if getattr(settings, name) < 1:
            raise SettingsError(f"{name} must be 1 or more, and is {getattr(settings, name)}", setting=name)
    parse_boosts(settings.boosts)
    for name in ("rerank_depth", "recency_weight", "kept_versions", "scrub_interval_s"):
        if not 0 <= getattr(settings, name) < math.inf:
            raise SettingsError(f"{name} must be a number from 0 up, and is {getattr(settings, name)}", setting=name)
    if not 0 < settings.recency_half_life_days < math.inf:
        raise SettingsError(
            f"recency_half_life_days must be a number above 0, and is {settings.recency_half_life_days}",
            setting="recency_half_life_days",
        )
    if not settings.title.strip() or _NOT_IN_TITLE.search(settings.title):
        raise SettingsError(
            f"title must be a line of text that can be shown, and is {settings.title!r}", setting="title"
        )
    if settings.base_url:
        settings = replace(settings, base_url=_checked_address(settings.base_url))
    if not 0 <= settings.relax_share <= 1:
        raise SettingsError(f"relax_share must be from 0 to 1, and is {settings.relax_share}", setting="relax_share")
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError(
            f"timezone {settings.timezone!r} is not known; write it like Asia/Shanghai", setting="timezone"
        ) from None
    return settings


def _checked_address(base_url: str) -> str:
    """``base_url`` without a slash at its end."""
    try:
        parts = urlsplit(base_url)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) and base_url.isascii()
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username or _NOT_IN_ADDRESS.search(base_url):
        raise SettingsError(
            f"base_url must be an address like https://example.org/find, percent-encoded, and is {base_url!r}",
            setting="base_url",
        )
    return base_url.rstrip("/")
