"""`citewise ask` and `citewise search`: one cited answer, or the passages alone."""

import asyncio

import click

from bots.terminal.invocation import (
    Invocation,
    asker_option,
    home_option,
    invocation,
    json_option,
    principals_of,
    spaces_option,
)


@click.command()
@click.argument("question")
@spaces_option
@asker_option
@click.option("--quotes", is_flag=True, help="Show the quoted words below each source.")
@home_option
@json_option
@invocation
def ask(call: Invocation, question: str, spaces: tuple[str, ...], asker: str | None, quotes: bool) -> None:
    """Answer one question from the documents, with its sources."""
    from bots.desk import Asked
    from bots.terminal.answer_json import answer_json
    from bots.terminal.answers import show_answer
    from bots.terminal.console import out, print_json, progress
    from bots.terminal.streaming import final_answer

    asked = Asked(question, asker or "terminal", principals_of(asker), spaces)
    with call.citewise() as citewise:
        citewise.desk.question(asked)
        with progress() as citewise.report:
            citewise.warm_up()
        answer = asyncio.run(final_answer(citewise.desk, asked, quiet=call.as_json))
    if call.as_json:
        print_json(answer_json(answer))
    else:
        show_answer(out(), answer, quotes=quotes)


@click.command()
@click.argument("words")
@spaces_option
@asker_option
@click.option(
    "--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="How many passages to show."
)
@home_option
@json_option
@invocation
def search(call: Invocation, words: str, spaces: tuple[str, ...], asker: str | None, limit: int) -> None:
    """Show the passages that fit best, with their scores."""
    from bots.desk import Asked
    from bots.terminal.answer_json import passage_json
    from bots.terminal.answers import show_hits
    from bots.terminal.console import out, print_json, progress

    asked = Asked(words, asker or "terminal", principals_of(asker), spaces)
    with call.citewise() as citewise, progress() as citewise.report:
        passages = citewise.desk.search(asked, limit)
        reranker = citewise.brain.reranker
    if reranker is not None and (fault := reranker.state().fault):
        click.echo(f"citewise: {reranker.name} did not put them in order. {fault}", err=True)
    if call.as_json:
        print_json([passage_json(passage) for passage in passages])
    else:
        show_hits(out(), passages)
