"""The writers of an evaluation, each ready when its turn comes: one model in memory serves three of them."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from brain.answering.prompt import opening
from brain.answering.written import Limits, WritingAnswerer
from brain.phi3.chat import Phi3Chat
from brain.phi3.opening import TEXTS, open_phi3
from brain.phi3.quantising import Quantization
from brain.tuning.writers import ADAPTER, BASE, FEW_SHOT, ModelWriter


@dataclass(frozen=True, slots=True)
class Contest:
    """An adapter against its own base model; the identities change with whatever changes their answers."""

    model: str
    adapter: Path
    base_identity: str
    adapter_identity: str


@contextmanager
def opened(contest: Contest) -> Iterator[Phi3Chat]:
    """The base model, to be given its adapter and to be relieved of it."""
    chat = open_phi3(
        contest.model, None, Quantization.NONE, begin=opening(few_shot=False), longest=Limits().answer
    )
    with closing(chat):
        yield chat


def models(contest: Contest, chat: Phi3Chat) -> Generator[ModelWriter]:
    """The base model, the same with examples, and the adapter."""
    at_once = TEXTS if torch.cuda.is_available() else 1  # a processor is quicker with guesses, one by one
    for name, few_shot in ((BASE, False), (FEW_SHOT, True), (ADAPTER, False)):
        _take_turn(contest, chat, name)
        identity = contest.base_identity
        if name == ADAPTER:
            identity += f" {contest.adapter_identity}"
        yield ModelWriter(
            name,
            chat,
            identity,
            few_shot=few_shot,
            room=chat.window - chat.longest,
            count=chat.count,
            at_once=at_once,
        )


def answerers(contest: Contest, chat: Phi3Chat) -> Generator[tuple[str, WritingAnswerer]]:
    """The same three as they are in use, with the extractive answer to fall back on."""
    limits = Limits(window=chat.window, answer=chat.longest, silence_s=600.0, total_s=3600.0)
    for name, few_shot in ((BASE, False), (FEW_SHOT, True), (ADAPTER, False)):
        _take_turn(contest, chat, name)
        yield name, WritingAnswerer(chat, name, few_shot=few_shot, limits=limits, count=chat.count)


def _take_turn(contest: Contest, chat: Phi3Chat, name: str) -> None:
    chat.swap(contest.adapter if name == ADAPTER else None, opening(few_shot=name == FEW_SHOT))
