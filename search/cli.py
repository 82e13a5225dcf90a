"""The command: one tree of subcommands, each a thin edge over the rooms below.

Reports go to standard output (``--json`` makes them JSON), progress and errors to standard error. Exit status 0: done; 1: done,
but some inputs were rejected; 2: could not run, with one line that says what, where, and what to do.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import service
from indexer.analysis import Analyzer, open_segmenter
from indexer.archive import ARCHIVE_NAME, Archive
from indexer.article import article_to_record
from indexer.build import delete_articles, reclean, sync
from indexer.cleaning import RawPage, extract_raw
from indexer.directory import finish_restore
from indexer.errors import ArchiveError, ArticleSearchError, IngestError
from indexer.schema import clean_article
from indexer.sources import explain_removals, read_inputs
from search.commands.frame import (
    ProgressBars,
    add_command,
    build_options,
    error_record,
    print_report,
    read_limits,
    write_json,
)
from search.commands.indexing import add_index, reanalysed_text
from search.commands.upkeep import add_upkeep
from search.engines.local import LocalEngine
from search.evaluate import arrays
from search.history import article_to_text, find_version, history_to_record, history_to_text
from search.page import page_to_record
from search.query.vocabulary import VocabularyFiles
from search.request import PARAMETERS, request_from_parameters
from search.settings import Settings, data_directory, read_settings
from search.terminal import page_to_text
from search.words import words_report, words_to_text

__all__ = ["build_parser", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    options = build_parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        finish_restore(data_directory(options.data))
        return run(options)
    except BrokenPipeError:
        # The reader of our output went away (a pager, head): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("article-search: stopped; what was taken so far is kept", file=sys.stderr)
        return 2
    except ArticleSearchError as error:
        print(f"article-search: {error}", file=sys.stderr)
        return 2


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command."""
    parser = argparse.ArgumentParser(
        prog="article-search", description="Full-text search over a Chinese article corpus.", allow_abbrev=False
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (
        add_index,
        _add_extract,
        _add_search,
        _add_serve,
        _add_delete,
        _add_show,
        _add_export,
        _add_stats,
        _add_sync,
        _add_reclean,
        _add_words,
        add_upkeep,
    ):
        add(commands)
    return parser


def _add_extract(commands: Any) -> None:
    command = add_command(
        commands,
        "extract",
        _run_extract,
        "Prints the articles that files become, as JSONL; changes nothing.",
        json=False,
    )
    command.add_argument("files", nargs="+", metavar="FILE")
    command.add_argument("--explain", action="store_true", help="say on standard error what was removed, and why")


_SWITCHES = {
    "strict": "refuse a malformed query",
    "explain": "say what each score is made of",
    "offsets": "say where title and snippets stand in the article (with --json)",
}


def _add_search(commands: Any) -> None:
    command = add_command(
        commands, "search", _run_search, "Searches; the options are the parameters of the HTTP interface."
    )
    command.add_argument("query", nargs="?", default="", metavar="QUERY")
    for name in PARAMETERS:
        if name in _SWITCHES:
            command.add_argument(f"--{name}", action="store_const", const="1", help=_SWITCHES[name])
        elif name != "q":
            command.add_argument("--" + name.replace("_", "-"), dest=name, action="append", metavar="VALUE")


def _add_serve(commands: Any) -> None:
    command = add_command(commands, "serve", _run_serve, "Serves the page and the HTTP interface.", json=False)
    command.add_argument("--bind", metavar="ADDRESS:PORT", help="where to listen (default: 127.0.0.1:8000)")
    command.add_argument("--workers", type=int, metavar="N", help="processes that answer (default: 2)")


def _add_delete(commands: Any) -> None:
    command = add_command(commands, "delete", _run_delete, "Removes articles by id.")
    command.add_argument("ids", nargs="+", metavar="ID")


def _add_show(commands: Any) -> None:
    command = add_command(commands, "show", _run_show, "Shows an article of the archive, or its earlier versions.")
    command.add_argument("id", metavar="ID")
    command.add_argument("--versions", action="store_true", help="list the versions that are kept")
    command.add_argument("--version", type=int, metavar="N", help="show this version")


def _add_export(commands: Any) -> None:
    add_command(commands, "export", _run_export, "Writes every article of the archive as JSONL.", json=False)


def _add_stats(commands: Any) -> None:
    add_command(commands, "stats", _run_stats, "Counts, sizes, generation and analysis.")


def _add_sync(commands: Any) -> None:
    add_command(commands, "sync", _run_sync, "Brings the index up to the archive.")
    add_command(commands, "rebuild", _run_rebuild, "Builds a new index beside the old one, and switches.")


def _add_reclean(commands: Any) -> None:
    add_command(commands, "reclean", _run_reclean, "Cleans the crawled pages that are kept anew, without their files.")


def _add_words(commands: Any) -> None:
    add_command(commands, "words", _run_words, "Says what the editor's files hold, and names every line that is wrong.")


def _run_reclean(options: argparse.Namespace) -> int:
    settings = read_settings(data=options.data)
    with ProgressBars() as progress:
        report = reclean(settings.data, build_options(settings, os.cpu_count()), progress=progress)
    for error in report.failed:
        print(f"failed, its article stays: {error}", file=sys.stderr)
    text = f"{report.changed} changed, {report.unchanged} unchanged, {len(report.failed)} failed, in {report.seconds:.1f} s"
    print_report(options, {**asdict(report), "failed": [error_record(error) for error in report.failed]}, text)
    return 1 if report.failed else 0


def _run_extract(options: argparse.Namespace) -> int:
    settings = read_settings(data=options.data)
    rejected = False
    limits = read_limits(settings)
    place = ""

    def enter(path: str) -> None:
        nonlocal place
        place = path

    for item in read_inputs(options.files, limits=limits, on_file=enter):
        try:
            if isinstance(item, IngestError):
                raise item
            article = extract_raw(item) if isinstance(item, RawPage) else item
        except IngestError as error:
            print(f"rejected: {error.at(place)}", file=sys.stderr)
            rejected = True
            continue
        write_json(article_to_record(clean_article(article)))
        if options.explain and isinstance(item, RawPage):
            for removal in explain_removals(item):
                print(f"{item.url or place}:{removal.line}: removed as {removal.rule}: {removal.text}", file=sys.stderr)
    return 1 if rejected else 0


def _run_search(options: argparse.Namespace) -> int:
    settings = read_settings(data=options.data)
    given = {name: getattr(options, name) for name in PARAMETERS if name != "q"}
    parameters = {name: [value] if isinstance(value, str) else value for name, value in given.items() if value}
    terminal = sys.stdout.isatty()
    if not options.json:
        parameters |= {
            "highlight_pre": ["\x1b[1m" if terminal else "["],
            "highlight_post": ["\x1b[0m" if terminal else "]"],
        }
    request = request_from_parameters({"q": [options.query], **parameters})
    engine = _engine(settings)
    try:
        page = engine.search(request)
    finally:
        engine.close()
    print_report(options, page_to_record(page, request.fields), page_to_text(page))
    return 0


def _run_serve(options: argparse.Namespace) -> int:
    service.serve(read_settings(data=options.data, bind=options.bind, workers=options.workers))
    return 0


def _run_delete(options: argparse.Namespace) -> int:
    settings = read_settings(data=options.data)
    deleted = delete_articles(options.ids, settings.data, build_options(settings))
    print_report(options, {"deleted": deleted}, f"{deleted} of {len(options.ids)} articles deleted")
    return 0


def _run_show(options: argparse.Namespace) -> int:
    settings = read_settings(data=options.data)
    with Archive(settings.data, create=False) as archive:
        history = archive.history(options.id)
        shown = next((change.article for change in archive.latest([options.id])), None)
    if history is None:
        raise ArchiveError(
            f"there is no article {options.id!r} in {settings.data}; search for it, its id is shown with each hit",
            path=settings.data,
        )
    if options.versions:
        print_report(options, history_to_record(history), history_to_text(history))
        return 0
    last = history.versions[-1]
    if options.version is None and last.state in ("deleted", "missing"):
        raise ArchiveError(
            f"the article {options.id!r} is {last.state}; see what it was with --version {last.number}",
            path=settings.data,
        )
    version = find_version(history, last.number if options.version is None else options.version)
    if version is None:
        raise ArchiveError(
            f"version {options.version} of {options.id!r} is not kept; list those that are with --versions",
            path=settings.data,
        )
    article = shown if shown is not None and version is last else version.article
    print_report(options, article_to_record(article), article_to_text(article))
    return 0


def _run_export(options: argparse.Namespace) -> int:
    settings = read_settings(data=options.data)
    with Archive(settings.data, create=False) as archive:
        for change in archive.changes(0):
            if change.article is not None:
                write_json(article_to_record(change.article))
    return 0


def _run_stats(options: argparse.Namespace) -> int:
    settings = read_settings(data=options.data)
    with Archive(settings.data, create=False) as archive:
        record: dict[str, object] = {
            "archive_articles": archive.count(),
            "archive_change": archive.last_change(),
            "archive_bytes": (Path(settings.data) / ARCHIVE_NAME).stat().st_size,
        }
    engine = _engine(settings)
    try:
        record |= {f"index_{name.removeprefix('index_')}": value for name, value in asdict(engine.stats()).items()}
    finally:
        engine.close()
    print_report(options, record, "\n".join(f"{name:<18} {value}" for name, value in record.items()))
    return 0


def _run_sync(options: argparse.Namespace) -> int:
    return _bring_up(options, anew=False)


def _run_rebuild(options: argparse.Namespace) -> int:
    return _bring_up(options, anew=True)


def _bring_up(options: argparse.Namespace, *, anew: bool) -> int:
    settings = read_settings(data=options.data)
    with ProgressBars() as progress:
        report = sync(settings.data, build_options(settings, os.cpu_count()), anew=anew, progress=progress)
    for error in report.rejected:
        print(f"rejected: {error}", file=sys.stderr)
    text = f"the index holds everything up to change {report.change}{reanalysed_text(report.reanalysed)}"
    print_report(options, {**asdict(report), "rejected": [error_record(error) for error in report.rejected]}, text)
    return 1 if report.rejected else 0


def _run_words(options: argparse.Namespace) -> int:
    settings = read_settings(data=options.data)
    report = words_report(settings.data, regions=settings.region_words)
    for problem in report.problems:
        print(f"rejected: {problem}", file=sys.stderr)
    record = {**asdict(report), "problems": [error_record(problem) for problem in report.problems]}
    print_report(options, record, words_to_text(report))
    return 1 if report.problems else 0


def _engine(settings: Settings) -> LocalEngine:
    analyzer = Analyzer(open_segmenter(settings.segmenter))
    # PERF: one search does not pay for loading compiled steps: 0.4 s.
    return LocalEngine(
        settings.data,
        analyzer,
        relax_share=settings.relax_share,
        ranking=settings.ranking,
        timeout_s=settings.search_timeout_ms / 1000,
        words=VocabularyFiles(settings.data, regions=settings.region_words),
        steps=arrays,
    )


if __name__ == "__main__":
    sys.exit(main())
