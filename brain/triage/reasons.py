"""Why a triage found what it found, as it is kept with its case: read again after any restart."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from brain.triage.domain import Category, Owner, Similar, Triage, Urgency


@dataclass(frozen=True, slots=True)
class Reasons:
    """What each part of a triage rests on.

    `urgent_words` are those of the ticket that say the `urgency`; `summary` are its sentences, each after
    the principal who said it.
    """

    category: Category
    urgency: Urgency
    urgent_words: tuple[str, ...]
    summary: tuple[tuple[str, str], ...]
    similar: tuple[Similar, ...]
    owner: Owner | None = None

    @classmethod
    def of(cls, found: Triage) -> Self:
        """Those of a triage that was just made."""
        messages = found.ticket.messages
        return cls(
            category=found.category,
            urgency=found.urgency.level,
            urgent_words=tuple(said.text for said in found.urgency.because),
            summary=tuple((messages[said.message].author, said.text) for said in found.summary),
            similar=found.similar,
            owner=found.owner,
        )

    @classmethod
    def from_json(cls, stored: str) -> Self | None:
        """Those that were kept; None where there are none, as of cases of an earlier citewise."""
        if not stored:
            return None
        told: Mapping[str, Any] = json.loads(stored)
        category, owner = told["category"], told["owner"]
        return cls(
            category=Category(**{**category, "because": tuple(category["because"])}),
            urgency=Urgency(told["urgency"]),
            urgent_words=tuple(told["urgent_words"]),
            summary=tuple((author, words) for author, words in told["summary"]),
            similar=tuple(Similar(**one) for one in told["similar"]),
            owner=Owner(**owner) if owner else None,
        )

    def to_json(self) -> str:
        """As they are kept."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @property
    def people(self) -> frozenset[str]:
        """The principals that are named in them."""
        return frozenset(author for author, _ in self.summary) | (
            {self.owner.principal} if self.owner else set()
        )
