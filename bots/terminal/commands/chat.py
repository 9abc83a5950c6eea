"""`citewise chat`: ask in the terminal, go on asking, look at quotes and at how an answer came about."""

import asyncio
import sys
import uuid
from typing import TYPE_CHECKING

import click

from bots.terminal.invocation import (
    Invocation,
    asker_option,
    home_option,
    invocation,
    principals_of,
    spaces_option,
)
from brain.domain import Answer
from brain.errors import CitewiseError

if TYPE_CHECKING:
    from bots.desk import Desk

PROMPT = "› "
HELP = """\
Ask in your own words, and go on asking: "How much leave do we get?", then "and for part-timers?"
"Summarise the travel policy", then "and in short?"; "What is the difference between the train and the plane?"

  quotes             the words behind the last answer
  1, 2, …            the whole passage behind that source
  why                how the last answer came about
  documents [words]  what is indexed
  help               this
  quit               leave (or Ctrl-D)
"""


@click.command()
@spaces_option
@asker_option
@home_option
@invocation
def chat(call: Invocation, spaces: tuple[str, ...], asker: str | None) -> None:
    """Ask, and go on asking: a conversation in the terminal."""
    from bots.terminal.console import progress

    with call.citewise() as citewise:
        citewise.desk.readable(principals_of(asker), spaces)
        with progress() as citewise.report:
            citewise.warm_up()
        Chat(citewise.desk, asker, spaces).run()


class Chat:
    """One conversation: reads lines until `quit` or the end of input."""

    def __init__(self, desk: "Desk", asker: str | None = None, spaces: tuple[str, ...] = ()) -> None:
        from bots.desk.domain import TERMINAL
        from bots.terminal.console import out

        self._desk = desk
        self._asker = asker
        self._spaces = spaces
        self._thread = f"{TERMINAL}{uuid.uuid4()}"
        self._console = out()
        self._last: Answer | None = None

    def run(self) -> None:
        """Talk until there is nothing more to read."""
        from rich.text import Text

        counts = self._desk.counts(principals_of(self._asker), self._spaces)
        plural = "" if counts.documents == 1 else "s"
        self._console.print(
            Text.assemble(
                (f"Ask about {counts.documents:,} document{plural}. ", "bold"),
                ("help shows what else there is.", "dim"),
            )
        )
        with asyncio.Runner() as runner:
            while (line := self._read()) is not None:
                words = line.strip()
                if words.lower() in ("quit", "exit"):
                    return
                if words:
                    self._obey(runner, words)

    def ask(self, runner: asyncio.Runner, question: str) -> None:
        """Answer one question and remember it as the last."""
        from bots.desk import Asked
        from bots.terminal.answers import show_answer
        from bots.terminal.streaming import final_answer

        asked = Asked(
            question, self._asker or "terminal", principals_of(self._asker), self._spaces, self._thread
        )
        answer = runner.run(final_answer(self._desk, asked))
        show_answer(self._console, answer)
        first = self._last is None
        if answer.retrieved:  # "thanks!" is no question: the last answer stays the last
            self._last = answer
        if first and self._console.is_terminal and not answer.refused:
            self._console.print("quotes shows the words behind it, why how it came about\n", style="dim")

    def _read(self) -> str | None:
        """The next line, None at the end; what comes through a pipe is shown, so that a log can be read."""
        if sys.stdin.isatty():
            from bots.terminal.console import typed_line

            try:
                return typed_line(PROMPT)
            except EOFError:
                self._console.print()
                return None
        line = sys.stdin.readline()
        if line.strip():
            from bots.terminal.console import inert

            self._console.out(f"{PROMPT}{inert(line.strip())}")
        return line or None

    def _obey(self, runner: asyncio.Runner, words: str) -> None:
        verb, _, rest = words.partition(" ")
        verb = verb.lower()
        try:
            if words.isdecimal():
                self._show_source(int(words))
            elif verb == "documents" and not words.endswith("?"):
                self._show_documents(runner, rest)
            elif rest:
                self.ask(runner, words)
            elif verb == "help":
                self._console.print(HELP)
            elif verb == "quotes":
                self._show_quotes()
            elif verb == "why":
                self._show_why(runner)
            else:
                self.ask(runner, words)
        except CitewiseError as error:
            from rich.text import Text

            self._console.print(Text(error.sentence, style="yellow"))

    def _show_source(self, number: int) -> None:
        from bots.terminal.answers import show_passages

        citations = self._last.citations if self._last else ()
        of_number = [citation for citation in citations if citation.number == number]
        show_passages(self._console, of_number)
        if not of_number:
            self._console.print(f"The last answer has no source {number}.")

    def _show_quotes(self) -> None:
        from bots.terminal.answers import show_sources

        if self._last is None or not self._last.citations:
            why = "the last question had none" if self._last else "nothing was asked yet"
            self._console.print(f"There is no answer to show the quotes of: {why}.")
            return
        self._console.print()
        show_sources(self._console, self._last.citations, quotes=True)
        self._console.print()

    def _show_why(self, runner: asyncio.Runner) -> None:
        from bots.terminal.commands.why import show_trace

        trace = runner.run(self._desk.why(self._thread))
        if trace is None:
            self._console.print("Nothing was asked yet, so there is nothing to explain.")
            return
        show_trace(self._console, trace)

    def _show_documents(self, runner: asyncio.Runner, words: str) -> None:
        from bots.terminal.commands.documents_shown import show_documents

        principals = principals_of(self._asker)
        show_documents(self._console, runner.run(self._desk.documents(words, principals, self._spaces)))
