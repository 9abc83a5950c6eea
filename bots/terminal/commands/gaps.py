"""`citewise gaps`: what people asked and the documents lack."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from bots.terminal.durations import since as moment
from bots.terminal.invocation import Invocation, home_option, invocation, json_option

if TYPE_CHECKING:
    from rich.console import Console

    from brain.usage.domain import Contradiction, Gap, Gaps


@click.command(short_help="Show what people asked and the documents lack.")
@click.option(
    "--since",
    type=moment,
    default="30d",
    show_default=True,
    metavar="DAY_OR_SPAN",
    help="From when on: 2026-10-01, or 30d.",
)
@click.option(
    "--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="How many to show."
)
@click.option("--all", "everything", is_flag=True, help="Show those too that the documents answer by now.")
@home_option
@json_option
@invocation
def gaps(call: Invocation, since: datetime, limit: int, everything: bool) -> None:
    """Show what people asked and the documents lack, the most wanted first.

    Questions that found no answer, no sure one, or one that did not help, or that were handed to a person
    are brought together by what they are about. Each topic is looked up again: what the documents answer by
    now is left out.

    Beneath stands where documents contradict each other, as answers since then met them.

    What somebody asked in private is counted. It is shown in words where whoever asked said that the
    answer did not help, or asked for a person; or where three people asked, all in private.
    """
    from bots.terminal.console import out, print_json, progress

    with call.citewise() as citewise, progress() as citewise.report:
        found = citewise.gap_finder.find(
            since, limit, lambda done, of: citewise.report("Looking topics up", done, of)
        )
    if call.as_json:
        print_json(gaps_json(found))
    else:
        _show(out(), found, everything)


def gaps_json(found: "Gaps") -> dict[str, Any]:
    """What `gaps --json` prints: settled gaps too."""
    return {
        "since": found.since.isoformat(timespec="seconds"),
        "questions": found.asked,
        "lacking": found.lacking,
        "gaps": [_gap_json(gap) for gap in found.gaps],
        "topics_not_looked_up": found.more,
        "contradictions": [_contradiction_json(one) for one in found.contradictions],
    }


def _contradiction_json(met: "Contradiction") -> dict[str, Any]:
    return {
        "places": [
            {
                "doc": place.document,
                "title": place.title,
                "space": place.space,
                "place": place.place or None,
                "quote": place.quote,
            }
            for place in met.places
        ],
        "first_is_newer": met.dated,
        "asked": met.asked,
        "people": met.people,
        "last": met.last.isoformat(timespec="seconds"),
    }


def _gap_json(gap: "Gap") -> dict[str, Any]:
    from brain.usage.domain import Lack

    topic = gap.topic
    return {
        "question": gap.wordings[0] if gap.wordings else None,
        "wordings": list(gap.wordings),
        "asked": len(topic.askings),
        "people": topic.people,
        "last": topic.last.isoformat(timespec="seconds"),
        "lacks": {lack.value: number for lack in Lack if (number := topic.lacking(lack))},
        "complaints": [{"reason": mark.reason, "words": mark.words} for mark in gap.complaints],
        "nearest": list(gap.nearest),
        "settled": gap.settled,
        "trace_ids": [asking.trace_id for asking in topic.askings] if gap.wordings else [],
    }


def _show(console: "Console", found: "Gaps", everything: bool) -> None:
    from rich.text import Text

    from bots.desk.wording import count
    from bots.terminal.console import in_line, plain_table, print_table

    if not found.asked:
        console.print("Nobody asked anything since then.")
        return
    console.print(f"{count(found.asked, 'question')}, {found.lacking:,} without a sure or helpful answer.")
    shown = found.gaps if everything else found.open
    if shown:
        table = plain_table()
        for column in ("asked", "people"):
            table.add_column(column, justify="right")
        for column in ("last", "about", "what was lacking", "nearest documents"):
            table.add_column(column)
        for gap in shown:
            table.add_row(*(Text(in_line(cell)) for cell in _cells(gap)))
        console.print()
        print_table(console, table)
        console.print()
    if not everything and (settled := len(found.gaps) - len(found.open)):
        console.print(f"{count(settled, 'topic')} more, which the documents answer by now: --all shows them.")
    if found.more:
        console.print(f"{count(found.more, 'topic')} of less weight not looked up: --limit shows more.")
    _show_contradictions(console, found)


def _show_contradictions(console: "Console", found: "Gaps") -> None:
    """Both places of each, word for word, so that somebody can mend one of them."""
    from rich.text import Text

    from bots.desk.wording import age, count
    from bots.terminal.console import in_line

    if not found.contradictions:
        return
    console.print()
    console.print(f"{count(len(found.contradictions), 'contradiction')} between documents:")
    for met in found.contradictions:
        console.print()
        for at, place in enumerate(met.places):
            newer = " (newer)" if met.dated and not at else ""
            where = in_line(f"{place.title}, {place.place}" if place.place else place.title)
            console.print(Text(f"{where}{newer} · {in_line(place.document)}"))
            console.print(Text(f"    “{in_line(place.quote)}”"))
        last = age(met.last).replace(" old", " ago")
        console.print(Text(f"    met in {count(met.asked, 'answer')}, last {last}", style="dim"))


def _cells(gap: "Gap") -> tuple[str, ...]:
    from bots.desk.wording import age, shortened
    from brain.usage.domain import Lack

    topic = gap.topic
    lacks = [f"{number}× {lack.value}" for lack in Lack if (number := topic.lacking(lack))]
    lacks += [f"“{shortened(mark.words, 60)}”" for mark in gap.complaints if mark.words][:1]
    return (
        str(len(topic.askings)),
        str(topic.people),
        age(topic.last).replace(" old", " ago"),
        (gap.wordings[0] if gap.wordings else "(asked in private)") + (" ✓" if gap.settled else ""),
        ", ".join(lacks),
        ", ".join(gap.nearest[:2]),
    )
