"""A chat service beside everything else: one at a time, whatever becomes of its start."""

import asyncio
import threading
from dataclasses import dataclass, field

import pytest

from bots.doors import background
from bots.doors.background import Background
from bots.doors.inbox import Unreachable
from bots.serving.services import ServiceStatus
from brain.errors import UsageError


@dataclass
class Chat:
    """A service that connects when it may."""

    connecting: threading.Event
    name: str = "chat"
    let_go: bool = False
    running: list[bool] = field(default_factory=list)

    async def start(self) -> None:
        try:
            while not self.connecting.is_set():
                await asyncio.sleep(0.01)
        finally:
            self.let_go = not self.connecting.is_set()
        self.running.append(True)

    async def stop(self) -> None:
        self.running.clear()

    async def status(self) -> ServiceStatus:
        return ServiceStatus(bool(self.running), "works")


def test_a_start_that_took_too_long_does_not_come_true_later(monkeypatch: pytest.MonkeyPatch) -> None:
    made, network = list[Chat](), threading.Event()

    def make() -> Chat:
        made.append(Chat(network))
        return made[-1]

    chat = Background(make, "chat")
    with monkeypatch.context() as impatient:
        impatient.setattr(background, "CONNECTING", 0.2)
        with pytest.raises(Unreachable, match="has not connected"):
            chat.start()
    network.set()
    chat.start()
    assert chat.status().running
    assert [(one.let_go, one.running) for one in made] == [(True, []), (False, [True])]
    chat.stop(10.0)
    assert not chat.status().running
    assert made[1].running == []


def test_what_can_t_be_made_is_an_error_at_once() -> None:
    def make() -> Chat:
        raise UsageError("No.")

    with pytest.raises(UsageError, match="No"):
        Background(make, "chat").start()
