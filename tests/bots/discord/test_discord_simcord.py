"""The same client on simcord, whose model of Discord is not ours: its permissions, limits, life cycles."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
import pytest
import simcord
from desk_kit import DeskHome

from bots.discord.client import DoorClient, intents
from bots.discord.service import DiscordService, DiscordSettings

QUESTION = "How many days of annual leave do employees get?"


class SimulatedClient(DoorClient):
    """The client, wired after simcord has connected it: there is nothing to look back at."""

    async def on_ready(self) -> None:
        """Wait to be wired."""


@dataclass
class Server:
    """A server of simcord's with the bot in it."""

    client: DoorClient
    guild: Any
    channel: Any
    ana: Any
    kim: Any

    async def ask(self) -> Any:
        assert self.client.user
        await self.ana.send(self.channel, f"{self.client.user.mention} {QUESTION}")
        return await seen(lambda: self.channel.last_message, "Show quotes")


@asynccontextmanager
async def server(here: DeskHome, **settings: Any) -> AsyncIterator[Server]:
    client = SimulatedClient(intents=intents(message_content=False), guild_ready_timeout=0.05)
    service = DiscordService(DiscordSettings("token", **settings), here.desk, here.catalog)
    async with aiohttp.ClientSession() as session, simcord.run(client) as env:
        # The inbox belongs to the test: simcord would wait for its workers, which never end.
        await service.open_inbox(client, session)
        guild = env.create_guild()
        ana, kim = (guild.add_member(env.create_user(name)) for name in ("ana", "kim"))
        yield Server(client, guild, guild.create_text_channel("general"), ana, kim)
        client.ending = True
        await service.stop()


@pytest.fixture(autouse=True)
def own_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord.http.Route, "BASE", "https://discord.com/api/v10")


async def seen(look: Callable[[], Any], words: str) -> Any:
    """What `look` finds, once it says the words."""
    async with asyncio.timeout(30):
        while not (found := look()) or words not in str(said(found)):
            await asyncio.sleep(0.02)
    return found


def said(message: Any) -> list[Any]:
    """The components of a message, as Discord has them."""
    return [part if isinstance(part, dict) else part.to_dict() for part in message.components]


async def test_a_mention_is_answered_and_its_quotes_are_shown_to_one(here: DeskHome) -> None:
    async with server(here) as found:
        answer = await found.ask()
        assert answer.author == found.client.user
        assert answer.reference is not None
        pressed = await found.ana.click(answer, label="Show quotes")
        assert pressed.deferred
        shown = await seen(lambda: (pressed.followups or [None])[0], "carried over")
        assert shown.ephemeral


async def test_a_command_is_deferred_and_answered_in_private(here: DeskHome) -> None:
    async with server(here) as found:
        asked = await found.ana.slash(found.channel, "citewise ask", question=QUESTION)
        assert asked.deferred
        assert asked.ephemeral
        await seen(lambda: asked.response, "27 days of paid annual leave")
        assert found.channel.last_message is None


async def test_a_form_is_sent_and_thanked_for(here: DeskHome) -> None:
    async with server(here) as found:
        opened = await found.ana.click(await found.ask(), label="Not helpful")
        sent = await found.ana.submit_modal(opened, {"reason": ["outdated"], "words": "That was last year."})
        await seen(lambda: (sent.followups or [None])[0], "Thank you for telling me")
        assert [(f.person, f.reason) for f in here.catalog.answers.feedback()] == [
            (f"discord:user:{found.ana.id}", "outdated")
        ]


async def test_only_who_manages_the_server_is_shown_the_message_menu(here: DeskHome) -> None:
    async with server(here) as found:
        assert "citewise ask" in found.ana.available_commands(found.channel)
        await found.ana.send(found.channel, "Words of a document.")
        with pytest.raises((simcord.BackendError, simcord.SetupError), match="Add to knowledge base"):
            await found.ana.context_menu(found.channel, "Add to knowledge base", found.channel.last_message)


async def test_a_message_is_triaged_by_its_menu_and_given_to_a_person(here: DeskHome) -> None:
    async with server(here) as found:
        place = f"discord:channel:{found.channel.id}"
        here.catalog.places.set_support("general", place, by="discord:user:5003")
        kim = found.kim
        await found.ana.send(found.channel, QUESTION)
        problem = found.channel.last_message
        shown = await kim.context_menu(found.channel, "Triage with sources", problem)
        assert shown.deferred
        assert shown.ephemeral
        await seen(lambda: shown.response, "27 days of paid annual leave")
        opened = await kim.click(shown.response, label="Assign")
        sent = await kim.submit_modal(opened, {"owner": [found.ana]})
        (case,) = here.catalog.cases.listed()
        async with asyncio.timeout(30):
            while (case := here.catalog.cases.find(case.id)) and not case.owner_by:
                await asyncio.sleep(0.02)
        assert case is not None
        assert case.owner == f"discord:user:{found.ana.id}"
        assert case.thread == f"discord:{problem.id}"
        assert sent.deferred
        pressed = await kim.click(shown.response, label="Send reply")
        reply = await seen(lambda: found.channel.last_message, "27 days of paid annual leave")
        assert reply.reference is not None
        assert reply.reference.message_id == problem.id
        assert pressed.deferred


async def test_a_question_gets_its_own_thread_where_that_is_set(here: DeskHome) -> None:
    async with server(here, threads=("all",)) as found:
        assert found.client.user
        await found.ana.send(found.channel, f"{found.client.user.mention} {QUESTION}")
        async with asyncio.timeout(30):
            while not found.client.guilds[0].threads:
                await asyncio.sleep(0.02)
        thread = found.client.guilds[0].threads[0]
        assert thread.name == QUESTION
