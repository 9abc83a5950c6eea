"""What is pressed on a case: its reply is sent, it is handed on, closed, kept, put into a category."""

from dataclasses import replace
from typing import TYPE_CHECKING

from bots.desk.cards import Button, Card, Delivery, Field, Form, Reply, Row, Style
from bots.desk.cases.case_card import NO_CATEGORY, as_shown, people_of
from bots.desk.cases.case_reply import CaseReplies, numbers_in
from bots.desk.cases.case_view import UNKNOWN, CaseView, viewers
from bots.desk.domain import OPEN_SPACE, Caller, Press
from bots.desk.wording import shortened
from brain.catalog.tickets.cases import Case, CaseState
from brain.errors import UsageError
from brain.triage.domain import Urgency

if TYPE_CHECKING:
    from bots.desk.audience import Audience
    from bots.desk.documents.knowledge import Knowledge
    from brain.catalog.catalog import Catalog


class CaseActions:
    """The buttons, forms and the menu of cases."""

    def __init__(
        self, catalog: "Catalog", audience: "Audience", view: CaseView, knowledge: "Knowledge | None" = None
    ) -> None:
        """Without `knowledge` nothing that solved a case becomes a document."""
        self._catalog = catalog
        self._audience = audience
        self._view = view
        self._knowledge = knowledge
        self._replies = CaseReplies(catalog, audience)

    # Replying

    def send(self, press: Press) -> Reply:
        """Post the suggested reply into the thread."""
        case = self._view.find(press.ref, press.caller)
        if case is None:
            return Reply(UNKNOWN)
        if not case.reply:
            suggested = self._view.cards.suggested(case, viewers(case, press.caller))
            if suggested.refused:
                return Reply(Card("There is no reply to send", suggested.text))
            if self._replies.changed(case, press.ref):
                shown = self._view.card(case, press.caller)
                why = "the thread was triaged again since, so nothing was sent: this is the reply now"
                return Reply(replace(shown, rows=(Row("Changed", why), *shown.rows)), replaces=True)
            return self._reply(press, case, suggested.text)
        return self._reply(press, case, case.reply)

    def edit_form(self, ref: str, caller: Caller) -> Form | None:
        """The reply as it would be sent, to be changed; empty where that may no longer be shown."""
        case = self._view.find(ref, caller)
        if case is None or case.reply or not case.place or case.state is not CaseState.OPEN:
            return None
        suggested = self._view.cards.suggested(case, viewers(case, caller))
        fits = not suggested.refused and not self._replies.hindrance(case, suggested.text)
        hint = "A number such as [1] keeps its source; what you write is told as a person's words."
        words = suggested.text if fits else ""
        return Form(
            "case_edit",
            as_shown(case),
            "Edit the reply",
            "Send",
            (Field("words", "Reply", (), hint, True, False, words),),
        )

    def edit(self, press: Press) -> Reply:
        """Post a reply as a person wrote it."""
        case, words = self._view.find(press.ref, press.caller), press.fields.get("words", "").strip()
        if case is None:
            return Reply(UNKNOWN)
        if not words and not case.reply:
            raise UsageError("There are no words to send: press Edit again, and write the reply.")
        if not case.reply and numbers_in(words) and self._replies.changed(case, press.ref):
            why = "Its numbers would name other sources now, so it was not sent. This is what you wrote:"
            kept = Card("The thread was triaged again meanwhile", f"{why}\n\n{words}")
            return Reply(kept, more=(self._view.card(case, press.caller),))
        return self._reply(press, case, words or case.reply)

    def _reply(self, press: Press, case: Case, words: str) -> Reply:
        """Take the reply down, once, then have it delivered; whoever was not first is told so."""
        caller = press.caller
        if not case.place:
            return Reply(Card("There is nobody to reply to", "Only you and I are here."))
        if case.state is CaseState.RESOLVED and not case.reply:
            return Reply(
                _told_of("This case is closed", case, f"{case.resolved_by} closed it, so nothing was sent.")
            )
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
            card = _told_of(
                "A reply was sent already", kept, f"{kept.reply_by} sent {same}; yours was left out."
            )
            return Reply(card, elsewhere=elsewhere)
        # What is told now is read after the delivery.
        sent = replace(kept, reply_at=kept.reply_at or kept.origin)
        return Reply(self._view.card(sent, caller), replaces=True, elsewhere=elsewhere)

    def shown_in(self, press: Press) -> str:
        """Where a case's reply goes to, or the case to whoever is to take it, so that the readers are known.

        Nothing where there is none.
        """
        case = self._view.numbered(press.ref)
        if case is None:
            return ""
        return self._taker(case, press) if press.action == "case_assign" else case.place

    def _taker(self, case: Case, press: Press) -> str:
        """Who was picked to take a case, or is suggested for it; a category's owner may be a channel."""
        return press.fields.get("owner", "").strip() or self._view.cards.owner(case)

    def placed(self, ref: str, where: str) -> None:
        """Note that a reply stands, as the door says after it was delivered."""
        kind, _, rest = ref.partition(":")
        number, _, what = rest.partition(":")
        if kind == "case" and what == "reply" and number.isdecimal():
            self._catalog.cases.reply_placed(int(number), where)

    # Handing on and closing

    def assign_form(self, ref: str, caller: Caller) -> Form | None:
        """Who is to take a case; whoever was suggested stands in it."""
        case = self._view.find(ref, caller)
        if case is None or case.state is CaseState.RESOLVED:
            return None
        owner = self._view.cards.owner(case)
        whole = bool(owner) and not _is_person(owner)
        hint = f"Left empty: {owner}" if whole else ""
        person = owner if _is_person(owner) else ""
        field = Field("owner", "Who takes it", hint=hint, optional=whole, value=person, person=True)
        return Form("case_assign", ref, f"Assign case {case.id}", "Assign", (field,))

    def assign(self, press: Press) -> Reply:
        """Give a case to somebody, who is told it with the case."""
        case, caller = self._view.find(press.ref, press.caller), press.caller
        if case is None:
            return Reply(UNKNOWN)
        if case.state is CaseState.RESOLVED:
            return Reply(_told_of("This case is closed", case, f"{case.resolved_by} closed it."))
        owner = self._taker(case, press)
        if owner.count(":") < 2:
            raise UsageError("Nobody was named: press Assign again, and pick who takes it.")
        if owner.partition(":")[0] != caller.person.partition(":")[0]:
            raise UsageError(f"{owner} can't be told from here: pick somebody who is in this chat.")
        given = self._catalog.cases.assign(case.id, owner, by=caller.person)
        if given is None or given.owner != owner:
            return Reply(UNKNOWN)
        elsewhere: tuple[Delivery, ...] = ()
        if owner != caller.person:
            shown = self._view.card_for(given, owner, f"Case {given.id} is yours")
            # Once for each time that it's given to them; pressing again changes nothing.
            key = f"case:{given.id}:owner:{owner}:{given.changed.timestamp():.6f}"
            elsewhere = (Delivery(owner, shown, key=key),)
        return Reply(self._view.card(given, caller), replaces=True, elsewhere=elsewhere)

    def resolve_form(self, ref: str, caller: Caller) -> Form | None:
        """What solved it, which later cases that are like it are shown."""
        case = self._view.find(ref, caller)
        if case is None or case.state is CaseState.RESOLVED:
            return None
        hint = "May stay empty; with it, similar tickets are told how this one was solved."
        field = Field("words", "What solved it", hint=hint, long=True, optional=True)
        return Form("case_resolve", ref, f"Close case {case.id}", "Resolve", (field,))

    def resolve(self, press: Press) -> Reply:
        """Close a case; nobody is told, and what solved it may become a document."""
        case, caller = self._view.find(press.ref, press.caller), press.caller
        if case is None:
            return Reply(UNKNOWN)
        words = press.fields.get("words", "").strip()
        closed = self._catalog.cases.resolve(case.id, words, by=caller.person)
        if closed is None:
            return Reply(UNKNOWN)
        if closed.resolved_by != caller.person or closed.resolution != words:
            return Reply(_told_of("This case is closed already", closed, f"{closed.resolved_by} closed it."))
        if not words or self._knowledge is None:
            return Reply(Card(f"Case {closed.id} is closed", "The thread is told nothing."), replaces=True)
        keep = Button("case_keep", f"Add to {self._space(closed)}", str(closed.id), Style.PRIMARY)
        more = (
            "The thread is told nothing. With one click what solved it becomes a document, cited from now on."
        )
        return Reply(Card(f"Case {closed.id} is closed", more, buttons=(keep,)), replaces=True)

    def keep(self, press: Press) -> Reply:
        """Make what solved a case a document of the space that it was about."""
        case = self._view.find(press.ref, press.caller)
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

    # The menus

    def urgency(self, press: Press) -> Reply:
        """Let a person say how urgent a case is."""
        case, chosen = self._view.find(press.ref, press.caller), press.fields.get("value", "")
        if case is None:
            return Reply(UNKNOWN)
        level = next((level for level in Urgency if level.word == chosen), None)
        if level is None:
            raise UsageError(f"“{shortened(chosen, 60)}” is no urgency: open the case again.")
        told = self._catalog.cases.set_urgency_of(case.id, level, by=press.caller.person)
        return Reply(self._view.card(told, press.caller) if told else UNKNOWN, replaces=told is not None)

    def category(self, press: Press) -> Reply:
        """Let a person say what a case is about, which counts for later ones at once."""
        case = self._view.find(press.ref, press.caller)
        if case is None:
            return Reply(UNKNOWN)
        chosen = press.fields.get("value", "")
        wanted = "" if chosen == NO_CATEGORY else chosen
        known = {row.name for row in self._catalog.cases.categories()} | {"", case.category}
        if wanted not in known:
            raise UsageError(f"“{shortened(chosen, 60)}” is no category any more: open the case again.")
        told = self._catalog.cases.set_category_of(case.id, wanted, by=press.caller.person)
        return Reply(self._view.card(told, press.caller) if told else UNKNOWN, replaces=told is not None)


def _is_person(principal: str) -> bool:
    return principal.partition(":")[2].startswith("user:")


def _told_of(title: str, case: Case, text: str) -> Card:
    """Why nothing more is done with a case, and whose doing that is."""
    return Card(title, text, people=people_of(case))
