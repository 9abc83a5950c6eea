"""The composition root: builds every part of one citewise from its settings, each when first needed."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bots.settings import Settings
from brain.catalog.home import Home

if TYPE_CHECKING:
    from bots.desk import Desk
    from brain.brain import Brain
    from brain.catalog.catalog import Catalog
    from brain.embedding.embedder import Embedder
    from brain.index.search_index import SearchIndex
    from ingest.report import Progress, SyncReport

Report = Callable[[str, int, int], None]


class Citewise:
    """Every part of one citewise on one home. The home is locked from the first part that needs it to the end.

    Building the catalog is quick; the embedder, the index and the brain take a second or more, or much
    longer where files must be fetched or an index rebuilt: `open` does that in sight of a progress bar.
    """

    def __init__(self, settings: Settings, command: str = "citewise") -> None:
        self.settings = settings
        self.home = Home(settings.home)
        self._command = command
        self._report: Report | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def open(self, report: Report | None = None) -> None:
        """Build what answering needs, telling `report` how far fetching and rebuilding are."""
        self._report = report
        try:
            _ = self.brain
        finally:
            self._report = None

    @cached_property
    def catalog(self) -> "Catalog":
        """The truth; building it locks the home."""
        from brain.catalog.catalog import Catalog

        self._open.enter_context(self.home.lock(self._command))
        return self._open.enter_context(Catalog(self.home.catalog))

    @cached_property
    def embedder(self) -> "Embedder":
        """The embedder that is set; its files are fetched at first use."""
        from brain.embedding.factory import open_embedder

        return open_embedder(self.settings.embeddings, cache=self.settings.cache, progress=self._report)
