from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import SettingsError
from search.settings import Settings, read_settings


def test_an_option_comes_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('workers = 3\nthreads = 5\ntitle = "站内"\n', encoding="utf-8")
    settings = read_settings({"ARTICLE_SEARCH_THREADS": "6"}, data=str(tmp_path), workers=4, bind=None)
    assert (settings.workers, settings.threads, settings.title, settings.bind) == (4, 6, "站内", "127.0.0.1:8000")
    assert read_settings({"ARTICLE_SEARCH_DATA": str(tmp_path)}).workers == 3
    assert str(settings.zone) == "Asia/Shanghai"


def test_the_defaults_are_those_of_the_table() -> None:
    assert read_settings({}, data="/nowhere") == Settings(data="/nowhere")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WORKERS", "many"),
        ("WORKERS", "0"),
        ("SEGMENTER", "hanlp"),
        ("TIMEZONE", "Mars/Olympus"),
        ("RELAX_SHARE", "2"),
        ("RECENCY_WEIGHT", "nan"),
        ("RECENCY_HALF_LIFE_DAYS", "inf"),
        ("BASE_URL", "example.org"),
        ("BASE_URL", "javascript:alert(1)"),
        ("BASE_URL", "https://"),
        ("BASE_URL", "https://example.org:port"),
        ("BASE_URL", "https://me:secret@example.org"),
        ("BASE_URL", "https://example.org/?q=1"),
        ("BASE_URL", "https://example.org/#top"),
        ("BASE_URL", "https://example.org/a b"),
        ("BASE_URL", "https://岫川.example"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({f"ARTICLE_SEARCH_{name}": value}, data="/nowhere")
    assert caught.value.setting == name.lower()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", ""),
        ("https://example.org", "https://example.org"),
        ("http://localhost:8000/find/", "http://localhost:8000/find"),
        ("https://[::1]:8000/%E6%90%9C", "https://[::1]:8000/%E6%90%9C"),
    ],
)
def test_the_address_of_the_page_is_kept_without_a_slash_at_its_end(given: str, kept: str) -> None:
    assert read_settings({"ARTICLE_SEARCH_BASE_URL": given}, data="/nowhere").base_url == kept


@pytest.mark.parametrize("content", ["color = 1", "data = 'x'", "workers = [", "workers = 'many'"])
def test_a_file_that_cannot_be_used_is_refused_by_its_place(tmp_path: Path, content: str) -> None:
    (tmp_path / "settings.toml").write_text(content)
    with pytest.raises(SettingsError, match=r"settings\.toml"):
        read_settings({}, data=str(tmp_path))


@pytest.mark.parametrize("title", ["", "  ", "a\nb", "a\x00", "\udcff", "\ufffe"])
def test_a_title_that_no_page_or_description_can_show_is_refused(title: str) -> None:
    with pytest.raises(SettingsError, match="title must be a line of text") as raised:
        read_settings({}, data="/nowhere", title=title)
    assert raised.value.setting == "title"
    assert read_settings({}, data="/nowhere", title="新聞\u3000<搜尋> & “找”").title
