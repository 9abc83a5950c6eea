"""`citewise health`: whether `citewise serve` is well, in a third of a second, for what watches over it."""

import click

from bots.terminal.invocation import Invocation, home_option, invocation, json_option


@click.command(short_help="Say whether `citewise serve` is well, for what watches over it.")
@click.option("--ready", is_flag=True, help="Ask for more: the index in order, every chat connected.")
@home_option
@json_option
@invocation
@click.pass_context
def health(context: click.Context, call: Invocation, ready: bool) -> None:
    """Say whether `citewise serve` is up and takes commands.

    The exit code is 1 where it is not. `citewise doctor` looks at everything and says how to mend it.
    """
    from bots.monitoring.pages import HEALTH, READY
    from bots.monitoring.probe import looked_at
    from bots.settings import load_settings
    from bots.terminal.console import print_json
    from brain.errors import ServiceStopped

    # Not call.settings(): the command must not run in the very process that it asks about.
    try:
        found = looked_at(load_settings(call.home).home, READY if ready else HEALTH)
    except ServiceStopped as error:
        if call.as_json:
            print_json({"ready" if ready else "ok": False, "error": error.sentence})
        raise
    if call.as_json:
        print_json(found.said)
    else:
        click.echo(found.sentence)
    if not found.well:
        context.exit(1)
