"""The command group `/citewise` with every verb, the menus of messages, and how they are registered."""

import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bots.desk.gaps import LONGEST
from bots.discord.calls import Calls, DiscordRefused
from bots.discord.needs import COMMAND, MENU, TRIAGE_MENU
from bots.discord.words import one_line, principal
from brain.catalog.chats.notes import Notes

if TYPE_CHECKING:
    from bots.discord.client import DoorClient

Json = dict[str, Any]
Its = discord.Interaction[Any]
Choice = app_commands.Choice[str]
_CHANGES = ("allow", "deny", "create", "support", "auto on", "auto off")
_LONGEST_QUESTION = 4_000
_GLOBAL = "global"
_IN_ALL = "/applications/{application_id}/commands"
_IN_ONE = "/applications/{application_id}/guilds/{guild_id}/commands"
_log = logging.getLogger("citewise.discord")


class Commands(app_commands.Group):
    """The verbs of the Desk as subcommands. Who may do what is the Desk's to say."""

    def __init__(self, client: "DoorClient") -> None:
        super().__init__(
            name=COMMAND,
            description="Ask about the documents, and look after them",
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
        )
        self._client = client

    @app_commands.command(description="A private answer, which you may share")
    @app_commands.describe(question="In your own words")
    async def ask(self, interaction: Its, question: app_commands.Range[str, 1, _LONGEST_QUESTION]) -> None:
        """A private answer."""
        await self._client.commanded(interaction, "ask", question)

    @app_commands.command(description="How the last answer here came about")
    async def why(self, interaction: Its) -> None:
        """How the last answer came about."""
        await self._client.commanded(interaction, "why", "")

    @app_commands.command(description="Support: what a thread is about, how urgent, and a reply with sources")
    @app_commands.describe(case="The number of a case, or list; left out, it is this thread")
    async def triage(self, interaction: Its, case: app_commands.Range[str, 1, 20] | None = None) -> None:
        """Triage the thread, show a case, or list the open ones."""
        await self._client.commanded(interaction, "triage", (case or "").strip().removeprefix("#").lower())

    @app_commands.command(description="Admins: adds a page or a file, after a preview")
    @app_commands.describe(url="Address of a page", file="A file to add", space="Whose document it will be")
    async def add(
        self,
        interaction: Its,
        url: str | None = None,
        file: discord.Attachment | None = None,
        space: str | None = None,
    ) -> None:
        """Add a page or a file; with neither, a form asks for the page."""
        if not url and file is None:
            await self._client.filled_in(interaction, "add")
            return
        words = f"{url or ''}{f' to {space}' if space else ''}"
        await self._client.commanded(interaction, "add", words, [file] if file else [])

    @app_commands.command(description="Admins: what is indexed, and since when")
    @app_commands.describe(words="Of the title or path")
    async def documents(self, interaction: Its, words: str | None = None) -> None:
        """What is indexed."""
        await self._client.commanded(interaction, "documents", words or "")

    @app_commands.command(description="Admins: takes a document out, after a yes")
    @app_commands.describe(document="Its title, path or number")
    async def remove(self, interaction: Its, document: str) -> None:
        """Take a document out."""
        await self._client.commanded(interaction, "remove", document)

    @app_commands.command(description="Admins: takes the last change back")
    async def undo(self, interaction: Its) -> None:
        """Take the last change back."""
        await self._client.commanded(interaction, "undo", "")

    @app_commands.command(description="Admins: the last changes, or a document's versions")
    @app_commands.describe(document="Its title, path or number")
    async def history(self, interaction: Its, document: str | None = None) -> None:
        """The last changes."""
        await self._client.commanded(interaction, "history", document or "")

    @app_commands.command(description="Admins: what people asked and the documents lack")
    @app_commands.describe(days="How many days to look back; left out, 30")
    async def gaps(self, interaction: Its, days: app_commands.Range[int, 1, LONGEST] | None = None) -> None:
        """What the documents lack."""
        await self._client.commanded(interaction, "gaps", str(days or ""))

    @app_commands.command(description="Admins: drives, failures, stale documents, queue, index")
    async def status(self, interaction: Its) -> None:
        """How everything is."""
        await self._client.commanded(interaction, "status", "")

    @app_commands.command(description="Admins: who reads what, and who is asked for help")
    @app_commands.describe(
        change="What is to be changed; leave it out to look only",
        space="Which space",
        channel="A channel that it is about",
        person="A person that it is about",
        role="A role that it is about",
    )
    @app_commands.choices(change=[app_commands.Choice(name=name, value=name) for name in _CHANGES])
    async def spaces(
        self,
        interaction: Its,
        change: app_commands.Choice[str] | None = None,
        space: str | None = None,
        channel: app_commands.AppCommandChannel | None = None,
        person: discord.User | None = None,
        role: discord.Role | None = None,
    ) -> None:
        """Who reads what; or a change of it."""
        words = [change.value if change else "", space or ""]
        named = (("channel", channel), ("user", person), ("role", role))
        words += [principal(kind, found.id) for kind, found in named if found is not None]
        await self._client.commanded(interaction, "spaces", " ".join(word for word in words if word))

    @app_commands.command(description="What I can do, with examples")
    async def help(self, interaction: Its) -> None:
        """What the bot can do."""
        await self._client.commanded(interaction, "help", "")

    @remove.autocomplete("document")
    @history.autocomplete("document")
    async def _documents(self, interaction: Its, current: str) -> list[Choice]:
        return _choices(await self._client.suggested(interaction, "document", current))

    @add.autocomplete("space")
    @spaces.autocomplete("space")
    async def _spaces(self, interaction: Its, current: str) -> list[Choice]:
        return _choices(await self._client.suggested(interaction, "space", current))


