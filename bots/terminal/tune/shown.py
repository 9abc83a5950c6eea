"""Figures of an evaluation and the conditions of a promotion, as a terminal shows them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from brain.tuning.judging.comparison import Comparison, Figure
    from brain.tuning.promotion import Ground


def show_comparison(console: "Console", title: str, found: "Comparison") -> None:
    """The figures of each writer; * where the difference from `found.ours` is beyond chance."""
    from bots.terminal.console import inert, plain_table, print_table
    from brain.tuning.judging.comparison import LOW_IS_GOOD, METRICS

    table = plain_table(title)
    table.add_column("metric")
    for name in found.figures:
        table.add_column(inert(name), justify="right")
    for metric in METRICS:
        if any(metric in figures for figures in found.figures.values()):
            cells = []
            for name, figures in found.figures.items():
                gap = found.differences.get(name, {}).get(metric)
                cells.append(f"{_number(figures.get(metric))}{' *' if gap and gap.leaves_out_zero else '  '}")
            table.add_row(f"{metric} (low is good)" if metric in LOW_IS_GOOD else metric, *cells)
    print_table(console, table)
    console.print(
        f"{found.rows} unseen questions, {found.answerable} of them answerable; * differs from "
        f"{inert(found.ours)} beyond chance\n"
    )


def show_grounds(console: "Console", grounds: "Sequence[Ground]") -> None:
    """Every condition, whether it holds."""
    from rich.text import Text

    from bots.terminal.console import inert

    for ground in grounds:
        mark = Text("  ✓ ", "green") if ground.holds else Text("  ✗ ", "red")
        console.print(mark + Text(inert(ground.sentence), ""))
    may = all(ground.holds for ground in grounds)
    console.print("It may be promoted." if may else "It may not be promoted.", style="bold")


def _number(figure: "Figure | None") -> str:
    return "–" if figure is None or figure.value is None else f"{figure.value:.3f}"
