"""A tokenizer as GGUF tells of it: llama.cpp makes the same tokens from the same text.

Read from `tokenizer.json` alone. Two kinds are known: SentencePiece's (Phi-3's own: pieces with `▁` for a
space and bytes as `<0x0A>`), whose scores follow from the order of the merges, and GPT-2's (byte letters,
merges). Field names are those of the GGUF specification and llama.cpp's own conversion.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from brain.errors import UsageError, WeightsUnavailable

_TURN_ENDS = ("<|end|>", "<|im_end|>", "<|eot_id|>")  # what ends a turn, where that isn't the end of text
_LOWEST = -1000.0  # a score under that of every merge: such a piece is never put together


class Kind(IntEnum):
    """What a token is, as llama.cpp counts them."""

    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    USER_DEFINED = 4
    UNUSED = 5
    BYTE = 6


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Tokens by their numbers, and how text is taken apart.

    `model` is llama (SentencePiece) or gpt2, `pre` how words are parted before; `scores` are for llama,
    `merges` for gpt2. `strips` says that control tokens swallow the white space after them, as Phi-3's do.
    """

    model: str
    pre: str
    tokens: tuple[str, ...]
    kinds: tuple[Kind, ...]
    scores: tuple[float, ...] = ()
    merges: tuple[str, ...] = ()
    space_before: bool = False
    strips: bool = False

    def number(self, token: str | None) -> int | None:
        """The token's number, if there is such a token."""
        return self.tokens.index(token) if token in self.tokens else None

    @property
    def end_of_turn(self) -> int | None:
        """The token that ends what somebody says."""
        return next((n for token in _TURN_ENDS if (n := self.number(token)) is not None), None)


def vocabulary(folder: Path, size: int) -> Vocabulary:
    """The tokenizer in `folder`, filled up to the model's `size` of the vocabulary.

    Raises WeightsUnavailable where it is missing or damaged, UsageError where llama.cpp has no such one.
    """
    path = folder / "tokenizer.json"
    try:
        content = json.loads(path.read_text("utf-8"))
        model, added = content["model"], content.get("added_tokens") or []
        numbers: dict[str, int] = {
            **model["vocab"],
            **{token["content"]: int(token["id"]) for token in added},
        }
        merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsUnavailable(
            f"{path} is missing or damaged. Download the model again.", detail=repr(error)
        ) from error
    if max(numbers.values()) >= size:
        raise UsageError(f"The tokenizer in {folder} has more tokens than the model, which has {size}.")
    tokens = [f"[PAD{number}]" for number in range(size)]
    for token, number in numbers.items():
        tokens[number] = token
    kinds = _kinds(numbers, added, model.get("unk_token"), size, bytes_too=bool(model.get("byte_fallback")))
    strips = any(token.get("rstrip") for token in added if token.get("special"))
    if model.get("byte_fallback"):
        scores = _scores(tokens, merges)
        return Vocabulary(
            "llama", "default", tuple(tokens), kinds, scores, (), _puts_space_before(content), strips
        )
    return Vocabulary(
        "gpt2", _parting(content, folder), tuple(tokens), kinds, (), tuple(merges), False, strips
    )


def _kinds(
    numbers: Mapping[str, int],
    added: Sequence[Mapping[str, Any]],
    unknown: str | None,
    size: int,
    *,
    bytes_too: bool,
) -> tuple[Kind, ...]:
    kinds = [Kind.UNUSED] * size
    for token, number in numbers.items():
        is_byte = bytes_too and len(token) == 6 and token.startswith("<0x") and token.endswith(">")
        kinds[number] = Kind.BYTE if is_byte else Kind.NORMAL
    for extra in added:
        kinds[int(extra["id"])] = Kind.CONTROL if extra.get("special") else Kind.USER_DEFINED
    if bytes_too and unknown is not None and unknown in numbers:
        kinds[numbers[unknown]] = Kind.UNKNOWN
    return tuple(kinds)


def _scores(tokens: Sequence[str], merges: Sequence[str]) -> tuple[float, ...]:
    """SentencePiece joins the pair whose result has the highest score: what is merged first scores most."""
    ranks: dict[str, int] = {}
    for rank, merge in enumerate(merges):
        ranks.setdefault(merge.replace(" ", "", 1), rank)
    return tuple(-float(ranks[token]) if token in ranks else _LOWEST - len(merges) for token in tokens)


def _puts_space_before(content: Mapping[str, Any]) -> bool:
    """Whether a text gets a space before its first word."""
    steps = _steps(content.get("normalizer")) + _steps(content.get("pre_tokenizer"))
    return any(
        step.get("type") == "Prepend"
        or (step.get("type") == "Metaspace" and step.get("prepend_scheme", "always") != "never")
        for step in steps
    )


def _parting(content: Mapping[str, Any], folder: Path) -> str:
    """How words are parted, by llama.cpp's name for it."""
    steps = _steps(content.get("pre_tokenizer"))
    shape = [(step.get("type"), bool(step.get("use_regex", True))) for step in steps]
    if shape == [("ByteLevel", True)]:
        return "gpt-2"
    if shape == [("Digits", True), ("ByteLevel", True)] and steps[0].get("individual_digits"):
        return "smollm"
    raise UsageError(
        f"The tokenizer in {folder} parts words in a way that GGUF has no name for here: "
        "export it with --format safetensors."
    )


def _steps(found: Any) -> list[Mapping[str, Any]]:
    if not found:
        return []
    inner = found.get("pretokenizers") or found.get("normalizers")
    return list(inner) if found.get("type") == "Sequence" and inner else [found]
