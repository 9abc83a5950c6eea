"""From what Discord sends to what the inbox keeps: the few events that are for the bot, in a shape of ours.

Each payload has `user`, `roles`, `guild`, `channel` (where it was said, perhaps a thread), `place` (the
channel whose rights count, empty for a direct message), `thread` (the conversation) and `event` (the
snowflake that it came with, a time as well); questions have `message`, interactions have `token`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bots.desk.wording import asks_something
from bots.discord.words import addresses_another, asked, commanded, principal
from bots.doors.message_reading import asked_to_triage, turn_of, verb_alone
from brain.catalog.chats.inbox import InboxItem, NewEvent

if TYPE_CHECKING:
    import discord

Json = dict[str, Any]
PLATFORM = "discord"
_PLAIN = ("default", "reply")
_THREADS = ("public_thread", "private_thread", "news_thread")


@dataclass(frozen=True, slots=True)
class Known:
    """What has to be known to tell whether a message is for the bot. `own_thread`: one for each question."""

    bot: int
    reads_all: bool
    conversation: Callable[[str], bool]
    handoff: Callable[[str], bool]
    auto_answer: Callable[[str], bool]
    own_thread: Callable[[int], bool]
    of_message: Callable[[str], InboxItem | None]


def question(message: "discord.Message", known: Known, *, looked_back: bool = False) -> NewEvent | None:
    """The question or written command of a message, or None where it is not for the bot.

    With `looked_back` it was found afterwards: an answer from another home may stand there already.
    """
    if message.author.bot or message.webhook_id or message.type.name not in _PLAIN:
        return None
    root, thread = _conversation(message, known)
    how, order = _meant(message, thread, known)
    if how is None:
        return None
    text = asked(message.content, str(known.bot)) or _pointed_at(message, known)
    payload = {
        **_who(message.author, message.guild),
        **_where(message.channel),
        "event": str(message.id),
        "message": str(message.id),
        "attached": bool(message.attachments),
        "root": str(root),
        "thread": thread,
        "text": text,
        **_how_said(message, how, known),
        "looked_back": looked_back,
    }
    if not order and not text and how == "mention" and (unread := _unread(message, known)):
        payload["unread"] = unread
    elif not order and not text and message.attachments:
        payload["unread"] = "files"
    elif not order and not text and how != "unasked":
        order = {"verb": "help", "words": "", "files": []}
    kind = "command" if order else "question"
    directly = kind == "question" and not payload["place"]  # such are looked for in this channel after a gap
    return _new(
        f"message:{message.id}",
        kind,
        payload | order,
        message=f"{message.channel.id}:{message.id}",
        order=thread_of(message.channel.id) if directly else "",
    )


def edited(message: "discord.Message", asked_before: InboxItem, known: Known) -> NewEvent:
    """The edit of a message that is known; `asked_before` is how it came."""
    how, order = _meant(message, _conversation(message, known)[1], known)
    payload = {
        **_who(message.author, message.guild),
        **_where(message.channel),
        "event": str(message.id),
        "message": str(message.id),
        "thread": asked_before.thread,
        "text": asked(message.content, str(known.bot)) or _pointed_at(message, known),
        **_how_said(message, how or "", known),
        **order,
    }
    when = message.edited_at.timestamp() if message.edited_at else 0
    return _new(f"edit:{message.id}:{when}", "edited", payload)


def _meant(message: "discord.Message", thread: str, known: Known) -> tuple[str | None, Json]:
    """Why a message is for the bot, if it is; and the command that it is, if it is one."""
    words = commanded(message.content, str(known.bot))
    triage = asked_to_triage(words)
    how = _how(message, thread, known, ordered=triage is not None)
    if how not in ("direct", "mention"):
        return how, {}
    files = [_file(attachment, message.jump_url) for attachment in message.attachments]
    verb = words.split(None, 1)[0].lower() if words else ""
    adds = verb == "add" and (words.lower() == verb or "http" in words or bool(files))
    if adds:
        return how, {"verb": verb, "words": words[len(verb) :].strip(), "files": files}
    if alone := verb_alone(words):
        return how, {"verb": alone, "words": "", "files": []}
    if triage is None:
        return how, {}
    reference = message.reference.message_id if message.reference and message.type.name == "reply" else ""
    return how, {"verb": "triage", "words": triage, "files": [], "reply_to": str(reference or "")}


def deleted(channel: int, message: int, asked_before: InboxItem) -> NewEvent:
    """The end of a message that is known."""
    payload = {"channel": str(channel), "message": str(message), "event": str(message)}
    payload |= {"user": "", "place": "", "thread": asked_before.thread}
    return _new(f"delete:{message}", "deleted", payload)


def command(
    interaction: "discord.Interaction[Any]", verb: str, words: str, files: list[Json], **more: Any
) -> NewEvent:
    """A command, from its options or from the menu of a message.

    `message_text`, `message` and `message_link` are of one that becomes a document; `about` is one whose
    thread is meant.
    """
    payload = {**_interaction(interaction), "verb": verb, "words": words, "files": files, **more}
    return _new(f"interaction:{interaction.id}", "command", payload)


def press(
    interaction: "discord.Interaction[Any]", action: str, ref: str, fields: Mapping[str, str], known: Known
) -> NewEvent:
    """A button that was pressed, or a form that was sent."""
    payload = {**_interaction(interaction), "action": action, "ref": ref, "fields": dict(fields)}
    message = interaction.message
    payload["fresh"] = message is None  # a form that a command opened: it is answered as commands are
    if message is not None:
        payload["message"] = str(message.id)
        payload["ephemeral"] = message.flags.ephemeral
        if str(message.channel.type) not in (*_THREADS, "private"):
            payload["thread"] = _of_answer(message, known)[1]
    return _new(f"interaction:{interaction.id}", "press", payload, order=turn_of(action, ref))


def payload_of(new: NewEvent) -> Json:
    """What an event carries."""
    return dict(json.loads(new.payload))


def asker(interaction: "discord.Interaction[Any]") -> Json:
    """Who asks and where, of an interaction that isn't kept."""
    return _interaction(interaction)


