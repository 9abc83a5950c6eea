"""A Desk on a small home with real parts: real catalog, index, brain, readers; vectors that mean nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from small_home import OPEN_GATE, SmallHome

from bots.desk import Caller, Desk, Final, Part
from bots.desk.documents.library import Library
from bots.desk.domain import PRIVATE
from bots.serving.notices import NoticeClock
from bots.working_days import WorkingDays
from brain.brain import Brain
from brain.catalog.catalog import Catalog
from brain.catalog.documents.added_files import SCHEME
from brain.domain import Answer
from brain.evidence import EvidenceGate, GateWeights
from brain.index.search_index import SearchIndex
from brain.reranking.reranker import Reranker
from brain.triage.triager import Triager
from brain.usage.gaps import GapFinder
from ingest.added import AddedDrive
from ingest.addresses import AddressPolicy
from ingest.drives import Drive
from ingest.locate import open_drive

ADMIN = "slack:user:UADMIN"
DISCORD_ADMIN = "discord:user:5003"
# In a home of two documents nothing but the question's own words means anything.
_WORDS = GateWeights(-2.0, coverage=3.0, held=3.0, similarity=0.0, agreement=0.0, phrase=0.0, lead=0.0)
WORD_GATE = EvidenceGate(_WORDS, threshold=0.5)


@dataclass
class DeskHome:
    """A home and the Desk on it."""

    home: SmallHome
    desk: Desk
    library: Library
    changing: Lock

    @property
    def catalog(self) -> Catalog:
        return self.home.catalog

    async def ask(self, caller: Caller, text: str, *, private: bool = False) -> Final:
        return [part async for part in self.desk.ask(caller.asks(text, private=private))][-1]  # type: ignore[return-value]

    async def again(self, caller: Caller, text: str, event: str) -> Answer:
        """What came with an event that may have been worked on before."""
        asked = caller.asks(text, private=False, event=event)
        final = [part async for part in self.desk.ask(asked)][-1]
        assert isinstance(final, Final)
        return final.answer

    async def parts(self, caller: Caller, text: str, **how: bool) -> list[Part]:
        return [part async for part in self.desk.ask(caller.asks(text, **{"private": False, **how}))]

    async def answer(self, caller: Caller, text: str) -> Answer:
        return (await self.ask(caller, text)).answer


@contextmanager
def desk_home(
    folder: Path,
    gate: EvidenceGate = OPEN_GATE,
    answerer: object = None,
    digest: tuple[str, ...] = (),
    reranker: Reranker | None = None,
    calendar: WorkingDays | None = None,
    before_use: Callable[[], None] = lambda: None,
) -> Iterator[DeskHome]:
    """`before_use` is called before brain and index are taken, as while a home is being opened."""
    home = SmallHome(folder)
    policy = AddressPolicy(allow_private=True)

    def drive(place: str) -> Drive:
        if place.startswith(SCHEME):
            return AddedDrive(home.catalog, place.removeprefix(SCHEME))
        return open_drive(place, home=folder, policy=policy)

    changing = Lock()

    def index() -> SearchIndex:
        before_use()
        return home.index

    def opened_brain() -> Brain:
        before_use()
        return brain

    library = Library(home.catalog, index, lambda: home.embedder, drive, changing)
    brain = home.brain(answerer, gate, reranker)
    triager = Triager(home.catalog, home.embedder.embeddings, home.embedder.identity, brain.invoke)
    try:
        admins = [ADMIN, DISCORD_ADMIN]
        finder = GapFinder(
            home.catalog,
            home.embedder.embeddings,
            lambda question: brain.evidence(question).sure,
            lambda asking: asking.thread.startswith(PRIVATE),
        )
        whom = {"triage": triager.invoke, "gaps": finder.find, "digest": digest}
        whom |= {"calendar": calendar} if calendar else {}
        desk = Desk(home.catalog, opened_brain, library, admins, **whom)
        yield DeskHome(home, desk, library, changing)
    finally:
        home.close()


def person(name: str, *groups: str, place: str = "", thread: str = "t1") -> Caller:
    """Someone in a channel, or in a direct message where `place` is empty."""
    own = frozenset({f"slack:user:{name}", *groups})
    where = f"slack:channel:{place}" if place else ""
    origin = f"{where}/{thread}" if where else f"slack:user:{name}"
    return Caller(f"slack:user:{name}", own, where, f"slack:{place or name}:{thread}", origin)


LEAVE = """\
# Leave

## Annual leave

Full-time employees get 27 days of paid annual leave in a calendar year. Up to five unused days can be
carried over until 31 March of the next year.

## Parental leave

Parents get 16 weeks of fully paid parental leave after six months of service.
"""
SALARIES = """\
# Salaries

## Pay review

The pay review for zqsecret engineers happens in October. The bonus pool is 12 percent of zqsecret salaries.
"""


def looked(here: DeskHome, moment: datetime, *platforms: str) -> NoticeClock:
    """What `citewise serve` does each minute: the service of notices, just started, that has looked once."""
    clock = NoticeClock(
        lambda: here.desk.notices,
        lambda: here.catalog.inbox,
        frozenset(platforms or ("slack", "discord")),
        clock=lambda: moment,
    )
    clock.look()
    return clock
