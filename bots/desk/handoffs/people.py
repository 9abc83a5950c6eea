"""Ask a person: a question goes to those who know, their answer comes back, and may become a document."""

from dataclasses import replace
from typing import TYPE_CHECKING

from bots.desk.answers import GONE, WITHDRAWN, nearest_words, still_stands
from bots.desk.cards import Button, Card, Delivery, Field, Form, Reply, Row, Standing, Style
from bots.desk.domain import OPEN_SPACE, PRIVATE, Press, number_in
from bots.desk.handoffs.handoff_card import (
    goes_to,
    has_moved_on,
    key_of,
    request_card,
    standing,
    told_where,
    was_told_in,
)
from bots.desk.wording import listed, named, shortened, web_link
from brain.catalog.chats.handoffs import Handoff, HandoffState

if TYPE_CHECKING:
    from bots.desk.answers import GivenAnswers
    from bots.desk.audience import Audience
    from bots.desk.documents.knowledge import Knowledge
    from bots.desk.domain import Caller
    from brain.catalog.catalog import Catalog
    from brain.catalog.questions.answers import StoredAnswer

REPLY = Form(
    "reply",
    "",
    "Your answer",
    "Send",
    (Field("words", "Answer", hint="The asker reads it as you write it.", long=True),),
)


class People:
    """Hand-offs between those who ask and those who know."""

    def __init__(
        self, catalog: "Catalog", audience: "Audience", answers: "GivenAnswers", knowledge: "Knowledge"
    ) -> None:
        self._catalog = catalog
        self._audience = audience
        self._answers = answers
        self._knowledge = knowledge

    def ask(self, press: Press) -> Reply:
        """Hand a question over, with what was tried: as far as those who are asked may read it.

        Not for somebody from outside: what people write would go to them.
        """
        if self._audience.is_outsider(press.caller):
            return Reply(_OF_OUR_OWN)
        answer = self._answers.visible(press.ref, press.caller)
        if answer is None:
            return Reply(GONE)
        chosen = self._who_helps(answer)
        if chosen is None:
            return Reply(
                Card(
                    "Nobody is named to be asked yet",
                    "Please tell an admin: they name a channel with `spaces support SPACE CHANNEL`.",
                )
            )
        space, support = chosen
        caller = press.caller
        # What was asked in private is answered in private, wherever the button was pressed.
        origin = caller.person if answer.thread.startswith(PRIVATE) else caller.origin or caller.person
        handoff, new = self._catalog.handoffs.open(
            answer.trace_id, caller.person, origin, space, support, answer.question
        )
        if handoff.answer:
            return Reply(_answered(handoff, caller))
        if handoff.person != caller.person and (not new and handoff.thread):
            return self._joined(handoff, caller)
        sent = Card("A person will look at it", _TELLS)
        if not new and handoff.thread:
            return Reply(Card("A person has this already", sent.text))
        request = self._request(handoff, answer)
        key, ref = key_of(handoff, "request"), f"handoff:{handoff.id}"
        delivery = Delivery(support, request, ref, key, since=handoff.opened)
        return Reply(sent, elsewhere=(delivery,))

    def _joined(self, handoff: Handoff, caller: "Caller") -> Reply:
        """Let someone wait for what others asked for before them: those who were asked see how many wait.

        Whoever took it is told where their words go to besides, if that is another place.
        """
        taken = "Somebody has taken it. " if handoff.helper else ""
        card = Card(
            "Somebody asked for a person here before you",
            f"Those who know have one request for this answer, and you wait for it too now. {taken}{_TELLS}",
        )
        elsewhere: tuple[Delivery, ...] = ()
        places = [asker.origin for asker in handoff.askers]
        own = next((asker.origin for asker in handoff.others if asker.person == caller.person), "")
        if handoff.helper and places.count(own) == 1:
            note = Card(
                f"Someone else waits for your answer to “{shortened(handoff.question, 140)}”",
                self._goes_to(handoff),
            )
            key = key_of(handoff, f"joined-{places.index(own)}")
            elsewhere = (Delivery(handoff.helper, note, key=key, matters=False),)
        return Reply(card, elsewhere=elsewhere, redrawn=(f"handoff:{handoff.id}",))

    def _goes_to(self, handoff: Handoff) -> str:
        """Who reads what a person answers, before they write it."""
        return " ".join([f"Your words go to {goes_to(handoff)} that asked.", *self._read_by_others(handoff)])

    def _read_by_others(self, handoff: Handoff) -> list[str]:
        """A sentence where people from outside read what goes to whoever asked."""
        places = {asker.origin.partition("/")[0] for asker in handoff.askers}
        return [_READ_BY_OTHERS] if self._catalog.places.outside(places) else []

    def claim(self, press: Press) -> Reply:
        """Take a question on, so that two people don't answer it."""
        handoff = self._find(press)
        if handoff is None:
            return Reply(_UNKNOWN)
        claimed = self._catalog.handoffs.claim(handoff.id, press.caller.person)
        if claimed is None:
            return Reply(_UNKNOWN)
        if claimed.helper != press.caller.person:
            return Reply(_taken(claimed))
        card = Card(
            "Yours",
            f"Reply to my message, or press “Answer”: the asker is told. {self._goes_to(claimed)}",
            self._besides(claimed, press.caller),
            buttons=(Button("reply", "Answer", str(claimed.id), Style.PRIMARY),),
        )
        return Reply(card, redrawn=(f"handoff:{claimed.id}",))

    def _besides(self, handoff: Handoff, caller: "Caller") -> tuple[Row, ...]:
        """The nearest sentence, where whoever took it may read it and those who were asked may not."""
        answer = self._catalog.answers.find(handoff.trace_id)
        if answer is None or nearest_words(self._catalog, answer, self._audience.of([handoff.support])):
            return ()
        own = nearest_words(self._catalog, answer, self._audience.of(caller.own))
        return (replace(own[1], text=f"Nearest, for you alone: {own[1].text}"),) if own else ()

    def reply(self, press: Press) -> Reply:
        """Bring a person's answer to all who asked."""
        handoff, words = self._find(press), press.fields.get("words", "").strip()
        if handoff is None or not words:
            return Reply(_UNKNOWN if handoff is None else _NO_WORDS)
        if handoff.state is HandoffState.KEPT:
            return Reply(Card("This one is closed", "Its answer was kept as a document."))
        claimed = self._catalog.handoffs.claim(handoff.id, press.caller.person)
        if claimed is None:
            return Reply(_UNKNOWN)
        if claimed.helper != press.caller.person:
            return Reply(_taken(claimed, "Talk to them, or let them answer."))
        answered = self._catalog.handoffs.answer(handoff.id, press.caller.person, words)
        if answered is None:
            return Reply(_UNKNOWN)
        # The same words come again where this was cut short: some may have been told them, and some not yet.
        new = handoff.answer in ("", words)
        does = "A person answered" if new else "A person wrote again about"
        told = Card(f"{does} “{shortened(handoff.question, 140)}”", words)
        kept = Button("keep", f"Add to {handoff.space}", str(handoff.id), Style.PRIMARY)
        has = "The asker has" if not answered.others else f"The {len(answered.askers)} people who asked have"
        return Reply(
            Card(f"{has} your answer", "With one click it becomes a document, cited from now on.",
                 buttons=(kept,)),
            elsewhere=tuple(Delivery(to, told, whom=whom) for to, whom in told_where(answered).items()),
            redrawn=(f"handoff:{handoff.id}",),
        )  # fmt: skip

    def keep(self, press: Press) -> Reply:
        """Make a person's answer a document of the space that the question was about."""
        handoff = self._find(press)
        if handoff is None or not handoff.answer:
            return Reply(_UNKNOWN)
        if handoff.state is HandoffState.KEPT:
            return Reply(Card("It is a document already"), replaces=True)
        text = f"# {handoff.question.strip()}\n\n{handoff.answer}\n"
        card, kept = self._knowledge.keep_words(
            press.caller, handoff.space, shortened(handoff.question, 100), text
        )
        if kept:
            self._catalog.handoffs.keep(handoff.id)
        return Reply(card, replaces=kept)

    def shown_in(self, action: str, ref: str) -> str:
        """Whom a press shows a request to, or shows it anew: nothing where there is none."""
        if action == "person":
            answer = self._catalog.answers.find(ref)
            chosen = self._who_helps(answer) if answer else None
            return chosen[1] if chosen else ""
        handoff = self._catalog.handoffs.find(number_in(ref))
        return handoff.support if handoff else ""

    def placed(self, ref: str, thread: str, at: str) -> bool:
        """Note where a hand-off goes on, as the door says once it is delivered; whether it moved on since."""
        kind, _, number = ref.partition(":")
        placed = None
        if kind == "handoff" and number.isdecimal():
            placed = self._catalog.handoffs.placed(int(number), thread, at)
        elif kind == "reminder" and number.isdecimal():
            placed = self._catalog.handoffs.reminder_placed(int(number), thread, at)
        return placed is not None and has_moved_on(placed)

    def standing(self, ref: str) -> tuple[Standing, ...]:
        """The messages of a hand-off among those who were asked, as they are to be shown now."""
        kind, _, number = ref.partition(":")
        ours = kind in ("handoff", "reminder") and number.isdecimal()
        handoff = self._catalog.handoffs.find(int(number)) if ours else None
        answer = self._catalog.answers.find(handoff.trace_id) if handoff else None
        if handoff is None or answer is None:
            return ()
        return standing(handoff, lambda found: self._request(found, answer))

    def in_thread(self, thread: str, caller: "Caller", words: str) -> Press | None:
        """What a message in a hand-off's thread means: the answer of whoever took it, else nothing.

        Who was asked alone, in a direct message, need not take it first.
        """
        handoff = self._catalog.handoffs.in_thread(thread)
        if handoff is None:
            return None
        asked_alone = not (handoff.helper or caller.place) and handoff.support in caller.own
        if handoff.helper != caller.person and not asked_alone:
            return None
        return Press("reply", str(handoff.id), caller, {"words": words})

    def _find(self, press: Press) -> Handoff | None:
        """The hand-off, if the caller is one of those who were asked.

        Somebody from outside is not, though they read in a channel that is asked: their words would go to
        one's own people as an answer, and become a document. Where one took it, as an older citewise let
        them, it is open again to those who were asked: nobody could answer it otherwise.
        """
        handoff, caller = self._catalog.handoffs.find(number_in(press.ref)), press.caller
        if handoff is None or self._audience.is_outsider(caller):
            return None
        here = caller.thread in handoff.threads
        theirs = handoff.helper == caller.person or caller.person in self._audience.admins
        if not (here or theirs or handoff.support in caller.all_principals):
            return None
        if handoff.state is HandoffState.CLAIMED and self._catalog.places.outside([handoff.helper]):
            return self._catalog.handoffs.let_go(handoff.id, handoff.helper)
        return handoff

    def _who_helps(self, answer: "StoredAnswer") -> tuple[str, str] | None:
        """The space that the question is about, and who is asked for it."""
        support = self._catalog.places.support()
        passages = self._catalog.passages(answer.nearest)
        near = [passages[number].source.space for number in answer.nearest if number in passages]
        for space in (*sorted(answer.cited), *near, OPEN_SPACE):
            if space in support:
                return space, support[space]
        return None

    def _request(self, handoff: Handoff, answer: "StoredAnswer") -> Card:
        readable = self._audience.of([handoff.support])
        passages = self._catalog.passages(answer.nearest)
        said, quoted = nearest_words(self._catalog, answer, readable) or (0, None)
        rows = [quoted] if quoted else []
        for number in answer.nearest:
            passage = passages.get(number)
            if passage is not None and number != said and passage.source.space in readable:
                source = passage.source
                words = "" if "\t" in passage.text else shortened(passage.text, 160)  # of a table, a jumble
                rows.append(Row(named(source), words, web_link(source.uri)))
        rows = [replace(row, text=f"Nearest: {row.text}") for row in rows[:3]]
        if answer.refused:
            why = "I found no answer in the documents."
        elif not still_stands(self._catalog, answer):
            why = f"I gave an answer that did not help. {WITHDRAWN}"
        elif answer.told_of <= readable:
            why = f"I answered from {listed(answer.cited)}, and that did not help:\n\n{answer.text}"
        else:
            why = "I answered from documents that are not shown here, and that did not help."
        text = "\n\n".join([*(self._read_by_others(handoff) if handoff.waits else ()), why])
        return request_card(handoff, text, tuple(rows))


