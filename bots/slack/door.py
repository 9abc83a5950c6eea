"""Works off what the inbox keeps: each event becomes one call of the Desk, and its reply one message."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from bots.desk import Caller, Desk, Draft, Final, Press, Working
from bots.desk.cards import Card, Delivery, Reply, Standing
from bots.desk.domain import Attachment
from bots.doors.canned_replies import MORE, WORDLESS
from bots.doors.event_door import EventDoor, Json, Memory
from bots.doors.inbox import Unreachable
from bots.doors.message_reading import as_document, goes_unsaid
from bots.doors.thread_reading import ThreadRead
from bots.slack.blocks import answer_blocks, card_blocks, foot_of, quoted, words_of
from bots.slack.calls import Calls, SlackRefused
from bots.slack.controls import modal
from bots.slack.files import Files, whole
from bots.slack.naming import PLATFORM, Own, below
from bots.slack.organisation import Organisation
from bots.slack.people import People
from bots.slack.posting import AnswerMessage
from bots.slack.spoken import inert
from bots.slack.telling import NOT_HERE, Telling
from bots.slack.threads import Threads, text_of
from bots.slack.words import plain, principal
from brain.catalog.chats.inbox import InboxItem, NewEvent

_UNOPENED = Card(
    "Slack did not open the form",
    "It gives me three seconds for that. Press again, please; if it stays so, tell an admin.",
)
_STRANGE = Card(
    "I can't answer you here",
    "You are of another organisation, and I answer the people of the one that runs me. One of them can ask "
    "for you.",
)
_INSTEAD = {"unopened": _UNOPENED, "strange": _STRANGE, "wordless": WORDLESS}


class SlackDoor(EventDoor):
    """Slack, as the inbox sees it."""

    platform = PLATFORM

    def __init__(
        self, desk: Desk, calls: Calls, files: Files, own: Own, organisation: Organisation, memory: Memory
    ) -> None:
        super().__init__(desk)
        self._calls = calls
        self._files = files
        self._own = own
        self._memory = memory
        self._people = People(calls, organisation, desk.note_outside)
        self._telling = Telling(calls, files)
        self._threads = Threads(calls, own)

    # What the inbox calls

    async def work(self, item: InboxItem) -> None:
        """Answer an event; people who open the bot, strangers, and forms that don't open are Slack's own."""
        match item.kind:
            case "opened":
                await self._opened(json.loads(item.payload))
            case "unopened" | "strange" | "wordless":
                await self._telling.alone(item.key, json.loads(item.payload), _INSTEAD[item.kind])
            case _:
                await super().work(item)

    async def apologise(self, item: InboxItem, sentence: str) -> None:
        """Let the one visible answer be this sentence; of an edited question, the old one fits no more."""
        if item.kind != "edited":
            await super().apologise(item, sentence)
            return
        payload, card = json.loads(item.payload), Card("That did not work", sentence)
        if "verb" in payload:
            await self._telling.alone(item.key, payload, card)
        elif message := await self._edited_answer(item, payload):
            await self._show(message, card)

    async def tell_waiting(self, new: NewEvent, ahead: int) -> None:
        """Tell someone that others are before them."""
        payload = json.loads(new.payload)
        if new.kind == "question" and payload["how"] in ("direct", "mention"):
            status = f"has {ahead} {'question' if ahead == 1 else 'questions'} before yours…"
            await self._status(payload, status)

    # Each kind of event

    async def _question(self, item: InboxItem, payload: Json) -> None:
        caller = await self._caller(payload)
        if payload["how"] == "handoff":
            thread = below(payload["channel"], payload["root"])
            await self._heard(item, payload, replace(caller, thread=thread))
            return
        message = self._message(item, payload)
        if item.attempts and not await message.find():
            return  # the question was deleted meanwhile
        unasked = payload["how"] == "unasked"
        posted = False  # by that, Slack takes the status away; not where a message that stood is changed
        asked = caller.asks(payload["text"], private=False, unasked=unasked, event=item.key)
        async for part in self._desk.ask(asked):
            if isinstance(part, Working):
                await self._status(payload, f"is {inert(part.note[0].lower() + part.note[1:])}…")
            elif isinstance(part, Draft):
                await message.draft(part.text)
            elif not (payload["how"] == "thread" and goes_unsaid(part, payload["text"])):
                stood = bool(message.ts) and item.attempts > 0
                await self._finish(message, part)
                posted = not stood
                here = {**payload, "thread": payload["root"]}
                if part.more_privately:
                    await self._telling.alone(item.key, here, MORE)
                if payload.get("attached") and part.answer.refused:
                    await self._telling.alone(f"{item.key}-w", here, WORDLESS)
        if not posted and not unasked:
            await self._status(payload, "")

    async def _edited(self, item: InboxItem, payload: Json) -> None:
        """Answer an edited message: a question in the place of its old answer, a command as a new one."""
        caller = await self._caller(payload)
        if payload["how"] == "handoff":
            thread = below(payload["channel"], payload["root"])
            await self._heard(item, payload, replace(caller, thread=thread))
            return
        if "verb" in payload:
            asked = await self._memory.of_message(f"{payload['channel']}:{payload['ts']}")
            await self._deleted(payload)  # what it was answered with before, for all to see
            await self._command(item, {**payload, "order": asked.key if asked else item.key})
            return
        message = await self._edited_answer(item, payload)
        if message is None or not payload["text"].strip():
            return
        async for part in self._desk.ask(caller.asks(payload["text"], private=False, event=item.key)):
            if isinstance(part, Final):
                await self._finish(message, part)

    async def _edited_answer(self, item: InboxItem, payload: Json) -> AnswerMessage | None:
        """The answer of an edited question; None where it has none, and is to have none now."""
        asked = await self._memory.of_message(f"{payload['channel']}:{payload['ts']}")
        if asked is None or (not asked.posted and payload["how"] not in ("direct", "mention")):
            return None
        message = self._message(asked, payload, stood=bool(asked.posted) and not item.attempts)
        if item.attempts:
            await message.find()
        return message

    async def _deleted(self, payload: Json) -> None:
        """Take the answer to a deleted question away."""
        asked = await self._memory.of_message(f"{payload['channel']}:{payload['ts']}")
        if asked is not None and asked.posted:
            try:
                await self._calls("chat.delete", channel=payload["channel"], ts=asked.posted)
            except SlackRefused as error:
                if error.code != "message_not_found":
                    raise
            await self._memory.note_posted(asked, "")

    async def _opened(self, payload: Json) -> None:
        """Greet someone who opened the bot: the home tab, or prompts above a conversation."""
        who = ("user", "team", "shared", "channel")
        caller = await self._people.caller({name: payload.get(name) for name in who})
        if ":outsider:" in caller.person:
            if payload.get("tab") != "messages":
                await self._publish(payload["user"], (_STRANGE,))
            return
        if payload.get("tab") == "messages":
            prompts = [{"title": text[:75], "message": text} for text in await self._desk.prompts(caller)]
            if prompts:
                where = {"channel_id": payload["channel"], "thread_ts": payload.get("thread")}
                with suppress(SlackRefused):  # a workspace without agents
                    await self._calls(
                        "assistant.threads.setSuggestedPrompts",
                        **where,
                        title="You could ask",
                        prompts=prompts,
                    )
            return
        await self._publish(payload["user"], await self._desk.home(caller))

    async def _publish(self, user: str, cards: tuple[Card, ...]) -> None:
        blocks = [block for card in cards for block in card_blocks(card)]
        await self._calls("views.publish", user_id=user, view={"type": "home", "blocks": blocks[:100]})

    async def _command(self, item: InboxItem, payload: Json) -> None:
        caller = await self._caller(payload)
        verb, words = payload["verb"], payload["words"]
        if verb == "ask" or not any(known.name == verb for known in self._desk.verbs):
            text = words if verb == "ask" else payload.get("said") or f"{verb} {words}"
            await self._ask_privately(item, payload, caller, text)
            return
        files: list[Attachment] = []
        if verb == "add" and await self._desk.may_use(verb, caller):
            files = [await self._files.fetch(await whole(file, self._calls)) for file in payload["files"]]
            if "message" in payload and not files:
                files = [await self._as_file(payload["message"])]
        await self._run(item, payload, caller, tuple(files))

    @asynccontextmanager
    async def _busy(self, payload: Json) -> AsyncIterator[None]:
        """Below the thread that it was said in; a menu's order is nobody's business there."""
        if "ts" not in payload:
            yield
            return
        await self._status(payload, "is reading the thread…")
        try:
            yield
        finally:
            await self._status(payload, "")

    async def _thread(self, payload: Json, caller: Caller) -> ThreadRead:
        return await self._threads.read(payload, caller)

    async def _ask_privately(self, item: InboxItem, payload: Json, caller: Caller, text: str) -> None:
        async for part in self._desk.ask(caller.asks(text, private=True, event=item.key)):
            if isinstance(part, Final):
                blocks = [*quoted(text), *answer_blocks(part.answer, part.buttons, plain=True)]
                await self._telling.alone(item.key, payload, blocks)

    async def _press(self, item: InboxItem, payload: Json) -> None:
        action, ref = payload["action"], payload["ref"]
        caller = await self._people.caller(payload, closely=action == "share")  # with all who are there
        press = Press(action, ref, caller, payload["fields"])
        place = await self._desk.shown_in(press)
        if place.startswith(f"{PLATFORM}:"):
            await self._people.look(place)
        await self._reply(item, payload, await self._desk.press(press))

    async def hear_of_sharing(self, channel: str, *, shared: bool) -> None:
        """Take note, before anything else is worked on, of who has come into a channel or left it."""
        await self._people.hear(channel, shared=shared)

    async def open_form(self, action: str, ref: str, payload: Json, trigger: str) -> bool:
        """Open the form of an action, if it has one: at once, since Slack's trigger lasts three seconds."""
        form = await self._desk.form(action, ref, await self._caller(payload))
        if form is None:
            return False
        kept = json.dumps({**payload, "ref": form.ref})
        await self._calls("views.open", trigger_id=trigger, view=modal(form, kept))
        return True

    # Messages

    async def _reply(self, item: InboxItem, payload: Json, reply: Reply) -> None:
        async def deliver(number: int, delivery: Delivery) -> None:
            await self._deliver(f"{item.key}-{number}", delivery, again=item.attempts > 0)

        await self._carry_out(reply, deliver)
        cards = [reply.card] if reply.card else []
        for number, card in enumerate((*cards, *reply.more)):
            replaces = reply.replaces and number == 0
            await self._telling.alone(f"{item.key}-c{number}", payload, card, replaces=replaces)

    async def _deliver(self, key: str, delivery: Delivery, *, again: bool) -> None:
        """Deliver, once for the event, or once at all where the delivery has a key of its own.

        An older citewise may have sent it under the event's before it was killed and updated.
        """

        async def tell(to: str, whom: tuple[str, ...]) -> tuple[str, str]:
            looked_for = again or bool(delivery.key)
            return await self._telling.elsewhere(
                delivery.key or key,
                to,
                delivery.card,
                again=looked_for,
                whom=whom,
                older=key if again else "",
            )

        async with self._once(delivery.key):
            channel, ts = await self._told(delivery, tell)
            stale = bool(delivery.ref) and await self._desk.placed(
                delivery.ref, below(channel, ts), f"{channel}/{ts}"
            )
        if stale:
            await self._redraw(delivery.ref)

    async def _show_now(self, standing: Standing) -> None:
        channel, _, ts = standing.at.partition("/")
        await self._telling.edit(standing.key, channel, ts, standing.card)

    async def _learn(self, place: str) -> None:
        if place:
            await self._people.learn(place)

    async def _deliver_unasked(self, item: InboxItem, delivery: Delivery) -> None:
        await self._deliver(item.key, delivery, again=True)

    async def _finish(self, message: AnswerMessage, part: Final) -> None:
        answer, words = part.answer, words_of(part.answer)
        try:
            await message.finish(answer.text, words, foot_of(answer, part.buttons))
        except SlackRefused as error:
            if "block" not in error.code:
                raise
            foot = foot_of(answer, part.buttons, plain=True)  # a workspace without Slack's own thumbs
            await message.finish(answer.text, words, foot)

    async def _instead(self, item: InboxItem, payload: Json, card: Card) -> None:
        if item.kind != "question":
            await self._telling.alone(item.key, payload, card)
            return
        message = self._message(item, payload)
        try:
            if not await message.find():
                return
            await self._show(message, card)
            await self._status(payload, "")
        except SlackRefused as error:  # a place where the bot may not write: it is told to whoever asked
            shut = error.closed or error.code in NOT_HERE  # it may not even be looked at
            told = _not_there(str(payload["channel"])) if shut else card
            await self._telling.alone(item.key, payload, told)

    async def _show(self, message: AnswerMessage, card: Card) -> None:
        await message.finish(card.text, card_blocks(card), [])

    async def _status(self, payload: Json, status: str) -> None:
        """Say below the thread what the bot does; it is a courtesy, so that no failure matters."""
        where = {"channel_id": payload["channel"], "thread_ts": payload["root"]}
        with suppress(SlackRefused, Unreachable):
            await self._calls("assistant.threads.setStatus", **where, status=status)

    async def _as_file(self, message: Json) -> Attachment:
        """A message of the chat, as people read it there, as a document that cites it."""
        link = await self._threads.permalink(message["channel"], message["ts"])
        return as_document(
            plain(text_of(message), self._own.user), str(message["ts"]).replace(".", "-"), link
        )

    def _message(self, item: InboxItem, payload: Json, *, stood: bool = False) -> AnswerMessage:
        async def note(ts: str) -> None:
            await self._memory.note_posted(item, ts)

        return AnswerMessage(self._calls, self._own, item.key, payload, note, item.posted, stood=stood)

    async def _caller(self, payload: Json) -> Caller:
        return await self._people.caller(payload)


def _not_there(channel: str) -> Card:
    """For whoever asked in a channel that can't be answered in."""
    where = principal("channel", channel)
    text = f"Slack does not let me write in {where}. Ask me in a direct message, or tell an admin."
    return Card("I can't answer you there", text, people=frozenset({where}))
