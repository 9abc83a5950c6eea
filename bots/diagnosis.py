"""What can be wrong with a set-up, and how each fault is mended: the checks behind `citewise doctor`."""

import os
import shutil
import stat
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bots.checks import Check, Verdict
from bots.desk.digest import ADMINS
from bots.desk.wording import count, held
from bots.doors.chats import connected, discord_settings, slack_settings
from bots.drives.outdated import remedy, wait_to_be_read_anew, waiting
from bots.keys_on_the_wire import examine_keys
from bots.model.answerer import examine as examine_answerer
from bots.model.cross_encoders import examine_entailment, examine_reranker
from bots.model.status import as_check, status_of
from bots.settings import Settings, unknown_settings
from bots.wiring import Citewise
from bots.working_days import working_days
from brain.catalog.home import Home
from brain.catalog.rows import DriveState
from brain.errors import CitewiseError, StorageFailed

if TYPE_CHECKING:
    from bots.serving.host import Running

OLDEST_PYTHON = (3, 11)
# The embedder's files, a rebuilt index beside the old one and room for the write-ahead log.
BYTES_NEEDED = 500_000_000


def examine(
    settings: Settings, opened: Citewise | None = None, running: "Running | None" = None
) -> Iterator[Check]:
    """Check the set-up from the ground up; what stands on a fault is left out.

    `opened` is this home where the process has it open already; `running` how `citewise serve` is.
    """
    yield _python()
    yield _settings(settings)
    yield from _digest(settings)
    yield from _days_off(settings)
    yield from examine_keys(settings)
    home = _home(settings.home)
    yield home
    yield _disk(settings.home)
    if running is not None:
        yield from _running(running)
    if home.verdict is Verdict.FAULT:
        return
    if not Home(settings.home).exists:
        yield Check("documents", Verdict.NOTE, "nothing is indexed yet", "citewise ingest FOLDER")
        yield _embedder(settings, None)
        yield from examine_reranker(settings)
        yield from examine_answerer(settings)
        yield from examine_entailment(settings)
        return
    with nullcontext(opened) if opened else Citewise(settings) as citewise:
        catalog = _attempt("catalog", lambda: _catalog(citewise))
        yield catalog
        if catalog.verdict is Verdict.FAULT:
            return
        yield _embedder(settings, citewise.catalog.embedder_identity())
        yield from examine_reranker(settings, opened.reranker if opened else None)
        yield from examine_answerer(settings, loaded=opened is not None)
        yield from examine_entailment(settings)
        if opened is not None and settings.answerer != "extractive":
            yield as_check(status_of(settings, opened.brain.answerer))
        yield _attempt("index", lambda: _index(citewise))
        if running is None:  # serve speaks of its drives itself
            yield _drives(citewise)
        yield _unreadable(citewise)
        yield _outdated(citewise)
        yield from _slack(citewise)
        yield from _discord(citewise)


def _digest(settings: Settings) -> Iterator[Check]:
    """Whether those can be sent the weekly digest at all who are to have it; where, the platforms tell."""
    if not settings.digest:
        return
    here = connected(settings)
    wanted = {name for reader in settings.digest for name in _readers(settings, reader)}
    if not wanted:
        mend = "name admins in CITEWISE_ADMINS, or a channel in CITEWISE_DIGEST"
        yield Check("digest", Verdict.FAULT, "CITEWISE_DIGEST names the admins, and there are none", mend)
    elif apart := sorted(name for name in wanted if name.partition(":")[0] not in here):
        found = f"{', '.join(apart)} can't be sent it: no token of that platform is set"
        mend = "set the token, or take it out of CITEWISE_DIGEST"
        yield Check("digest", Verdict.FAULT, found, mend)
    else:
        found = f"goes to {', '.join(settings.digest)} once a week"
        yield Check("digest", Verdict.GOOD, found, "`citewise digest` shows what it would say today")


