"""Time and bytes against the number of articles, drawn out of the kept runs. ``python -m benchmarks.curves``."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.run import percentiles

__all__ = ["draw", "main"]

ROOT = Path(__file__).resolve().parent.parent
WIDTH, HEIGHT, MARGIN = 380, 260, 48
COLOURS = {"article-search": "#b3402a", "tantivy": "#3a6ea5", "whoosh": "#7a7a72"}
PANELS = (
    ("any word, 3 facets, exact total: ms, p50", "or"),
    ("literal phrase, 3 facets: ms, p50", "phrase"),
    ("index: bytes an article", "bytes_per_article"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Draws the picture from the newest run of each size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.curves", description=__doc__)
    parser.add_argument("--runs", type=Path, default=ROOT / "benchmarks" / "runs")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images" / "curves.svg")
    options = parser.parse_args(arguments)
    options.out.write_text(draw(options.runs), encoding="utf-8")
    print(options.out)
    return 0


def draw(runs: Path) -> str:
    """The picture, SVG, of the newest run of each size among the folders of ``runs``."""
    newest: dict[int, dict[str, Any]] = {}
    for path in sorted(runs.glob("*/results.json")):
        results = json.loads(path.read_text(encoding="utf-8"))
        if "milliseconds" in results:
            newest[results["articles"]] = results
    panels = [_panel(title, _series(newest, name), at) for at, (title, name) in enumerate(PANELS)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * len(PANELS)} {HEIGHT}" '
        'font-family="sans-serif" font-size="11">'
        '<rect width="100%" height="100%" fill="#fffdf8"/>' + "".join(panels) + "</svg>\n"
    )


def _series(newest: dict[int, dict[str, Any]], name: str) -> dict[str, list[tuple[int, float]]]:
    """Contestant → number of articles and figure."""
    series: dict[str, list[tuple[int, float]]] = {}
    for size, results in sorted(newest.items()):
        for contestant, indexing in results["indexing"].items():
            if name == "bytes_per_article":
                value = float(indexing[name])
            else:
                value = percentiles(results["milliseconds"][contestant]["facets"][name])[0]
            series.setdefault(contestant, []).append((size, value))
    return series


def _panel(title: str, series: dict[str, list[tuple[int, float]]], at: int) -> str:
    """One diagram, both axes logarithmic."""
    points = [point for own in series.values() for point in own]
    sizes, values = [math.log10(size) for size, _ in points], [math.log10(max(value, 1e-3)) for _, value in points]
    low_x, high_x = min(sizes), max(max(sizes), min(sizes) + 0.1)
    low_y, high_y = math.floor(min(values)), max(math.ceil(max(values)), math.floor(min(values)) + 1)

    def x(size: int) -> float:
        return at * WIDTH + MARGIN + (math.log10(size) - low_x) / (high_x - low_x) * (WIDTH - 2 * MARGIN)

    def y(value: float) -> float:
        return HEIGHT - MARGIN - (math.log10(max(value, 1e-3)) - low_y) / (high_y - low_y) * (HEIGHT - 2 * MARGIN)

    parts = [f'<text x="{at * WIDTH + MARGIN}" y="24" font-size="13">{title}</text>']
    for power in range(low_y, high_y + 1):
        parts.append(
            f'<line x1="{at * WIDTH + MARGIN}" x2="{(at + 1) * WIDTH - MARGIN}" y1="{y(10.0**power):.1f}" '
            f'y2="{y(10.0**power):.1f}" stroke="#ddd8cc"/>'
            f'<text x="{at * WIDTH + MARGIN - 6}" y="{y(10.0**power) + 4:.1f}" text-anchor="end">{10.0**power:g}</text>'
        )
    for size in sorted({size for size, _ in points}):
        parts.append(f'<text x="{x(size):.1f}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{_short(size)}</text>')
    for line, (name, own) in enumerate(sorted(series.items())):
        colour = COLOURS.get(name, "#333")
        path = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in own)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x(size):.1f}" cy="{y(value):.1f}" r="3" fill="{colour}"/>' for size, value in own]
        parts.append(f'<text x="{at * WIDTH + MARGIN + 8}" y="{MARGIN + 4 + 14 * line}" fill="{colour}">{name}</text>')
    return "".join(parts)


def _short(size: int) -> str:
    return f"{size / 1_000_000:g} M" if size >= 1_000_000 else f"{round(size / 1000):g} K"


if __name__ == "__main__":
    sys.exit(main())
