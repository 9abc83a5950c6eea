"""What the bot must be allowed to do: the invitation and `citewise doctor` are held against these lists."""

from urllib.parse import urlencode

COMMAND = "citewise"
MENU = "Add to knowledge base"
TRIAGE_MENU = "Triage with sources"

# Each permission with its bit and what it is for (discord.com/developers/docs/topics/permissions).
PERMISSIONS = {
    "View Channels": (1 << 10, "to see the channels that people ask in"),
    "Send Messages": (1 << 11, "to answer"),
    "Read Message History": (1 << 16, "to reply to a question, and to find what was asked while I was away"),
    "Add Reactions": (1 << 6, "to show that a question waits its turn"),
    "Create Public Threads": (1 << 35, "for a thread per question, where that is set"),
    "Send Messages in Threads": (1 << 38, "to answer in threads and forum posts"),
}
PERMISSION_BITS = sum(bit for bit, _ in PERMISSIONS.values())
SCOPES = ("bot", "applications.commands")

# Application flags: the Message Content intent is switched on in the developer portal (for bots in more or
# in fewer than 100 servers).
MESSAGE_CONTENT_FLAGS = (1 << 18) | (1 << 19)


def invitation(application: str) -> str:
    """The address that invites the bot to a server, with exactly the rights that it needs."""
    query = {"client_id": application, "scope": " ".join(SCOPES), "permissions": PERMISSION_BITS}
    return f"https://discord.com/oauth2/authorize?{urlencode(query)}"
