"""Documents from a chat: listed, added after a preview, removed after a yes, and the last change undone."""

import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bots.desk.cards import Button, Card, Field, Form, Menu, Reply, Row, Style
from bots.desk.documents.carrier import Carrier
from bots.desk.domain import OPEN_SPACE, Attachment, Caller, Command, Press, number_in
from bots.desk.wording import age, count, shortened, web_link
from brain.catalog.chats.changes import Change, ChangeState
from brain.catalog.documents.added_files import SCHEME as ADDED
from brain.errors import CitewiseError, UsageError

if TYPE_CHECKING:
    from bots.desk.audience import Audience
    from bots.desk.documents.library import Library
    from brain.catalog.catalog import Catalog
    from brain.catalog.rows import DocumentRow
    from ingest.preview import Preview

SHOWN = 20
LARGEST_FILE = 20_000_000
PREVIEW_LASTS = timedelta(days=1)  # what nobody has confirmed by then is thrown away
_CONFIRMED = (
    "It was confirmed before, and is being carried out: after that, `undo` takes it back. If nothing comes "
    "of it, press Confirm again."
)
_URL = re.compile(r"https?://\S+")
_SPACE = re.compile(r"(?:^|\s)(?:to|in|into)\s+([a-z0-9][a-z0-9_-]*)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is to be added: the preview of it, and how a change names it."""

    preview: "Preview"
    target: dict[str, object]


class Knowledge:
    """What admins do to the documents without leaving the chat."""

    def __init__(self, catalog: "Catalog", audience: "Audience", library: "Library") -> None:
        self._catalog = catalog
        self._audience = audience
        self._library = library
        self._carrier = Carrier(catalog, library)

    # What there is

    def documents(self, command: Command) -> Reply:
        """What is indexed: titles and paths with these words, or all."""
        rows = self._catalog.documents(words=command.words)
        failures = [] if command.words else self._catalog.failures()
        if not rows:
            what = f" with “{shortened(command.words, 60)}”" if command.words else " yet"
            return Reply(Card(f"No documents{what}", "`add` and an address, or a file with the word `add`."))
        shown = [self._row(row) for row in rows[:SHOWN]]
        more = f"The first {SHOWN} of them; words narrow it down." if len(rows) > SHOWN else ""
        shown += [Row(f"✗ {failure.path}", failure.sentence) for failure in failures[:5]]
        return Reply(Card(count(len(rows), "document"), more, tuple(shown)))

    def history(self, command: Command) -> Reply:
        """The last changes made from a chat, or the versions of one document."""
        if not command.words:
            changes = self._catalog.changes.recent(SHOWN)
            rows = [
                Row(
                    f"{change.kind} “{change.title}”",
                    f"{change.space} · {change.state} · {age(change.noted)}",
                )
                for change in changes
            ]
            text = "" if rows else "Nothing was changed from a chat yet."
            return Reply(Card("The last changes", text, tuple(rows), people=_people_of(*changes)))
        document = self._catalog.find_document(command.words)
        versions = self._catalog.history.versions(document.id)
        return Reply(
            Card(
                f"Versions of “{document.title}”",
                rows=tuple(
                    Row(f"version {v.number}", f"{v.created:%Y-%m-%d %H:%M} · {v.characters:,} characters")
                    for v in reversed(versions[-SHOWN:])
                ),
            )
        )

    # Adding

    def add_form(self, ref: str, caller: Caller) -> Form:
        """What is asked where `add` came without anything to add."""
        names = tuple((name, name) for name in self._space_names())
        default = self._default_space(caller)
        return Form(
            "add",
            "",
            "Add a page",
            "Preview",
            (
                Field("url", "Address of the page", hint="https://…"),
                Field("space", "Whose document it will be", names, value=default),
            ),
        )

    def add_from_form(self, press: Press) -> Reply:
        """The same as the verb, from the form."""
        words = f"{press.fields.get('url', '')} to {press.fields.get('space', '')}"
        return self.add(Command("add", words, press.caller))

    def add(self, command: Command) -> Reply:
        """Read a page or the attached files, and ask whether they are to be added."""
        named = _SPACE.search(command.words)
        space = named.group(1).lower() if named else self._default_space(command.caller)
        self._catalog.space(space)
        self._expire()
        if command.attachments:
            cards = [self._propose_file(command.caller, file, space) for file in command.attachments]
            return Reply(cards[0], more=tuple(cards[1:]))
        url = _URL.search(command.words)
        if url is None:
            raise UsageError(
                "What shall I add? Write `add` and the address of a page, or send me a file with the word "
                "`add`."
            )
        return Reply(self._propose_page(command.caller, url.group().rstrip(">.,;"), space))

    def move(self, press: Press) -> Reply:
        """Propose the same document for another space."""
        change = self._undecided(press)
        space = self._catalog.space(press.fields.get("value", change.space)).name
        file_id = change.target.get("file")
        if isinstance(file_id, int):
            preview = self._library.preview_file(file_id, space)
        else:
            preview = self._library.preview_page(str(change.target["url"]), space)
        moved = self._catalog.changes.move_proposal(change.id, space)
        if moved is None:  # it was decided while it was looked at
            moved = self._undecided(press)
        return Reply(self._preview_card(moved, preview), replaces=True)

    def _propose_page(self, caller: Caller, url: str, space: str) -> Card:
        preview = self._library.preview_page(url, space)
        return self._propose(caller, space, _Found(preview, {"url": url}))

    def _propose_file(self, caller: Caller, file: Attachment, space: str) -> Card:
        if len(file.content) > LARGEST_FILE:
            raise UsageError(too_large(file.name, len(file.content)))
        kept = self._catalog.added_files.put(space, file.name, file.content, file.uri)
        try:
            preview = self._library.preview_file(kept.id, space)
        except CitewiseError as error:
            self._catalog.added_files.throw_away(kept.id)
            return Card(f"“{file.name}” can't be added", error.sentence)
        return self._propose(caller, space, _Found(preview, {"file": kept.id, "name": file.name}))

    def _propose(self, caller: Caller, space: str, found: _Found) -> Card:
        title = found.preview.title
        change = self._catalog.changes.propose("add", caller.person, space, title, found.target)
        return self._preview_card(change, found.preview)

    def _preview_card(self, change: Change, preview: "Preview") -> Card:
        readers = "everyone" if change.space == OPEN_SPACE else f"those who may read {change.space}"
        rows = [
            Row("Space", f"{change.space}: {readers} will get answers from it"),
            Row("Size", f"{count(preview.passages, 'passage')}, {count(preview.characters, 'character')}"),
        ]
        rows += [Row("The very same is there", _where(twin), web_link(twin.uri)) for twin in preview.twins]
        rows += [Row("Much of it is in", _where(twin), web_link(twin.uri)) for twin in preview.alike]
        rows += [Row("Note", warning) for warning in preview.warnings]
        names = self._space_names()
        menu = Menu("space", "Space", str(change.id), tuple(names), change.space)
        menus = (menu,) if len(names) > 1 else ()
        return Card(
            f"Add “{preview.title}”?",
            shortened(preview.beginning, 300),
            tuple(rows),
            buttons=(
                Button("confirm", "Confirm", str(change.id), Style.PRIMARY),
                Button("cancel", "Cancel", str(change.id)),
            ),
            menus=menus,
        )

    # Removing

    def remove_form(self, ref: str, caller: Caller) -> Form:
        """What is asked where `remove` came without a name."""
        field = Field("document", "Document", hint="Its title, path or number")
        return Form("remove", "", "Remove a document", "Go on", (field,))

    def remove_from_form(self, press: Press) -> Reply:
        """The same as the verb, from the form."""
        return self.remove(Command("remove", press.fields.get("document", ""), press.caller))

    def remove(self, command: Command) -> Reply:
        """Ask whether a document is to be taken out."""
        if not command.words.strip():
            raise UsageError("Which document? Write `remove` and its title; `documents` lists them.")
        document = self._catalog.find_document(command.words)
        drive = self._library.drive_of(document)
        target: dict[str, object] = {"document": document.id, "path": document.path}
        returns = ""
        if drive is not None and drive.url == document.path:
            target["drive"] = drive.id
        elif drive is not None and not drive.url.startswith(ADDED):
            returns = (
                "It lies on a drive that is kept in step: unless it is taken away from there too, it comes "
                "back."
            )
        change = self._catalog.changes.propose(
            "remove", command.caller.person, document.space, document.title, target
        )
        return Reply(
            Card(
                f"Remove “{document.title}”?",
                returns,
                (self._row(document),),
                buttons=(
                    Button("confirm", "Remove", str(change.id), Style.DANGER),
                    Button("cancel", "Cancel", str(change.id)),
                ),
            )
        )

    # Yes, no, and back

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
            seconds = round(time.monotonic() - started, 1)
            found |= {"seconds": seconds}
            changes.step(change.id, ChangeState.CONFIRMED, ChangeState.DONE, person, **found)
        return Reply(_done(change, found), replaces=True)

    def cancel(self, press: Press) -> Reply:
        """Forget a proposed change."""
        change, person = self._undecided(press), press.caller.person
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
            if (
                change is not None and change.state is ChangeState.UNDONE
            ):  # whether that was told is not known
                said = "This one, and no other."
            elif change := change or changes.last_done():
                if event:  # cut short, it goes on with this one, whatever was done meanwhile
                    changes.note(change.id, undone_by=event)
                said = self._carrier.take_back(change, person, event)
                changes.step(change.id, ChangeState.DONE, ChangeState.UNDONE, person, undone_by=event)
            else:
                return Reply(Card("Nothing to take back", "No change was made from a chat yet."))
        title = f"Taken back: {change.kind} “{change.title}”"
        return Reply(Card(title, said, people=_people_of(change)))

    def keep_words(self, caller: Caller, space: str, title: str, text: str) -> tuple[Card, bool]:
        """Add a person's words at once, and whether that was possible; an undo takes them out again.

        Where that was cut short, it goes on.
        """
        name = f"answers/{re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-')[:60] or 'answer'}.md"
        change = self._catalog.changes.adding(space, name, hashlib.sha256(text.encode()).hexdigest())
        if change is None:
            kept = self._catalog.added_files.put(space, name, text.encode(), "")
            change = self._catalog.changes.propose(
                "add", caller.person, space, title, {"file": kept.id, "name": name}
            )
        card = self.confirm(Press("confirm", str(change.id), caller)).card
        done = self._catalog.changes.find(change.id)
        assert card is not None
        assert done is not None
        return card, done.state is ChangeState.DONE

    def holds_words(self, space: str, text: str) -> bool:
        """Whether these very words are a document of that space already, and no change that was cut short."""
        seal = hashlib.sha256(text.encode()).hexdigest()
        found = [file for file in self._catalog.added_files.listed(space) if file.sha256 == seal]
        adding = [self._catalog.changes.adding(space, file.name, seal) for file in found]
        return bool(found) and all(change is None or change.state is ChangeState.DONE for change in adding)

    def _expire(self) -> None:
        self._catalog.changes.expire(datetime.now(UTC) - PREVIEW_LASTS)

    def _found(self, press: Press) -> Change | None:
        return self._catalog.changes.find(number_in(press.ref))

    def _proposed(self, press: Press) -> Change:
        self._expire()
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

    def _undecided(self, press: Press) -> Change:
        change = self._proposed(press)
        if change.state is ChangeState.CONFIRMED:
            raise UsageError(_CONFIRMED)
        return change

    def _default_space(self, caller: Caller) -> str:
        """The one closed space of this place, where there is just one: a file sent there is meant for it."""
        closed = self._audience.of([caller.place] if caller.place else []) - {OPEN_SPACE}
        return next(iter(closed)) if len(closed) == 1 else OPEN_SPACE

    def _space_names(self) -> list[str]:
        return [space.name for space in self._catalog.spaces()]

    def _row(self, row: "DocumentRow") -> Row:
        old = age(row.modified or row.indexed)
        state = "" if row.state == "current" else f" · {row.state}"
        detail = f"{row.space} · {old} · {count(row.passages, 'passage')}{state}"
        return Row(f"{row.title}", detail, web_link(row.uri))


def _people_of(*changes: Change) -> frozenset[str]:
    """The principals whose rights changes are about."""
    return frozenset(str(change.target["principal"]) for change in changes if "principal" in change.target)


def _done(change: Change, found: Mapping[str, object]) -> Card:
    """What was carried out, what was `found` on the way, and how to take it back."""
    passages = f"{count(int(str(found['passages'])), 'passage')}, " if "passages" in found else ""
    where = f"{passages}space {change.space}, {found.get('seconds', 0)} s. `undo` takes it back."
    return Card(f"{'Added' if change.kind == 'add' else 'Removed'}: “{change.title}”", where)


def too_large(name: str, size: int) -> str:
    """The sentence for a file that is too large to be added."""
    return (
        f"“{name}” has {size / 1e6:.0f} MB, and {LARGEST_FILE // 10**6} MB can be added from a chat: split "
        "it, or put it on a drive that I keep in step."
    )


def _where(document: "DocumentRow") -> str:
    return f"“{document.title}” in {document.space} ({age(document.indexed)})"
