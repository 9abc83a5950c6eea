"""`citewise spaces`: sets of documents, each with its audience."""

import click

from bots.terminal.invocation import Invocation, home_option, invocation, json_option
from bots.terminal.principals import check_principals


@click.group(invoke_without_command=True)
@home_option
@json_option
@click.pass_context
def spaces(context: click.Context) -> None:
    """List and create spaces, and say who may read them."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@spaces.command("list")
@home_option
@json_option
@invocation
def list_(call: Invocation) -> None:
    """List the spaces with what they hold and who may read them."""
    from rich.text import Text

    from bots.desk import OPEN_SPACE
    from bots.terminal.console import out, plain_table, print_json, print_table

    with call.citewise(create=True) as citewise:
        catalog = citewise.catalog
        rows = [
            (space.name, catalog.counts([space.name]), sorted(catalog.principals(space.name)))
            for space in catalog.spaces()
        ]
    if call.as_json:
        print_json(
            [
                {
                    "space": name,
                    "documents": counts.documents,
                    "passages": counts.passages,
                    "principals": allowed,
                    "everyone": name == OPEN_SPACE,
                }
                for name, counts, allowed in rows
            ]
        )
        return
    table = plain_table()
    table.add_column("space", style="bold")
    table.add_column("documents", justify="right")
    table.add_column("passages", justify="right")
    table.add_column("who may read it")
    for name, counts, allowed in rows:
        readers = "everyone" if name == OPEN_SPACE else ", ".join(allowed) or "nobody yet"
        table.add_row(Text(name), f"{counts.documents:,}", f"{counts.passages:,}", Text(readers))
    print_table(out(), table)


@spaces.command(short_help="Create a space, which nobody may read yet.")
@click.argument("name")
@home_option
@json_option
@invocation
def create(call: Invocation, name: str) -> None:
    """Create the space NAME; nobody may read it until `spaces allow` says who."""
    with call.citewise(create=True) as citewise:
        space = citewise.catalog.places.create_space(name, by=call.actor)
    call.say(f"Created the space {space.name}.", {"space": space.name})


@spaces.command(short_help="Let people and channels read a space.")
@click.argument("name")
@click.argument("principals", nargs=-1, required=True, metavar="PRINCIPAL...")
@home_option
@json_option
@invocation
def allow(call: Invocation, name: str, principals: tuple[str, ...]) -> None:
    """Let PRINCIPALs (slack:user:U…, slack:channel:C…, discord:role:…) read the space NAME."""
    check_principals(principals)
    with call.citewise(create=True) as citewise:
        citewise.catalog.places.allow(name, principals, by=call.actor)
        allowed = sorted(citewise.catalog.principals(name))
    call.say(f"{name} may now be read by {', '.join(allowed)}.", {"space": name, "principals": allowed})


@spaces.command(short_help="Take back the right to read a space.")
@click.argument("name")
@click.argument("principals", nargs=-1, required=True, metavar="PRINCIPAL...")
@home_option
@json_option
@invocation
def deny(call: Invocation, name: str, principals: tuple[str, ...]) -> None:
    """Take back from PRINCIPALs the right to read the space NAME."""
    check_principals(principals)
    with call.citewise(create=True) as citewise:
        citewise.catalog.places.deny(name, principals, by=call.actor)
        allowed = sorted(citewise.catalog.principals(name))
    readers = ", ".join(allowed) or "nobody"
    call.say(f"{name} may now be read by {readers}.", {"space": name, "principals": allowed})
