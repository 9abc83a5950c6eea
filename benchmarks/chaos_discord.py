"""People on the fake Discord of benchmarks/chaos.py; its folder must be on the path when this is imported."""

import random
from collections import Counter
from typing import Any

import fake_discord
from discord_people import People
from fake_discord import FakeDiscord

from benchmarks.chaos_people import DIGESTS, HELPERS, OF_PEOPLE, REMINDER, Asked, Crowd

Json = dict[str, Any]


class DiscordCrowd(Crowd):
    """People on Discord, which tells nobody of presses that came while the bot was away."""

    def __init__(self, chance: random.Random, hands_on: bool, discord: FakeDiscord) -> None:
        super().__init__(chance, hands_on)
        self.discord = discord
        self.hands = People(discord)
        self.pressed: dict[str, str] = {}
        self.channels = [30_000 + number for number in range(40)]
        discord.kinds |= dict.fromkeys([*self.channels, DIGESTS[1]], 0)

    async def _ask(self) -> None:
        text, says = self.some_question()
        person, channel = 50_000 + self.chance.randint(1, 300), self.chance.choice(self.channels)
        self.asked.append(Asked(channel, await self.hands.mention(person, text, channel), says))

    async def _press(self, what: str, person: int, action: str, message: Json) -> None:
        part = fake_discord.buttons_of(message)[action]
        self.pressed[await self.hands.press(person, part, message)] = what

    async def _helpful(self) -> bool | None:
        return await self._under_an_answer("helpful")

    async def _person(self) -> bool | None:
        return await self._under_an_answer("person")

    async def _under_an_answer(self, action: str) -> bool | None:
        asked = self.some_asked()
        if asked is None or not self.complete(asked) or not self.discord._sockets:
            return False
        answer = self.answers(asked)[0]
        if action not in fake_discord.buttons_of(answer):
            return False
        asked.handed_on = asked.handed_on or action == "person"
        await self._press(action, 50_000 + self.chance.randint(1, 300), action, answer)
        return None

    def requests(self) -> list[Json]:
        """The requests that stand among those who help."""
        found = self.discord.answers(fake_discord.HELP)
        return [message for message in found if "Someone needs a person" in self.words(message)]

    async def _claim(self) -> bool | None:
        free = [m for m in self.requests() if "claim" in fake_discord.buttons_of(m)]
        if not free or not self.discord._sockets:
            return False
        request = self.chance.choice(free)
        for helper in self.chance.sample((5010, 5011), self.chance.randint(1, HELPERS)):
            await self._press("claim", helper, "claim", request)
        return None

    async def _reply(self) -> bool | None:
        taken = [m for m in self.requests() if "Taken by" in self.words(m) and m["id"] not in self.replies]
        if not taken or not self.discord._sockets:
            return False
        request = self.chance.choice(taken)
        helper = 5010 if "<@5010>" in self.words(request) else 5011
        self.replies[request["id"]] = words = f"It is on floor {len(self.replies) + 1} of the annex."
        await self.hands.say(helper, words, fake_discord.HELP, reply_to=int(request["id"]))
        return None

    async def _privately(self) -> bool | None:
        if not self.discord._sockets:
            return False
        channel = self.chance.choice(self.channels)
        text, _ = self.some_question()
        self.pressed[await self.hands.slash(50_001, "ask", channel, question=text)] = "privately"
        return None

    async def _share(self) -> bool | None:
        for token, what in list(self.pressed.items())[-40:]:
            told = self.discord.talks[token].told
            if (
                what == "privately"
                and told
                and self.discord._sockets
                and "share" in fake_discord.buttons_of(told[-1])
            ):
                self.pressed[token] = "privately, shared"
                await self._press("share", 50_001, "share", told[-1])
                return None
        return False

    async def _edit(self) -> bool | None:
        asked = self.some_asked()
        if asked is None or asked.handed_on or not self.discord._sockets:
            return False
        text, asked.says = self.some_question()
        await self.hands.edit(asked.channel, asked.message, f"<@{fake_discord.BOT}> {text}")
        return None

    async def _delete(self) -> bool | None:
        asked = self.some_asked()
        if asked is None or asked.handed_on or not self.discord._sockets:
            return False
        asked.deleted = True
        await self.hands.delete(asked.channel, asked.message)
        return None

    def words(self, message: Json) -> str:
        """What people read in a message."""
        return str(fake_discord.words_of(message))

    def answers(self, asked: Asked) -> list[Json]:
        """The bot's own answers to a question."""
        found = self.discord.answers(asked.channel, asked.message)
        return [message for message in found if not any(w in self.words(message)[:200] for w in OF_PEOPLE)]

    def complete(self, asked: Asked) -> bool:
        """Whether a question has an answer, and all of it."""
        shown = self.answers(asked)
        return bool(shown) and not any(self.words(message).endswith(" …") for message in shown)

    def check(self) -> Counter[str]:
        """What was seen; faults are noted. Of edits and deletions nobody tells who was away."""
        found = self.check_answers(exactly=False)
        ours = [m for channel in [*self.discord.channels] for m in self.discord.answers(channel)]
        marks = Counter((m["channel_id"], m["components"][0].get("id")) for m in ours if m.get("components"))
        self.faults += [f"twice under one mark: {mark}" for mark, count in marks.items() if count > 1]
        for words in self.replies.values():
            count = sum(words in self.words(m) and "A person" in self.words(m) for m in ours)
            if count > 2:  # the askers of one answer are in one place, or told alone
                self.faults.append(f"a person's words came {count} times: {words}")
        for token, what in self.pressed.items():
            talk = self.discord.talks[token]
            person = talk.body.get("member", {}).get("user", {}).get("id", "0")
            direct = self.discord.answers(fake_discord.direct(int(person)))
            at_once = (talk.callback or {}).get("type") == 4  # acknowledged by what is to be told
            if talk.callback is not None and not (talk.told or direct or at_once):
                self.faults.append(f"nobody was told what came of: {what} {token}")
        standing = Counter(message for what, message in self.discord.reactions if what == "put")
        standing.subtract(message for what, message in self.discord.reactions if what == "delete")
        there = {asked.message for asked in self.asked if not asked.deleted}
        marked = [message for message, count in standing.items() if count > 0 and message in there]
        taken = {message for what, message in self.discord.reactions if what == "delete"}
        self.faults += [f"it is still marked as waiting: {m}" for m in marked if m not in taken]
        digests = len(self.discord.answers(DIGESTS[1]))
        if digests != 1:
            self.faults.append(f"{digests} digests on Discord")
        found["requests"], found["digests"] = len(self.requests()), digests
        found["reminders"] = sum(any(w in self.words(m) for w in REMINDER) for m in ours)
        self.faults += self.discord.complaints
        return found