def _days_off(settings: Settings) -> Iterator[Check]:
    """Whether the days off that are named are all over: then somebody has to name the coming ones."""
    if not settings.days_off:
        return
    last = working_days((), settings.days_off).last_named
    if last is not None and last < datetime.now().astimezone().date():
        found = f"the last day off that CITEWISE_DAYS_OFF names was {last.isoformat()}"
        yield Check("days off", Verdict.NOTE, found, "name the coming ones")
    else:
        yield Check("days off", Verdict.GOOD, ", ".join(settings.days_off))


def _readers(settings: Settings, reader: str) -> tuple[str, ...]:
    return settings.admins if reader == ADMINS else (reader,)


def _slack(citewise: Citewise) -> Iterator[Check]:
    """Slack, where a token is set."""
    settings = slack_settings(citewise.settings)
    if settings is None:
        return
    from bots.slack.diagnosis import examine as examine_slack

    catalog, start = citewise.catalog, "slack:channel:"
    named = {name for space in catalog.spaces() for name in catalog.principals(space.name)}
    named |= set(catalog.places.support().values()) | catalog.places.auto_answer()
    named |= set(citewise.settings.digest)
    channels = sorted(name.removeprefix(start) for name in named if name.startswith(start))
    yield from examine_slack(settings, channels)


def _discord(citewise: Citewise) -> Iterator[Check]:
    """Discord, where a token is set."""
    settings = discord_settings(citewise.settings)
    if settings is None:
        return
    from bots.discord.diagnosis import examine as examine_discord

    places, start = citewise.catalog.places, "discord:channel:"
    auto_answer = any(name.startswith("discord:") for name in places.auto_answer())
    named = {*places.support().values(), *citewise.settings.digest}
    channels = sorted(name.removeprefix(start) for name in named if name.startswith(start))
    yield from examine_discord(settings, auto_answer=auto_answer, channels=channels)


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return Check("python", Verdict.FAULT, version, "install Python 3.11 or newer")
    return Check("python", Verdict.GOOD, version)


def _settings(settings: Settings) -> Check:
    unknown = unknown_settings()
    if unknown:
        mend = "look up the spelling in .env.example"
        return Check("settings", Verdict.FAULT, f"{', '.join(unknown)}: no such setting", mend)
    found = f"embeddings {settings.embeddings}, answerer {settings.answerer}"
    found += f", reranker {settings.reranker}" if settings.reranker else ""
    return Check("settings", Verdict.GOOD, found)


def _home(home: Path) -> Check:
    made = os.path.exists(home)  # noqa: PTH110  (Path.exists raises where it may not look)
    place = home if made else home.absolute().parent
    try:
        with tempfile.NamedTemporaryFile(dir=place):
            pass
    except OSError as error:
        mend = "give this user the right to write there, or choose another place with --home"
        return Check("home", Verdict.FAULT, f"{place} can't be written: {error.strerror}", mend)
    if _others_read(Home(home)):
        found = f"every account of this machine can read all documents in {home.absolute()}"
        return Check("home", Verdict.FAULT, found, f"chmod 700 {home.absolute()}")
    return Check("home", Verdict.GOOD, f"{home.absolute()}{'' if made else ' (not made yet)'}")


def _others_read(home: Home) -> bool:
    """Whether the catalog is open to everyone, by its mode and its folder's."""
    if not home.exists:
        return False
    entered, read = home.path.stat().st_mode & stat.S_IXOTH, home.catalog.stat().st_mode & stat.S_IROTH
    return bool(entered and read)


def _disk(home: Path) -> Check:
    place = home.absolute()
    while not os.path.exists(place):  # noqa: PTH110
        place = place.parent
    free = shutil.disk_usage(place).free
    found = f"{free / 1e9:.1f} GB free"
    if free < BYTES_NEEDED:
        return Check("disk", Verdict.FAULT, found, f"free at least {BYTES_NEEDED / 1e9:.1f} GB on that disk")
    return Check("disk", Verdict.GOOD, found)


