"""Two texts as one row of tokens, as a cross-encoder reads them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brain.errors import WeightsUnavailable

TOKENS = 256
"""Of a pair, which is cut there. Passages have up to 160 and a title; models mostly take 512."""
_MARKERS = 4
"""What tokenizers put around a pair, at most, and RoBERTa's first positions, which nothing stands at."""


@dataclass(frozen=True, slots=True)
class Row:
    """A pair's tokens and which of the two texts each is of."""

    ids: list[int]
    types: list[int]


class Pairs:
    """A model's own tokenizer, from its `tokenizer.json`; several threads may share it."""

    def __init__(self, tokenizer: Path, limit: int = TOKENS) -> None:
        """WeightsUnavailable where the file can't be read."""
        from tokenizers import Tokenizer

        try:
            self._tokenizer: Any = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # the library raises bare exceptions
            raise WeightsUnavailable(
                f"{tokenizer} can't be read: it is damaged, or only partly downloaded. Fetch it again.",
                detail=repr(error),
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(limit, strategy="longest_first")

    def row(self, first: str, second: str) -> Row:
        """The pair, cut to the limit where the longer of the two is too long."""
        # Lone surrogates, which some readers let through, can't be handed to the tokenizer.
        encoding = self._tokenizer.encode(*(t.encode("utf-8", "replace").decode() for t in (first, second)))
        return Row(encoding.ids, encoding.type_ids)


def pair_limit(config: Mapping[str, Any]) -> int:
    """How many tokens of a pair are read: `TOKENS`, or what the model's configuration says it takes."""
    positions = config.get("max_position_embeddings")
    return (
        min(TOKENS, positions - _MARKERS) if isinstance(positions, int) and positions > _MARKERS else TOKENS
    )


def labels_of(config: Mapping[str, Any]) -> tuple[str, ...]:
    """What the model calls its numbers, in their order; none where it doesn't say."""
    named = config.get("id2label")
    try:
        return tuple(str(named[key]) for key in sorted(named, key=int)) if isinstance(named, dict) else ()
    except ValueError:
        return ()


def read_config(config: Path | None) -> dict[str, Any]:
    """A model's `config.json`, empty where there is none; WeightsUnavailable where it is damaged."""
    if config is None:
        return {}
    try:
        found = json.loads(config.read_bytes())
    except (OSError, ValueError) as error:
        raise WeightsUnavailable(
            f"{config} can't be read: it is damaged, or only partly downloaded. Fetch it again.",
            detail=repr(error),
        ) from error
    return found if isinstance(found, dict) else {}
