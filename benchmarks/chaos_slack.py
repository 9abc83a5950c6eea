"""People on the fake Slack of benchmarks/chaos.py; its folder must be on the path when this is imported."""

import random
from collections import Counter
from typing import Any

import slack_texts
from fake_slack import BOT, FakeSlack
from slack_texts import button, walk

from benchmarks.chaos_people import (
    DIGESTS,
    HELPERS,
    OF_PEOPLE,
    QUESTIONS,
    REMINDER,
    Asked,
    Crowd,
)

Json = dict[str, Any]


class SlackCrowd(Crowd):
    """People on Slack, where each event comes until it is taken."""

    def __init__(self, chance: random.Random, hands_on: bool, slack: FakeSlack) -> None:
        super().__init__(chance, hands_on)
        self.slack = slack
        self.more = {"add": 1, "confirm": 2, "undo": 1, "allow": 1, "triage": 1, "send": 2, "keep": 1}
        self.private: dict[str, str] = {}  # a channel for each private question, by the address of its answer
        self.confirmed: set[str] = set()
        self.told: dict[str, str] = {}  # what was pressed or ordered, by the address where it is answered
        self.tickets: dict[str, bool] = {}
        self.kept: set[str] = set()
        self.numbers = 0

    # What they do

    async def _ask(self) -> None:
        text, says = self.some_question()
        person = f"U{self.chance.randint(1, 300)}"
        if self.chance.random() < 0.2:
            channel = f"D{person}"
            ts = await self.slack.say(person, text, channel)
        else:
            channel = f"C{self.chance.randint(1, 60)}"
            ts = await self.slack.mention(person, text, channel)
        self.asked.append(Asked(channel, ts, says))

    async def _press(self, what: str, person: str, message: Json, channel: str, action: str) -> None:
        address = await self.slack.press(person, button(message, action), channel, message)
        self.told[address] = what

    async def _helpful(self) -> bool | None:
        asked = self.some_asked()
        if asked is None or not self.complete(asked) or "positive_button" not in str(self.answers(asked)[0]):
            return False
        person = f"U{self.chance.randint(1, 300)}"
        await self._press("helpful", person, self.answers(asked)[0], asked.channel, "helpful")
        return None

    async def _person(self) -> bool | None:
        asked = self.some_asked()
        if asked is None or not self.complete(asked) or asked.channel.startswith("D"):
            return False
        (answer,) = self.answers(asked)[:1]
        if "citewise:person:" not in str(answer):
            return False
        for _ in range(self.chance.randint(1, 2)):  # two at once, too
            await self._press("person", f"U{self.chance.randint(1, 300)}", answer, asked.channel, "person")
        asked.handed_on = True
        return None

    def requests(self) -> list[Json]:
        """The requests that stand among those who help."""
        found = self.slack.channels["CHELP"].values()
        return [m for m in found if self.words(m).startswith("Someone needs a person")]

    async def _claim(self) -> bool | None:
        free = [m for m in self.requests() if "citewise:claim:" in str(m) and m["ts"] not in self.claimed]
        if not free:
            return False
        request = self.chance.choice(free)
        self.claimed.add(request["ts"])
        for helper in self.chance.sample(("UKIM", "ULEE"), self.chance.randint(1, HELPERS)):
            await self._press("claim", helper, request, "CHELP", "claim")
        return None

    async def _reply(self) -> bool | None:
        taken = [m for m in self.requests() if "Taken by" in self.words(m) and m["ts"] not in self.replies]
        if not taken:
            return False
        request = self.chance.choice(taken)
        (helper,) = {part["user_id"] for part in walk(request["blocks"]) if part.get("type") == "user"}
        self.replies[request["ts"]] = words = f"It is on floor {len(self.replies) + 1} of the annex."
        await self.slack.say(helper, words, "CHELP", request["ts"])
        return None

    async def _keep(self) -> bool | None:
        for told in reversed(self.slack.ephemeral[-60:]):
            if "citewise:keep:" in str(told):
                pressed = button(told, "keep")
                if pressed["value"] in self.kept:
                    return False
                self.kept.add(pressed["value"])
                here = {"ts": "", "thread_ts": told.get("thread_ts")}
                self.told[await self.slack.press(told["user"], pressed, "CHELP", here)] = "keep"
                return None
        return False

    async def _privately(self) -> None:
        self.numbers += 1
        channel = f"CS{self.numbers}"
        address = await self.slack.command(
            f"U{self.chance.randint(1, 300)}", f"ask {QUESTIONS[self.numbers % 3][0]}", channel
        )
        self.private[address] = channel
        self.told[address] = "privately"

    async def _share(self) -> bool | None:
        for told in self.slack.ephemeral[-60:]:
            channel = self.private.get(told.get("address", ""))
            if channel and "citewise:share:" in str(told):
                del self.private[told["address"]]
                self.told[await self.slack.press("U1", button(told, "share"), channel, {})] = "share"
                return None
        return False

    async def _edit(self) -> bool | None:
        asked = self.some_asked()
        if asked is None or asked.handed_on:
            return False
        text, asked.says = self.some_question()
        mention = "" if asked.channel.startswith("D") else f"<@{BOT}> "
        await self.slack.edit(asked.channel, asked.message, mention + text)
        return None

    async def _delete(self) -> bool | None:
        asked = self.some_asked()
        if asked is None or asked.handed_on:
            return False
        asked.deleted = True
        await self.slack.delete(asked.channel, asked.message)
        return None

    async def _add(self) -> None:
        self.numbers += 1
        name = f"garage-{self.numbers}.md"
        self.slack.files[name] = f"# Garage {self.numbers}\n\nBus {self.numbers} parks there.\n".encode()
        file = {"name": name, "size": 60, "url_private_download": f"{self.slack.url}/files/{name}"}
        await self.slack.say("UADMIN", "add", "DUADMIN", files=[file])

    async def _confirm(self) -> bool | None:
        for message in list(self.slack.channels["DUADMIN"].values()):
            if "citewise:confirm:" in str(message) and message["ts"] not in self.confirmed:
                self.confirmed.add(message["ts"])
                await self._press("confirm", "UADMIN", message, "DUADMIN", "confirm")
                return None
        return False

    async def _undo(self) -> None:
        self.told[await self.slack.command("UADMIN", "undo", "CADMIN")] = "undo"

    async def _allow(self) -> None:
        self.numbers += 1
        order = f"spaces allow hr slack:user:UX{self.numbers}"
        self.told[await self.slack.command("UADMIN", order, "CADMIN")] = "allow"

    async def _triage(self) -> None:
        root = await self.slack.say("U1", f"Hello! {QUESTIONS[0][0]}", "CHELP")
        await self.slack.mention("UKIM", "triage", "CHELP", root)
        self.tickets[root] = False

    async def _send(self) -> bool | None:
        for told in self.slack.ephemeral[-60:]:
            root = str(told.get("thread_ts"))
            if "citewise:case_send:" in str(told) and self.tickets.get(root) is False:
                self.tickets[root] = True
                here = {"ts": "", "thread_ts": root}
                for helper in ("UKIM", "ULEE"):  # both press at once
                    self.told[await self.slack.press(helper, button(told, "case_send"), "CHELP", here)] = (
                        "send"
                    )
                return None
        return False

    # What they see

    def words(self, message: Json) -> str:
        """What people read in a message."""
        return str(slack_texts.words_of(message))

    def answers(self, asked: Asked) -> list[Json]:
        """The bot's own answers to a question."""
        found = self.slack.answers(asked.channel, asked.message)
        return [message for message in found if not any(w in self.words(message)[:200] for w in OF_PEOPLE)]

    def complete(self, asked: Asked) -> bool:
        """Whether a question has an answer, and all of it."""
        shown = self.answers(asked)
        return bool(shown) and not any(message.get("streaming") for message in shown)

    def check(self) -> Counter[str]:
        """What was seen; faults are noted."""
        found = self.check_answers(exactly=True)
        everything = [m for channel in self.slack.channels.values() for m in channel.values()]
        ours = [message for message in everything if message.get("user") == BOT]
        keys = Counter(str(_key_of(message)) for message in ours if _key_of(message))
        self.faults += [f"twice under one key: {key}" for key, count in keys.items() if count > 1]
        for words in self.replies.values():
            places = Counter(
                (m.get("thread_ts"), m.get("channel")) for m in ours if words in self.words(m)
                and any(said in self.words(m) for said in OF_PEOPLE[:2])
            )  # fmt: skip
            if not places or max(places.values()) > 1:
                self.faults.append(f"a person's words came {sum(places.values())} times: {words}")
        seen = Counter(message.get("address") for message in self.slack.ephemeral)
        unheard = [what for address, what in self.told.items() if not self._heard(address, seen)]
        self.faults += [f"nobody was told what came of: {what}" for what in unheard]
        shared = [address for address, what in self.told.items() if what == "share"]
        counts = Counter(m["channel"] for m in ours if str(m.get("channel")).startswith("CS"))
        self.faults += [f"shared {count} times in {where}" for where, count in counts.items() if count > 1]
        if len(counts) < len(shared) - self._apologies(shared):
            self.faults.append(f"{len(shared)} answers were shared, {len(counts)} are seen")
        for root, sent in self.tickets.items():
            replies = self.slack.answers("CHELP", root)
            if len(replies) > 1 or (sent and not replies):
                self.faults.append(f"a ticket has {len(replies)} replies")
        self.faults += [f"it still streams: {m['ts']}" for m in ours if m.get("streaming")]
        self.faults += [f"it still shows what it does: {status}" for status in self._standing_statuses()]
        digests = len(self.slack.channels[DIGESTS[0]])
        if digests != 1:
            self.faults.append(f"{digests} digests on Slack")
        found["requests"], found["digests"] = len(self.requests()), digests
        found["reminders"] = sum(self.words(message).startswith(REMINDER) for message in ours)
        self.faults += self.slack.complaints
        return found

    def _heard(self, address: str, seen: Counter[Any]) -> bool:
        if seen[address]:
            return True
        where = self.slack.pressed.get(address, {})
        shown = self.slack.ephemeral[where.get("after", 0) :]
        direct = self.slack.channels[f"D{where.get('user')}"].values()
        in_place = any(all(m.get(name) == where[name] for name in ("user", "channel")) for m in shown)
        return bool(where) and (in_place or bool(direct))

    def _apologies(self, addresses: list[str]) -> int:
        told = [m for m in self.slack.ephemeral if m.get("address") in addresses]
        return len({m["address"] for m in told if not self.words(m).startswith("Shared with")})

    def _standing_statuses(self) -> list[Json]:
        """Those that nothing was posted after, in their thread: Slack takes a status away for that."""
        gone = {(asked.channel, asked.message) for asked in self.asked if asked.deleted}
        last = {(s["channel_id"], s["thread_ts"]): s for s in self.slack.statuses}
        last = {where: status for where, status in last.items() if where not in gone}
        standing = []
        for (channel, root), status in last.items():
            posted = [float(m["ts"]) for m in self.slack.answers(channel, root)]
            if status["status"] and not any(ts > status["at"] for ts in posted):
                standing.append(status)
        return standing


class StatusSlack(FakeSlack):
    """The fake Slack, which also notes when a status was set, in the time of its messages."""

    def _do_assistant_threads_setstatus(self, given: Json) -> Json:
        return dict(super()._do_assistant_threads_setstatus({**given, "at": float(self._ts())}))


def _key_of(message: Json) -> object:
    return ((message.get("metadata") or {}).get("event_payload") or {}).get("key")
