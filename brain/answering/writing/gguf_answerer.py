"""A GGUF model as an answerer: written on processor cores, behind the documents' own sentences."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

from brain.answering.draft import GradualAnswerer
from brain.errors import UsageError

if TYPE_CHECKING:
    from brain.answering.factory import AnswererChoice
    from brain.answering.writing.entailment import Entails
    from brain.answering.writing.written import Limits
    from brain.llamacpp.header import Header

_SILENCE_SECONDS, _TOTAL_SECONDS = 180.0, 400.0


def patient(window: int, answer: int, silence: float = 0.0) -> "Limits":
    """For a model on processor cores; the quotes stand meanwhile. `silence` is what is set, if that is more.

    It reads 10 to 100 tokens of a full prompt a second, and writes 5 to 20 of an answer.
    """
    from brain.answering.writing.written import Limits

    more = max(0.0, silence - _SILENCE_SECONDS)
    return Limits(window, answer, _SILENCE_SECONDS + more, _TOTAL_SECONDS + 2 * more)


def is_gguf(choice: "AnswererChoice") -> bool:
    """Whether the model that is set is a GGUF file."""
    return choice.name == "phi3" and choice.model.lower().endswith(".gguf")


def check_gguf(choice: "AnswererChoice", *, loaded: bool = False) -> "Header":
    """Look at all that can be seen without loading; raises what is wrong as a CitewiseError.

    `loaded`: it is in memory already, so that what is free need not hold it once more.
    """
    from brain.llamacpp.opening import check

    if choice.adapter is not None:
        raise UsageError(
            "An adapter can't be added to a GGUF file: unset CITEWISE_ADAPTER, and merge it into the file "
            "with `citewise tune export`."
        )
    if choice.quantization in ("8bit", "4bit"):
        raise UsageError(
            "A GGUF file is as it was packed: unset CITEWISE_QUANTIZATION, and choose with "
            "`citewise tune export --quantize`."
        )
    return check(choice.model, loaded=loaded)


def open_gguf_answerer(
    choice: "AnswererChoice", closing: ExitStack, entails: "Entails | None" = None
) -> GradualAnswerer:
    """The answerer; raises as `check_gguf` does, and ModelUnavailable where the model does not load."""
    from brain.answering.writing.written import Limits, WritingAnswerer
    from brain.llamacpp.opening import open_gguf

    header = check_gguf(choice)
    longest = Limits().answer
    chat = open_gguf(header, longest=longest)
    closing.callback(chat.close)
    return WritingAnswerer(
        chat,
        f"phi3 ({header.path.name})",
        few_shot=not header.adapter,
        limits=patient(chat.window, longest, choice.patience),
        count=chat.count,
        entails=entails,
    )
