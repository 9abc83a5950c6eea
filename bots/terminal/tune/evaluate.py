"""`citewise tune eval`: whether an adapter is better than what it would replace, on unseen questions."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bots.terminal.invocation import (
    Invocation,
    PathArgument,
    home_option,
    invocation,
    json_option,
    spaces_option,
)
from brain.errors import UsageError

if TYPE_CHECKING:
    from bots.settings import Settings
    from bots.terminal.console import ProgressReport
    from bots.wiring import Citewise
    from brain.evaluation.questions import EvalQuestion
    from brain.phi3.chat import Phi3Chat
    from brain.tuning.judging.comparison import Comparison
    from brain.tuning.judging.contestants import Contest
    from brain.tuning.judging.evaluation import Evaluated
    from brain.tuning.judging.report import Report
    from brain.tuning.judging.writers import Writer
    from brain.tuning.rows import Row
    from brain.tuning.trained import TrainedRun


_TWO_PARTS = (
    "Training stopped by these very questions, since its citing set has two parts: that favours the adapter "
    "a little."
)


@click.command("eval", short_help="Compare an adapter with what it would replace.")
@click.argument("run")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Ask only N of the held-out questions, always the same ones.",
)
@click.option(
    "--in-use",
    "whole",
    is_flag=True,
    help="Ask the whole of citewise too: what it retrieves, its gate, its fallback.",
)
@click.option(
    "--questions",
    type=PathArgument(exists=True, dir_okay=False),
    metavar="FILE",
    help="Ask the whole of citewise these questions of your own instead, as `citewise eval` takes them.",
)
@spaces_option
@home_option
@json_option
@invocation
def evaluate(
    call: Invocation,
    run: str,
    limit: int | None,
    whole: bool,
    questions: Path | None,
    spaces: tuple[str, ...],
) -> None:
    """Compare RUN's adapter with its base model, with and without examples, and with the extractive answers.

    All get the same held-out questions with the same passages, or your own questions. Stopped, it goes on
    where it was. The report lies in the run's folder `evaluation`; `citewise tune promote RUN` goes by it.
    """
    if whole and questions:
        raise UsageError("--questions asks the whole of citewise anyway: leave out --in-use.")
    from bots.settings import load_settings
    from bots.terminal.console import progress
    from bots.wiring import Citewise
    from brain.answering.factory import need_phi3_extra

    settings = call.shared.settings if call.shared else load_settings(call.home)
    call.home = settings.home
    need_phi3_extra()
    # By itself also where `citewise serve` runs: it must not load a second model for this. The home is
    # opened only to ask the whole of citewise.
    with Citewise(settings, "citewise tune eval") as citewise, progress(in_logs=True) as citewise.report:
        if questions:
            _ask_own(call, citewise, run, questions, limit, spaces)
        else:
            _evaluate(call, citewise, run, limit, whole, spaces)


def _evaluate(
    call: Invocation, citewise: "Citewise", name: str, limit: int | None, whole: bool, spaces: tuple[str, ...]
) -> None:
    """Have every writer answer the held-out rows (and the whole brain, with `whole`), and keep the report."""
    from brain.evaluation.questions import read_questions
    from brain.tuning.judging.contestants import models, opened
    from brain.tuning.judging.evaluation import evaluate as compare
    from brain.tuning.judging.evaluation import sample
    from brain.tuning.trained import trained_run

    tuning = citewise.home.tuning
    run = trained_run(tuning, name)
    split = run.held_out(tuning)
    rows = sample(split, limit)
    contest = _contest(citewise.settings, run)
    extractive = _extractive(citewise, split)

    def writers(chat: "Phi3Chat") -> Iterator["Writer"]:
        yield extractive
        with closing(models(contest, chat)) as turns:
            yield from turns

    with opened(contest) as chat:
        found = compare(rows, writers(chat), progress=_naming(citewise.report))
        in_use = None
        if whole:
            questions = read_questions(run.data(tuning).questions)[:limit]
            in_use = _in_use(citewise, questions, contest, chat, spaces)
    citewise.forget_report()
    report = _report(run, contest, len(split), found.comparison, in_use)
    note = "" if run.data(tuning).has_validation else _TWO_PARTS
    _keep(call, run, replace(report, note=note), found)


def _ask_own(
    call: Invocation,
    citewise: "Citewise",
    name: str,
    questions: Path,
    limit: int | None,
    spaces: tuple[str, ...],
) -> None:
    """Ask the whole of citewise what somebody wrote down, as far as the adapter has not learnt it."""
    from bots.terminal.console import err, inert
    from brain.evaluation.questions import read_questions
    from brain.tuning.judging.contestants import opened
    from brain.tuning.judging.own_questions import own_questions
    from brain.tuning.trained import trained_run

    tuning = citewise.home.tuning
    run = trained_run(tuning, name)
    indexed = {row.path for row in citewise.catalog.documents()}
    own = own_questions(read_questions(questions), run.data(tuning), indexed)
    err().print(inert(own.sentence))
    contest = _contest(citewise.settings, run)
    with opened(contest) as chat:
        found = _in_use(citewise, own.asked[:limit], contest, chat, spaces)
    citewise.forget_report()
    report = _report(run, contest, own.whole, found)
    _keep(call, run, replace(report, questions=questions.name, note=own.sentence))


def _contest(settings: "Settings", run: "TrainedRun") -> "Contest":
    """The adapter and the model that is set, which must be the one that it was trained for."""
    from bots.model.adapter_in_use import base_of
    from brain.phi3.adapters import read_deltas
    from brain.phi3.quantising import Quantization
    from brain.tuning.judging.contestants import Contest
    from brain.tuning.versions import hash_of

    base, adapter = base_of(settings), hash_of(run.folder.adapter)
    if base != run.record.base.fingerprint:
        raise UsageError(
            f"{run.name} was trained for {run.record.base.model}, and CITEWISE_MODEL is {settings.model}: "
            "set it back to that model, or train again."
        )
    read_deltas(run.folder.adapter)
    kept = run.folder.evaluation / "replies"
    packed = Quantization(settings.quantization)
    return Contest(settings.model, run.folder.adapter, base, adapter, kept, packed)


def _extractive(citewise: "Citewise", rows: "tuple[Row, ...]") -> "Writer":
    from brain.tuning.judging.writers import ExtractiveWriter

    passages = [passage for row in rows for passage in row.passages]
    return ExtractiveWriter(citewise.embedder.embeddings, citewise.gate, passages)


def _in_use(
    citewise: "Citewise",
    questions: "Sequence[EvalQuestion]",
    contest: "Contest",
    chat: "Phi3Chat",
    spaces: tuple[str, ...],
) -> "Comparison":
    from bots.citable import citable_documents
    from bots.desk import OWNER
    from brain.answering.draft import Answerer
    from brain.answering.extracting.extractive import ExtractiveAnswerer
    from brain.brain import Brain
    from brain.tuning.judging.contestants import answerers
    from brain.tuning.judging.in_use import evaluate_in_use
    from brain.tuning.judging.writers import EXTRACTIVE

    audience = citewise.desk.readable({OWNER}, spaces)

    def answering(answerer: Answerer) -> Brain:
        return Brain(citewise.catalog, citewise.retriever, answerer, citewise.gate, citewise.reranker)

    def turns() -> Iterator[tuple[str, Brain]]:
        yield EXTRACTIVE, answering(ExtractiveAnswerer())
        with closing(answerers(contest, chat)) as models:
            for name, answerer in models:
                yield name, answering(answerer)

    documents = citable_documents(citewise.catalog, audience)
    return evaluate_in_use(questions, turns(), audience, documents, _naming(citewise.report))


def _report(
    run: "TrainedRun",
    contest: "Contest",
    split: int,
    given: "Comparison",
    in_use: "Comparison | None" = None,
) -> "Report":
    from datetime import UTC, datetime
    from importlib.metadata import version

    from brain.tuning.judging.report import Report

    return Report(
        run=run.name,
        adapter=contest.adapter_identity,
        data=run.record.data.hash,
        base_model=run.record.base.model,
        code=version("citewise"),
        when=datetime.now(UTC).isoformat(timespec="seconds"),
        split=split,
        given=given,
        in_use=in_use,
    )


def _keep(call: Invocation, run: "TrainedRun", report: "Report", found: "Evaluated | None" = None) -> None:
    """Write the report and show it."""
    import json
    from importlib.util import find_spec

    from bots.terminal.console import out, print_json
    from brain.durable import write_whole
    from brain.tuning.judging.report import FILE, OWN_FILE
    from brain.tuning.judging.report_page import page
    from brain.tuning.judging.report_plot import plot
    from brain.tuning.promotion import grounds

    judged = grounds(report.given)
    place = run.folder.evaluation / (OWN_FILE if report.questions else FILE)
    title = f"in use, {report.questions}" if report.questions else "given the same passages"
    picture = place.with_suffix(".svg") if find_spec("matplotlib") else None
    if picture:
        plot(report.given, picture, f"{run.name}: {title}")
    text = page(report, found, judged, picture.name if picture else "")
    write_whole(place.with_suffix(".md"), text)
    write_whole(place, json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    if call.as_json:
        conditions = [{"holds": ground.holds, "condition": ground.sentence} for ground in judged]
        may = all(ground.holds for ground in judged)
        print_json({**report.as_json(), "may_be_promoted": may, "conditions": conditions})
        return
    from bots.terminal.tune.shown import show_comparison, show_grounds

    console = out()
    show_comparison(console, f"{title[0].upper()}{title[1:]}", report.given)
    if report.in_use:
        show_comparison(console, "In use", report.in_use)
    if report.note and not report.questions:
        console.print(f"{report.note}\n")
    show_grounds(console, judged)
    console.print(f"\nReport: {place.with_suffix('.md')}")


def _naming(report: "ProgressReport") -> "ProgressReport":
    return lambda what, done, total: report(f"Asking {what}", done, total)
