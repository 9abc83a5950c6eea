"""Run `python -m benchmarks.discord_soak`: 2,000 questions on Discord, each to be answered exactly once.

The real bot runs as a process of its own against a fake Discord over real sockets. While people ask,
the gateway drops and forgets sessions, calls are limited (429) or fail (500, also after they had their
effect), and the process is killed with SIGKILL again and again. What nobody could hear is found when the
bot looks back. In the end every question must have exactly one complete answer.
"""

import asyncio
import random
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import chat_soak
from benchmarks.chat_soak import QUESTIONS, ROOT, Bot, Soak, until_answered

TESTS = ("tests/bots/discord", "tests/bots", "tests/brain")
PAUSE_SECONDS = 0.03  # the bot is up for most questions then


@dataclass
class Found(chat_soak.Found):
    """As everywhere, and how often the bot came back."""

    resumes: int = 0
    sessions: int = 0
    complaints: int = 0


async def soak(plan: Soak, home: Path) -> Found:
    """Carry the plan out on an empty home."""
    from discord_people import People
    from fake_discord import TOKEN, FakeDiscord, Fault

    found, chance, started = Found(), random.Random(plan.seed), time.monotonic()
    send, edit = ("POST", "/channels/[0-9]+/messages$"), ("PATCH", "/channels/[0-9]+/messages/")
    async with FakeDiscord() as discord:
        channels = [30_000 + number for number in range(plan.channels)]
        discord.kinds |= dict.fromkeys(channels, 0)
        people, asked, due = People(discord), list[tuple[int, int]](), list[str]()
        command = [str(ROOT / TESTS[0] / "bot_process.py"), str(home), discord.url, TOKEN]
        async with Bot(command, TESTS) as bot:

            async def go_wrong(what: str) -> None:
                if what == "drop":
                    discord.forgets_sessions = chance.random() < 0.3
                    await discord.drop()
                    found.drops += 1
                else:
                    await bot.kill()
                    await discord.until(lambda: not discord._sockets)
                    found.kills += 1
                    await bot.start()

            await discord.until(lambda: discord._sockets, 120)
            kills = set(chance.sample(range(plan.questions), plan.kills))
            drops = set(chance.sample(range(plan.questions), plan.drops))
            for number in range(plan.questions):
                channel, person = chance.choice(channels), 50_000 + chance.randint(1, plan.people)
                asked.append((channel, await people.mention(person, chance.choice(QUESTIONS), channel)))
                if chance.random() < 0.05:
                    status, after = chance.choice([(429, False), (500, False), (500, True), (502, True)])
                    route = chance.choice([send, edit])
                    discord.faults.append(Fault(*route, status=status, after=after))
                    found.failed_calls += 1
                due += ["drop"] * (number in drops) + ["kill"] * (number in kills)
                if due and discord._sockets:  # a bot that is just starting has nothing to lose
                    await go_wrong(due.pop(0))
                await asyncio.sleep(plan.pause)
            for what in due:
                await discord.until(lambda: discord._sockets, 120)
                await go_wrong(what)
            await discord.until(lambda: discord._sockets, 120)
            await until_answered(asked, lambda question: discord._complete(*question, 1), plan.patience)
        counts = [len(discord.answers(channel, message)) for channel, message in asked]
        found.resumes, found.sessions = discord.resumes, len(discord.identifies)
        found.complaints = len(discord.complaints)
    found.count(counts, started)
    return found


if __name__ == "__main__":
    plan = Soak(pause=PAUSE_SECONDS)
    chat_soak.run("discord_soak", __doc__ or "", plan, soak, TESTS, lambda found: not found.complaints)
