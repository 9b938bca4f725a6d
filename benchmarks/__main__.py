"""`python -m benchmarks [--json]`: every figure, in one run; `build/bench.json` keeps them."""

from __future__ import annotations

import json
import sys
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import book, commands, latency, loop, memory, open_journeys, pages, planner, yardstick, year
from benchmarks.figures import Figure

KEPT = Path(__file__).parents[1] / "build" / "bench.json"


def main() -> None:
    """Print every figure as one table, or one JSON object a line."""
    as_json = "--json" in sys.argv[1:]
    parts = (planner, yardstick, loop, latency, book, commands, memory, year, open_journeys, pages)
    figures = []
    for figure in chain.from_iterable(part.figures() for part in parts):
        figures.append(figure)
        if as_json:
            print(json.dumps(figure.to_json(), ensure_ascii=False), flush=True)
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps([figure.to_json() for figure in figures], ensure_ascii=False, indent=1) + "\n")
    if not as_json:
        Console().print(_table(figures))


def _table(figures: list[Figure]) -> Table:
    table = Table("What", "Figure", "", "Beside it", "Ratio", "Goal")
    for column in (1, 3, 4):
        table.columns[column].justify = "right"
    for figure in figures:
        beside = "" if figure.yardstick is None else _shown(figure.yardstick)
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        table.add_row(figure.what, _shown(figure.value), figure.unit, beside, ratio, figure.goal)
    return table


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


if __name__ == "__main__":
    main()
