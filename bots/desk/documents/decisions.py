"""Proposed changes to the documents, decided: confirmed and carried out, cancelled, and taken back."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bots.desk.cards import Card, Reply
from bots.desk.documents.carrier import Carrier
from bots.desk.domain import Command, Press, number_in
from bots.desk.wording import count
from brain.catalog.chats.changes import Change, ChangeState
from brain.errors import CitewiseError, UsageError

if TYPE_CHECKING:
    from bots.desk.documents.library import Library
    from brain.catalog.catalog import Catalog

PREVIEW_LASTS = timedelta(days=1)  # what nobody has confirmed by then is thrown away
_CONFIRMED = (
    "It was confirmed before, and is being carried out: after that, `undo` takes it back. If nothing comes "
    "of it, press Confirm again."
)


class Decisions:
    """What admins decide of changes that were proposed in a chat."""

    def __init__(self, catalog: "Catalog", library: "Library") -> None:
        self._catalog = catalog
        self._library = library
        self._carrier = Carrier(catalog, library)

    def confirm(self, press: Press) -> Reply:
        """Carry a proposed change out; one that was interrupted is carried out again."""
        with self._library.alone():
            if (done := self._found(press)) is not None and done.state is ChangeState.DONE:
                return Reply(_done(done, done.target), replaces=True)  # told again: nobody may have read it
            changes, person = self._catalog.changes, press.caller.person
            change = self._confirmed(press)
            started = time.monotonic()
            try:
                found = self._carrier.carry_out(change)
            except CitewiseError as error:
                changes.step(change.id, ChangeState.CONFIRMED, ChangeState.FAILED, person, why=error.sentence)
                return Reply(Card(f"“{change.title}” was left as it was", error.sentence), replaces=True)
            found |= {"seconds": round(time.monotonic() - started, 1)}
            changes.step(change.id, ChangeState.CONFIRMED, ChangeState.DONE, person, **found)
        return Reply(_done(change, found), replaces=True)

    def cancel(self, press: Press) -> Reply:
        """Forget a proposed change."""
        change, person = self.undecided(press), press.caller.person
        if not self._catalog.changes.step(change.id, ChangeState.PROPOSED, ChangeState.CANCELLED, person):
            raise UsageError(_CONFIRMED)
        file_id = change.target.get("file")
        if isinstance(file_id, int):
            self._catalog.added_files.throw_away(file_id)
        return Reply(Card("Cancelled", f"“{change.title}” was left as it was."), replaces=True)

    def undo(self, command: Command) -> Reply:
        """Take the last change back."""
        changes, person, event = self._catalog.changes, command.caller.person, command.event
        with self._library.alone():
            change = changes.undone_by(event) if event else None
            if change is not None and change.state is ChangeState.UNDONE:
                said = "This one, and no other."  # whether that was told is not known
            elif change := change or changes.last_done():
                if event:  # cut short, it goes on with this one, whatever was done meanwhile
                    changes.note(change.id, undone_by=event)
                said = self._carrier.take_back(change, person, event)
                changes.step(change.id, ChangeState.DONE, ChangeState.UNDONE, person, undone_by=event)
            else:
                return Reply(Card("Nothing to take back", "No change that was made from a chat is left."))
        title = f"Taken back: {change.kind} “{change.title}”"
        return Reply(Card(title, said, people=people_of(change)))

    def undecided(self, press: Press) -> Change:
        """A change that may still be moved or cancelled; UsageError where there is none."""
        change = self._proposed(press)
        if change.state is ChangeState.CONFIRMED:
            raise UsageError(_CONFIRMED)
        return change

    def expire(self) -> None:
        """Throw away what nobody has confirmed in time."""
        self._catalog.changes.expire(datetime.now(UTC) - PREVIEW_LASTS)

    def _found(self, press: Press) -> Change | None:
        return self._catalog.changes.find(number_in(press.ref))

    def _proposed(self, press: Press) -> Change:
        self.expire()
        change = self._found(press)
        if change is not None and change.state is ChangeState.EXPIRED:
            again = "add it again" if change.kind == "add" else "ask for it again"
            raise UsageError(
                f"“{change.title}” waited for a yes for more than a day, so nothing was changed: {again}."
            )
        if change is None or change.state not in (ChangeState.PROPOSED, ChangeState.CONFIRMED):
            state = f"It is {change.state} already." if change else "It is no longer known."
            raise UsageError(f"There is nothing left to decide here. {state}")
        return change

    def _confirmed(self, press: Press) -> Change:
        """The change as it stands once nobody can move or cancel it any more."""
        change, person = self._proposed(press), press.caller.person
        self._catalog.changes.step(change.id, ChangeState.PROPOSED, ChangeState.CONFIRMED, person)
        return self._proposed(press)  # as it stands now: it may have been moved since it was read


def people_of(*changes: Change) -> frozenset[str]:
    """The principals whose rights changes are about."""
    return frozenset(str(change.target["principal"]) for change in changes if "principal" in change.target)


def _done(change: Change, found: Mapping[str, object]) -> Card:
    """What was carried out, what was `found` on the way, and how to take it back."""
    passages = f"{count(int(str(found['passages'])), 'passage')}, " if "passages" in found else ""
    where = f"{passages}space {change.space}, {found.get('seconds', 0)} s. `undo` takes it back."
    added = "Replaced" if isinstance(found.get("replaced"), int) else "Added"
    return Card(f"{added if change.kind == 'add' else 'Removed'}: “{change.title}”", where)
