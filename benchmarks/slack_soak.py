"""Run `python -m benchmarks.slack_soak`: 2,000 questions in Slack, each to be answered exactly once.

The real bot runs as a process of its own against a fake Slack over real sockets. While people ask, events
come twice and out of order, sockets drop, calls are limited (429) or fail (500, also after they had their
effect), and the process is killed with SIGKILL again and again. In the end every question must have exactly
one answer in its thread. How fast events are acknowledged is measured in a burst of 200 questions before.
"""

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import chat_soak
from benchmarks.chat_soak import QUESTIONS, Bot, until_answered
from benchmarks.recording import percentile

TESTS = ("tests/bots/slack", "tests/bots", "tests/brain")


@dataclass(frozen=True)
class Soak(chat_soak.Soak):
    """As everywhere, and so many questions at once at the beginning."""

    burst: int = 200


@dataclass
class Found(chat_soak.Found):
    """As everywhere, and how fast events were acknowledged."""

    duplicates: int = 0
    ack_median_ms: float = 0.0
    ack_p99_ms: float = 0.0
    ack_burst_p99_ms: float = 0.0


async def soak(plan: Soak, home: Path) -> Found:
    """Carry the plan out on an empty home."""
    from fake_slack import FakeSlack, Fault

    found, chance, started = Found(), random.Random(plan.seed), time.monotonic()
    command = ("-m", "benchmarks.slack_soak", "--bot", str(home))
    async with FakeSlack(redelivery=2.0) as slack, Bot([*command, slack.api_url], TESTS) as bot:
        await slack.connected()
        asked: list[tuple[str, str]] = []

        async def ask() -> None:
            channel = f"C{chance.randint(1, plan.channels)}"
            ts = await slack.mention(f"U{chance.randint(1, plan.people)}", chance.choice(QUESTIONS), channel)
            asked.append((channel, ts))

        for _ in range(min(plan.burst, plan.questions)):
            await ask()
        await slack.until(lambda: not slack._unacked, 120)
        found.ack_burst_p99_ms = milliseconds(slack.acked.values())
        left = plan.questions - len(asked)
        kills = set(chance.sample(range(left), min(plan.kills, left)))
        drops = set(chance.sample(range(left), min(plan.drops, left)))
        for number in range(left):
            await ask()
            if chance.random() < 0.1:  # Slack sends again what it thinks was lost
                await slack.send("events_api", chance.choice(slack.sent)["payload"])
                found.duplicates += 1
            if chance.random() < 0.05:
                method = chance.choice(
                    ["chat.startStream", "chat.stopStream", "chat.postMessage", "chat.update"]
                )
                kind = chance.choice([(429, False), (500, False), (500, True), (503, True)])
                slack.faults.append(Fault(method, 1, status=kind[0], retry_after=0.2, afterwards=kind[1]))
                found.failed_calls += 1
            if number in drops:
                await slack.drop()
                found.drops += 1
            if number in kills:
                await bot.kill()
                found.kills += 1
                await bot.start()
            await asyncio.sleep(plan.pause)
        await until_answered(
            asked,
            lambda question: any(not message.get("streaming") for message in slack.answers(*question)),
            plan.patience,
        )
        counts = [len(slack.answers(channel, ts)) for channel, ts in asked]
        found.ack_median_ms = round(statistics.median(slack.acked.values()) * 1000, 1)
        found.ack_p99_ms = milliseconds(slack.acked.values())
    found.count(counts, started)
    return found


def milliseconds(seconds: Iterable[float]) -> float:
    """Milliseconds that 99 % of the acknowledgements did not exceed."""
    return round(percentile(list(seconds), 0.99) * 1000, 1)


async def run_bot(home: Path, api_url: str) -> None:
    """The bot itself: the real service on a small home with real parts."""
    from desk_kit import LEAVE, WORD_GATE, desk_home
    from fake_slack import APP_TOKEN, BOT_TOKEN

    from bots.slack.service import SlackService, SlackSettings
    from brain.catalog.chats.inbox import Limits

    home.mkdir(parents=True, exist_ok=True)
    with desk_home(home, WORD_GATE) as here:
        if not here.catalog.documents():
            here.home.fill({"leave.md": LEAVE})
        settings = SlackSettings(BOT_TOKEN, APP_TOKEN, api_url=api_url)
        limits = Limits(waiting=100_000, of_person=100_000, of_place=100_000)
        await SlackService(settings, here.desk, here.catalog, limits=limits).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bot"]:
        asyncio.run(run_bot(Path(sys.argv[2]), sys.argv[3]))
    else:
        chat_soak.run("slack_soak", __doc__ or "", Soak(), soak, TESTS)
