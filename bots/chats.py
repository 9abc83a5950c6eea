"""From the settings of everything to those of one chat platform."""

from typing import TYPE_CHECKING

from bots.discord.service import DiscordSettings

if TYPE_CHECKING:
    from bots.settings import Settings


def discord_settings(settings: "Settings") -> DiscordSettings | None:
    """How Discord is reached; None where no token is set."""
    if settings.discord_bot_token is None:
        return None
    return DiscordSettings(
        bot_token=settings.discord_bot_token.get_secret_value(),
        api_url=settings.discord_api_url,
        gateway_url=settings.discord_gateway_url or "",
        cdn_url=settings.discord_cdn_url or "",
        message_content=settings.discord_message_content,
        guilds=settings.discord_guilds,
        threads=settings.discord_threads,
    )
