"""What goes over the Desk: who speaks, what is asked, and the parts that an answer comes in."""

import hashlib
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bots.desk.cards import Button
from brain.domain import Answer, RefusalReason
from brain.errors import UsageError
from brain.triage.domain import Message

LONGEST_QUESTION = 4_000
LONGEST_NUMBER = 15  # digits that are still looked up

# Whoever holds this principal owns the home folder and may read every space: the person at the terminal.
OWNER = "terminal:owner"
# The door without a chat platform.
TERMINAL_DOOR = "terminal"
# Everyone may read this space; any other only who was allowed to.
OPEN_SPACE = "general"
# What asks for nothing, and so is nothing that a person could be asked, or that could have helped.
SMALL_TALK = frozenset((RefusalReason.NOT_A_QUESTION, RefusalReason.GREETING, RefusalReason.THANKS))
# Threads that one person alone sees begin with this.
PRIVATE = "private:"
# And those of a conversation at the terminal with this.
TERMINAL = "terminal:"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came through a door.

    `principals` are who the answer will be seen by (a channel, or a person with their groups) and decide
    what may be read; `spaces` narrows that down; `thread` names the conversation, empty for none. `own` are
    the asker's own principals: they decide whether there is more to be told in private. An `unasked`
    question was put to a channel, not to the bot: it is answered only on strong evidence. `shareable`: it
    was put in private in a place that may be shown the answer. `place` is the one all of whose people
    hear it, empty where there is none. `event` names what it came with, where that may come again: after a
    crash it is the same question, and not another.
    """

    text: str
    asker: str = "terminal"
    principals: frozenset[str] = frozenset()
    spaces: tuple[str, ...] = ()
    thread: str = ""
    own: frozenset[str] = frozenset()
    unasked: bool = False
    shareable: bool = False
    place: str = ""
    event: str = ""

    @property
    def door(self) -> str:
        """The chat platform that it came from, or the terminal, where `--as` only borrows somebody's name."""
        return self.asker.partition(":")[0] if self.own else TERMINAL_DOOR

    def __post_init__(self) -> None:
        """Raise UsageError where there is no question, or one that nobody could read."""
        if not self.text.strip():
            raise UsageError(
                'There is no question: ask something, such as "How many days of leave do we get?".'
            )
        if len(self.text) > LONGEST_QUESTION:
            raise UsageError(
                f"The question has {len(self.text):,} characters, and {LONGEST_QUESTION:,} can be read: "
                "ask in fewer words."
            )


@dataclass(frozen=True, slots=True)
class Caller:
    """Who speaks to the Desk, and where.

    `person` is a principal (`chat:user:U1`), `own` are all that are theirs: themselves and their groups.
    `place` is the channel's principal, empty where only the person listens. `thread` names the
    conversation, and `origin` the place where the person can be told something later. `closed`: not all of
    the place are let into the conversation.
    """

    person: str
    own: frozenset[str] = frozenset()
    place: str = ""
    thread: str = ""
    origin: str = ""
    closed: bool = False

    @property
    def heard_in(self) -> str:
        """The place all of whose people hear what is said aloud; empty where there is none."""
        return "" if self.closed else self.place

    @property
    def all_principals(self) -> frozenset[str]:
        """Whose rights count for what this person alone is shown, of what was said in this place."""
        return self.own | {self.place} if self.place else self.own

    def asks(self, text: str, *, private: bool, unasked: bool = False, event: str = "") -> Asked:
        """A question of this person, which came with an `event`: seen by all in the place, or `private`."""
        if private or not self.place:
            thread = f"{PRIVATE}{self.person}:{self.thread}"
            shared = bool(self.place)
            return Asked(text, self.person, self.own, (), thread, self.own, shareable=shared, event=event)
        here, heard_in = frozenset({self.place}), self.heard_in
        return Asked(text, self.person, here, (), self.thread, self.own, unasked, place=heard_in, event=event)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a command; `uri` is where it can be looked at, where it has an address."""

    name: str
    content: bytes
    uri: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A verb with its words, such as `documents leave`.

    `messages` are those of the thread that it was said in, the oldest first, for the verbs that are about
    a thread (Desk.reads_thread). `event` names what it came with, where that may come again: after a crash it
    is the same order, and not another.
    """

    verb: str
    words: str
    caller: Caller
    attachments: tuple[Attachment, ...] = ()
    messages: tuple[Message, ...] = ()
    event: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed, or a form that was sent: `ref` is what the button said it is about."""

    action: str
    ref: str
    caller: Caller
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Working:
    """The question is being worked on; `note` says what is being done."""

    note: str


@dataclass(frozen=True, slots=True)
class Draft:
    """The answer so far: to be shown now and replaced by what comes next."""

    text: str


@dataclass(frozen=True, slots=True)
class Final:
    """The answer, checked, with its sources and the buttons under it; nothing comes after it.

    `more_privately`: better evidence lies where the asker may read and this place may not. That is told to
    the asker alone, and no more than that. `not_kept`: a sentence for the admin where it could not be
    remembered, so that nothing can be done with it later; the log has it too.
    """

    answer: Answer
    buttons: tuple[Button, ...] = ()
    more_privately: bool = False
    not_kept: str = ""


class NoteOutside(Protocol):
    """Notes whether people from outside are in a place (Desk.note_outside)."""

    def __call__(self, place: str, *, outside: bool, unsure: str = "") -> Awaitable[None]:
        """Note it of a place's principal; `unsure` says, for an admin, why it is not known."""


Part = Working | Draft | Final


def named_after(event: str) -> str:
    """The id of the trace of what came with an event: kept before a crash, it is not kept twice."""
    return hashlib.sha256(event.encode()).hexdigest()[:12]


def number_in(ref: str) -> int:
    """The number that a button or an order names, 0 where it is none that anything could have."""
    return int(ref) if ref.isdecimal() and len(ref) <= LONGEST_NUMBER else 0
