"""What a door reads of a thread for the verbs that are about one, and says of what it could not read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bots.desk.domain import Caller
from bots.doors.message_reading import asked_to_triage
from brain.triage.domain import Message

# Of a longer thread the first messages and the latest are read: what the problem is, and how it stands.
FIRST_READ, LATEST_READ = 100, 200
LONGEST_MESSAGE = 10_000  # characters; whatever goes on beyond that is a log


@dataclass(frozen=True, slots=True)
class ThreadRead:
    """The messages of a thread, the oldest first; `caller` is whoever spoke, with this thread as theirs.

    Said in no thread, there are neither messages nor anything missing. `missing` are sentences for the
    person: what could not be read, and what would help.
    """

    caller: Caller
    messages: tuple[Message, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A message as a platform has it: `raw` is its text there, empty where it holds none."""

    raw: str
    message: Message


def read_of(
    caller: Caller, found: Sequence[Found], *, cut: bool, missing: Iterable[str] = (), why_wordless: str = ""
) -> ThreadRead:
    """The thread from its messages in order: without what holds no words, and without the command itself.

    `cut` says that a part of it was left out. `why_wordless` is a sentence for messages without words that
    are nobody's doing.
    """
    told = list(missing)
    written = [one for one in found if one.message.text and asked_to_triage(one.message.text) is None]
    silent = sum(1 for one in found if not one.message.text and not one.message.ours)
    if cut:
        told.append(
            f"The thread is long: I read its first {FIRST_READ} messages and its latest {LATEST_READ}."
        )
    if silent:
        told.append(why_wordless or _wordless(silent))
    if any(len(one.raw) > LONGEST_MESSAGE for one in found):
        told.append(f"Of a long message I read the first {LONGEST_MESSAGE:,} characters.")
    return ThreadRead(caller, tuple(one.message for one in written), tuple(told))


def _wordless(count: int) -> str:
    which = "One message holds" if count == 1 else f"{count} messages hold"
    return f"{which} only files or pictures, which I don't read: write in the thread what they show."
