"""`citewise tune data`: a citing set from the documents that are there, and a look at it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bots.terminal.invocation import Invocation, PathArgument, home_option, invocation, json_option
from brain.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from bots.wiring import Citewise
    from brain.tuning.citing_set import CitingSet
    from brain.tuning.data.making import Making

_OPEN = "general"
_FEW = 200  # rows to learn from: below, the person is warned


@click.command("data", short_help="Make a citing set from your documents.")
@click.option(
    "--space",
    "spaces",
    multiple=True,
    metavar="S",
    help="Make it from this space; may be given several times (default: general, which everybody may read).",
)
@click.option("--rows", type=int, default=2000, show_default=True, metavar="N", help="At most so many rows.")
@click.option(
    "--held-out", type=float, default=0.15, show_default=True, metavar="SHARE", help="Kept apart for testing."
)
@click.option(
    "--validation",
    type=float,
    default=0.1,
    show_default=True,
    metavar="SHARE",
    help="Kept apart to stop a training by.",
)
@click.option(
    "--keep-out",
    type=PathArgument(exists=True, dir_okay=False),
    metavar="FILE",
    help="Hold out the documents that these questions of your own are about, to test with them.",
)
@click.option(
    "--without-gold",
    type=float,
    default=0.15,
    show_default=True,
    metavar="SHARE",
    help="Rows whose answering passage is taken away: the answer is to decline.",
)
@click.option(
    "--unanswerable",
    type=float,
    default=0.1,
    show_default=True,
    metavar="SHARE",
    help="Rows that ask for what no document says.",
)
@click.option(
    "--distractors",
    type=int,
    default=5,
    show_default=True,
    metavar="N",
    help="Passages beside those that answer.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, metavar="N", help="The same seed makes the same set."
)
@click.option(
    "--mask/--no-mask",
    default=None,
    help="Put stand-ins for e-mail addresses, telephone, account and card numbers, and personal ids "
    "(default: CITEWISE_MASK_PERSONAL_DATA, else yes).",
)
@click.option("--name", metavar="NAME", help="The set's folder (default: the time and a part of its hash).")
@click.option(
    "--preview",
    type=click.IntRange(min=1),
    metavar="N",
    help="Show N rows of the newest set instead of making one.",
)
@click.option(
    "--part",
    type=click.Choice(["train", "validation", "held-out"]),
    help="With --preview: show this part (default: train).",
)
@click.option(
    "--model",
    type=PathArgument(file_okay=False),
    metavar="FOLDER",
    help="With --preview: show the tokens of this model, and which of them are learnt.",
)
@home_option
@json_option
@invocation
def data(
    call: Invocation,
    spaces: tuple[str, ...],
    rows: int,
    held_out: float,
    validation: float,
    keep_out: Path | None,
    without_gold: float,
    unanswerable: float,
    distractors: int,
    seed: int,
    mask: bool | None,
    name: str | None,
    preview: int | None,
    part: str | None,
    model: Path | None,
) -> None:
    """Make a citing set from your documents: questions, passages, and answers that cite them.

    Nothing leaves this machine. docs/tuning.md explains what the rows are.
    """
    if preview is not None:
        from bots.terminal.tune.preview import show

        show(call, preview, name, part or "train", model)
        return
    if model is not None:
        raise UsageError("--model goes with --preview N: making a set needs no model.")
    if part is not None:
        raise UsageError("--part goes with --preview N: all three parts are made.")
    from bots.terminal.console import out, print_json
    from brain.tuning.citing_set import check_name
    from brain.tuning.data.making import Making

    check_name(name)
    making = Making(
        spaces=tuple(dict.fromkeys(spaces or (_OPEN,))),
        rows=rows,
        held_out=held_out,
        validation=validation,
        without_gold=without_gold,
        unanswerable=unanswerable,
        distractors=distractors,
        seed=seed,
        kept_out=_asked_about(keep_out) if keep_out else (),
        mask=call.settings().mask_personal_data if mask is None else mask,
    )
    kept = _made(call, making, name)
    if call.as_json:
        print_json({"folder": str(kept.folder), **kept.card})
    else:
        _show(out(), kept)


def _made(call: Invocation, making: "Making", name: str | None) -> "CitingSet":
    """Make the set and keep it; what is to be minded of it is told before."""
    from datetime import UTC, datetime

    from bots.terminal.console import err, inert, progress
    from brain.tuning.citing_set import check_free, save
    from brain.tuning.data.card import card, card_text
    from brain.tuning.data.maker import finder, make

    with call.citewise() as citewise, progress() as citewise.report:
        check_free(citewise.home.tuning, name)
        paths = {
            row.path for space in making.spaces for row in citewise.catalog.documents(_known(citewise, space))
        }
        if unknown := [path for path in making.kept_out if path not in paths]:
            err().print(inert(_not_there(unknown, making)))
        if closed := [space for space in making.spaces if space != _OPEN]:
            err().print(
                "Mind: whoever gets answers from an adapter that learns this set may be told words of "
                f"{', '.join(closed)}, whether or not they may read that themselves."
            )
        made = make(citewise.catalog, finder(citewise.retriever, making.spaces), making, citewise.report)
        when = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        values = card(made, making, when, _version())
        parts = (made.train.rows, made.validation.rows, made.held_out.rows)
        return save(citewise.home.tuning, name, when, parts, made.questions, values, card_text(values))


def _asked_about(questions: Path) -> tuple[str, ...]:
    """The documents that somebody's questions are about."""
    from brain.evaluation.questions import read_questions

    found = {reference.doc for question in read_questions(questions) for reference in question.gold}
    if not found:
        raise UsageError(
            f"No question of {questions.name} names a document in `gold`: nothing can be kept out."
        )
    return tuple(sorted(found))


