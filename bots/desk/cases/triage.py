"""Triage: a thread becomes a case; one is shown by its number; the open ones are listed."""

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bots.desk.cards import Card, Reply, Row
from bots.desk.cases.case_card import people_of
from bots.desk.cases.case_view import UNKNOWN, CaseView
from bots.desk.caveats import with_caveats_in_trace
from bots.desk.domain import PRIVATE, Caller, Command, named_after
from bots.desk.wording import count
from brain.catalog.questions.answers import StoredCitation
from brain.catalog.tickets.cases import Case, CaseState, NewCase
from brain.domain import Answer
from brain.errors import StorageFailed, UsageError
from brain.triage.domain import Message, Request, Ticket, Triage, text_of
from brain.triage.reasons import Reasons

if TYPE_CHECKING:
    from bots.desk.audience import Audience
    from brain.catalog.catalog import Catalog

log = logging.getLogger("citewise.desk")

SHOWN = 20
_CLOSED_BEFORE = Row(
    "Closed before", "this is the case as it was closed: what is new goes into a thread of its own"
)
_ORDER = re.compile(r"triage(?:\s+(?:list|#?\d+))?", re.IGNORECASE)
_NUMBER = re.compile(r"#?(\d+)")


class Tickets:
    """The verb, and what it leads to. A case is shown in its place, to those whose it is, to admins."""

    def __init__(
        self, catalog: "Catalog", audience: "Audience", view: CaseView, triage: Callable[[Request], Triage]
    ) -> None:
        self._catalog = catalog
        self._audience = audience
        self._view = view
        self._triage = triage

    def triage(self, command: Command) -> Reply:
        """Triage the thread, show the case of that number, or list the open ones."""
        words, caller = command.words.strip().lower(), command.caller
        if number := _NUMBER.fullmatch(words):
            case = self._view.find(number[1], caller)
            return Reply(self._view.card(case, caller) if case else UNKNOWN)
        if words == "list" or (not words and not command.messages):
            return self._listed(caller)
        if not command.messages:
            raise UsageError("Write `triage` in the thread of a ticket, `triage list`, or `triage 12`.")
        return self._opened(caller, command.messages, command.event)

    def _opened(self, caller: Caller, messages: Sequence[Message], event: str) -> Reply:
        """Triage what was said in a thread, and keep it as the case of that thread; once for an `event`."""
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
        found = replace(found, answer=self._as_kept(found.answer, event))
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
            reasons=Reasons.of(found).to_json(),
        )
        try:
            kept_in = f"{PRIVATE}{caller.person}:triage:{thread}"  # until it's sent, it is the person's alone
            answer = with_caveats_in_trace(found.answer)
            self._catalog.answers.keep(answer, found.question, caller.person, kept_in, audience)
            if place and caller.closed:
                self._catalog.places.note_closed(thread)
            case, _ = self._catalog.cases.open(new)
        except StorageFailed as error:
            return Reply(self._unkept(found, error))
        shown = self._view.card(case, caller)
        if case.state is CaseState.RESOLVED:
            shown = replace(shown, rows=(_CLOSED_BEFORE, *shown.rows))
        return Reply(shown)

    def _as_kept(self, answer: Answer, event: str) -> Answer:
        """The answer under the id of its event: cut short after it was kept, it is not kept twice.

        Where it is another one by now it has an id of its own: the card that was shown then, whose buttons
        name it, must not send this one instead.
        """
        if not event:
            return answer
        name = named_after(event)
        before = self._catalog.answers.find(name)
        citations = tuple(StoredCitation(c.number, c.passage.id, c.quote) for c in answer.citations)
        if before is not None and (before.text, before.citations) != (answer.text, citations):
            return answer
        return replace(answer, trace=replace(answer.trace, id=name))

    def _unkept(self, found: Triage, error: StorageFailed) -> Card:
        """The card of a triage that there is no room for: all is shown, nothing can be pressed."""
        log.warning("A ticket was triaged and could not be kept: %s", error.sentence)
        not_kept = (
            "My disk is full or fails, so this can be neither sent nor given to anybody from here. Please "
            "tell an admin, then triage it again."
        )
        return self._view.cards.unkept(found, not_kept)

    def _listed(self, caller: Caller) -> Reply:
        cases = self.open_cases(caller)
        if not cases:
            where = "here" if caller.place else "that are yours"
            how = "Write `triage` in the thread of a ticket, and it becomes one."
            return Reply(Card(f"No open cases {where}", how))
        more = f"The {SHOWN} most urgent of them." if len(cases) > SHOWN else ""
        rows = tuple(self._view.cards.line(case) for case in cases[:SHOWN])
        return Reply(Card(count(len(cases), "open case"), more, rows, people=people_of(*cases[:SHOWN])))

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
        rows = tuple(self._view.cards.line(case) for case in theirs[:SHOWN])
        told = f"{count(len(theirs), 'open case')}, the most urgent first."
        return [Card("Your cases", told, rows, people=people_of(*theirs[:SHOWN]))] if rows else []
