"""`citewise tune promote`, `rollback` and `status`: which adapter answers, and the way back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bots.terminal.invocation import Invocation, home_option, invocation, json_option
from brain.errors import UsageError

if TYPE_CHECKING:
    from bots.model.promoting import Change
    from bots.wiring import Citewise
    from brain.tuning.verdict import Judgement


@click.command(short_help="Let a better adapter answer.")
@click.argument("run")
@home_option
@json_option
@invocation
@click.pass_context
def promote(context: click.Context, call: Invocation, run: str) -> None:
    """Let RUN's adapter answer, if its evaluation says that it is better.

    Judged by its report on your own questions, if there is one about enough of them, or else on the held-out
    ones. It must be better at answering than the extractive answers, its base model and the base model with
    examples, and at citing and refusing no worse; docs/tuning.md has the rule. Where it isn't, every
    condition is told, the one before stays, and the exit code is 1. There is no way around it.
    """
    from datetime import UTC, datetime

    from bots.model.promoting import put_in_use, versions_of
    from brain.tuning.trained import trained_run
    from brain.tuning.verdict import judge

    with _changing(call) as citewise:
        tuning = citewise.home.tuning
        trained = trained_run(tuning, run)
        judged = judge(trained, tuning)
        change = None
        if judged.may_answer:
            when = datetime.now(UTC).isoformat(timespec="seconds")
            kept = versions_of(citewise).keep(trained.folder.adapter, judged.about(trained, when))
            change = put_in_use(
                citewise,
                kept.number,
                actor=call.actor,
                action="promote adapter",
                serving=call.shared is not None,
            )
    _show_judged(call, judged, change)
    if change is None:
        context.exit(1)


@click.command(short_help="Answer with an earlier version.")
@click.argument("version", required=False)
@home_option
@json_option
@invocation
def rollback(call: Invocation, version: str | None) -> None:
    """Answer with the version before, with VERSION (a number), or with the base model (`none`)."""
    from bots.model.promoting import put_in_use, versions_of

    with _changing(call) as citewise:
        in_use = versions_of(citewise).in_use()
        if version is None:
            if not in_use.before:
                raise UsageError("There is no version before: the base model answers.")
            wanted = in_use.before[-1]
        else:
            wanted = _number(version)
        if wanted == in_use.version:
            named = "The base model" if wanted is None else f"Version {wanted}"
            raise UsageError(f"{named} answers already.")
        change = put_in_use(
            citewise,
            wanted,
            actor=call.actor,
            action="roll back adapter",
            serving=call.shared is not None,
            back=True,
        )
    _show_change(call, change)


@contextmanager
def _changing(call: Invocation) -> Iterator["Citewise"]:
    """The home, which nobody else changes meanwhile, also where nothing was ever indexed in it."""
    with call.citewise() as citewise:
        if call.shared is None and not citewise.home.exists:
            citewise.own_home()
        elif citewise.home.exists:
            _ = citewise.catalog  # which locks the home
        with citewise.changing():
            yield citewise


def _number(version: str) -> int | None:
    if version == "none":
        return None
    if not version.isdecimal():
        raise UsageError(f"{version} is no version: give its number, or none for the base model.")
    return int(version)


def _show_judged(call: Invocation, judged: "Judgement", change: "Change | None") -> None:
    from bots.terminal.console import out, print_json
    from bots.terminal.tune.shown import show_grounds

    if call.as_json:
        conditions = [{"holds": ground.holds, "condition": ground.sentence} for ground in judged.grounds]
        about = {"judged_by": judged.report.questions or "held-out questions", "why": judged.by}
        print_json({"promoted": change is not None, **_json(change), **about, "conditions": conditions})
        return
    click.echo(judged.by)
    show_grounds(out(), judged.grounds)
    if change is None:
        click.echo("It was not promoted: what answered before goes on.")
    else:
        _show_change(call, change)


def _show_change(call: Invocation, change: "Change") -> None:
    from bots.terminal.console import print_json

    if call.as_json:
        print_json(_json(change))
        return
    version = change.version
    click.echo(f"In use: {f'version {version.number} ({version.run})' if version else 'the base model'}.")
    click.echo(change.effect)


def _json(change: "Change | None") -> dict[str, object]:
    if change is None:
        return {}
    return {"version": change.version.number if change.version else None, "effect": change.effect}
