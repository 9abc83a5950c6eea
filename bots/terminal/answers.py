"""How an answer looks on a screen: short text, numbered sources below, quotes on request."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bots.desk.caveats import caveats, nearest
from bots.desk.wording import age, place_of
from bots.terminal.console import READING_WIDTH, in_line, inert
from brain.domain import Answer, Citation, Passage, Refusal, Source

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_MARKER = re.compile(r"(?:\[\d+\])+")
_LIST_ITEM = re.compile(r"^(\s*(?:[-•*]|\d+[.)]) )")


def show_answer(console: "Console", answer: Answer, *, quotes: bool = False) -> None:
    """Print an answer with its sources, or the refusal with the nearest documents."""
    from rich.text import Text

    console.print()
    if answer.refusal is not None:
        console.print(Text(inert(answer.text), style="yellow"))
        _show_nearest(console, nearest(answer), answer.refusal)
    else:
        _print_prose(console, answer.text)
        console.print()
        for caveat in caveats(answer):
            console.print(Text(inert(caveat), style="yellow"))
        show_sources(console, answer.citations, quotes=quotes)
    console.print()


def show_sources(console: "Console", citations: Iterable[Citation], *, quotes: bool) -> None:
    """Print each numbered source once: title › place, age, link; with `quotes` all its cited words below."""
    from rich.text import Text

    by_number: dict[int, list[Citation]] = {}
    for citation in citations:
        by_number.setdefault(citation.number, []).append(citation)
    for number, of_number in by_number.items():
        line = Text.assemble((f"[{number}] ", "bold cyan"), source_line(of_number[0].passage.source))
        console.print(line)
        for quote in dict.fromkeys(citation.quote for citation in of_number) if quotes else ():
            for words in f"“{cells(quote)}”".splitlines():
                print_indented(console, Text(words, style="italic green"))


def source_line(source: Source) -> "Text":
    """`Title › heading · age · path` or `Title, p. 3 · …`, with a link where the terminal can open one."""
    from rich.style import Style
    from rich.text import Text

    line = Text()
    line.append(in_line(source.title) or in_line(source.document), style="bold")
    place = in_line(place_of(source))
    if place:
        under_heading = source.locator.label == " › ".join(source.locator.heading)
        line.append(f" › {place}" if under_heading else f", {place}")
    if source.modified is not None:
        line.append(f" · {age(source.modified)}", style="dim")
    opens = source.uri.startswith(("https://", "http://", "file://"))
    line.append(" · ", style="dim")
    line.append(in_line(source.document), style=Style(dim=True, link=inert(source.uri) if opens else None))
    return line


def show_passages(console: "Console", citations: Iterable[Citation]) -> None:
    """Print the whole passages behind the citations of one number, the quoted words marked."""
    from rich.text import Text

    quotes_of: dict[Passage, list[str]] = {}
    for citation in citations:
        quotes_of.setdefault(citation.passage, []).append(cells(citation.quote))
        number = citation.number
    for passage, quotes in quotes_of.items():
        text = Text(cells(passage.text), style="dim")
        for quote in quotes:
            if (at := text.plain.find(quote)) >= 0:
                text.stylize("not dim bold green", at, at + len(quote))
        console.print()
        console.print(Text.assemble((f"[{number}] ", "bold cyan"), source_line(passage.source)))
        print_indented(console, text)
        console.print()


def show_hits(console: "Console", passages: Iterable[Passage]) -> None:
    """Print what a search found: score, source, the first words."""
    from rich.text import Text

    for rank, passage in enumerate(passages, start=1):
        score = (f"{passage.score:.4f}  ", "cyan")
        head = Text.assemble((f"{rank:>2}. ", "bold cyan"), score, source_line(passage.source))
        console.print(head)
        words = " ".join(inert(passage.text).split())
        print_indented(console, Text(words if len(words) <= 280 else words[:279] + "…"))
        console.print()


def cells(text: str) -> str:
    """A document's words as a screen can show them: harmless, table cells parted by a line."""
    return inert(text).replace("\t", " │ ")


def prose(text: str) -> "Text":
    """An answer's text with its citation numbers coloured."""
    from rich.text import Text

    styled = Text(cells(text))
    styled.highlight_regex(_MARKER, "cyan")
    return styled


def _print_prose(console: "Console", text: str) -> None:
    for line in text.splitlines():
        item = _LIST_ITEM.match(line)
        if item:
            print_indented(console, prose(line[item.end() :]), item[1])
        else:
            print_indented(console, prose(line), "")


def print_indented(console: "Console", text: "Text", first: str = "    ") -> None:
    """Print a text wrapped at reading width, the later lines below the first one's own text."""
    from rich.text import Text

    rows = text.wrap(console, max(20, min(console.width, READING_WIDTH) - len(first)))
    for number, row in enumerate(rows):
        row.rstrip()
        console.print(Text(first if number == 0 else " " * len(first)) + row, soft_wrap=True)


def _show_nearest(console: "Console", heading: str, refusal: Refusal) -> None:
    from rich.text import Text

    if not refusal.nearest:
        return
    console.print(Text(heading))
    for near in refusal.nearest:
        console.print(Text("  · ") + source_line(near.source))
        if near.words:
            print_indented(console, Text(f"“{cells(near.words)}”", style="italic green"))
