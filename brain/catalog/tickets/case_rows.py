"""What a case, a category and a labelled message are, as the catalog gives them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CaseState(StrEnum):
    """How far a case has come. An EXAMPLE is a labelled message that was brought in to tell categories by."""

    OPEN = "open"
    REPLIED = "replied"
    RESOLVED = "resolved"
    EXAMPLE = "example"


@dataclass(frozen=True, slots=True)
class Case:
    """One case. People and places are principals; `place` is empty for what one person alone saw.

    `category_by`, `urgency_by` and `owner_by` are who decided it, empty while it's only found out.
    `origin` is where a reply goes. `trace_id` names the answer that was suggested. `reply` is what was (or
    is to be) sent, `reply_by` who sends it, `reply_at` where it stands once it was delivered. `resolution`
    says what solved it. `reasons` are why it was found to be what it is, as brain.triage.reasons keeps them;
    empty for cases of before.
    """

    id: int
    thread: str
    place: str
    origin: str
    link: str
    text: str
    question: str
    summary: tuple[str, ...]
    trace_id: str
    category: str
    category_by: str
    urgency: int
    urgency_by: str
    owner: str
    owner_by: str
    state: CaseState
    reply: str
    reply_by: str
    reply_at: str
    resolution: str
    resolved_by: str
    opened_by: str
    opened: datetime
    changed: datetime
    reasons: str


@dataclass(frozen=True, slots=True)
class NewCase:
    """A ticket as it was found out, before it has a number."""

    thread: str
    place: str
    origin: str
    link: str
    text: str
    question: str
    summary: tuple[str, ...]
    trace_id: str
    category: str
    urgency: int
    owner: str
    opened_by: str
    reasons: str = ""


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category that an admin set up; `owner` is a principal or empty."""

    name: str
    description: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled message of an earlier ticket, to tell categories by."""

    text: str
    category: str
