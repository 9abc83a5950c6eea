"""One conversation through every door: the same questions, the same answers, sources and refusals.

A door joins with a class that says a line and returns what people would read. The terminal's door is run as a
process, Slack's over sockets; what each shows is compared word by word with what the Desk answers.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest
from desk_kit import LEAVE, WORD_GATE, DeskHome, desk_home, person
from discord_people import People
from fake_discord import ANA, FakeDiscord, buttons_of, direct
from fake_discord import words_of as discord_words
from fake_slack import FakeSlack, button, words_of
from guild import service as discord_service
from workspace import service

from bots.desk import Press
from bots.terminal.commands.chat import Chat

CONVERSATION = (
    (
        "How many days of annual leave do employees get?",
        "27 days of paid annual leave",
        "Leave › Annual leave",
    ),
    ("and how long is parental leave?", "16 weeks of fully paid parental leave", "Leave › "),
    ("Who was the first emperor of Rome?", "found no answer", ""),
    ("How many unused days can be carried over?", "Up to five unused days", "Leave › Annual leave"),
)


class Talking(Protocol):
    """A door as the contract sees it."""

    async def ask(self, question: str) -> str:
        """Everything that is shown as the answer."""
        ...

    async def quotes(self) -> str:
        """The words behind the last answer."""
        ...

    async def why(self) -> str:
        """How the last answer came about."""
        ...


class DeskItself:
    """No door at all: what the others are held against."""

    def __init__(self, here: DeskHome) -> None:
        self._here, self._caller = here, person("UANA")

    async def ask(self, question: str) -> str:
        self._last = await self._here.ask(self._caller, question)
        return self._last.answer.text

    async def quotes(self) -> str:
        reply = await self._here.desk.press(Press("quotes", self._last.answer.trace.id, self._caller))
        return repr(reply.card)

    async def why(self) -> str:
        trace = await self._here.desk.why(trace_id=self._last.answer.trace.id)
        return trace.question if trace else ""


class Terminal:
    """`citewise chat`, with a screen that is read."""

    def __init__(self, here: DeskHome, capture: pytest.CaptureFixture[str]) -> None:
        self._chat, self._capture = Chat(here.desk, "slack:user:UANA"), capture

    async def _line(self, line: str) -> str:
        def say() -> None:
            with asyncio.Runner() as runner:
                self._chat._obey(runner, line)

        await asyncio.to_thread(say)
        return self._capture.readouterr().out

    async def ask(self, question: str) -> str:
        return await self._line(question)

    async def quotes(self) -> str:
        return await self._line("quotes")

    async def why(self) -> str:
        return await self._line("why")


class Slack:
    """A direct message in Slack."""

    def __init__(self, slack: FakeSlack) -> None:
        self._slack = slack

    async def ask(self, question: str) -> str:
        self._message = await self._slack.answer("DANA", await self._slack.say("UANA", question, "DANA"))
        return words_of(self._message)

    async def quotes(self) -> str:
        pressed = await self._slack.press("UANA", button(self._message, "quotes"), "DANA", self._message)
        return words_of(await self._slack.privately(pressed))

    async def why(self) -> str:
        return words_of(await self._slack.privately(await self._slack.command("UANA", "why", "DANA")))


class Discord:
    """Direct messages on Discord."""

    def __init__(self, discord: FakeDiscord) -> None:
        self._discord, self._people = discord, People(discord)

    async def ask(self, question: str) -> str:
        asked = await self._people.dm(ANA, question)
        self._message = await self._discord.answer(direct(ANA), asked)
        return discord_words(self._message)

    async def quotes(self) -> str:
        button = buttons_of(self._message)["quotes"]
        token = await self._people.press(ANA, button, self._message)
        return re.sub(r"\n> |\*\*", " ", discord_words(await self._discord.told(token)))

    async def why(self) -> str:
        return discord_words(await self._discord.told(await self._people.slash(ANA, "why", direct(ANA))))


Opened = Callable[[DeskHome, pytest.CaptureFixture[str]], AbstractAsyncContextManager[Talking]]


@asynccontextmanager
async def desk_itself(here: DeskHome, capture: pytest.CaptureFixture[str]) -> AsyncIterator[Talking]:
    yield DeskItself(here)


@asynccontextmanager
async def terminal(here: DeskHome, capture: pytest.CaptureFixture[str]) -> AsyncIterator[Talking]:
    yield Terminal(here, capture)


@asynccontextmanager
async def slack(here: DeskHome, capture: pytest.CaptureFixture[str]) -> AsyncIterator[Talking]:
    async with FakeSlack() as fake:
        running = service(fake, here, [])
        await running.start()
        await fake.connected()
        yield Slack(fake)
        await running.stop()


@asynccontextmanager
async def discord(here: DeskHome, capture: pytest.CaptureFixture[str]) -> AsyncIterator[Talking]:
    async with FakeDiscord() as fake:
        running = discord_service(fake, here, [])
        await running.start()
        yield Discord(fake)
        await running.stop()


DOORS: dict[str, Opened] = {"desk": desk_itself, "terminal": terminal, "slack": slack, "discord": discord}
ASKERS = {"discord": f"discord:user:{ANA}"}


def folded(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("name", DOORS)
async def test_the_same_conversation_goes_through_every_door(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with desk_home(tmp_path, WORD_GATE) as here:
        here.home.fill({"leave.md": LEAVE})
        async with DOORS[name](here, capsys) as door:
            for question, words, source in CONVERSATION:
                shown = folded(await door.ask(question))
                assert words in shown
                if name != "desk":
                    assert source in shown
            assert "carried over until 31 March" in folded(await door.quotes())
            assert "unused days" in folded(await door.why())
        answers = here.catalog.answers.asked_by(ASKERS.get(name, "slack:user:UANA"), 10)
        assert [found.refused for found in reversed(answers)] == [False, False, True, False]
