"""Documents from a chat: what is to be added after a preview, or removed after a yes, is proposed here."""

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bots.desk.cards import Button, Card, Field, Form, Menu, Reply, Row, Style
from bots.desk.documents.decisions import Decisions
from bots.desk.documents.listing import document_row
from bots.desk.domain import OPEN_SPACE, Attachment, Caller, Command, Press
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

LARGEST_FILE = 20_000_000  # bytes, of one that comes from a chat
_URL = re.compile(r"https?://\S+")
_SPACE = re.compile(r"(?:^|\s)(?:to|in|into)\s+([a-z0-9][a-z0-9_-]*)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is to be added: the preview of it, and how a change names it."""

    preview: "Preview"
    target: dict[str, object]


class Knowledge:
    """What admins propose for the documents without leaving the chat; Decisions carry it out."""

    def __init__(
        self, catalog: "Catalog", audience: "Audience", library: "Library", decisions: Decisions
    ) -> None:
        self._catalog = catalog
        self._audience = audience
        self._library = library
        self._decisions = decisions

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
        self._decisions.expire()
        if command.attachments:
            cards = [self._propose_file(command.caller, file, space) for file in command.attachments]
            return Reply(cards[0], more=tuple(cards[1:]))
        url = _URL.search(command.words)
        if url is None:
            raise UsageError(
                "What shall I add? Write `add` and the address of a page (it begins with https://), or send "
                "me a file with the word `add`."
            )
        return Reply(self._propose_page(command.caller, url.group().rstrip(">.,;"), space))

    def move(self, press: Press) -> Reply:
        """Propose the same document for another space."""
        change = self._decisions.undecided(press)
        space = self._catalog.space(press.fields.get("value", change.space)).name
        file_id = change.target.get("file")
        if isinstance(file_id, int):
            preview = self._library.preview_file(file_id, space)
        else:
            preview = self._library.preview_page(str(change.target["url"]), space)
        moved = self._catalog.changes.move_proposal(change.id, space)
        if moved is None:  # it was decided while it was looked at
            moved = self._decisions.undecided(press)
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
        replaced = self._replaced(change)
        rows = [
            *([Row("Takes the place of", replaced)] if replaced else []),
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
            f"{'Replace' if replaced else 'Add'} “{preview.title}”?",
            shortened(preview.beginning, 300),
            tuple(rows),
            buttons=(
                Button("confirm", "Confirm", str(change.id), Style.PRIMARY),
                Button("cancel", "Cancel", str(change.id)),
            ),
            menus=menus,
        )

    def _replaced(self, change: Change) -> str:
        """What of its space a document takes the place of: the file of that name, or what was read before."""
        if "url" in change.target:
            known = {(drive.url, drive.space) for drive in self._catalog.drives()}
            there = (change.target["url"], change.space) in known
            return "what was read of this page before" if there else ""
        name, file_id = change.target.get("name"), change.target.get("file")
        listed = self._catalog.added_files.listed(change.space)
        there = any(file.name == name and file.id != file_id for file in listed)
        return f"the “{name}” that was added before" if there else ""

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
                (document_row(document),),
                buttons=(
                    Button("confirm", "Remove", str(change.id), Style.DANGER),
                    Button("cancel", "Cancel", str(change.id)),
                ),
            )
        )

    # Words of a person

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
        card = self._decisions.confirm(Press("confirm", str(change.id), caller)).card
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

    def _default_space(self, caller: Caller) -> str:
        """The one closed space of this place, where there is just one: a file sent there is meant for it."""
        closed = self._audience.of([caller.place] if caller.place else []) - {OPEN_SPACE}
        return next(iter(closed)) if len(closed) == 1 else OPEN_SPACE

    def _space_names(self) -> list[str]:
        return [space.name for space in self._catalog.spaces()]


def too_large(name: str, size: int) -> str:
    """The sentence for a file that is too large to be added."""
    return (
        f"“{name}” has {size / 1e6:.0f} MB, and {LARGEST_FILE // 10**6} MB can be added from a chat: split "
        "it, or put it on a drive that I keep in step."
    )


def _where(document: "DocumentRow") -> str:
    return f"“{document.title}” in {document.space} ({age(document.indexed)})"
