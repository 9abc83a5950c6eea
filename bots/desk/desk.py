"""The Desk itself: a handful of methods that each door calls, in terms of plain objects."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bots.desk.answers import NOT_HELPFUL, GivenAnswers
from bots.desk.audience import Audience, Role
from bots.desk.cards import Card, Form, Reply, Row, Standing
from bots.desk.cases.case_actions import CaseActions
from bots.desk.cases.case_view import CaseView
from bots.desk.cases.triage import Tickets
from bots.desk.digest import Digest, FindGaps
from bots.desk.documents.decisions import Decisions
from bots.desk.documents.knowledge import Knowledge
from bots.desk.documents.listing import Listing
from bots.desk.domain import (
    LONGEST_QUESTION,
    OPEN_SPACE,
    OWNER,
    Asked,
    Caller,
    Command,
    Part,
    Press,
)
from bots.desk.gaps import KnowledgeGaps
from bots.desk.handoffs.people import REPLY, People
from bots.desk.handoffs.reminders import Reminders
from bots.desk.notices import Notices
from bots.desk.overview import Overview
from bots.desk.questions import Questions
from bots.desk.tally import Tally
from bots.desk.verbs import VERBS, Verb
from bots.desk.wording import in_chat
from bots.working_days import WorkingDays
from brain.domain import Passage, Question, Trace
from brain.errors import CitewiseError, NotReadyYet

if TYPE_CHECKING:
    from bots.desk.documents.library import Library
    from brain.brain import Brain
    from brain.catalog.catalog import Catalog
    from brain.catalog.rows import Counts, DocumentRow
    from brain.triage.domain import Request, Triage

__all__ = ["LONGEST_QUESTION", "OPEN_SPACE", "OWNER", "Desk"]

SUGGESTED = 25  # as many choices as Discord shows
# Actions that show others something, a request with its sources or a reply: see shown_in().
_ON_A_HANDOFF = frozenset({"person", "claim", "reply"})
_ON_A_CASE = frozenset({"case_send", "case_edit", "case_assign"})
_WEEKENDS_OFF = WorkingDays()
_NOT_YOURS = {
    Role.SUPPORT: Card(
        "That is for support",
        "An admin names who that is with `spaces support SPACE WHO`. Where that is a channel, say it there.",
    ),
    Role.ADMIN: Card("That is for admins", "`help` shows what you can do."),
}


@dataclass(frozen=True, slots=True)
class _Action:
    """What a button or a form does, for whom, and which form is filled in before, where there is one."""

    who: Role
    do: Callable[[Press], Reply]
    form: Callable[[str, Caller], Form | None] | None = None


class Desk:
    """Answers people from the catalog through the brain, and does what they say with words and buttons."""

    def __init__(
        self,
        catalog: "Catalog",
        brain: "Callable[[], Brain]",
        library: "Library | None" = None,
        admins: Iterable[str] = (),
        model: Callable[[], Sequence[Row]] = tuple,
        triage: "Callable[[Request], Triage] | None" = None,
        gaps: FindGaps | None = None,
        tally: Tally | None = None,
        digest: Iterable[str] = (),
        calendar: WorkingDays = _WEEKENDS_OFF,
    ) -> None:
        """`brain` is called with the first question: what needs none stays quick.

        Without a `library` the Desk answers and changes nothing. `admins` are principals. `model` tells them
        of the language model, where there is one. Without `triage` there are no tickets. `gaps` finds what
        the documents lack since a moment, so many at most. `tally` counts how questions come out. The weekly
        `digest` goes to these channels, or to `admins`; it and reminders come on days of the `calendar`.
        """
        self._catalog = catalog
        self._brain = brain
        self._tally = tally or Tally()
        self._audience = Audience(catalog, frozenset(admins))
        self._questions = Questions(catalog, self._audience, brain)
        view = CaseView(catalog, self._audience)
        self._answers = GivenAnswers(catalog, self._audience, view.why)
        self._overview = Overview(catalog, self._audience, lambda: self.verbs, model)
        self._gaps = KnowledgeGaps(gaps) if gaps else None
        self.digest = Digest(catalog, self._audience, gaps, digest, calendar) if gaps else None
        self.notices = Notices(Reminders(catalog, calendar), *((self.digest,) if self.digest else ()))
        """What is said without being asked."""
        self._people: People | None = None
        self._tickets: Tickets | None = None
        self._cases: CaseActions | None = None

        self._commands: dict[str, Callable[[Command], Reply]] = {}
        self._actions: dict[str, _Action] = {}
        self._offer_answers()
        knowledge: Knowledge | None = None
        if library is not None:
            decisions = Decisions(catalog, library)
            knowledge = Knowledge(catalog, self._audience, library, decisions)
            self._offer_documents(knowledge, decisions)
            self._offer_people(People(catalog, self._audience, self._answers, knowledge))
        if triage is not None:
            self._offer_tickets(
                Tickets(catalog, self._audience, view, triage),
                CaseActions(catalog, self._audience, view, knowledge),
            )

    def _offer_answers(self) -> None:
        """What can be done with answers, and what there is to be known of them and of the bot."""
        answers, overview = self._answers, self._overview
        self._commands |= {
            "why": answers.why,
            "status": overview.status,
            "spaces": overview.spaces,
            "help": overview.help,
        }
        if self._gaps:
            self._commands["gaps"] = self._gaps.gaps
        self._actions |= {
            "quotes": _Action(Role.ALL, answers.quotes),
            "helpful": _Action(Role.ALL, answers.helpful),
            "not_helpful": _Action(Role.ALL, answers.not_helpful, lambda ref, caller: NOT_HELPFUL),
            "share": _Action(Role.ALL, answers.share),
        }

    def _offer_documents(self, knowledge: Knowledge, decisions: Decisions) -> None:
        """What changes documents."""
        listing = Listing(self._catalog)
        self._commands |= {
            "add": knowledge.add,
            "documents": listing.documents,
            "remove": knowledge.remove,
            "undo": decisions.undo,
            "history": listing.history,
        }
        self._actions |= {
            "add": _Action(Role.ADMIN, knowledge.add_from_form, knowledge.add_form),
            "remove": _Action(Role.ADMIN, knowledge.remove_from_form, knowledge.remove_form),
            "confirm": _Action(Role.ADMIN, decisions.confirm),
            "cancel": _Action(Role.ADMIN, decisions.cancel),
            "space": _Action(Role.ADMIN, knowledge.move),
        }

    def _offer_people(self, people: People) -> None:
        """Questions that go to people, whose answers can become documents."""
        self._people = people
        self._actions |= {
            "person": _Action(Role.ALL, people.ask),
            "claim": _Action(Role.ALL, people.claim),
            "reply": _Action(Role.ALL, people.reply, lambda ref, caller: REPLY),
            "keep": _Action(Role.ALL, people.keep),
        }

    def _offer_tickets(self, tickets: Tickets, cases: CaseActions) -> None:
        """What support people do with tickets: have them triaged, and act on what came of it."""
        self._tickets, self._cases = tickets, cases
        self._commands["triage"] = tickets.triage
        self._actions |= {
            "case_send": _Action(Role.SUPPORT, cases.send),
            "case_edit": _Action(Role.SUPPORT, cases.edit, cases.edit_form),
            "case_assign": _Action(Role.SUPPORT, cases.assign, cases.assign_form),
            "case_resolve": _Action(Role.SUPPORT, cases.resolve, cases.resolve_form),
            "case_keep": _Action(Role.SUPPORT, cases.keep),
            "case_category": _Action(Role.SUPPORT, cases.category),
            "case_urgency": _Action(Role.SUPPORT, cases.urgency),
        }

    # What every chat door calls

    def ask(self, asked: Asked) -> AsyncGenerator[Part, None]:
        """Yield Working, Drafts and one Final; nothing for an unasked question without strong evidence.

        Raises UsageError for an unknown space, NothingIndexed where the spaces that may be read hold nothing.
        """
        return self._tally.counted(asked.door, self._questions.answered(asked))

    async def run(self, command: Command) -> Reply:
        """Do what a verb says; what can't be done is a card that says why."""
        verb = next((verb for verb in VERBS if verb.name == command.verb), None)
        action = self._commands.get(command.verb)
        if verb is None or action is None:
            return await asyncio.to_thread(self._overview.help, command)
        return await self._guarded(verb.who, command.caller, lambda: action(command))

    async def may_use(self, verb: str, caller: Caller) -> bool:
        """Whether a verb is the caller's to use, to be asked before much is fetched for it."""
        role = await asyncio.to_thread(self._audience.role, caller)
        return any(known.name == verb and known.who <= role for known in self.verbs)

    def reads_thread(self, verb: str) -> bool:
        """Whether a verb is about the thread that it is said in: its messages are then to be fetched."""
        return verb == "triage" and verb in self._commands

    async def press(self, press: Press) -> Reply:
        """Do what a button or a form says."""
        action = self._actions.get(press.action)
        if action is None:
            return Reply(Card("This button no longer does anything", "Ask again for a new one."))
        return await self._guarded(action.who, press.caller, lambda: action.do(press))

    def asks_first(self, action: str) -> bool:
        """Whether an action has a form; told without looking anything up."""
        known = self._actions.get(action)
        return known is not None and known.form is not None

    async def form(self, action: str, ref: str, caller: Caller) -> Form | None:
        """What is to be filled in before an action is done; None where nothing is, or not by this caller."""
        known = self._actions.get(action)
        if known is None or known.form is None:
            return None
        if await asyncio.to_thread(self._audience.role, caller) < known.who:
            return None
        form = await asyncio.to_thread(known.form, ref, caller)
        return replace(form, ref=form.ref or ref) if form else None

    async def home(self, caller: Caller) -> tuple[Card, ...]:
        """What someone finds when they open the bot."""

        def found() -> tuple[Card, ...]:
            first, *others = self._overview.home(caller)
            cases = self._tickets.home(caller) if self._tickets else ()
            lacking = self._gaps.home() if self._gaps and self._audience.role(caller) is Role.ADMIN else None
            return (first, *cases, *others, *((lacking,) if lacking else ()))

        return await asyncio.to_thread(found)

    async def prompts(self, caller: Caller) -> tuple[str, ...]:
        """Questions that the caller could ask, made from the documents that they may read."""
        return await asyncio.to_thread(self._overview.prompts, caller)

    async def suggest(self, what: str, words: str, caller: Caller) -> tuple[tuple[str, str], ...]:
        """What an admin could mean while they type: values with their labels; nothing for others.

        `what` is `document` or `space`.
        """

        def found() -> tuple[tuple[str, str], ...]:
            if self._audience.role(caller) < Role.ADMIN:
                return ()
            if what == "space":
                names = [space.name for space in self._catalog.spaces()]
                return tuple((name, name) for name in names if words.lower() in name)
            rows = self._catalog.documents(words=words)[:SUGGESTED]
            return tuple((str(row.id), f"{row.title} ({row.space})") for row in rows)

        return await asyncio.to_thread(found)

    async def note_outside(self, place: str, *, outside: bool, unsure: str = "") -> None:
        """Note whether people from outside the organisation are in a place, or why that is not known."""
        await asyncio.to_thread(self._catalog.places.set_outside, place, outside=outside, unsure=unsure)

    async def shown_in(self, press: Press) -> str:
        """The channel that a press shows something in, if any: the door finds out first who reads there."""
        place = ""
        if press.action in _ON_A_HANDOFF and self._people is not None:
            place = await asyncio.to_thread(self._people.shown_in, press.action, press.ref)
        elif press.action in _ON_A_CASE and self._cases is not None:
            place = await asyncio.to_thread(self._cases.shown_in, press)
        return place if ":channel:" in place else ""

    async def placed(self, ref: str, thread: str, at: str = "") -> bool:
        """Note where a delivered card stands: in which conversation, and `at` in the door's own words.

        True where it no longer shows how things are by now.
        """
        if self._cases is not None:
            await asyncio.to_thread(self._cases.placed, ref, thread)
        return self._people is not None and await asyncio.to_thread(self._people.placed, ref, thread, at)

    async def standing(self, ref: str) -> tuple[Standing, ...]:
        """What cards that were placed under a ref, and others about the same, are to show now."""
        return await asyncio.to_thread(self._people.standing, ref) if self._people is not None else ()

    async def heard(self, caller: Caller, words: str) -> Reply | None:
        """What follows from words in a thread that a person answers in; None where it is no such thread."""
        if self._people is None:
            return None
        press = await asyncio.to_thread(self._people.in_thread, caller.thread, caller, words)
        return await self.press(press) if press else None

    @property
    def verbs(self) -> tuple[Verb, ...]:
        """The verbs that this Desk knows; `ask` among them, whose answers come by `ask()`."""
        return tuple(verb for verb in VERBS if verb.name in self._commands or verb.name == "ask")

    async def _guarded(self, who: Role, caller: Caller, action: Callable[[], Reply]) -> Reply:
        def guarded() -> Reply:
            if self._audience.role(caller) < who:
                return Reply(_NOT_YOURS[who])
            try:
                return action()
            except NotReadyYet:
                raise  # it is done later
            except CitewiseError as error:
                return Reply(Card("That did not work", in_chat(error)))

        return await asyncio.to_thread(guarded)

    # What the terminal looks up besides

    def question(self, asked: Asked) -> Question:
        """What the brain is asked: with the spaces that may be read, and what was said before in the thread.

        Raises UsageError and NothingIndexed, both without loading anything.
        """
        return self._questions.question(asked)

    async def why(self, thread: str = "", trace_id: str = "") -> Trace | None:
        """The trace of that id, or of the thread's last answer; an empty thread means the last of all."""
        if trace_id:
            return await asyncio.to_thread(self._catalog.conversations.trace, trace_id)
        return await asyncio.to_thread(self._catalog.conversations.last_trace, thread or None)

    async def documents(
        self, words: str, principals: Iterable[str], spaces: Iterable[str] = ()
    ) -> "list[DocumentRow]":
        """What is indexed in the spaces that may be read: titles or paths with these words, or all."""

        def rows() -> "list[DocumentRow]":
            audience = self.audience(principals, spaces)
            return [row for row in self._catalog.documents(words=words) if row.space in audience]

        return await asyncio.to_thread(rows)

    def search(self, asked: Asked, limit: int) -> list[Passage]:
        """Passages only, best first."""
        return self._brain().search(self.question(asked), limit)

    def readable(self, principals: Iterable[str], spaces: Iterable[str] = ()) -> frozenset[str]:
        """The spaces that may be read, of which at least one holds documents; else NothingIndexed."""
        return self._questions.readable(principals, spaces)

    def counts(self, principals: Iterable[str], spaces: Iterable[str] = ()) -> "Counts":
        """How much there is to ask about."""
        return self._catalog.counts(self.audience(principals, spaces))

    def audience(self, principals: Iterable[str], spaces: Iterable[str] = ()) -> frozenset[str]:
        """The spaces that may be read: decided before anything is retrieved.

        Raises UsageError for a space that does not exist.
        """
        return self._audience.of(principals, spaces)
