"""Cards of the Desk on a screen: title, words, rows; what is pressed in a chat has commands here."""

from typing import TYPE_CHECKING

from bots.terminal.answers import print_indented, prose
from bots.terminal.console import in_line

if TYPE_CHECKING:
    from rich.console import Console

    from bots.desk.cards import Card


def show_card(console: "Console", card: "Card") -> None:
    """Print a card."""
    from rich.text import Text

    console.print()
    console.print(Text(in_line(card.title), style="bold"))
    if card.text:
        console.print()
        for line in card.text.splitlines():
            print_indented(console, prose(line), "")
    if card.rows:
        console.print()
    for row in card.rows:
        shown = Text(in_line(row.text), style="bold cyan")
        if row.detail:
            shown.append(f"  {in_line(row.detail)}", style="not bold default")
        if row.person:
            shown.append(f"  {in_line(row.person)}", style="not bold default")
        if row.link:
            shown.append(f"  {in_line(row.link)}", style="not bold dim default")
        print_indented(console, shown, "  ")
    console.print()
