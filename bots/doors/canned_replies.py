"""What every chat says in the same words, whatever the platform: too busy, nothing to read, not delivered."""

from bots.desk.cards import Card
from brain.catalog.chats.inbox import TurnedAway

MORE = Card("I can tell you more in a direct message", "Ask me the same there.")
TURNED_AWAY = {
    TurnedAway.BUSY: Card(
        "I am busy",
        "More people ask at the moment than I can answer. Please ask again in a few minutes.",
    ),
    TurnedAway.TOO_MANY: Card(
        "One after the other, please", "That was a lot in a short time. Try again in a minute."
    ),
}
WORDLESS = Card(
    "I read only words",
    "I don't open files and pictures that are sent to me, nor listen to voice messages. Ask me in words. (An "
    "admin adds a file to the documents by sending it with the word `add`.)",
)
NOT_ALL_TOLD = (
    "Not everybody who asked could be told: some can't be written to here. The others have it. Please tell "
    "an admin."
)
NOT_CARRIED = Card(
    "Only words reach whoever asked",
    "The file that you sent stays here: write what it shows, or where it lies.",
)
