"""What the app must be allowed to do: manifest.yaml and `citewise doctor` are held against these lists."""

COMMAND = "/citewise"
SHORTCUT = "add_to_knowledge_base"
TRIAGE_SHORTCUT = "triage_with_sources"
# The message shortcuts that the app must have, as people read them.
SHORTCUTS = {SHORTCUT: "Add to knowledge base", TRIAGE_SHORTCUT: "Triage with sources"}

# The events that are subscribed to. With `agent_view` Slack sends no `assistant_thread_*` (docs.slack.dev:
# migrating to the Agent messaging experience); an app that was made before with them is understood as well.
EVENTS = (
    "app_home_opened",
    "app_mention",
    "channel_shared",
    "channel_unshared",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
)

# Each method that is called, with the scopes that it (or the event that leads to it) needs.
SCOPES_OF = {
    "auth.test": (),
    "chat.postMessage": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.delete": ("chat:write",),
    "chat.startStream": ("chat:write",),
    "chat.appendStream": ("chat:write",),
    "chat.stopStream": ("chat:write",),
    "chat.getPermalink": (),
    "assistant.threads.setStatus": ("chat:write",),
    "assistant.threads.setSuggestedPrompts": ("assistant:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history", "mpim:history"),
    "conversations.replies": ("channels:history", "groups:history", "im:history", "mpim:history"),
    "conversations.info": ("channels:read", "groups:read", "mpim:read"),
    "conversations.open": ("im:write", "mpim:write"),
    "files.info": ("files:read",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "views.open": (),
    "views.publish": (),
}
_OTHERWISE = ("app_mentions:read", "commands")
# What Slack gives to agents alone (on paid plans): without it, nothing is suggested to who opens the bot.
OF_AGENTS = frozenset({"assistant:write"})
SCOPES = frozenset(_OTHERWISE).union(*SCOPES_OF.values())
