"""What the soaks of the chats share: the plan, the count, the bot's process, and how it all ends."""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self, TypeVar

from benchmarks.recording import record

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = (
    "How many days of annual leave do employees get?",
    "How long is parental leave?",
    "How many unused days can be carried over?",
    "Who was the first emperor of Rome?",
)
Q = TypeVar("Q")


@dataclass(frozen=True)
class Soak:
    """What happens: how much is asked, and what goes wrong meanwhile.

    `pause` are the seconds from one question to the next, `patience` those until the last answer.
    """

    questions: int = 2_000
    people: int = 200
    channels: int = 60
    kills: int = 8
    drops: int = 10
    pause: float = 0.05
    seed: int = 1
    patience: float = 1_800.0


@dataclass
class Found:
    """What came of it."""

    asked: int = 0
    answered_once: int = 0
    unanswered: int = 0
    answered_twice: int = 0
    kills: int = 0
    drops: int = 0
    failed_calls: int = 0
    seconds: float = 0.0

    def count(self, answers: Sequence[int], started: float) -> None:
        """Take up how many answers each question has, at the end of what began then."""
        self.asked, self.answered_once = len(answers), answers.count(1)
        self.unanswered, self.answered_twice = answers.count(0), sum(number > 1 for number in answers)
        self.seconds = round(time.monotonic() - started, 1)


class Bot:
    """The bot's process, which is killed and started again; `tests` are the folders of its parts."""

    def __init__(self, command: Sequence[str], tests: Sequence[str]) -> None:
        self._command = [sys.executable, *command]
        self._path = os.pathsep.join([str(ROOT), *(str(ROOT / folder) for folder in tests)])
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start it, as it would be after a crash."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": self._path},
            stdout=asyncio.subprocess.DEVNULL,
        )

    async def kill(self) -> None:
        """End it at once, wherever it is."""
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()


async def until_answered(asked: Sequence[Q], is_answered: Callable[[Q], bool], patience: float) -> None:
    """Wait until every question has its whole answer, or patience ends."""
    ending = time.monotonic() + patience
    left = list(asked)
    while left and time.monotonic() < ending:
        left = [question for question in left if not is_answered(question)]
        await asyncio.sleep(0.5)
    await asyncio.sleep(1.0)  # for a second answer, if there were one


def run(
    name: str,
    about: str,
    plan: Soak,
    soak: Callable[[Any, Path], Awaitable[Any]],
    tests: Sequence[str],
    passed: Callable[[Any], bool] = lambda found: True,
) -> None:
    """Carry a plan out as the command line changes it, print and keep what came of it.

    Ends with 1 where a question has not exactly one answer, or the soak has not `passed`.
    """
    parser = argparse.ArgumentParser(description=about)
    for option in ("questions", "people", "kills", "drops", "patience"):
        usual = getattr(plan, option)
        parser.add_argument(f"--{option}", type=type(usual), default=usual)
    plan = replace(plan, **vars(parser.parse_args()))
    sys.path[:0] = [str(ROOT / folder) for folder in tests]

    async def carried_out(home: Path) -> Found:
        found: Found = await soak(plan, home)
        return found

    with tempfile.TemporaryDirectory(prefix="citewise-soak-") as folder:
        found = asyncio.run(carried_out(Path(folder, "home")))
    print(json.dumps(asdict(found), indent=2))
    record(name, [asdict(found)], plan=asdict(plan))
    if found.answered_once != found.asked or not passed(found):
        sys.exit(1)
