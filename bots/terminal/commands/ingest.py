"""`citewise ingest`: brings the index in step with folders, files and pages."""

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from bots.terminal.invocation import Invocation, complete_path, home_option, invocation, json_option
from brain.errors import NothingIndexed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from bots.terminal.console import ProgressReport
    from ingest.report import Progress, SyncReport

_SHOWN = 20
_COUNTED = ("added", "changed", "reread", "moved", "removed", "withdrawn", "unchanged", "failed", "skipped")
_WORDS = {"reread": "read anew"}
_STAGES = {
    "found": "Looking",
    "parsed": "Reading files",
    "embedded": "Embedding passages",
    "stored": "Storing files",
    "indexed": "Indexing",
}


@click.command()
@click.argument("places", nargs=-1, required=True, metavar="PATH_OR_URL...", shell_complete=complete_path)
@click.option("--space", default="general", show_default=True, metavar="S", help="Whose documents these are.")
@click.option("--retry", is_flag=True, help="Try files again that could not be read before.")
@click.option("--check", is_flag=True, help="Compare contents too, where size and time are as before.")
@click.option("--reread", is_flag=True, help="Read all files anew, those too that have not changed.")
@home_option
@json_option
@invocation
def ingest(
    call: Invocation, places: tuple[str, ...], space: str, retry: bool, check: bool, reread: bool
) -> None:
    """Bring the index in step with folders, files and web pages.

    Unchanged files are passed over, unless an older citewise read them in another way; files that are gone
    leave the index.
    """
    from bots.terminal.console import out, print_json, progress

    places = tuple(name if "://" in name else str(call.place(name)) for name in places)
    with call.citewise(create=True) as citewise, progress() as citewise.report:
        reports = citewise.drives.ingest(
            places,
            space,
            stages(citewise.report),
            retry=retry,
            check=check,
            reread=reread,
            by=call.actor,
        )
    if call.as_json:
        print_json([report_json(done) for done in reports])
    else:
        for done in reports:
            show_report(out(), done)
    if not any(done.documents or done.unsettled_count or done.held for done in reports):
        raise NothingIndexed("None of these files can be read: mend what is said above, then ingest again.")


def stages(report: "ProgressReport") -> "Progress":
    """Say the ingest's progress in the words that bars show."""

    def say(stage: str, done: int, total: int | None) -> None:
        report(_STAGES.get(stage, stage), done, total or 0)

    return say


def show_report(console: "Console", report: "SyncReport") -> None:
    """Print what one run changed, and each file that could not be read."""
    from rich.text import Text

    from bots.desk.wording import count
    from bots.terminal.console import in_line
    from ingest.registration import place

    changes = [
        f"{number:,} {_WORDS.get(word, word)}" for word in _COUNTED if (number := getattr(report, word))
    ]
    seconds = sum(report.seconds.values())
    what, passages = ", ".join(changes) or "nothing to read", count(report.passages, "passage")
    console.print(
        Text(f"{in_line(place(report.url))}: ", style="bold")
        + Text(f"{what}; {passages} in {report.space}, ")
        + Text(f"{seconds:.1f} s", style="dim")
    )
    for line in _skipped(report):
        console.print(Text(f"  · {in_line(line)}", style="dim"))
    for note in report.failures[:_SHOWN]:
        console.print(Text("  ✗ ", style="red") + Text(f"{in_line(note.path)}: {in_line(note.sentence)}"))
    for note in report.warnings[:_SHOWN]:
        console.print(Text("  ! ", style="yellow") + Text(f"{in_line(note.path)}: {in_line(note.sentence)}"))
    for part in report.unlisted[:_SHOWN]:
        console.print(Text("  ! ", style="yellow") + Text(f"{in_line(part.path)}: {in_line(part.reason)}"))
    if report.held:
        held = f"{report.held:,} documents are gone at once and were not removed: see `citewise drives`."
        console.print(Text("  ! ", style="yellow") + Text(held))
    for path in report.unsettled[:_SHOWN]:
        waits = f"{in_line(path)}: changed just now; it is read when it is left alone."
        console.print(Text("  ! ", style="yellow") + Text(waits))
    if report.unsettled_count > _SHOWN:
        console.print(f"  … and {report.unsettled_count - _SHOWN:,} more that were changed just now.")
    if report.remembered:
        again = f"{report.remembered:,} could not be read before and were not tried again: --retry does."
        console.print(Text("  ! ", style="yellow") + Text(again))
    more = report.failed - report.remembered - _SHOWN
    if more > 0:
        console.print(f"  … and {more} more that can't be read: `citewise documents` lists them.")


def _skipped(report: "SyncReport") -> "Iterator[str]":
    """Why files were passed over; of formats that can't be read, which endings they have."""
    from ingest.reconciling.skipping import UNKNOWN_FORMAT

    for reason, count in report.skipped_by_reason.items():
        names = [file.path for file in report.skipped_files if file.reason == reason == UNKNOWN_FORMAT]
        endings = sorted({PurePosixPath(name).suffix.lower() or "no ending" for name in names})
        more = ", …" if len(endings) > _SHOWN else ""
        yield f"{count:,} skipped: {reason}" + (f" ({', '.join(endings[:_SHOWN])}{more})" if endings else "")


def report_json(report: "SyncReport") -> dict[str, Any]:
    """What one run changed, for programs."""
    counts = (
        "added", "changed", "reread", "moved", "removed", "withdrawn", "held", "unchanged", "failed",
        "skipped", "unlisted_count", "unsettled_count", "passages", "embedded",
    )  # fmt: skip
    return {
        "url": report.url,
        "space": report.space,
        **{name: getattr(report, name) for name in counts},
        "failures": [{"doc": note.path, "reason": note.sentence} for note in report.failures],
        "warnings": [{"doc": note.path, "reason": note.sentence} for note in report.warnings],
        "unsettled": list(report.unsettled),
        "unlisted": [{"doc": part.path, "reason": part.reason} for part in report.unlisted],
        "skipped_by_reason": dict(report.skipped_by_reason),
        "seconds": {stage: round(spent, 3) for stage, spent in report.seconds.items()},
    }
