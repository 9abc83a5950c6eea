"""`citewise categories`: what tickets can be about, who takes them, and messages to tell them by."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bots.terminal.invocation import Invocation, PathArgument, home_option, invocation, json_option
from brain.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from brain.triage.domain import Category
    from brain.triage.scoring import Scores

LONGEST_NAME = 60  # characters: menus of the chats show so many
_SHOWN = 10
_AT_ONCE = 500  # messages between two reports of progress


@click.group(invoke_without_command=True)
@home_option
@json_option
@click.pass_context
def categories(context: click.Context) -> None:
    """Say what tickets can be about, and learn from earlier ones."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@categories.command("list", short_help="List the categories with their owners.")
@home_option
@json_option
@invocation
def list_(call: Invocation) -> None:
    """List the categories: name, owner, how many messages were learnt, description."""
    from rich.text import Text

    from bots.terminal.console import in_line, out, plain_table, print_json, print_table

    with call.citewise(create=True) as citewise:
        rows = citewise.catalog.cases.categories()
        learnt = citewise.catalog.cases.example_counts()
    if call.as_json:
        print_json(
            [
                {
                    "category": row.name,
                    "description": row.description or None,
                    "owner": row.owner or None,
                    "examples": learnt.get(row.name, 0),
                }
                for row in rows
            ]
        )
        return
    if not rows:
        out().print("No categories yet: citewise categories add, or learn them from a CSV file.")
        return
    table = plain_table()
    table.add_column("category", style="bold")
    table.add_column("owner")
    table.add_column("learnt", justify="right")
    table.add_column("description")
    for row in rows:
        words = (in_line(row.owner) or "–", f"{learnt.get(row.name, 0):,}", in_line(row.description))
        table.add_row(Text(in_line(row.name)), *map(Text, words))
    print_table(out(), table)


@categories.command(short_help="Make or change a category.")
@click.argument("name")
@click.argument("description", default="")
@click.option("--owner", metavar="PRINCIPAL", help="Who takes such tickets, e.g. slack:user:U123.")
@home_option
@json_option
@invocation
def add(call: Invocation, name: str, description: str, owner: str | None) -> None:
    """Make the category NAME, or change it: what is not given stays as it is.

    DESCRIPTION says in a sentence or two what such tickets are about: as long as no message was learnt, the
    category is told by it. --owner "" takes the owner away.
    """
    from bots.terminal.principals import check_principals
    from brain.catalog.tickets.cases import CategoryRow

    name = _named(name)
    if owner:
        check_principals([owner])
    with call.citewise(create=True) as citewise:
        known = {row.name: row for row in citewise.catalog.cases.categories()}
        name = citewise.catalog.cases.known_as(name)
        before = known.get(name, CategoryRow(name))
        row = CategoryRow(
            name, description.strip() or before.description, before.owner if owner is None else owner
        )
        citewise.catalog.cases.set_category(row, by=call.actor)
    told: dict[str, object] = {
        "category": row.name,
        "description": row.description or None,
        "owner": row.owner or None,
    }
    of = f", which {row.owner} takes" if row.owner else ""
    call.say(f"{'Changed' if name in known else 'Made'} the category {name}{of}.", told)


@categories.command(short_help="Take a category away.")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@home_option
@json_option
@invocation
def remove(call: Invocation, name: str, yes: bool) -> None:
    """Take the category NAME away with the messages that were learnt for it; cases keep its name."""
    from bots.terminal.confirm import confirm
    from bots.terminal.console import in_line

    with call.citewise() as citewise:
        cases = citewise.catalog.cases
        name = cases.known_as(name)
        if name not in {row.name for row in cases.categories()}:
            raise UsageError(f"There is no category {name!r}: `citewise categories list` names them.")
        learnt = cases.example_counts().get(name, 0)
        if not yes:
            with_them = f" with {_messages(learnt)} that were learnt for it" if learnt else ""
            confirm(f"Take the category {in_line(name)} away{with_them}?", f"removing {in_line(name)}")
        cases.remove_category(name, by=call.actor)
    call.say(
        f"Removed the category {in_line(name)}, and {_messages(learnt)}.",
        {"removed": name, "examples": learnt},
    )


