"""The composition root: builds every part of one citewise from its settings, each when first needed."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bots.settings import Settings
from brain.catalog.home import Home
from brain.errors import NothingIndexed

if TYPE_CHECKING:
    from datetime import datetime

    from bots.desk import Desk
    from bots.desk.documents.library import Library
    from bots.desk.tally import Tally
    from bots.doors.chats import Chats
    from bots.drives.commands import Drives
    from brain.brain import Brain
    from brain.catalog.catalog import Catalog
    from brain.embedding.embedder import Embedder
    from brain.evidence import EvidenceGate
    from brain.index.search_index import SearchIndex
    from brain.reranking.reranker import Reranker
    from brain.retrieval.hybrid import HybridRetriever
    from brain.triage.domain import Request, Triage
    from brain.triage.triager import Triager
    from brain.usage.domain import Gaps, Readers
    from brain.usage.gaps import GapFinder
    from ingest.drives import Drive
    from ingest.following.drive_sync import DriveSync
    from ingest.following.keeper import Keeper
    from ingest.options import DriveOptions

Report = Callable[[str, int, int], None]


class Citewise:
    """Every part of one citewise on one home, which is locked from the first part that needs it to the end.

    Building the catalog is quick; the embedder, the index and the brain take a second, or much longer where
    files must be fetched or an index rebuilt: whoever is set as `report` is told (what, done, total) then.
    """

    def __init__(self, settings: Settings, command: str = "citewise", *, create: bool = False) -> None:
        """`command` is told to others while the home is locked; `create` makes a home where there is none."""
        self.settings = settings
        self.home = Home(settings.home)
        self.report: Report = _unwatched
        self.told: tuple[str, int, int] = ("Waiting for the search index", 0, 0)
        """What was last reported, for whoever waits for a part that another thread builds."""
        self.before_use: Callable[[], None] = _at_once
        """Called before what people ask for takes what may still be being built: NotReadyYet then."""
        self.building = threading.RLock()
        """Held while a part is built, where several threads may want it first."""
        self.change = threading.Lock()
        """Held by whoever changes what is on the drives' record, where several may: see changing()."""
        self._command = command
        self._create = create
        self._owned = False
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all parts and give the home back."""
        if "keeper" in self.__dict__:
            self.keeper.stop()  # its threads use what is closed next
        self._open.close()

    @cached_property
    def catalog(self) -> "Catalog":
        """The truth; opening it locks the home. NothingIndexed where there is none and none is to be made."""
        if not (self._create or self.home.exists):
            raise NothingIndexed(
                f"Nothing is indexed in {self.home.path} yet: add documents with `citewise ingest FOLDER`, "
                "or name another home with --home."
            )
        self.own_home()  # before the slower imports: a second process is told at once

        from brain.catalog.backup import tidy
        from brain.catalog.catalog import Catalog

        tidy(self.home)
        return self._open.enter_context(Catalog(self.home.catalog))

    @cached_property
    def embedder(self) -> "Embedder":
        """The embedder that is set; its files are fetched at first use."""
        from bots.brain_parts import chosen_embedder

        return chosen_embedder(self.settings, self._tell)

    @cached_property
    def index(self) -> "SearchIndex":
        """The indexes, in step with the catalog; rebuilt from it where they are damaged."""
        from brain.index.search_index import SearchIndex

        server = self.settings.chroma_url or ""
        return self._open.enter_context(
            SearchIndex.open(self.home.index, self.catalog, server=server, progress=self._tell)
        )

    @cached_property
    def retriever(self) -> "HybridRetriever":
        """What finds passages, by vectors of the catalog's own embedder and by words."""
        from brain.retrieval.hybrid import HybridRetriever

        self.catalog.set_embedder(self.embedder.identity, self.embedder.dimensions)
        return HybridRetriever(catalog=self.catalog, index=self.index, embeddings=self.embedder.embeddings)

    @cached_property
    def brain(self) -> "Brain":
        """What answers, and says where from."""
        from bots.brain_parts import chosen_entailment
        from bots.model.answerer import choice
        from brain.answering.factory import open_answerer
        from brain.brain import Brain

        entails = chosen_entailment(self.settings, self._open, self._tell)
        answerer = open_answerer(choice(self.settings), self._open, entails)
        return Brain(self.catalog, self.retriever, answerer, self.gate, self.reranker)

    @cached_property
    def reranker(self) -> "Reranker | None":
        """What puts the best passages in order, if one is set; its files are fetched at first use."""
        from bots.brain_parts import chosen_reranker

        return chosen_reranker(self.settings, self._open, self._tell)

    @cached_property
    def gate(self) -> "EvidenceGate":
        """What decides whether there is an answer; only the default embedder's cosines are known to it."""
        from bots.brain_parts import chosen_gate

        return chosen_gate(self.settings)

    @cached_property
    def desk(self) -> "Desk":
        """What every door offers; the brain behind it is built with the first question."""
        from bots.desk import Desk
        from bots.model.watch import model_rows
        from bots.working_days import working_days

        admins = (_person(admin) for admin in self.settings.admins)
        model = model_rows(self.settings, self._built_brain)
        return Desk(
            self.catalog,
            self._built_brain,
            self.library,
            admins=admins,
            model=model,
            triage=self._triaged,
            gaps=self._gaps,
            tally=self.tally,
            digest=self.settings.digest,
            calendar=working_days(self.settings.working_days, self.settings.days_off),
        )

    @cached_property
    def tally(self) -> "Tally":
        """How questions came out since this process started."""
        from bots.desk.tally import Tally

        return Tally()

    @cached_property
    def triager(self) -> "Triager":
        """What finds out about tickets; the brain behind it is built with the first."""
        from brain.triage.triager import Triager

        embedder = self.embedder
        return Triager(
            self.catalog,
            embedder.embeddings,
            embedder.identity,
            lambda question: self._built_brain().invoke(question),
        )

    @cached_property
    def gap_finder(self) -> "GapFinder":
        """What finds out what the documents lack, by what was asked of them."""
        from bots.desk.domain import PRIVATE
        from brain.usage.gaps import GapFinder

        return GapFinder(
            self.catalog,
            self.embedder.embeddings,
            lambda question: self._built_brain().evidence(question).sure,
            lambda asking: asking.thread.startswith(PRIVATE),
        )

    @cached_property
    def library(self) -> "Library":
        """What the Desk changes documents with."""
        from bots.desk.documents.library import Library

        def index() -> "SearchIndex":
            self.before_use()
            return self.built_index()

        def embedder() -> "Embedder":
            self.before_use()
            return self._built_embedder()

        return Library(self.catalog, index, embedder, self.open_drive, self.change)

    @cached_property
    def drive_sync(self) -> "DriveSync":
        """What looks at drives for commands and followers alike, one look a drive at a time."""
        from ingest.following.drive_sync import DriveSync

        return DriveSync(self.catalog, self.built_index, self._built_embedder, self.open_drive)

    @cached_property
    def keeper(self) -> "Keeper":
        """What keeps watched drives in step, once it is started; it ends with this citewise at the latest."""
        from ingest.following.keeper import Keeper

        return Keeper(self.catalog, self.drive_sync)

    @cached_property
    def drives(self) -> "Drives":
        """What commands do with the places that documents come from."""
        from bots.drives.commands import Drives

        return Drives(
            open_drive=self.open_drive,
            catalog=lambda: self.catalog,
            index=self.built_index,
            embedder=self._built_embedder,
            drive_sync=lambda: self.drive_sync,
            keeper=lambda: vars(self).get("keeper"),
            changing=self.changing,
            tell=self._tell,
        )

    @cached_property
    def chats(self) -> "Chats":
        """The chat platforms that a token is set for."""
        from bots.doors.chats import Chats

        return Chats(self.settings, self.home.path, lambda: self.desk, lambda: self.catalog)

    def open_drive(self, place: str, options: "DriveOptions | None" = None) -> "Drive":
        """What lists and lends the files of a folder, file, page, share or space's added files.

        Raises UsageError where there is no such place.
        """
        from brain.catalog.documents.added_files import SCHEME
        from ingest.added import AddedDrive
        from ingest.addresses import AddressPolicy
        from ingest.locate import open_drive

        if place.startswith(SCHEME):
            return AddedDrive(self.catalog, place.removeprefix(SCHEME))
        policy = AddressPolicy(allow_private=self.settings.allow_private_urls)
        return open_drive(place, home=self.home.path, policy=policy, options=options)

    def warm_up(self) -> None:
        """Build what answering needs, so that the first question does not wait for it."""
        _ = self.brain
        # All of it stays to the end: Python's collector need not walk through it between two answers.
        gc.freeze()

    def forget_report(self) -> None:
        """Tell nobody any more."""
        self.report = _unwatched

    def embed_again(self) -> int:
        """Give every passage a vector of the embedder that is set; the indexes must be rebuilt then."""
        from bots.embed_again import embed_again

        with self.changing():
            return embed_again(self.catalog, self.embedder, self._tell)

    def rebuild(self) -> None:
        """Make the indexes again, unless opening them has just done so."""
        if self.index.rebuilt is None:
            self.index.rebuild(self._tell)

    def backup(self, target: Path) -> None:
        """Copy the catalog into one file."""
        from brain.catalog.backup import backup

        backup(self.catalog, target, self._tell)

    def restore(self, source: Path) -> None:
        """Put a backup in the place of the catalog, which need not be readable."""
        from brain.catalog.backup import restore

        self.own_home()
        restore(self.home, source, self._tell)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Read drives in, or take them out, one command at a time: two at once would do work twice."""
        with self.change:
            yield

    def own_home(self) -> None:
        """Lock the home; HomeLocked where another process has."""
        if not self._owned:
            self._open.enter_context(self.home.lock(self._command))
            self._owned = True

    def built_index(self) -> "SearchIndex":
        """The indexes, for whoever may be the first of several threads to want them."""
        with self.building:
            return self.index

    def _built_brain(self) -> "Brain":
        self.before_use()
        with self.building:
            return self.brain

    def _built_embedder(self) -> "Embedder":
        with self.building:
            return self.embedder

    def _triaged(self, request: "Request") -> "Triage":
        self.before_use()
        with self.building:
            triager = self.triager
        return triager.invoke(request)

    def _gaps(self, since: "datetime", most: int, *, readers: "Readers | None" = None) -> "Gaps":
        self.before_use()
        with self.building:
            finder = self.gap_finder
        return finder.find(since, most, readers=readers)

    def _tell(self, what: str, done: int, total: int) -> None:
        self.told = (what, done, total)
        self.report(what, done, total)


def _person(admin: str) -> str:
    """The principal of an admin as the settings name them: `chat:U123` is `chat:user:U123`."""
    platform, _, person = admin.partition(":")
    return f"{platform}:user:{person}"


def _at_once() -> None:
    """Nothing is to be waited for."""


def _unwatched(what: str, done: int, total: int) -> None:
    """Nobody watches."""
