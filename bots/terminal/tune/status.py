"""`citewise tune list` and `status`: the promoted versions, which one answers, and how good each was."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from bots.terminal.invocation import Invocation, home_option, invocation, json_option
from brain.errors import CitewiseError

if TYPE_CHECKING:
    from brain.tuning.versions import Version, Versions

_SHOWN = ("f1", "accuracy", "cite_f1", "refuse_f1")


@click.command("list", short_help="List the promoted versions and their figures.")
@home_option
@json_option
@invocation
def list_versions(call: Invocation) -> None:
    """Show the versions that were promoted, with the figures that each was promoted for."""
    from bots.terminal.console import err, inert, out, plain_table, print_json, print_table

    versions = _versions(call)
    current, kept, damaged = versions.in_use().version, *_readable(versions)
    for sentence in damaged:
        err().print(inert(sentence))
    if call.as_json:
        print_json([_json(version, current) for version in kept])
        return
    if not kept and not damaged:
        out().print("No adapter was promoted yet: `citewise tune promote RUN` does that.")
        return
    table = plain_table()
    for column in ("version", "in use", "promoted", "run", *_SHOWN, "base model"):
        table.add_column(column)
    for version in kept:
        figures = (_figure(version.figures.get(metric)) for metric in _SHOWN)
        used = "yes" if version.number == current else ""
        words = (str(version.number), used, version.when[:10], version.run, *figures, version.base_model)
        table.add_row(*map(inert, words))
    print_table(out(), table)


@click.command(short_help="Tell what answers now, and why.")
@home_option
@json_option
@invocation
def status(call: Invocation) -> None:
    """Tell what answers now, why, and what `citewise tune rollback` would go back to."""
    from bots.model.adapter_in_use import adapter_in_use, merged_in, serving
    from bots.terminal.console import print_json

    versions = _versions(call)
    in_use = versions.in_use()
    promoted = versions.current()
    settings = call.settings()
    found, merged = adapter_in_use(settings), merged_in(settings)
    # A quantised model can't change its adapter while it runs.
    late = call.shared is not None and serving(call.shared) != found.adapter
    sound = promoted is None or versions.is_sound(promoted)
    if call.as_json:
        print_json(
            {
                "adapter": str(found.adapter) if found.adapter else None,
                "version": found.version.number if found.version else None,
                "merged": merged or None,
                "promoted": _json(promoted, in_use.version) if promoted else None,
                "sound": sound,
                "unused": found.unused or None,
                "from_next_start": late,
                "before": in_use.before[-1] if in_use.before else None,
                "can_go_back": bool(in_use.before),
            }
        )
        return
    if found.version is not None:
        click.echo(f"In use: {_named(found.version)}.")
    elif found.adapter is not None:
        click.echo(f"In use: the adapter {found.adapter}.")
    elif merged:
        click.echo(f"In use: {merged}, which is part of {settings.model}.")
    else:
        click.echo("In use: no adapter.")
    if late:
        click.echo("The running `citewise serve` has another one: start it again to change that.")
    if found.unused:
        click.echo(f"Not in use: {found.unused}.")
    if promoted and not sound:
        click.echo(f"The files of version {promoted.number} are missing or were changed: go back.")
    if in_use.before:
        last = in_use.before[-1]
        named = "the base model" if last is None else f"version {last}"
        click.echo(f"`citewise tune rollback` goes back to {named}.")


def _versions(call: Invocation) -> "Versions":
    from brain.catalog.home import Home
    from brain.tuning.versions import Versions

    return Versions(Home(call.settings().home).tuning)


def _readable(versions: "Versions") -> "tuple[list[Version], list[str]]":
    """The versions that can be read, and what is wrong with the others."""
    kept, damaged = [], []
    for number in versions.numbers:
        try:
            kept.append(versions.version(number))
        except CitewiseError as error:
            damaged.append(error.sentence)
    return kept, damaged


def _named(version: "Version") -> str:
    return f"version {version.number}, from {version.run}, promoted {version.when[:10]}"


def _json(version: "Version", current: int | None) -> dict[str, object]:
    return {**asdict(version), "in_use": version.number == current}


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