_ASK_AGAIN = "Ask the question once more, then hand that answer on: it is a new request."
_TELLS = "I tell you here as soon as there is an answer."
_OF_OUR_OWN = Card(
    "I can't ask a person for you",
    "I do that for people of the organisation that runs me, and can't find you among them. One of them can "
    "press this for you.",
)
_READ_BY_OTHERS = "People of another organisation may read your answer, too."
_UNKNOWN = Card(
    "I can't go on with this question",
    "It is not kept any more, or it is for others to answer. Whoever asked can ask once more.",
)
_NO_WORDS = Card("There were no words to send", "Press Answer again, and write them.")


def _taken(handoff: Handoff, what_to_do: str = "") -> Card:
    return Card("Someone else has taken this one", what_to_do, (Row("Taken by", person=handoff.helper),))


def _answered(handoff: Handoff, caller: "Caller") -> Card:
    """For whoever asks for a person where one has answered.

    What went to people elsewhere is not told, though whoever asks may see the bot's own answer.
    """
    theirs = any(asker.person == caller.person for asker in handoff.askers)
    here = {caller.place, caller.origin.partition("/")[0]} - {""}
    if not theirs and not any(was_told_in(here, asker) for asker in handoff.askers):
        return Card("A person answered this already, to whoever asked", _ASK_AGAIN)
    return Card(
        f"A person answered “{shortened(handoff.question, 140)}” already",
        handoff.answer,
        (Row("Is that not it?", _ASK_AGAIN),),
    )
