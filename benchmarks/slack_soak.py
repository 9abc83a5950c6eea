"""Run `python -m benchmarks.slack_soak`: 2,000 questions in Slack, each to be answered exactly once.

The real bot runs as a process of its own against a fake Slack over real sockets. While people ask, events
come twice and out of order, sockets drop, calls are limited (429) or fail (500, also after they had their
effect), and the process is killed with SIGKILL again and again. In the end every question must have exactly
one answer in its thread. How fast events are acknowledged is measured in a burst of 200 questions before.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from benchmarks.recording import percentile, record

ROOT = Path(__file__).resolve().parents[1]
TESTS = ("tests/bots/slack", "tests/bots", "tests/brain")
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
    burst: int = 200
    kills: int = 8
    drops: int = 10
    pause: float = 0.05  # seconds from one question to the next, after the burst
    seed: int = 1
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
    duplicates: int = 0
    failed_calls: int = 0
    seconds: float = 0.0
    ack_median_ms: float = 0.0
    ack_p99_ms: float = 0.0
    ack_burst_p99_ms: float = 0.0


class Bot:
    """The bot's process, which is killed and started again."""

    def __init__(self, home: Path, api_url: str) -> None:
        self._command = [sys.executable, "-m", "benchmarks.slack_soak", "--bot", str(home), api_url]
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start it, as it would be after a crash."""
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), *(str(ROOT / t) for t in TESTS)]),
        }
        self._process = await asyncio.create_subprocess_exec(
            *self._command, cwd=ROOT, env=environment, stdout=asyncio.subprocess.DEVNULL
        )

    async def kill(self) -> None:
        """End it at once, wherever it is."""
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()


async def soak(plan: Soak, home: Path) -> Found:
    """Carry the plan out on an empty home."""
    from fake_slack import FakeSlack, Fault

    found, chance, started = Found(), random.Random(plan.seed), time.monotonic()
    async with FakeSlack(redelivery=2.0) as slack, Bot(home, slack.api_url) as bot:
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
        await wait_for_answers(slack, asked, plan.patience)
        counts = [len(slack.answers(channel, ts)) for channel, ts in asked]
        found.ack_median_ms = round(statistics.median(slack.acked.values()) * 1000, 1)
        found.ack_p99_ms = milliseconds(slack.acked.values())
    found.asked, found.answered_once = len(asked), counts.count(1)
    found.unanswered, found.answered_twice = counts.count(0), sum(count > 1 for count in counts)
    found.seconds = round(time.monotonic() - started, 1)
    return found


async def wait_for_answers(slack: "object", asked: list[tuple[str, str]], patience: float) -> None:
    """Wait until every question has a finished answer, or patience ends."""
    from fake_slack import FakeSlack

    assert isinstance(slack, FakeSlack)
    ending = time.monotonic() + patience
    left = asked
    while left and time.monotonic() < ending:
        left = [(c, ts) for c, ts in left if not any(not m.get("streaming") for m in slack.answers(c, ts))]
        await asyncio.sleep(0.5)
    await asyncio.sleep(1.0)  # for a second answer, if there were one


def milliseconds(seconds: Iterable[float]) -> float:
    """Milliseconds that 99 % of the acknowledgements did not exceed."""
    return round(percentile(list(seconds), 0.99) * 1000, 1)


async def run_bot(home: Path, api_url: str) -> None:
    """The bot itself: the real service on a small home with real parts."""
    from desk_kit import LEAVE, WORD_GATE, desk_home
    from fake_slack import APP_TOKEN, BOT_TOKEN

    from bots.slack.service import SlackService, SlackSettings
    from brain.catalog.inbox import Limits

    home.mkdir(parents=True, exist_ok=True)
    with desk_home(home, WORD_GATE) as here:
        if not here.catalog.documents():
            here.home.fill({"leave.md": LEAVE})
        settings = SlackSettings(BOT_TOKEN, APP_TOKEN, api_url=api_url)
        limits = Limits(waiting=100_000, of_person=100_000, of_place=100_000)
        await SlackService(settings, here.desk, here.catalog, limits=limits).start()
        await asyncio.Event().wait()


def main() -> None:
    """Run the soak, print and keep what came of it; exit 1 where a question has not exactly one answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=Soak.questions)
    parser.add_argument("--people", type=int, default=Soak.people)
    parser.add_argument("--kills", type=int, default=Soak.kills)
    parser.add_argument("--patience", type=float, default=Soak.patience)
    parser.add_argument("--bot", nargs=2, metavar=("HOME", "API_URL"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bot:
        asyncio.run(run_bot(Path(given.bot[0]), given.bot[1]))
        return
    sys.path[:0] = [str(ROOT / folder) for folder in TESTS]
    plan = Soak(given.questions, given.people, kills=given.kills, patience=given.patience)
    with tempfile.TemporaryDirectory(prefix="citewise-soak-") as folder:
        found = asyncio.run(soak(plan, Path(folder, "home")))
    print(json.dumps(asdict(found), indent=2))
    record("slack_soak", [asdict(found)], plan=asdict(plan))
    if found.answered_once != found.asked:
        sys.exit(1)


if __name__ == "__main__":
    main()
