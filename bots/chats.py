"""From the settings of everything to those of one chat platform."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bots.discord.service import DiscordSettings
    from bots.settings import Settings
    from bots.slack.service import SlackSettings


def slack_settings(settings: "Settings") -> "SlackSettings | None":
    """How Slack is reached; None where no token is set."""
    from bots.slack.service import SlackSettings

    if settings.slack_bot_token is None:
        return None
    return SlackSettings(
        bot_token=settings.slack_bot_token.get_secret_value(),
        app_token=_revealed(settings.slack_app_token),
        signing_secret=_revealed(settings.slack_signing_secret),
        mode=settings.slack_mode,
        http_port=settings.slack_http_port,
        api_url=settings.slack_api_url,
    )


def _revealed(secret: "SecretStr | None") -> str:
    return secret.get_secret_value() if secret else ""


def discord_settings(settings: "Settings") -> "DiscordSettings | None":
    """How Discord is reached; None where no token is set."""
    from bots.discord.service import DiscordSettings

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
