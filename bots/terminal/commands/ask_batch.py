"""`citewise ask-batch`: many questions from a file, the answers into another."""

from pathlib import Path

import click

from bots.terminal.invocation import (
    Invocation,
    PathArgument,
    asker_option,
    home_option,
    invocation,
    json_option,
    principals_of,
    spaces_option,
)


@click.command("ask-batch")
@click.argument("questions", type=PathArgument(exists=True, dir_okay=False))
@click.option(
    "--out",
    "predictions",
    required=True,
    type=PathArgument(dir_okay=False),
    metavar="PREDICTIONS.jsonl",
    help="Where the answers go, one JSON object a line.",
)
@spaces_option
@asker_option
@home_option
@json_option
@invocation
def ask_batch(
    call: Invocation, questions: Path, predictions: Path, spaces: tuple[str, ...], asker: str | None
) -> None:
    """Answer every question of a file.

    QUESTIONS holds one JSON object a line, with id and question.
    """
    from bots.terminal.console import out, print_json, progress
    from brain.evaluation.predictions import write_predictions
    from brain.evaluation.questions import read_questions
    from brain.evaluation.runner import predict

    rows = read_questions(questions)
    with call.citewise() as citewise, progress() as citewise.report:
        audience = citewise.desk.readable(principals_of(asker), spaces)
        said = list(
            predict(
                citewise.brain, rows, audience, lambda done, total: citewise.report("Answering", done, total)
            )
        )
    write_predictions(predictions, said)
    refused = sum(prediction.refused for prediction in said)
    if call.as_json:
        print_json({"questions": len(said), "refused": refused, "out": call.typed(predictions)})
    else:
        answered = f"{len(said) - refused} of {len(said)} questions, refused {refused}"
        out().print(f"Answered {answered}: {call.typed(predictions)}")
