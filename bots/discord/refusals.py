"""What Discord refuses, by its numbers, and what a person is told of it: with what would help."""

from bots.desk.cards import Card
from bots.discord.words import principal
from bots.doors.canned_replies import WORDLESS

# Of an interaction that is older than 15 minutes: unknown webhook, invalid webhook token.
EXPIRED = (10015, 50027, 401, 404)
CLOSED = (50007, 50278)  # they take no direct messages from the bot
NOBODY = (*CLOSED, 10013, 50033)  # nor does an account that is gone
NO_ENTRY = (50001, 50013, 160002)  # missing access, permissions; a reply without Read Message History
GONE = 10003  # an unknown channel
NOT_IN_IT = (10007, 10013, 404)  # an unknown member, or user
TAG_REQUIRED = 40067  # in this forum, for each post
_LOCKED = (50083, 160005)  # the thread is archived or locked

NOT_TOLD = (
    "They take no direct messages from me, so they don't know of it yet: what you decided is kept, tell them."
)
NO_RIGHT = (
    "I may not write in that channel. An admin of the server gives me View Channel, Send Messages and Send "
    "Messages in Threads there; then press again: nothing is lost, and nothing is sent twice."
)
LEFT = "They have left the thread that they asked in, and are told directly."
NO_CHANNEL = (
    "That channel is no longer there, so nothing was sent. If it is the one that is asked for help, an admin "
    "names another with `spaces support`."
)
NOT_HEARD = Card(
    "Nobody was told that",
    "What you wrote did not go to whoever asked, since you have not taken their question. Press “I take it” "
    "and reply once more, or press “Answer” and write it there.",
)

NOTHING_TO_READ = Card(
    "Discord gives me no plain questions yet",
    "Whoever runs me switches on the Message Content intent in Discord's developer portal, and sets "
    "`DISCORD_MESSAGE_CONTENT=true`. Until then, mention me.",
)


def unread(why: str, *, reads_all: bool) -> Card:
    """For whoever asked in words that the bot can't read: why (see events.py), and what would help."""
    if why == "files":
        return WORDLESS
    anew = "Mention me, and write the question beside it."
    if why == "role":
        text = (
            "You mentioned my role, and Discord gives me only the words of messages that mention me: pick me "
            "from the list, not the role of the same name."
        )
    elif reads_all:
        text = f"It holds no words. {anew}"
    else:
        text = f"Discord gives me only the words of messages that mention me. {anew}"
    return Card("I can't read that message", text)


def not_there(channel: str, code: int) -> Card | None:
    """For whoever asked in a channel that can't be answered in; None where its rights are not the matter."""
    where = principal("channel", channel)
    if code in NO_ENTRY:
        text = (
            f"I may not write in {where}. An admin of the server gives me View Channel, Send Messages, Send "
            "Messages in Threads and Read Message History there. Until then, ask me here."
        )
    elif code == GONE:
        text = "The channel that you asked in is gone. Ask me here, or in another one."
    elif code in _LOCKED:
        text = f"{where} is locked, so that I can't write in it. Ask me here, or in another channel."
    else:
        return None
    return Card("I can't answer you there", text, people=frozenset({where}))


def closed_to_me(verb: str) -> Card:
    """For whoever used a verb in a channel, and takes no direct messages; everybody there reads it."""
    return Card(
        "I can't write to you directly",
        "That is for you alone, so I send it in a direct message, and you take none from me. Type "
        f"`/citewise {verb}` instead, which only you see; or allow direct messages: a click on the server's "
        "name, then Privacy Settings.",
    )
