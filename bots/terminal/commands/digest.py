"""`citewise digest`: what the weekly digest would say today."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from bots.terminal.invocation import Invocation, home_option, invocation, json_option

if TYPE_CHECKING:
    from bots.desk.cards import Card


@click.command(short_help="Show what the weekly digest would say today.")
@click.option(
    "--for",
    "reader",
    metavar="CHANNEL",
    help="As this channel would get it, e.g. slack:channel:C123 (default: all that CITEWISE_DIGEST names).",
)
@home_option
@json_option
@invocation
def digest(call: Invocation, reader: str | None) -> None:
    """Show what the weekly digest would say today, and send nothing.

    An admin is shown what `citewise gaps` shows. In a channel nothing is said in words but what was asked in
    that channel, and looked for in no space that it may not read.
    """
    from bots.desk import OWNER
    from bots.desk.digest import ADMINS
    from bots.terminal.cards import show_card
    from bots.terminal.console import out, print_json
    from bots.terminal.principals import check_principals

    check_principals([reader] if reader else [])
    with call.citewise() as citewise:
        wanted_by = (reader,) if reader else citewise.settings.digest
        found = citewise.desk.digest
        assert found is not None
        now = datetime.now().astimezone()
        cards = {name: found.card(OWNER if name == ADMINS else name, now) for name in wanted_by or (ADMINS,)}
    if call.as_json:
        print_json([_card_json(name, card) for name, card in cards.items()])
        return
    for name, card in cards.items():
        if len(cards) > 1:
            click.echo(f"For {name}:")
        show_card(out(), card)
    if not wanted_by:
        click.echo("Nobody is sent it: CITEWISE_DIGEST in .env names who is to be, such as admins.")


def _card_json(name: str, card: "Card") -> dict[str, Any]:
    rows = [{"text": row.text, "detail": row.detail, "link": row.link} for row in card.rows]
    return {"for": name, "title": card.title, "text": card.text, "rows": rows}