def about(message: "discord.Message") -> Json:
    """The message that a menu was used on, in Discord's own shape: its words are in it in any case."""
    found: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "type": message.type.value,
        "flags": message.flags.value,
        "author": {"id": str(message.author.id)},
        "webhook_id": message.webhook_id,
        "content": message.content,
        "embeds": [embed.to_dict() for embed in message.embeds],
        "components": [component.to_dict() for component in message.components],
    }
    snapshots = [
        {"message": {"content": shot.content, "embeds": [embed.to_dict() for embed in shot.embeds]}}
        for shot in message.message_snapshots
    ]
    found |= {"message_snapshots": snapshots} if snapshots else {}
    if message.reference is not None and not snapshots:
        found["message_reference"] = {"message_id": str(message.reference.message_id or "")}
    return found


def file_of(attachment: "discord.Attachment", link: str = "") -> Json:
    """An attachment as a payload carries it."""
    return _file(attachment, link)


def thread_of(root: int | str) -> str:
    """What names a conversation: a thread, a direct channel, or the message that began it.

    A thread that is opened on a message has that message's id: both are one conversation.
    """
    return f"{PLATFORM}:{root}"


def _conversation(message: "discord.Message", known: Known) -> tuple[int, str]:
    channel = message.channel
    reference = message.reference
    if str(channel.type) == "private" and reference is not None and reference.message_id is not None:
        card = thread_of(reference.message_id)
        if known.handoff(card):
            return reference.message_id, card
    if str(channel.type) in (*_THREADS, "private"):
        return channel.id, thread_of(channel.id)
    if reference is None or reference.message_id is None:
        return message.id, thread_of(message.id)
    replied = reference.resolved
    author = getattr(replied, "author", None)
    if author is not None and author.id != known.bot:
        return message.id, thread_of(message.id)
    return (
        _of_answer(replied, known)
        if author is not None
        else (
            reference.message_id,
            thread_of(reference.message_id),
        )
    )


def _of_answer(answer: Any, known: Known) -> tuple[int, str]:
    """The conversation that a message of the bot's belongs to."""
    reference = answer.reference
    if reference is None or reference.message_id is None:
        return answer.id, thread_of(answer.id)
    asked_before = known.of_message(f"{reference.channel_id}:{reference.message_id}")
    if asked_before is not None and asked_before.thread:
        return reference.message_id, asked_before.thread
    return reference.message_id, thread_of(reference.message_id)


