"""The writers of an evaluation, each ready when its turn comes: one model in memory serves three of them."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from brain.answering.writing.prompt import opening
from brain.answering.writing.written import Limits, WritingAnswerer
from brain.phi3.chat import Phi3Chat
from brain.phi3.opening import TEXTS, open_phi3
from brain.phi3.quantising import Quantization
from brain.tuning.code import code_fingerprint
from brain.tuning.judging.reply_cache import CachedChat, ReplyCache
from brain.tuning.judging.writers import ADAPTER, BASE, FEW_SHOT, ModelWriter


@dataclass(frozen=True, slots=True)
class Contest:
    """An adapter against its own base model; the identities are hashes of their weights.

    `kept` is a folder for what was said, so that it is not asked for again. The weights are kept as in use:
    a GPU that answers in four bits may have no room for sixteen.
    """

    model: str
    adapter: Path
    base_identity: str
    adapter_identity: str
    kept: Path
    quantization: Quantization = Quantization.AUTO


@contextmanager
def opened(contest: Contest) -> Iterator[Phi3Chat]:
    """The base model, to be relieved of its adapter and to be given it: packed weights need room for it."""
    begin, longest = opening(few_shot=False), Limits().answer
    chat = open_phi3(contest.model, contest.adapter, contest.quantization, begin=begin, longest=longest)
    with closing(chat):
        yield chat


def models(contest: Contest, chat: Phi3Chat) -> Generator[ModelWriter]:
    """The base model, the same with examples, and the adapter."""
    at_once = TEXTS if torch.cuda.is_available() else 1  # a processor is quicker with guesses, one by one
    for name, few_shot in ((BASE, False), (FEW_SHOT, True), (ADAPTER, False)):
        room = chat.window - chat.longest
        with _turn(contest, chat, name) as asked:
            yield ModelWriter(name, asked, few_shot=few_shot, room=room, count=chat.count, at_once=at_once)


def answerers(contest: Contest, chat: Phi3Chat) -> Generator[tuple[str, WritingAnswerer]]:
    """The same three as they are in use, with the extractive answer to fall back on.

    Raises what went wrong with a model once its turn is over: the fallback must not hide it here.
    """
    limits = Limits(window=chat.window, answer=chat.longest, silence_s=600.0, total_s=3600.0)
    for name, few_shot in ((BASE, False), (FEW_SHOT, True), (ADAPTER, False)):
        with _turn(contest, chat, name) as asked:
            yield name, WritingAnswerer(asked, name, few_shot=few_shot, limits=limits, count=chat.count)
            for failure in asked.failures:
                raise failure


@contextmanager
def _turn(contest: Contest, chat: Phi3Chat, name: str) -> Iterator[CachedChat]:
    """The model as it is this one's turn, with what it said before."""
    chat.swap(contest.adapter if name == ADAPTER else None, opening(few_shot=name == FEW_SHOT))
    kept = ReplyCache(contest.kept / f"{name}.jsonl", _identity(contest, chat, name))
    with closing(kept):
        yield CachedChat(model=chat, kept=kept, tokens=chat.prompts.tokens, failures=[])


def _identity(contest: Contest, chat: Phi3Chat, name: str) -> str:
    """All that decides a reply besides its prompt."""
    facts = chat.facts()
    return " ".join(
        (
            f"base {contest.base_identity}",
            f"adapter {contest.adapter_identity if name == ADAPTER else 'none'}",
            f"up to {chat.longest} of {chat.window} tokens",
            f"on {facts.device}, quantization {facts.quantization}, torch {torch.__version__}",
            f"code {code_fingerprint('phi3')}",
        )
    )
