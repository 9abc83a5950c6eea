"""The chat platforms of one citewise: from everybody's settings to each platform's, and to its service."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bots.settings import Settings, revealed

if TYPE_CHECKING:
    from bots.desk import Desk
    from bots.discord.service import DiscordSettings
    from bots.doors.background import Background
    from bots.slack.service import SlackSettings
    from brain.catalog.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Chats:
    """Builds a service for each platform that has a token; what it needs is made when it is started."""

    settings: Settings
    home: Path
    desk: "Callable[[], Desk]"
    catalog: "Callable[[], Catalog]"

    @property
    def names(self) -> frozenset[str]:
        """What the platforms that are set up are called."""
        return connected(self.settings)

    def services(self) -> "list[Background]":
        """All platforms that are set up, in the order of starting."""
        return [chat for chat in (self.slack(), self.discord()) if chat is not None]

    def slack(self) -> "Background | None":
        """Slack, to be started and stopped; None where no token is set."""
        if (settings := slack_settings(self.settings)) is None:
            return None
        from bots.doors.background import Background
        from bots.error_log import write_down
        from bots.slack.service import SlackService

        keep = partial(write_down, home=self.home)
        return Background(lambda: SlackService(settings, self.desk(), self.catalog(), keep), "slack")

    def discord(self) -> "Background | None":
        """Discord, to be started and stopped; None where no token is set."""
        if (settings := discord_settings(self.settings)) is None:
            return None
        from bots.discord.service import DiscordService
        from bots.doors.background import Background
        from bots.error_log import write_down

        keep = partial(write_down, home=self.home)
        return Background(lambda: DiscordService(settings, self.desk(), self.catalog(), keep), "discord")


def connected(settings: Settings) -> frozenset[str]:
    """The platforms that a token is set for."""
    known = {"slack": settings.slack_bot_token, "discord": settings.discord_bot_token}
    return frozenset(name for name, token in known.items() if token)


def slack_settings(settings: Settings) -> "SlackSettings | None":
    """How Slack is reached; None where no token is set."""
    if (token := revealed(settings.slack_bot_token)) is None:
        return None
    from bots.slack.service import SlackSettings

    return SlackSettings(
        bot_token=token,
        app_token=revealed(settings.slack_app_token) or "",
        signing_secret=revealed(settings.slack_signing_secret) or "",
        mode=settings.slack_mode,
        http_port=settings.slack_http_port,
        api_url=settings.slack_api_url,
    )


def discord_settings(settings: Settings) -> "DiscordSettings | None":
    """How Discord is reached; None where no token is set."""
    if (token := revealed(settings.discord_bot_token)) is None:
        return None
    from bots.discord.service import DiscordSettings

    return DiscordSettings(
        bot_token=token,
        api_url=settings.discord_api_url,
        gateway_url=settings.discord_gateway_url or "",
        cdn_url=settings.discord_cdn_url or "",
        message_content=settings.discord_message_content,
        guilds=settings.discord_guilds,
        threads=settings.discord_threads,
    )
