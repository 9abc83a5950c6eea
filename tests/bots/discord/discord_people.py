"""What people do on the fake Discord: write, edit, delete, use commands, press buttons, fill in forms."""

from datetime import UTC, datetime
from typing import Any

from fake_discord import (
    APPLICATION,
    BOT,
    GENERAL,
    GUILD,
    FakeDiscord,
    Json,
    Talk,
    direct,
    user,
)


class People:
    """The hands of everyone on a fake Discord."""

    def __init__(self, discord: FakeDiscord) -> None:
        self._discord = discord

    async def say(self, person: int, text: str, channel: int = GENERAL, *, reply_to: int = 0,
                  files: list[Json] | None = None, silent: bool = False, **more: Any) -> int:  # fmt: skip
        """Write a message; returns its id. A `silent` reply pings nobody."""
        message = self._message(person, text, channel, reply_to, files, **more)
        message["mentions"] = _mentioned(text)["mentions"] if silent else message["mentions"]
        await self._dispatch("MESSAGE_CREATE", channel, message)
        return int(message["id"])

    def unheard(self, person: int, text: str, channel: int = GENERAL) -> int:
        """Write a message that no gateway event tells of, as while the bot is away."""
        return int(self._message(person, text, channel, 0, None)["id"])

    async def mention(self, person: int, text: str, channel: int = GENERAL, **how: Any) -> int:
        return await self.say(person, f"<@{BOT}> {text}", channel, **how)

    async def dm(self, person: int, text: str, **how: Any) -> int:
        self._discord.kinds[direct(person)] = 1
        return await self.say(person, text, direct(person), **how)

    async def edit(self, channel: int, message: int, text: str) -> None:
        found = self._discord.channels[channel][message]
        moment = datetime.now(UTC).isoformat(timespec="microseconds")  # two edits in a second are two
        found |= {"content": text, "edited_timestamp": moment, **_mentioned(text)}
        await self._dispatch("MESSAGE_UPDATE", channel, found)

    async def delete(self, channel: int, message: int) -> None:
        self._discord.channels[channel].pop(message)
        gone = {"id": str(message), "channel_id": str(channel), "guild_id": str(GUILD)}
        await self._discord._dispatch(None, "MESSAGE_DELETE", gone)

    async def thread(self, person: int, text: str, channel: int = GENERAL) -> int:
        """Write a message and open a thread on it; returns its id, which the thread has too."""
        discord = self._discord
        number = await self.say(person, text, channel)
        discord.kinds[number], discord.parents[number] = 11, channel
        message = discord.channels[channel][number]
        message["flags"] |= 1 << 5
        discord._put(number, {"author": user(person), "type": 21, "referenced_message": message})
        await discord._dispatch(None, "THREAD_CREATE", {**discord._channel(number), "newly_created": True})
        return number

    async def private_thread(self, *people: int, channel: int = GENERAL) -> int:
        """Open a thread that only these people, and the bot, are let into; returns its id."""
        discord = self._discord
        number = discord.snowflake()
        discord.kinds[number], discord.parents[number] = 12, channel
        discord.in_thread[number] = set(people)
        await discord._dispatch(None, "THREAD_CREATE", {**discord._channel(number), "newly_created": True})
        return number

    async def post(self, person: int, title: str, text: str, forum: int) -> int:
        """Open a post in a forum; returns the thread's id, which its first message has too."""
        discord = self._discord
        number = discord.snowflake()
        discord.kinds[number], discord.parents[number] = 11, forum
        await discord._dispatch(None, "THREAD_CREATE", {**discord._channel(number), "newly_created": True})
        return await self.say(person, text, number, id=str(number))

    async def slash(self, person: int, verb: str, at: int = GENERAL, *, resolved: Json | None = None,
                    **options: Any) -> str:  # fmt: skip
        """Use a subcommand; returns the token of the interaction."""
        given = [_option(name, value) for name, value in options.items()]
        data: Json = {"id": "42", "name": "citewise", "type": 1}
        data |= {"options": [{"name": verb, "type": 1, "options": given}]}
        return await self._interact(person, 2, at, {**data, **({"resolved": resolved} if resolved else {})})

    async def typing(self, person: int, verb: str, channel: int = GENERAL, **option: str) -> list[Json]:
        """What is offered while an option is typed."""
        [(name, value)] = option.items()
        typed = [{"name": name, "type": 3, "value": value, "focused": True}]
        data = {"id": "42", "name": "citewise", "type": 1}
        data |= {"options": [{"name": verb, "type": 1, "options": typed}]}
        talk = self._discord.talks[await self._interact(person, 4, channel, data)]
        callback = await self._discord.until(lambda: talk.callback)
        return list(callback["data"]["choices"])

    async def menu(self, person: int, channel: int, message: int, name: str = "Add to knowledge base") -> str:
        """Use a menu of a message, whose words Discord hands over in any case."""
        found = self._discord.channels[channel][message]
        data = {"id": "43", "name": name, "type": 3, "target_id": str(message)}
        return await self._interact(
            person, 2, channel, {**data, "resolved": {"messages": {str(message): found}}}
        )

    async def press(self, person: int, part: Json, message: Json, *, choice: str = "") -> str:
        """Press a button or choose from a menu (one of `buttons_of`)."""
        data: Json = {"custom_id": part["custom_id"], "component_type": part["type"]}
        data |= {"values": [choice]} if choice else {}
        return await self._interact(person, 3, int(message["channel_id"]), data, message)

    async def submit(self, person: int, token: str, **values: str) -> str:
        """Fill in the form that was opened by an interaction, and send it; the rest stays as it stood."""
        talk = self._discord.talks[token]
        callback = await self._discord.until(lambda: talk.callback)
        assert callback["type"] == 9, callback
        modal, rows = callback["data"], []
        for row in modal["components"]:
            component = row["component"]
            name, kind = component["custom_id"], component["type"]
            if kind == 5:
                stood = [str(default["id"]) for default in component.get("default_values", [])]
                filled: Json = {"values": [values[name]] if name in values else stood}
            elif kind == 3:
                filled = {"values": [values[name]]}
            else:
                filled = {"value": values.get(name, component.get("value") or "")}
            rows.append(
                {"type": 18, "id": 1, "component": {"type": kind, "custom_id": name, "id": 2, **filled}}
            )
        data = {"custom_id": modal["custom_id"], "components": rows}
        return await self._interact(person, 5, int(talk.body["channel_id"]), data, talk.body.get("message"))

    async def _interact(
        self, person: int, kind: int, channel: int, data: Json, message: Json | None = None
    ) -> str:
        discord = self._discord
        number = discord.snowflake()
        token = f"tok{number}"
        body: Json = {
            "id": str(number), "application_id": str(APPLICATION), "type": kind, "token": token, "version": 1,
            "data": data, "channel_id": str(channel), "channel": discord._channel(channel), "locale": "en-US",
            "entitlements": [], "authorizing_integration_owners": {"0": str(GUILD)}, "context": 0,
            "attachment_size_limit": 10_000_000, "app_permissions": str(discord.permissions),
        }  # fmt: skip
        if discord.kinds[channel] == 1:
            body |= {"user": user(person), "context": 1}
        else:
            body |= {"guild_id": str(GUILD), "guild": {"id": str(GUILD), "locale": "en-US", "features": []}}
            body["member"] = discord.member(person)
        body |= {"message": message} if message else {}
        discord.talks[token] = Talk(token, body)
        await discord._dispatch(None, "INTERACTION_CREATE", body)
        return token

    def _message(self, person: int, text: str, channel: int, reply_to: int, files: list[Json] | None,
                 **more: Any) -> Json:  # fmt: skip
        body: Json = {
            "author": user(person),
            "content": text,
            "attachments": files or [],
            **_mentioned(text),
            **more,
        }
        if reply_to:
            body["message_reference"] = {"message_id": reply_to, "channel_id": channel, "guild_id": GUILD}
            replied = self._discord.channels[channel][reply_to]
            if replied["author"]["id"] == str(BOT):
                body["mentions"] = [user(BOT)]
        message = self._discord._put(channel, body)
        if "id" in more:
            self._discord.channels[channel][int(more["id"])] = message
        return message

    async def _dispatch(self, name: str, channel: int, message: Json) -> None:
        """As Discord does, leave out the content where the bot has no right to it."""
        told = self._discord._as_told(message)
        if self._discord.kinds[channel] != 1:
            told |= {"guild_id": str(GUILD)}
            member = self._discord.member(int(message["author"]["id"]))
            told["member"] = {
                key: value for key, value in member.items() if key not in ("user", "permissions")
            }
        await self._discord._dispatch(None, name, told)


def attachment(discord: FakeDiscord, name: str, content: bytes, *, url: str = "", size: int = 0) -> Json:
    """A file that lies on the fake's CDN."""
    discord.files[name] = content
    return {
        "id": str(discord.snowflake()), "filename": name, "size": size or len(content),
        "url": url or f"{discord.url}/cdn/{name}", "proxy_url": f"{discord.url}/cdn/{name}",
    }  # fmt: skip


def _mentioned(text: str) -> Json:
    return {"mentions": [user(BOT)] if f"<@{BOT}>" in text else []}


def _option(name: str, value: Any) -> Json:
    kinds = {"file": 11, "channel": 7, "person": 6, "role": 8}
    return {"name": name, "type": kinds.get(name, 4 if isinstance(value, int) else 3), "value": value}
