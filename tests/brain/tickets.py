"""Tickets for tests: threads written down in a line or two."""

from datetime import UTC, datetime, timedelta

from brain.triage.domain import Message, Said, Ticket

BEGAN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
OPENER = "chat:user:sue"


def thread(
    *texts: str, ours: frozenset[int] = frozenset(), authors: tuple[str, ...] = ()
) -> tuple[Message, ...]:
    """Messages a minute apart, all by the opener unless `authors` says otherwise; `ours` are the bot's."""
    return tuple(
        Message(
            authors[place] if place < len(authors) else OPENER,
            text,
            BEGAN + timedelta(minutes=place),
            ours=place in ours,
        )
        for place, text in enumerate(texts)
    )


def ticket(*texts: str, place: str = "chat:channel:1", name: str = "chat:1:t1") -> Ticket:
    return Ticket(thread(*texts), place, name)


def assert_verbatim(quotes: tuple[Said, ...], messages: tuple[Message, ...]) -> None:
    """No invented words: each stands in the message that it names, and the bot said none of it."""
    for quote in quotes:
        assert quote.text.strip()
        assert quote.text in messages[quote.message].text
        assert not messages[quote.message].ours


LOG = "\n".join(
    f"2026-11-02T09:{minute:02}:00Z ERROR worker-{minute} java.lang.IllegalStateException: pool is closed"
    for minute in range(60)
)
DUMP = f"```\n{LOG}\n```"
"""What people paste: a fenced block of log lines."""

ODD = {
    "nothing at all": thread(""),
    "white space": thread(" \n\t \n"),
    "only the bot": thread("I searched the 3 documents in general.", ours=frozenset({0})),
    "a picture without words": thread("", ""),
    "emoji": thread("😀😀 👍"),
    "one word": thread("help"),
    "a greeting": thread("Hi all!"),
    "only a dump": thread(DUMP),
    "only log lines": thread(LOG),
    "a fence without an end": thread("```\nlet x = 1"),
    "Chinese": thread("我的电脑无法连接网络。你能帮我吗？"),
    "Arabic": thread("لا أستطيع تسجيل الدخول. هل يمكنك المساعدة؟"),
    "German": thread("Mein Gehalt ist nicht auf dem Konto. Wer kann mir helfen?"),
    "no full stops": thread("word " * 5_000),
    "no spaces": thread("x" * 20_000),
    "question marks": thread("?" * 3_000),
    "brackets": thread("[(<{" * 4_000),
    "long": thread(
        *(f"Message {number}: the scanner in room {number} is slow. Why?" for number in range(400))
    ),
    "100 kB": thread("The scanner is slow, and I've tried another cable. " * 2_000),
    "nulls": thread("a\x00b\ud800c"),
}
"""Threads that nobody should have to triage, and that people start all the same."""