def _known(citewise: "Citewise", space: str) -> str:
    """The space's name; raises UsageError where there is none of it."""
    return citewise.catalog.space(space).name


def _not_there(unknown: list[str], making: "Making") -> str:
    """What is to be minded of documents that can't be kept out; raises UsageError where none can."""
    some = ", ".join(unknown[:3]) + (" …" if len(unknown) > 3 else "")
    said = f"no document of {', '.join(making.spaces)} is called as these in `gold`: {some}"
    if len(unknown) == len(making.kept_out):
        raise UsageError(
            f"Nothing can be kept out: {said}. Call them as `citewise documents` does, or name their space "
            "with --space."
        )
    return f"Mind: {said}. They are not kept out by that name."


def _show(console: "Console", kept: "CitingSet") -> None:
    from bots.terminal.console import inert, plain_table, print_table
    from brain.tuning.data.card import NO_VALIDATION, PARTS

    parts = [kept.card[name] for name in PARTS]
    train, watched, test = parts
    table = plain_table()
    table.add_column("kind")
    for column in ("learn", "stop by", "held out"):
        table.add_column(column, justify="right")
    for kind in sorted({kind for part in parts for kind in part["by_kind"]}):
        table.add_row(inert(kind), *(f"{part['by_kind'].get(kind, 0):,}" for part in parts))
    table.add_row("all", *(f"{part['rows']:,}" for part in parts), style="bold")
    print_table(console, table)
    console.print(
        f"\nTo be declined: {train['share_refused']:.0%}, {watched['share_refused']:.0%} and "
        f"{test['share_refused']:.0%}. "
        f"Masked: {_values(sum((kept.card['masked'] or {}).values()))}."
    )
    if not watched["rows"]:
        console.print(NO_VALIDATION)
    if train["rows"] < _FEW:
        console.print("These are few rows to learn from: some hundreds and more make a difference.")
    console.print(f"The set is in {kept.folder}; its card.md tells the rest.")
    console.print("Look at some rows with `citewise tune data --preview 3`.")


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count:,} values"


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("citewise")
    except PackageNotFoundError:
        return "unknown"
