"""Tables at a terminal: fitted where they fit, told line by line where their columns would be cut."""

import io

import pytest
from rich.console import Console
from rich.table import Table

from bots.terminal.console import print_table


@pytest.mark.parametrize(("width", "fits"), [(120, True), (60, False)])
def test_no_cell_is_cut_where_the_terminal_is_narrow(width: int, fits: bool) -> None:
    table = Table("no.", "place", "state", "documents", "lag p50/p95", "reconciled", box=None)
    table.add_row("4", "/srv/shares/the/handbook", "ok (events)", "1", "0.1 s / 0.1 s", "35 min ago")
    table.add_row("5", "/srv/hr", "read once", "2", "–", "–")
    screen = io.StringIO()
    print_table(Console(file=screen, width=width, force_terminal=True, color_system=None), table)
    shown = screen.getvalue()
    for words in ("/srv/shares/the/handbook", "ok (events)", "0.1 s / 0.1 s", "35 min ago", "reconciled"):
        assert words in shown
    assert max(map(len, shown.splitlines())) <= width
    assert (len(shown.split("\n\n")) < 2) is fits
