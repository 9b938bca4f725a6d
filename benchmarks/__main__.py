"""`python -m benchmarks [--json]`: every figure, in one run."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from itertools import chain

from rich.console import Console
from rich.table import Table

from benchmarks import loop, planner, yardstick
from benchmarks.figures import Figure


def main() -> None:
    """Print every figure as one table, or one JSON object a line."""
    found = chain(planner.figures(), yardstick.figures(), loop.figures())
    if "--json" in sys.argv[1:]:
        for figure in found:
            print(json.dumps(asdict(figure), ensure_ascii=False), flush=True)
        return
    table = Table("What", "Figure", "", "Goal")
    table.columns[1].justify = "right"
    for figure in found:
        table.add_row(figure.what, _shown(figure), figure.unit, figure.goal)
    Console().print(table)


def _shown(figure: Figure) -> str:
    return f"{figure.value:,.0f}" if figure.value >= 100 else f"{figure.value:.1f}"


if __name__ == "__main__":
    main()
