"""Triage: a thread becomes a case, which support people reply to, hand on and close."""

import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from bots.desk.cards import Button, Card, Delivery, Field, Form, Reply, Style
from bots.desk.case_card import NO_CATEGORY, CaseCards
from bots.desk.case_reply import CaseReplies
from bots.desk.parts import OPEN_SPACE, PRIVATE, Caller, Command, Press
from bots.desk.wording import count, shortened
from brain.catalog.cases import Case, CaseState, NewCase
from brain.errors import StorageFailed, UsageError
from brain.triage.domain import Message, Request, Ticket, Triage, text_of

if TYPE_CHECKING:
    from bots.desk.audience import Audience
    from bots.desk.knowledge import Knowledge
    from brain.catalog.catalog import Catalog

log = logging.getLogger("citewise.desk")

SHOWN = 20
REMEMBERED = 100  # triages of which this process knows the reasons too
LONGEST_NUMBER = 15  # digits of a case's number that are still looked up
UNKNOWN = Card("I don't know of this case here", "`triage list` shows those that you can see.")
_ORDER = re.compile(r"triage(?:\s+(?:list|#?\d+))?", re.IGNORECASE)
_NUMBER = re.compile(r"#?(\d+)")


class Tickets:
    """What support people do with tickets. A case is shown in its place, to those whose it is, to admins."""

    def __init__(
        self,
        catalog: "Catalog",
        audience: "Audience",
        triage: Callable[[Request], Triage],
        knowledge: "Knowledge | None" = None,
    ) -> None:
        """Without `knowledge` nothing that solved a case becomes a document."""
        self._catalog = catalog
        self._audience = audience
        self._triage = triage
        self._knowledge = knowledge
        self._cards = CaseCards(catalog, audience)
        self._replies = CaseReplies(catalog, audience)
        self._found: OrderedDict[int, Triage] = OrderedDict()
        self._finding = Lock()

    # The verb

    def triage(self, command: Command) -> Reply:
        """Triage the thread, show the case of that number, or list the open ones."""
        words, caller = command.words.strip().lower(), command.caller
        if number := _NUMBER.fullmatch(words):
            case = self._find(number[1], caller)
            return Reply(self._card(case, caller) if case else UNKNOWN)
        if words == "list" or (not words and not command.messages):
            return self._listed(caller)
        if not command.messages:
            raise UsageError("Write `triage` in the thread of a ticket, `triage list`, or `triage 12`.")
        return self._opened(caller, command.messages)

    def _opened(self, caller: Caller, messages: Sequence[Message]) -> Reply:
        """Triage what was said in a thread, and keep it as the case of that thread."""
        told = tuple(message for message in messages if not _ORDER.fullmatch(message.text.strip()))
        text = text_of(told).strip()
        if not text:
            raise UsageError(
                "There are no words of a person here to triage: say it where the problem stands."
            )
        place = caller.place
        thread = caller.thread if place else f"{PRIVATE}{caller.person}:{caller.thread}"
        # Decided before anything is looked up. What one person alone was shown is like no other's cases.
        audience = self._audience.of([place] if place else caller.own)
        places = frozenset({place} if place else ())
        found = self._triage(Request(Ticket(told, place, thread), caller.person, audience, places))
        new = NewCase(
            thread=thread,
            place=place,
            origin=caller.origin,
            link=told[0].link,
            text=text,
            question=found.question,
            summary=tuple(said.text for said in found.summary),
            trace_id=found.answer.trace.id,
            category=found.category.name,
            urgency=int(found.urgency.level),
            owner=found.owner.principal if found.owner else "",
            opened_by=caller.person,
        )
        try:
            kept_in = f"{PRIVATE}{caller.person}:triage:{thread}"  # until it's sent, it is the person's alone
            self._catalog.answers.keep(found.answer, found.question, caller.person, kept_in, audience)
            case, _ = self._catalog.cases.open(new)
        except StorageFailed as error:
            return Reply(self._unkept(found, error))
        self._remember(case.id, found)
        return Reply(self._card(case, caller))

    def _remember(self, case_id: int, found: Triage) -> None:
        """Keep why, to be shown again; after a restart a card tells what is kept, without all of the why."""
        with self._finding:
            self._found[case_id] = found
            self._found.move_to_end(case_id)
            while len(self._found) > REMEMBERED:
                self._found.popitem(last=False)

    def _unkept(self, found: Triage, error: StorageFailed) -> Card:
        """The card of a triage that there is no room for: all is shown, nothing can be pressed."""
        log.warning("A ticket was triaged and could not be kept: %s", error.sentence)
        not_kept = (
            "My disk is full or fails, so this can be neither sent nor given to anybody from here. Please "
            "tell an admin, then triage it again."
        )
        return self._cards.unkept(found, not_kept)

    def _listed(self, caller: Caller) -> Reply:
        cases = self.open_cases(caller)
        if not cases:
            where = "here" if caller.place else "that are yours"
            how = "Write `triage` in the thread of a ticket, and it becomes one."
            return Reply(Card(f"No open cases {where}", how))
        more = f"The {SHOWN} most urgent of them." if len(cases) > SHOWN else ""
        rows = tuple(self._cards.line(case) for case in cases[:SHOWN])
        return Reply(Card(count(len(cases), "open case"), more, rows))

    def open_cases(self, caller: Caller) -> list[Case]:
        """The cases that are not closed: of this place, for an admin of all, in private one's own."""
        everything = self._audience.is_admin(caller)
        places = frozenset({caller.place}) if caller.place and not everything else None
        found = [
            case
            for state in (CaseState.OPEN, CaseState.REPLIED)
            for case in self._catalog.cases.listed(places, state)
            if self._audience.may_see_case(caller, case)
        ]
        return sorted(found, key=lambda case: (-case.urgency, case.opened, case.id))

    def home(self, caller: Caller) -> list[Card]:
        """The open cases of a person, for their home page; nothing where there are none."""
        theirs = [case for case in self.open_cases(caller) if self._audience.owns_case(caller, case)]
        rows = tuple(self._cards.line(case) for case in theirs[:SHOWN])
        return [Card("Your cases", f"{count(len(theirs), 'open case')}, the most urgent first.", rows)][
            : len(rows)
        ]

    # Replying

    def send(self, press: Press) -> Reply:
        """Post the suggested reply into the thread."""
        case = self._find(press.ref, press.caller)
        if case is None:
            return Reply(UNKNOWN)
        if not case.reply:
            suggested = self._cards.suggested(case, _viewers(case, press.caller))
            if suggested.refused:
                return Reply(Card("There is no reply to send", suggested.text))
            return self._reply(press, case, suggested.text)
        return self._reply(press, case, case.reply)

    def edit_form(self, ref: str, caller: Caller) -> Form | None:
        """The reply as it would be sent, to be changed; empty where that may no longer be shown."""
        case = self._find(ref, caller)
        if case is None or case.reply or not case.place or case.state is not CaseState.OPEN:
            return None
        suggested = self._cards.suggested(case, _viewers(case, caller))
        fits = not suggested.refused and not self._replies.hindrance(case, suggested.text)
        hint = "A number such as [1] keeps its source; what you write is told as a person's words."
        words = suggested.text if fits else ""
        return Form(
            "case_edit",
            ref,
            "Edit the reply",
            "Send",
            (Field("words", "Reply", (), hint, True, False, words),),
        )

    def edit(self, press: Press) -> Reply:
        """Post a reply as a person wrote it."""
        case, words = self._find(press.ref, press.caller), press.fields.get("words", "").strip()
        if case is None:
            return Reply(UNKNOWN)
        if not words and not case.reply:
            raise UsageError("There are no words to send: press Edit again, and write the reply.")
        return self._reply(press, case, words or case.reply)

    def _reply(self, press: Press, case: Case, words: str) -> Reply:
        """Take the reply down, once, then have it delivered; whoever was not first is told so."""
        caller = press.caller
        if not case.place:
            return Reply(Card("There is nobody to reply to", "Only you and I are here."))
        if case.state is CaseState.RESOLVED and not case.reply:
            return Reply(Card("This case is closed", f"{case.resolved_by} closed it, so nothing was sent."))
        hindrance = self._replies.hindrance(case, case.reply or words)
        if hindrance and not case.reply_at:
            return Reply(Card("This was not sent", hindrance))
        kept = self._catalog.cases.reply(case.id, words, by=caller.person)
        if kept is None or not kept.reply:
            return Reply(Card("This case is closed", "So nothing was sent."))
        # Delivered again where that may have been cut short: the key sees to it that it stands there once.
        elsewhere = () if kept.reply_at else (self._replies.delivery(kept),)
        if kept.reply_by != caller.person or kept.reply != words:
            same = "the same" if kept.reply == words else "other words"
            card = Card("A reply was sent already", f"{kept.reply_by} sent {same}; yours was left out.")
            return Reply(card, elsewhere=elsewhere)
        # What is told now is read after the delivery.
        sent = replace(kept, reply_at=kept.reply_at or kept.origin)
        return Reply(self._card(sent, caller), replaces=True, elsewhere=elsewhere)

    def placed(self, ref: str, where: str) -> None:
        """Note that a reply stands, as the door says after it was delivered."""
        kind, _, rest = ref.partition(":")
        number, _, what = rest.partition(":")
        if kind == "case" and what == "reply" and number.isdecimal():
            self._catalog.cases.reply_placed(int(number), where)

    # Handing on and closing

    def assign_form(self, ref: str, caller: Caller) -> Form | None:
        """Who is to take a case; whoever was suggested stands in it."""
        case = self._find(ref, caller)
        if case is None or case.state is CaseState.RESOLVED:
            return None
        owner = self._cards.owner(case)
        whole = bool(owner) and not _is_person(owner)
        hint = f"Left empty: {owner}" if whole else ""
        person = owner if _is_person(owner) else ""
        field = Field("owner", "Who takes it", hint=hint, optional=whole, value=person, person=True)
        return Form("case_assign", ref, f"Assign case {case.id}", "Assign", (field,))

    def assign(self, press: Press) -> Reply:
        """Give a case to somebody, who is told it with the case."""
        case, caller = self._find(press.ref, press.caller), press.caller
        if case is None:
            return Reply(UNKNOWN)
        if case.state is CaseState.RESOLVED:
            return Reply(Card("This case is closed", f"{case.resolved_by} closed it."))
        owner = press.fields.get("owner", "").strip() or self._cards.owner(case)
        if owner.count(":") < 2:
            raise UsageError("Nobody was named: press Assign again, and pick who takes it.")
        if owner.partition(":")[0] != caller.person.partition(":")[0]:
            raise UsageError(f"{owner} can't be told from here: pick somebody who is in this chat.")
        given = self._catalog.cases.assign(case.id, owner, by=caller.person)
        if given is None or given.owner != owner:
            return Reply(UNKNOWN)
        elsewhere: tuple[Delivery, ...] = ()
        if owner != caller.person:
            why = self._found.get(given.id)
            shown = self._cards.card(given, [owner], found=why, title=f"Case {given.id} is yours")
            elsewhere = (Delivery(owner, shown, key=f"case:{given.id}:owner:{owner}"),)
        return Reply(self._card(given, caller), replaces=True, elsewhere=elsewhere)

    def resolve_form(self, ref: str, caller: Caller) -> Form | None:
        """What solved it, which later cases that are like it are shown."""
        case = self._find(ref, caller)
        if case is None or case.state is CaseState.RESOLVED:
            return None
        hint = "May stay empty; with it, similar tickets are told how this one was solved."
        field = Field("words", "What solved it", hint=hint, long=True, optional=True)
        return Form("case_resolve", ref, f"Close case {case.id}", "Resolve", (field,))

    def resolve(self, press: Press) -> Reply:
        """Close a case; nobody is told, and what solved it may become a document."""
        case, caller = self._find(press.ref, press.caller), press.caller
        if case is None:
            return Reply(UNKNOWN)
        words = press.fields.get("words", "").strip()
        closed = self._catalog.cases.resolve(case.id, words, by=caller.person)
        if closed is None:
            return Reply(UNKNOWN)
        if closed.resolved_by != caller.person or closed.resolution != words:
            return Reply(Card("This case is closed already", f"{closed.resolved_by} closed it."))
        if not words or self._knowledge is None:
            return Reply(Card(f"Case {closed.id} is closed", "The thread is told nothing."), replaces=True)
        keep = Button("case_keep", f"Add to {self._space(closed)}", str(closed.id), Style.PRIMARY)
        more = (
            "The thread is told nothing. With one click what solved it becomes a document, cited from now on."
        )
        return Reply(Card(f"Case {closed.id} is closed", more, buttons=(keep,)), replaces=True)

    def keep(self, press: Press) -> Reply:
        """Make what solved a case a document of the space that it was about."""
        case = self._find(press.ref, press.caller)
        if case is None or not case.resolution or self._knowledge is None:
            return Reply(UNKNOWN)
        space, question = self._space(case), shortened(case.question or case.text, 300)
        text = f"# {question}\n\n{case.resolution}\n"
        if self._knowledge.holds_words(space, text):
            return Reply(Card("It is a document already"), replaces=True)
        card, kept = self._knowledge.keep_words(press.caller, space, shortened(question, 100), text)
        return Reply(card, replaces=kept)

    def _space(self, case: Case) -> str:
        """Where what solved a case belongs: to those who may read what was suggested, and to no one else."""
        answer = self._catalog.answers.find(case.trace_id)
        closed = (answer.cited if answer else frozenset[str]()) - {OPEN_SPACE}
        if not closed and case.place:
            readable = self._audience.of([case.place]) - {OPEN_SPACE}
            closed = readable if len(readable) == 1 and not (answer and answer.cited) else closed
        return min(closed, default=OPEN_SPACE)

    # The menu

    def category(self, press: Press) -> Reply:
        """Let a person say what a case is about, which counts for later ones at once."""
        case = self._find(press.ref, press.caller)
        if case is None:
            return Reply(UNKNOWN)
        chosen = press.fields.get("value", "")
        wanted = "" if chosen == NO_CATEGORY else chosen
        known = {row.name for row in self._catalog.cases.categories()} | {"", case.category}
        if wanted not in known:
            raise UsageError(f"“{shortened(chosen, 60)}” is no category any more: open the case again.")
        told = self._catalog.cases.set_category_of(case.id, wanted, by=press.caller.person)
        return Reply(self._card(told, press.caller) if told else UNKNOWN, replaces=told is not None)

    # What is shown to whom

    def _find(self, ref: str, caller: Caller) -> Case | None:
        """The case of that number, if it is the caller's to see."""
        if not ref.isdecimal() or len(ref) > LONGEST_NUMBER:
            return None
        case = self._catalog.cases.find(int(ref))
        return case if case and self._audience.may_see_case(caller, case) else None

    def _card(self, case: Case, caller: Caller) -> Card:
        return self._cards.card(case, _viewers(case, caller), found=self._found.get(case.id))


def _viewers(case: Case, caller: Caller) -> frozenset[str]:
    """Whose rights count for what the caller is shown of a case.

    Who opened it was shown it with the rights of its place, and goes on with it wherever they are: where a
    platform shows nothing to one person alone in a channel, in a direct message.
    """
    opened = case.opened_by == caller.person and case.place
    return caller.all_principals | {case.place} if opened else caller.all_principals


def _is_person(principal: str) -> bool:
    return principal.partition(":")[2].startswith("user:")