@categories.command(short_help="Learn categories from earlier tickets.")
@click.argument("file", type=PathArgument(exists=True, dir_okay=False))
@home_option
@json_option
@invocation
def learn(call: Invocation, file: Path) -> None:
    """Learn from FILE, a CSV file with the columns text and label: what people wrote, and what it was about.

    Labels that are not there yet become categories. What was learnt already is passed over, so that a longer
    export of the same tickets can be learnt again.
    """
    from bots.terminal.commands.labelled_csv import read_labelled
    from bots.terminal.console import progress

    examples = read_labelled(file, call.typed(file))
    for example in examples:
        _named(example.category)
    with call.citewise(create=True) as citewise, progress() as citewise.report:
        new = citewise.catalog.cases.learn(examples, by=call.actor)
        labels = {citewise.catalog.cases.known_as(name) for name in {one.category for one in examples}}
        citewise.triager.prepare(lambda done: citewise.report("Learning", done, max(new, done)))
    old = len(examples) - new
    passed = f" {_messages(old)} were there already, or stand in it twice." if old else ""
    call.say(
        f"Learnt {_messages(new)} of {len(labels):,} categories.{passed}",
        {"learnt": new, "passed_over": old, "categories": len(labels)},
    )


@categories.command("eval", short_help="Score how well categories are told.")
@click.argument("file", type=PathArgument(exists=True, dir_okay=False))
@home_option
@json_option
@invocation
def evaluate(call: Invocation, file: Path) -> None:
    """Tell the categories of the messages in FILE (columns text and label), and score them by its labels.

    Use messages that were not learnt: those that were are known by heart, and are told about below.
    """
    from dataclasses import asdict

    from bots.terminal.commands.labelled_csv import read_labelled
    from bots.terminal.console import out, print_json, progress
    from brain.triage.scoring import scores

    rows = read_labelled(file, call.typed(file))
    with call.citewise() as citewise, progress() as citewise.report:
        names = {row.name for row in citewise.catalog.cases.categories()}
        if not names:
            raise UsageError(
                "There is no category to tell: `citewise categories add` or `learn` makes some first."
            )
        known = citewise.catalog.cases.known_texts({row.text for row in rows})
        labels = {name: citewise.catalog.cases.known_as(name) for name in {row.category for row in rows}}
        told: list[Category] = []
        for start in range(0, len(rows), _AT_ONCE):
            told += citewise.triager.categories_of([row.text for row in rows[start : start + _AT_ONCE]])
            citewise.report("Telling", len(told), len(rows))
    figures = scores([labels[row.category] for row in rows], told)
    learnt = sum(row.text in known for row in rows)
    missing = sorted(set(labels.values()) - names)
    if call.as_json:
        print_json({**asdict(figures), "learnt_before": learnt, "unknown_labels": missing})
    else:
        _show_scores(out(), figures, learnt, missing)


def _show_scores(console: "Console", scores: "Scores", learnt: int, missing: list[str]) -> None:
    from rich.text import Text

    from bots.terminal.console import in_line, plain_table, print_table

    console.print(_messages(scores.tickets))
    figures = (
        ("right, of all", scores.accuracy),
        ("right, of those told", scores.of_answered),
        ("macro-F1", scores.macro_f1),
        ("left open", scores.left_open),
    )
    table = plain_table(header=False)
    for name, value in figures:
        table.add_row(name, f"{value:.3f}")
    print_table(console, table)
    mixed_up = [pair for pair in scores.mixed_up if pair.found][:_SHOWN]
    if mixed_up:
        console.print(Text("\nMistaken most", style="bold"))
        table = plain_table()
        for column in ("times", "label", "told as"):
            table.add_column(column, justify="right" if column == "times" else "left")
        for pair in mixed_up:
            table.add_row(str(pair.tickets), Text(in_line(pair.wanted)), Text(in_line(pair.found)))
        print_table(console, table)
    if learnt:
        console.print(
            Text(f"\n{_messages(learnt)} of these were learnt: the figures are too good.", style="yellow")
        )
    if missing:
        few = ", ".join(in_line(name) for name in missing[:_SHOWN])
        console.print(Text(f"\nNo categories, so never told: {few}", style="yellow"))


def _named(name: str) -> str:
    from bots.terminal.console import in_line

    found = name.strip()
    if not found or len(found) > LONGEST_NAME or in_line(found) != found:
        raise UsageError(
            f"{found[:LONGEST_NAME]!r} can't name a category: one line of up to {LONGEST_NAME} letters can."
        )
    return found


def _messages(number: int) -> str:
    from bots.desk.wording import count

    return count(number, "message")
