"""The cross-encoders that are set: whether they work, for `citewise doctor`; how one is, for `status`."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

from bots.checks import Check, Verdict
from bots.settings import Settings
from brain.errors import CitewiseError

if TYPE_CHECKING:
    from brain.reranking.reranker import Reranker, RerankerState

SLOW_SECONDS = 2.0
_FETCHED = "its files are fetched at first use"
_ASKED = "How long may a guest of the house stay?"
_TEXT = " ".join(
    ["A guest may stay in the house for as long as the rules of the house allow it, and no longer."] * 5
)


def examine_reranker(settings: Settings, opened: "Reranker | None" = None) -> Iterator[Check]:
    """Whether the reranker that is set works, how long a question waits for it, and where it sends text.

    `opened` is the one that this process has in memory already. It is given texts that say nothing.
    """
    if settings.reranker is None:
        return
    if not _is_here(settings.reranker, settings):
        yield Check("reranker", Verdict.NOTE, f"{settings.reranker}: {_FETCHED}")
        return
    from bots.brain_parts import chosen_reranker

    with ExitStack() as closing:
        try:
            reranker = opened or chosen_reranker(settings, closing, offline=True)
            if reranker is None:
                return
            if reranker.sent_to:
                found = f"questions and the passages found for them are sent to {reranker.sent_to}"
                mend = "leave CITEWISE_RERANKER empty to keep them here"
                yield Check("privacy", Verdict.NOTE, f"{found}, to be put in order", mend)
            yield _timed(reranker)
        except CitewiseError as error:
            mend = "until then passages stay in the search's order" if error.retryable else ""
            yield Check("reranker", Verdict.FAULT, error.sentence, mend)


def _timed(reranker: "Reranker") -> Check:
    from brain.domain import Locator, Passage, Source
    from brain.reranking.reranker import PASSAGES

    source = Source("sample", "", "", "", Locator())
    seconds = reranker.measure(_ASKED, [Passage(number, _TEXT, source) for number in range(PASSAGES)])
    found = f"{reranker.name}: {PASSAGES} passages of a question in {seconds:.1f} s"
    if seconds > SLOW_SECONDS:
        return Check("reranker", Verdict.NOTE, found, "a smaller model is quicker, or a server with a GPU")
    return Check("reranker", Verdict.GOOD, found)


def examine_entailment(settings: Settings) -> Iterator[Check]:
    """Whether what judges a language model's sentences can do so."""
    if settings.entailment is None:
        return
    from bots.brain_parts import chosen_entailment

    if settings.answerer == "extractive":
        told = f"{settings.entailment} is not used: the documents' own sentences need no judge"
        yield Check("entailment", Verdict.NOTE, told)
    elif not _is_here(settings.entailment, settings):
        yield Check("entailment", Verdict.NOTE, f"{settings.entailment}: {_FETCHED}")
    else:
        try:
            with ExitStack() as closing:
                chosen_entailment(settings, closing, offline=True)
                yield Check("entailment", Verdict.GOOD, settings.entailment)
        except CitewiseError as error:
            yield Check("entailment", Verdict.FAULT, error.sentence)


def _is_here(name: str, settings: Settings) -> bool:
    """Whether nothing has to be fetched first."""
    from pathlib import Path

    from brain.cross_encoding.hub import fetched_folder, is_hub_name
    from brain.embedding.weights import default_cache

    if not is_hub_name(name) or Path(name).exists():
        return True
    return fetched_folder(name, settings.cache or default_cache()) is not None


def summary(state: "RerankerState") -> str:
    """A reranker in a line: what is wrong with it, or how quick it is and where text goes."""
    if state.fault:
        return f"{state.name} failed, so passages stay in the search's order. {state.fault}"
    spent = "nothing was put in order yet" if state.seconds is None else f"{state.seconds:.2f} s a question"
    return f"{state.name}; {spent}{f'; text is sent to {state.sent_to}' if state.sent_to else ''}"