def _running(running: "Running") -> Iterator[Check]:
    found = f"runs since {running.started} (process {running.pid}), takes commands at {running.address}"
    yield Check("serve", Verdict.GOOD, found)
    for service in running.services:
        if service.running:
            yield Check(service.name, Verdict.GOOD, service.sentence)
        else:
            yield Check(service.name, Verdict.FAULT, service.sentence, f"look into {running.log}")


def _attempt(name: str, look: Callable[[], str]) -> Check:
    """A check that is good when nothing is raised; the error's own sentence says how to mend it."""
    try:
        return Check(name, Verdict.GOOD, look())
    except CitewiseError as error:
        return Check(name, Verdict.FAULT, error.sentence)


def _catalog(citewise: Citewise) -> str:
    with citewise.catalog.database.reading() as connection:
        found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    if found != "ok":
        raise StorageFailed(f"catalog.db is damaged ({found}): put a copy back with `citewise restore FILE`")
    counts = citewise.catalog.counts()
    return held(counts.documents, counts.passages)


def _embedder(settings: Settings, indexed_with: str | None) -> Check:
    from brain.embedding.factory import open_embedder

    try:
        embedder = open_embedder(settings.embeddings, cache=settings.cache, offline=True)
    except CitewiseError as error:
        if indexed_with is None:
            note = "its files are fetched at first use (about 90 MB)"
            return Check("embedder", Verdict.NOTE, f"{settings.embeddings}: {note}")
        return Check("embedder", Verdict.FAULT, error.sentence)
    if indexed_with not in (None, embedder.identity):
        found = f"the documents were embedded with {indexed_with}, and {embedder.identity} is set"
        mend = "citewise rebuild --embed-again, or set CITEWISE_EMBEDDINGS back"
        return Check("embedder", Verdict.FAULT, found, mend)
    return Check("embedder", Verdict.GOOD, embedder.identity)


def _index(citewise: Citewise) -> str:
    report = citewise.index.verify()
    if not report.healthy:
        raise StorageFailed(f"{report.differences[0]}: `citewise rebuild` makes the index again")
    rebuilt, completed = citewise.index.rebuilt, citewise.index.completed
    passages = count(report.passages, "passage")
    mended = (
        f", rebuilt since {rebuilt}" if rebuilt else f", completed since {completed}" if completed else ""
    )
    return f"{passages}, as in the catalog{mended}"


def _drives(citewise: Citewise) -> Check:
    """How the drives stood when they were last looked at, and whether one is still being taken out."""
    catalog = citewise.catalog
    watched = [catalog.followed.of(drive.id).state for drive in catalog.drives() if drive.watched]
    states = Counter(state.value for state in watched if state is not DriveState.OK)
    if leaving := len(catalog.removals.under_way()):
        states[DriveState.REMOVING.value] = leaving
    if states:
        found = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        return Check("drives", Verdict.NOTE, found, "citewise drives says why, and what to do")
    return Check("drives", Verdict.GOOD, f"{len(watched)} to be followed" if watched else "none is followed")


def _unreadable(citewise: Citewise) -> Check:
    failures = citewise.catalog.failures()
    if failures:
        found = f"{len(failures)} can't be read, such as {failures[0].path}"
        return Check("files", Verdict.NOTE, found, "citewise documents lists them with the reasons")
    return Check("files", Verdict.GOOD, "all files could be read")


def _outdated(citewise: Citewise) -> Check:
    """Documents that another version of citewise has read in another way."""
    number = waiting(citewise.catalog)
    if not number:
        return Check("reading", Verdict.GOOD, "all documents are read as this version reads them")
    found = wait_to_be_read_anew(sum(number.values()))
    first = next(drive for drive in citewise.catalog.drives() if drive.id in number)
    more = f"; the same for {count(len(number) - 1, 'other place')}" if len(number) > 1 else ""
    return Check("reading", Verdict.NOTE, found, f"{remedy(first).replace('`', '')}{more}")
