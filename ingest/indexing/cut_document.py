"""A file's text cut into passages: what a reader hands over to be embedded and stored."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from brain.domain import Locator
from brain.embedding.token_counting import TokenCounter


@dataclass(frozen=True, slots=True)
class Cutting:
    """How long passages may be: at most `max_tokens` as this counts them."""

    max_tokens: int
    count_tokens: TokenCounter


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage before it is stored: `text == document.text[start:end]`.

    `table_header` is the header of the table that the passage is from, also where `text` begins with it;
    empty where that header is too wide to be repeated.
    """

    ordinal: int
    start: int
    end: int
    text: str
    context: str
    table_header: str
    locator: Locator

    @property
    def embedded_text(self) -> str:
        """What the embedder reads: the place in the document first, then the words."""
        return "\n".join(part for part in (self.context, self.table_header, self.text) if part)

    @property
    def vector_key(self) -> str:
        """SHA-256 of the embedded text: equal passages share one vector."""
        return hashlib.sha256(self.embedded_text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class CutDocument:
    """A file's text and its passages in order, and what is known of the file beside these."""

    title: str
    text: str
    chunks: tuple[Chunk, ...]
    media_type: str
    modified: datetime | None = None
    warnings: tuple[str, ...] = ()
    reading: str = ""