def _how(message: "discord.Message", thread: str, known: Known, *, ordered: bool) -> str | None:
    """Why a message is for the bot, if it is; `ordered`: its words are a command, if it is for the bot."""
    if str(message.channel.type) == "private":
        return "handoff" if thread != thread_of(message.channel.id) else "direct"
    if message.guild is None:
        return None  # of a server that is not there yet; it is found when the bot looks back
    in_thread = str(message.channel.type) in _THREADS
    replies = message.reference is not None
    orders = ordered and _by_name(message, known)
    if (in_thread or replies) and message.content and known.handoff(thread) and not orders:
        return "handoff"
    own_role = message.guild.self_role
    if any(user.id == known.bot for user in message.mentions) or (
        own_role is not None and own_role in message.role_mentions
    ):
        return "mention"
    if not known.reads_all or not message.content.strip():
        return None
    to_us = replies and not _points_at_another(message, known)  # with the ping of a reply switched off
    if (in_thread or to_us) and known.conversation(thread):
        bot = str(known.bot)
        for_us = asks_something(asked(message.content, bot)) and not addresses_another(message.content, bot)
        return "thread" if for_us else None
    starts = not replies and (not in_thread or message.id == message.channel.id)
    if starts and known.auto_answer(principal("channel", _place(message.channel))):
        return "unasked"
    return None


def _pointed_at(message: "discord.Message", known: Known) -> str:
    """What someone else asked, where the bot was only pointed at it; Discord may not tell its words."""
    if message.message_snapshots:  # it was forwarded
        return asked(message.message_snapshots[0].content, str(known.bot))
    content = getattr(message.reference.resolved, "content", "") if message.reference else ""
    return asked(content, str(known.bot)) if content and _points_at_another(message, known) else ""


def _unread(message: "discord.Message", known: Known) -> str:
    """Why a mention has no words: the bot's `role` was mentioned, or a `reply` points at someone else's."""
    if not known.reads_all and not any(user.id == known.bot for user in message.mentions):
        return "role"
    return "reply" if _points_at_another(message, known) else ""


def _points_at_another(message: "discord.Message", known: Known) -> bool:
    """Whether a message replies to somebody else's."""
    replied = message.reference.resolved if message.reference else None
    return getattr(getattr(replied, "author", None), "id", known.bot) != known.bot


def _how_said(message: "discord.Message", how: str, known: Known) -> Json:
    """Why a message is for the bot; `named`: by its name, `pinged`: at least by a reply to it."""
    return {
        "how": how,
        "named": _by_name(message, known),
        "pinged": any(user.id == known.bot for user in message.mentions),
        "own_thread": _wants_own_thread(message, how, known),
    }


def _by_name(message: "discord.Message", known: Known) -> bool:
    return f"<@{known.bot}>" in message.content or f"<@!{known.bot}>" in message.content


def _wants_own_thread(message: "discord.Message", how: str, known: Known) -> bool:
    fresh = message.reference is None and how in ("mention", "unasked")
    return fresh and str(message.channel.type) == "text" and known.own_thread(message.channel.id)


def _interaction(interaction: "discord.Interaction[Any]") -> Json:
    return {
        **_who(interaction.user, interaction.guild_id),
        **_where(interaction.channel or interaction.channel_id),
        "event": str(interaction.id),
        "thread": thread_of(interaction.channel_id or interaction.id),
        "token": interaction.token,
        "ephemeral": True,
    }


def _who(person: Any, guild: Any) -> Json:
    number = getattr(guild, "id", guild)
    roles = {str(role.id) for role in getattr(person, "roles", [])}
    roles |= {str(number)} if number else set()  # @everyone has the server's own id
    return {"user": str(person.id), "roles": sorted(roles), "guild": str(number or "")}


def _where(channel: Any) -> Json:
    """Where something was said. Only a direct channel has no place: whatever is not known is a place.

    `closed`: in a thread that not everyone of the place is let into.
    """
    number, kind = str(getattr(channel, "id", channel)), str(getattr(channel, "type", ""))
    place = "" if kind == "private" else str(_place(channel))
    return {"channel": number, "place": place, "closed": kind == "private_thread"}


def _place(channel: Any) -> int:
    """The channel whose rights count: a thread's is the one that it belongs to."""
    own = int(getattr(channel, "id", channel))
    return int(getattr(channel, "parent_id", None) or own) if _is_thread(channel) else own


def _is_thread(channel: Any) -> bool:
    return str(getattr(channel, "type", "")) in _THREADS


def _file(attachment: "discord.Attachment", link: str) -> Json:
    return {"name": attachment.filename, "url": attachment.url, "size": attachment.size, "link": link}


def _new(identity: str, kind: str, payload: Json, message: str = "", order: str = "") -> NewEvent:
    """`order` names what is worked off one after the other, where that isn't the conversation itself."""
    place = principal("channel", payload["place"]) if payload.get("place") else ""
    person = principal("user", payload["user"]) if payload.get("user") else ""
    in_order = order or (payload["thread"] if kind in ("question", "edited", "deleted") else "")
    words = json.dumps(payload, ensure_ascii=False)
    return NewEvent(PLATFORM, identity, kind, words, message, person, place, in_order)