def add_commands(tree: "app_commands.CommandTree[DoorClient]", client: "DoorClient") -> None:
    """Put the group and the menus of messages into the tree."""

    async def add_message(interaction: Its, message: discord.Message) -> None:
        await client.add_message(interaction, message)

    async def triage_message(interaction: Its, message: discord.Message) -> None:
        await client.triage_message(interaction, message)

    installs = app_commands.AppInstallationType(guild=True)
    menu = app_commands.ContextMenu(
        name=MENU,
        callback=add_message,
        allowed_contexts=app_commands.AppCommandContext(guild=True),
        allowed_installs=installs,
    )
    menu.default_permissions = discord.Permissions(manage_guild=True)
    # Who is support is no right of Discord's: all see it, and the Desk says who may use it.
    triage_menu = app_commands.ContextMenu(
        name=TRIAGE_MENU,
        callback=triage_message,
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True),
        allowed_installs=installs,
    )
    tree.add_command(Commands(client))
    tree.add_command(menu)
    tree.add_command(triage_menu)


async def synchronise(
    tree: "app_commands.CommandTree[DoorClient]",
    calls: Calls,
    notes: Notes,
    application: int,
    guilds: tuple[int, ...],
) -> list[str]:
    """Register the commands where they are not as they should be; returns where that was done.

    With `guilds` in these at once, otherwise everywhere, and nowhere else: who sees both sees each command
    twice. What was registered is kept as a hash. Where Discord refuses it, the next start tries again.
    """
    body: list[Json] = [command.to_dict(tree) for command in tree.get_commands()]
    wanted = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    scopes, places = [f"guilds/{guild}" for guild in guilds] or [_GLOBAL], f"commands:{application}:scopes"
    before = dict.fromkeys([_GLOBAL, *notes.find(places).split()])
    notes.put(places, " ".join(before | dict.fromkeys(scopes)))
    done = []
    for scope in (*scopes, *(scope for scope in before if scope not in scopes)):
        name, here = f"commands:{application}:{scope}", scope in scopes
        if notes.find(name) == (wanted if here else ""):
            continue
        where: dict[str, Any] = {"application_id": application}
        if scope != _GLOBAL:
            where["guild_id"] = int(scope.removeprefix("guilds/"))
        try:
            await calls("PUT", _IN_ALL if scope == _GLOBAL else _IN_ONE, body if here else [], **where)
        except DiscordRefused as error:
            _log.warning("could not register the commands (%s): %s", scope, error.detail)
            continue
        notes.put(name, wanted if here else "")
        done.append(scope)
    return done


def _choices(found: tuple[tuple[str, str], ...]) -> list[Choice]:
    return [
        app_commands.Choice(name=one_line(label, 100), value=value)
        for value, label in found[:25]
        if len(value) <= 100
    ]
