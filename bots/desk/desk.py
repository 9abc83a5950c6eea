"""The Desk itself: a handful of methods that each door calls, in terms of plain objects."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bots.desk.answers import NOT_HELPFUL, GivenAnswers, buttons_under
from bots.desk.audience import Audience, Role
from bots.desk.cards import Card, Form, Reply, Row
from bots.desk.case_actions import CaseActions
from bots.desk.case_view import CaseView
from bots.desk.digest import Digest, FindGaps
from bots.desk.gaps import KnowledgeGaps
from bots.desk.knowledge import Knowledge
from bots.desk.manners import FOLLOWS
from bots.desk.notices import Notices
from bots.desk.overview import Overview
from bots.desk.parts import (
    LONGEST_QUESTION,
    OPEN_SPACE,
    OWNER,
    PRIVATE,
    Asked,
    Caller,
    Command,
    Draft,
    Final,
    Part,
    Press,
    Working,
)
from bots.desk.people import REPLY, People
from bots.desk.reminders import Reminders
from bots.desk.tally import Tally
from bots.desk.triage import Tickets
from bots.desk.verbs import VERBS, Verb
from bots.desk.wording import in_chat
from brain.domain import Answer, Passage, Question, Trace, Turn
from brain.errors import CitewiseError, NothingIndexed, StorageFailed, UsageError

if TYPE_CHECKING:
    from bots.desk.library import Library
    from brain.brain import Brain
    from brain.catalog.catalog import Catalog
    from brain.catalog.rows import Counts, DocumentRow
    from brain.triage.domain import Request, Triage

log = logging.getLogger("citewise.desk")
log.addHandler(logging.NullHandler())  # a terminal is told in words, so nothing is to be printed by default

__all__ = ["LONGEST_QUESTION", "OPEN_SPACE", "OWNER", "Desk"]

TURNS_REMEMBERED = 6
SUGGESTED = 25
STRONG = {"confidence": 0.75, "coverage": 0.6}
"""What the evidence must reach before a question is answered that was not put to the bot: it must be sure,
and a sentence must hold most of the question's own words."""

