"""Run `python -m benchmarks.discord_soak`: 2,000 questions on Discord, each to be answered exactly once.

The real bot runs as a process of its own against a fake Discord over real sockets. While people ask,
the gateway drops and forgets sessions, calls are limited (429) or fail (500, also after they had their
effect), and the process is killed with SIGKILL again and again. What nobody could hear is found when the
bot looks back. In the end every question must have exactly one complete answer.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from benchmarks.recording import record

ROOT = Path(__file__).resolve().parents[1]
TESTS = ("tests/bots/discord", "tests/bots", "tests/brain")
QUESTIONS = (
    "How many days of annual leave do employees get?",
    "How long is parental leave?",
    "How many unused days can be carried over?",
    "Who was the first emperor of Rome?",
)


@dataclass(frozen=True)
class Soak:
    """What happens: how much is asked, and what goes wrong meanwhile."""

    questions: int = 2_000
    people: int = 200
    channels: int = 60
    kills: int = 8
    drops: int = 10
    seed: int = 1
    pace: float = 0.03  # seconds between two questions, so that the bot is up for most of them
    patience: float = 1_800.0  # seconds until the last answer


@dataclass
class Found:
    """What came of it."""

    asked: int = 0
    answered_once: int = 0
    unanswered: int = 0
    answered_twice: int = 0
    kills: int = 0
    drops: int = 0
    resumes: int = 0
    sessions: int = 0
    failed_calls: int = 0
    complaints: int = 0
    seconds: float = 0.0


class Bot:
    """The bot's process, which is killed and started again."""

    def __init__(self, home: Path, url: str, token: str) -> None:
        self._command = [sys.executable, str(ROOT / TESTS[0] / "bot_process.py"), str(home), url, token]
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start it, as it would be after a crash."""
        path = os.pathsep.join([str(ROOT), *(str(ROOT / folder) for folder in TESTS)])
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path},
            stdout=asyncio.subprocess.DEVNULL,
        )

    async def kill(self) -> None:
        """End it at once, wherever it is."""
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()


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
        async with Bot(home, discord.url, TOKEN) as bot:

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
                await asyncio.sleep(plan.pace)
            for what in due:
                await discord.until(lambda: discord._sockets, 120)
                await go_wrong(what)
            await discord.until(lambda: discord._sockets, 120)
            await wait_for_answers(discord, asked, plan.patience)
        counts = [len(discord.answers(channel, message)) for channel, message in asked]
        found.resumes, found.sessions = discord.resumes, len(discord.identifies)
        found.complaints = len(discord.complaints)
    found.asked, found.answered_once = len(asked), counts.count(1)
    found.unanswered, found.answered_twice = counts.count(0), sum(count > 1 for count in counts)
    found.seconds = round(time.monotonic() - started, 1)
    return found


async def wait_for_answers(discord: Any, asked: list[tuple[int, int]], patience: float) -> None:
    """Wait until every question has a complete answer, or patience ends."""
    ending = time.monotonic() + patience
    left = asked
    while left and time.monotonic() < ending:
        left = [(channel, message) for channel, message in left if not discord._complete(channel, message, 1)]
        await asyncio.sleep(0.5)
    await asyncio.sleep(1.0)  # for a second answer, if there were one


def main() -> None:
    """Run the soak, print and keep what came of it; exit 1 where a question has not exactly one answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=Soak.questions)
    parser.add_argument("--people", type=int, default=Soak.people)
    parser.add_argument("--kills", type=int, default=Soak.kills)
    parser.add_argument("--drops", type=int, default=Soak.drops)
    parser.add_argument("--patience", type=float, default=Soak.patience)
    given = parser.parse_args()
    sys.path[:0] = [str(ROOT / folder) for folder in TESTS]
    plan = Soak(given.questions, given.people, kills=given.kills, drops=given.drops, patience=given.patience)
    with tempfile.TemporaryDirectory(prefix="citewise-soak-") as folder:
        found = asyncio.run(soak(plan, Path(folder, "home")))
    print(json.dumps(asdict(found), indent=2))
    record("discord_soak", [asdict(found)], plan=asdict(plan))
    if found.answered_once != found.asked or found.complaints:
        sys.exit(1)


if __name__ == "__main__":
    main()
