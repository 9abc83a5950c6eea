"""One home's parts, lent to one command among several: shared and warm, with a progress report of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from bots.wiring import Citewise

if TYPE_CHECKING:
    from bots.desk import Desk
    from brain.brain import Brain
    from brain.catalog.catalog import Catalog
    from brain.embedding.embedder import Embedder
    from brain.evidence import EvidenceGate
    from brain.index.search_index import SearchIndex
    from brain.reranking.reranker import Reranker
    from brain.retrieval.hybrid import HybridRetriever
    from brain.triage.triager import Triager
    from ingest.drives import Drive
    from ingest.following.drive_sync import DriveSync
    from ingest.following.keeper import Keeper
    from ingest.options import DriveOptions


class LentCitewise(Citewise):
    """As its owner to whoever uses it; closing it closes nothing."""

    def __init__(self, owner: Citewise, where_settings_matter: Callable[[], None]) -> None:
        """`where_settings_matter` is called before a part is used that works as the settings say."""
        super().__init__(owner.settings)
        self._owner = owner
        self._where_settings_matter = where_settings_matter

    @cached_property
    def catalog(self) -> "Catalog":
        """The owner's."""
        with self._built("catalog"):
            return self._owner.catalog

    @cached_property
    def embedder(self) -> "Embedder":
        """The owner's."""
        self._where_settings_matter()
        with self._built("embedder"):
            return self._owner.embedder

    @cached_property
    def index(self) -> "SearchIndex":
        """The owner's."""
        with self._built("index"):
            return self._owner.index

    @cached_property
    def retriever(self) -> "HybridRetriever":
        """The owner's."""
        with self._built("retriever"):
            return self._owner.retriever

    @cached_property
    def brain(self) -> "Brain":
        """The owner's."""
        self._where_settings_matter()
        with self._built("brain"):
            return self._owner.brain

    @cached_property
    def reranker(self) -> "Reranker | None":
        """The owner's."""
        self._where_settings_matter()
        with self._built("reranker"):
            return self._owner.reranker

    @cached_property
    def gate(self) -> "EvidenceGate":
        """The owner's."""
        with self._built("gate"):
            return self._owner.gate

    @cached_property
    def desk(self) -> "Desk":
        """The owner's."""
        self._where_settings_matter()
        with self._built("desk"):
            return self._owner.desk

    @cached_property
    def triager(self) -> "Triager":
        """The owner's."""
        self._where_settings_matter()
        with self._built("triager"):
            return self._owner.triager

    @cached_property
    def drive_sync(self) -> "DriveSync":
        """The owner's."""
        self._where_settings_matter()
        with self._built("drive_sync"):
            return self._owner.drive_sync

    @cached_property
    def keeper(self) -> "Keeper":
        """The owner's."""
        with self._built("keeper"):
            return self._owner.keeper

    def close(self) -> None:
        """Leave everything to the owner."""

    def warm_up(self) -> None:
        """See to it that answering has all it needs, which the owner has done long ago."""
        _ = self.brain

    def rebuild(self) -> None:
        """Make the indexes again: the owner opened them before this command was called."""
        self.index.rebuild(self._tell)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One command at a time, of all that the owner lent its parts to."""
        while not self._owner.change.acquire(timeout=0.2):
            self._tell("Waiting for another command", 0, 0)
        try:
            yield
        finally:
            self._owner.change.release()

    @contextmanager
    def _built(self, part: str) -> Iterator[None]:
        """Wait where the owner, which may just have started, is building this part or one below it."""
        if part in vars(self._owner):
            yield
            return
        with self._owner.building:
            yield

    def open_drive(self, place: str, options: "DriveOptions | None" = None) -> "Drive":
        """As the owner's settings allow."""
        self._where_settings_matter()
        return super().open_drive(place, options)