_SHARED_WITH_OTHERS = (
    "People from other organisations are in this channel, so I use no documents here that were not opened to "
    "it by name. Ask me in a direct message; or an admin writes `spaces allow SPACE here`."
)
_A_STRANGER = "I answer people of the organisation that runs me, and can't find you among them."
_NOT_YOURS = {
    Role.SUPPORT: Card(
        "That is for support",
        "An admin names who that is with `spaces support SPACE WHO`. Where that is a channel, say it there.",
    ),
    Role.ADMIN: Card("That is for admins", "`help` shows what you can do."),
}


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
    ) -> None:
        """`brain` is called with the first question: what needs none stays quick.

        Without a `library` the Desk answers and changes nothing. `admins` are principals. `model` tells them
        of the language model, where there is one. Without `triage` there are no tickets. `gaps` finds what
        the documents lack since a moment, so many at most. `tally` counts how questions come out. The weekly
        `digest` goes to these channels, or to `admins`.
        """
        self._catalog = catalog
        self._tally = tally or Tally()
        self._brain = brain
        self._audience = Audience(catalog, frozenset(admins))
        view = CaseView(catalog, self._audience)
        answers = self._answers = GivenAnswers(catalog, self._audience, view.why)
        overview = self._overview = Overview(catalog, self._audience, lambda: self.verbs, model)
        self._commands: dict[str, Callable[[Command], Reply]] = {
            "why": answers.why,
            "status": overview.status,
            "spaces": overview.spaces,
            "help": overview.help,
        }
        self._actions: dict[str, tuple[Role, Callable[[Press], Reply]]] = {
            "quotes": (Role.ALL, answers.quotes),
            "helpful": (Role.ALL, answers.helpful),
            "not_helpful": (Role.ALL, answers.not_helpful),
            "share": (Role.ALL, answers.share),
        }
        self._forms: dict[str, Callable[[str, Caller], Form | None]] = {
            "not_helpful": lambda ref, caller: NOT_HELPFUL
        }
        self._gaps = KnowledgeGaps(gaps) if gaps else None
        self.digest = Digest(catalog, self._audience, gaps, digest) if gaps else None
        self.notices = Notices(Reminders(catalog), *((self.digest,) if self.digest else ()))
        """What is said without being asked."""
        if self._gaps is not None:
            self._commands["gaps"] = self._gaps.gaps
        self._people: People | None = None
        self._tickets: Tickets | None = None
        self._cases: CaseActions | None = None
        knowledge = Knowledge(catalog, self._audience, library) if library else None
        if knowledge is not None:
            self._manage(knowledge)
        if triage is not None:
            self._tickets = Tickets(catalog, self._audience, view, triage)
            self._commands["triage"] = self._tickets.triage
            self._act_on_cases(CaseActions(catalog, self._audience, view, knowledge))

    def _manage(self, knowledge: Knowledge) -> None:
        """Offer what changes documents, and what ends in one."""
        people = self._people = People(self._catalog, self._audience, self._answers, knowledge)
        self._commands |= {
            "add": knowledge.add,
            "documents": knowledge.documents,
            "remove": knowledge.remove,
            "undo": knowledge.undo,
            "history": knowledge.history,
        }
        self._actions |= {
            "add": (Role.ADMIN, knowledge.add_from_form),
            "remove": (Role.ADMIN, knowledge.remove_from_form),
            "confirm": (Role.ADMIN, knowledge.confirm),
            "cancel": (Role.ADMIN, knowledge.cancel),
            "space": (Role.ADMIN, knowledge.move),
            "person": (Role.ALL, people.ask),
            "claim": (Role.ALL, people.claim),
            "reply": (Role.ALL, people.reply),
            "keep": (Role.ALL, people.keep),
        }
        self._forms |= {
            "add": knowledge.add_form,
            "remove": knowledge.remove_form,
            "reply": lambda ref, caller: REPLY,
        }

    def _act_on_cases(self, cases: CaseActions) -> None:
        """Offer what support people do with tickets that were triaged."""
        self._cases = cases
        self._actions |= {
            "case_send": (Role.SUPPORT, cases.send),
            "case_edit": (Role.SUPPORT, cases.edit),
            "case_assign": (Role.SUPPORT, cases.assign),
            "case_resolve": (Role.SUPPORT, cases.resolve),
            "case_keep": (Role.SUPPORT, cases.keep),
            "case_category": (Role.SUPPORT, cases.category),
            "case_urgency": (Role.SUPPORT, cases.urgency),
        }
        self._forms |= {
            "case_edit": cases.edit_form,
            "case_assign": cases.assign_form,
            "case_resolve": cases.resolve_form,
        }

    # What every chat door calls

    def ask(self, asked: Asked) -> AsyncGenerator[Part, None]:
        """Yield Working, Drafts and one Final; nothing for an unasked question without strong evidence.

        Raises UsageError for an unknown space, NothingIndexed where the spaces that may be read hold nothing.
        """
        return self._tally.counted(asked.door, self._answered(asked))

    async def _answered(self, asked: Asked) -> AsyncGenerator[Part, None]:
        if asked.unasked and "?" not in asked.text:
            return
        if not asked.unasked:
            yield Working("Looking through your documents")
        question = await asyncio.to_thread(self.question, asked)
        answer: Answer | None = None
        brain = await asyncio.to_thread(self._brain)
        async for part in brain.astream(question):
            if part.answer is not None:
                answer = part.answer
            elif part.text and not asked.unasked:
                yield Draft(f"{part.text}\n\n{FOLLOWS}" if part.provisional else part.text)
        if answer is None:
            raise RuntimeError("the brain ended its stream without an answer")
        if asked.unasked and not _strong(answer):
            return
        more = not asked.unasked and await asyncio.to_thread(self._more_privately, asked, question, answer)
        not_kept = await asyncio.to_thread(self._keep, answer, asked, question)
        buttons = buttons_under(answer.trace.id, refused=answer.refused, shareable=asked.shareable)
        yield Final(answer, () if not_kept else buttons, more, not_kept)

    def _keep(self, answer: Answer, asked: Asked, question: Question) -> str:
        """Remember an answer, or say why not: a full disk is no reason to leave a question unanswered."""
        try:
            self._catalog.answers.keep(answer, asked.text, asked.asker, asked.thread, question.audience)
        except StorageFailed as error:
            log.warning("An answer was given and could not be kept: %s", error.sentence)
            return error.sentence
        return ""

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
        who, action = self._actions.get(press.action, (Role.ALL, None))
        if action is None:
            return Reply(Card("This button no longer does anything", "Ask again for a new one."))
        return await self._guarded(who, press.caller, lambda: action(press))

    def asks_first(self, action: str) -> bool:
        """Whether an action has a form; told without looking anything up."""
        return action in self._forms

    async def form(self, action: str, ref: str, caller: Caller) -> Form | None:
        """What is to be filled in before an action is done; None where nothing is, or not by this caller."""
        make = self._forms.get(action)
        who = self._actions[action][0] if action in self._actions else Role.ALL
        if make is None or await asyncio.to_thread(self._audience.role, caller) < who:
            return None
        form = await asyncio.to_thread(make, ref, caller)
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

    async def note_outside(self, place: str, *, outside: bool) -> None:
        """Note whether people from outside the organisation are in a place."""
        await asyncio.to_thread(self._catalog.places.set_outside, place, outside=outside)

    async def placed(self, ref: str, thread: str) -> None:
        """Note where a delivered card stands."""
        if self._people is not None:
            await asyncio.to_thread(self._people.placed, ref, thread)
        if self._cases is not None:
            await asyncio.to_thread(self._cases.placed, ref, thread)

    async def listens(self, thread: str) -> bool:
        """Whether a person answers a question in that thread: words there may be for its asker."""
        return await asyncio.to_thread(self._catalog.handoffs.in_thread, thread) is not None

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
            except CitewiseError as error:
                return Reply(Card("That did not work", in_chat(error)))

        return await asyncio.to_thread(guarded)

    # What the terminal looks up besides

    def question(self, asked: Asked) -> Question:
        """What the brain is asked: with the spaces that may be read, and what was said before in the thread.

        Raises UsageError and NothingIndexed, both without loading anything.
        """
        if not asked.spaces and not self.audience(asked.principals):
            raise UsageError(_A_STRANGER if asked.thread.startswith(PRIVATE) else _SHARED_WITH_OTHERS)
        audience = self.readable(asked.principals, asked.spaces)
        history: tuple[Turn, ...] = ()
        if asked.thread:
            history = self._catalog.conversations.turns(asked.thread, TURNS_REMEMBERED, audience)
        return Question(asked.text.strip(), asked.asker, audience, history)

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
        audience = self.audience(principals, spaces)
        if not self._catalog.holds_passages(audience):
            if not audience:  # named by whoever owns the home, who may know of them
                raise NothingIndexed("Nothing may be read there: `citewise spaces` shows who may read what.")
            where = f" in {', '.join(sorted(audience))}"
            followed = any(drive.watched and drive.space in audience for drive in self._catalog.drives())
            way_on = (
                "`citewise drives` shows how far the drives are that are followed."
                if followed
                else "add documents with `citewise ingest FOLDER`."
            )
            raise NothingIndexed(f"Nothing is indexed{where} yet: {way_on}")
        return audience

    def counts(self, principals: Iterable[str], spaces: Iterable[str] = ()) -> "Counts":
        """How much there is to ask about."""
        return self._catalog.counts(self.audience(principals, spaces))

    def audience(self, principals: Iterable[str], spaces: Iterable[str] = ()) -> frozenset[str]:
        """The spaces that may be read: decided before anything is retrieved.

        Raises UsageError for a space that does not exist.
        """
        return self._audience.of(principals, spaces)

    def _more_privately(self, asked: Asked, question: Question, answer: Answer) -> bool:
        """Whether the best evidence lies where the asker may read and those who see the answer may not."""
        own = self._audience.of(asked.own) if asked.own else frozenset[str]()
        hidden = own - question.audience
        if not hidden or asked.spaces or not self._catalog.holds_passages(hidden):
            return False
        better = self._brain().invoke(replace(question, audience=own, history=()))
        return not better.refused and better.citations[0].passage.source.space in hidden


def _strong(answer: Answer) -> bool:
    evidence = answer.trace.steps.get("evidence")
    signals = evidence if isinstance(evidence, dict) else {}
    return not answer.refused and all(signals.get(name, 0.0) >= least for name, least in STRONG.items())
