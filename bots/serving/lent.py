"""One home's parts, lent to one command among several: shared and warm, with a progress report of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bots.wiring import Citewise

if TYPE_CHECKING:
    from ingest.drives import Drive
    from ingest.options import DriveOptions


def _lent(part: str, *, as_set: bool = False) -> cached_property[Any]:
    """The owner's part of that name; one that works `as_set` only where the command's settings allow it."""

    def of_owner(self: "LentCitewise") -> Any:
        if as_set:
            self._where_settings_matter()
        with self._built(part):
            return getattr(self._owner, part)

    return cached_property(of_owner)


class LentCitewise(Citewise):
    """As its owner to whoever uses it; closing it closes nothing."""

    catalog = _lent("catalog")
    embedder = _lent("embedder", as_set=True)
    index = _lent("index")
    retriever = _lent("retriever")
    brain = _lent("brain", as_set=True)
    reranker = _lent("reranker", as_set=True)
    gate = _lent("gate")
    desk = _lent("desk", as_set=True)
    triager = _lent("triager", as_set=True)
    drive_sync = _lent("drive_sync", as_set=True)
    keeper = _lent("keeper")

    def __init__(self, owner: Citewise, where_settings_matter: Callable[[], None]) -> None:
        """`where_settings_matter` is called before a part is used that works as the settings say."""
        super().__init__(owner.settings)
        self._owner = owner
        self._where_settings_matter = where_settings_matter

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
        while not self._owner.building.acquire(timeout=0.2):
            self._tell(*self._owner.told)
        try:
            yield
        finally:
            self._owner.building.release()

    def open_drive(self, place: str, options: "DriveOptions | None" = None) -> "Drive":
        """As the owner's settings allow."""
        self._where_settings_matter()
        return super().open_drive(place, options)
