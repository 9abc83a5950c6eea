"""Everything that can be set, read once from the environment, `.env` or files of secrets; nowhere else."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from bots.working_days import weekdays_of, working_days
from brain.errors import UsageError

_SECRETS = Path("/run/secrets")
_HIGHEST_PORT = 65535
_PORT = Field(ge=1, le=_HIGHEST_PORT)
_LONGEST_DAYS = 36_500
_LONGEST_PATIENCE = 600  # seconds: what a chat shows of a question is brought up to date for longer by nobody
_PORT_OR_ANY = Field(ge=0, le=_HIGHEST_PORT)
_LIKE_AN_ADDRESS = re.compile(r"tei:|\w+://")
# Without a key, neither before the host nor in a query: addresses are shown and logged.
_ADDRESS = r"https?://[^/@?#\s]+(/[^?#\s]*)?"
_RERANKER_ADDRESS = re.compile(rf"(tei:)?{_ADDRESS}")
_OF_TERMINALS = (
    "COLORTERM", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "TERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE"
)  # fmt: skip
_OF_ANSWERS = (
    "embeddings", "reranker", "reranker_model", "answerer", "entailment", "model", "adapter", "quantization",
    "model_url", "model_patience", "threshold", "allow_private_urls",
)  # fmt: skip


class Settings(BaseSettings):
    """The settings, frozen. Each is named as in the environment; `.env.example` explains every one."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    home: Path = Field(default=Path(".citewise"), validation_alias="CITEWISE_HOME")
    cache: Path | None = Field(default=None, validation_alias="CITEWISE_CACHE")
    embeddings: str = Field(default="minilm", validation_alias="CITEWISE_EMBEDDINGS", min_length=1)
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    jina_api_key: SecretStr | None = Field(default=None, validation_alias="JINA_API_KEY")
    reranker: str | None = Field(default=None, validation_alias="CITEWISE_RERANKER")
    reranker_model: str | None = Field(default=None, validation_alias="CITEWISE_RERANKER_MODEL")
    reranker_key: SecretStr | None = Field(default=None, validation_alias="CITEWISE_RERANKER_KEY")
    answerer: str = Field(
        default="extractive",
        validation_alias="CITEWISE_ANSWERER",
        pattern=r"^(extractive|phi3|server|langchain:[^:\s]+:\S+)$",
    )
    entailment: str | None = Field(default=None, validation_alias="CITEWISE_ENTAILMENT")
    threshold: float | None = Field(default=None, validation_alias="CITEWISE_THRESHOLD", ge=0, le=1)
    allow_private_urls: bool = Field(default=False, validation_alias="CITEWISE_ALLOW_PRIVATE_URLS")
    chroma_url: str | None = Field(
        default=None, validation_alias="CITEWISE_CHROMA_URL", pattern=r"^https?://"
    )
    control_port: Annotated[int, _PORT_OR_ANY] = Field(default=8765, validation_alias="CITEWISE_CONTROL_PORT")

    monitoring: str | None = Field(
        default=None,
        validation_alias="CITEWISE_MONITORING",
        pattern=r"^([\w.-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}$",
    )

    keep_questions: int | None = Field(
        default=None, validation_alias="CITEWISE_KEEP_QUESTIONS", ge=1, le=_LONGEST_DAYS
    )
    keep_removed: int | None = Field(
        default=None, validation_alias="CITEWISE_KEEP_REMOVED", ge=1, le=_LONGEST_DAYS
    )

    model: str = Field(
        default="microsoft/Phi-3-mini-4k-instruct", validation_alias="CITEWISE_MODEL", min_length=1
    )
    adapter: Path | None = Field(default=None, validation_alias="CITEWISE_ADAPTER")
    quantization: Literal["none", "8bit", "4bit", "auto"] = Field(
        default="auto", validation_alias="CITEWISE_QUANTIZATION"
    )
    model_url: str | None = Field(
        default=None,
        validation_alias="CITEWISE_MODEL_URL",
        pattern=rf"^{_ADDRESS}$",
    )
    model_key: SecretStr | None = Field(default=None, validation_alias="CITEWISE_MODEL_KEY")
    model_patience: int = Field(
        default=30, validation_alias="CITEWISE_MODEL_PATIENCE", ge=5, le=_LONGEST_PATIENCE
    )
    mask_personal_data: bool = Field(default=True, validation_alias="CITEWISE_MASK_PERSONAL_DATA")
    admins: Annotated[tuple[str, ...], NoDecode] = Field(default=(), validation_alias="CITEWISE_ADMINS")

    digest: Annotated[tuple[str, ...], NoDecode] = Field(default=(), validation_alias="CITEWISE_DIGEST")

    working_days: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("mon-fri",), validation_alias="CITEWISE_WORKING_DAYS"
    )
    days_off: Annotated[tuple[str, ...], NoDecode] = Field(default=(), validation_alias="CITEWISE_DAYS_OFF")

    slack_bot_token: SecretStr | None = Field(default=None, validation_alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr | None = Field(default=None, validation_alias="SLACK_APP_TOKEN")
    slack_signing_secret: SecretStr | None = Field(default=None, validation_alias="SLACK_SIGNING_SECRET")
    slack_mode: Literal["socket", "http"] = Field(default="socket", validation_alias="SLACK_MODE")
    slack_http_port: Annotated[int, _PORT] = Field(default=3000, validation_alias="SLACK_HTTP_PORT")
    slack_api_url: str = Field(
        default="https://slack.com/api/", validation_alias="SLACK_API_URL", pattern=r"^https?://"
    )

    discord_bot_token: SecretStr | None = Field(default=None, validation_alias="DISCORD_BOT_TOKEN")
    discord_api_url: str = Field(
        default="https://discord.com/api/v10", validation_alias="DISCORD_API_URL", pattern=r"^https?://"
    )
    discord_gateway_url: str | None = Field(
        default=None, validation_alias="DISCORD_GATEWAY_URL", pattern=r"^(wss?|https?)://"
    )
    discord_cdn_url: str | None = Field(
        default=None, validation_alias="DISCORD_CDN_URL", pattern=r"^https?://"
    )
    discord_message_content: bool = Field(default=False, validation_alias="DISCORD_MESSAGE_CONTENT")
    discord_guilds: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(), validation_alias="DISCORD_GUILDS"
    )
    discord_threads: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), validation_alias="DISCORD_THREADS"
    )

    @field_validator(
        "admins", "digest", "working_days", "days_off", "discord_guilds", "discord_threads", mode="before"
    )
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("reranker")
    @classmethod
    def _check_reranker(cls, value: str | None) -> str | None:
        """An address holds no key: it is shown and logged."""
        if value and _LIKE_AN_ADDRESS.match(value) and not _RERANKER_ADDRESS.fullmatch(value):
            raise ValueError(value)
        return value

    @field_validator("monitoring")
    @classmethod
    def _check_monitoring(cls, value: str | None) -> str | None:
        if value and int(value.rpartition(":")[2]) > _HIGHEST_PORT:
            raise ValueError(value)
        return value

    @field_validator("discord_threads")
    @classmethod
    def _check_threads(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for channel in value:
            if channel != "all" and not channel.isdecimal():
                raise ValueError(channel)
        return value

    @field_validator("digest")
    @classmethod
    def _check_digest(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for reader in value:
            if reader != "admins" and not re.fullmatch(r"(slack|discord):channel:\w+", reader):
                raise ValueError(reader)
        return value

    @field_validator("working_days")
    @classmethod
    def _check_working_days(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not weekdays_of(value):
            raise ValueError("no weekday is named")
        return value

    @field_validator("days_off")
    @classmethod
    def _check_days_off(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        working_days((), value)
        return value

    @field_validator("admins")
    @classmethod
    def _check_admins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        named = []
        for admin in value:
            platform, _, person = admin.partition(":")
            person = person.removeprefix("user:")  # as `citewise spaces` has it
            if platform not in ("slack", "discord") or not person or ":" in person:
                raise ValueError(admin)
            named.append(f"{platform}:{person}")
        return tuple(named)


_ALLOWED_BY_ERROR = {
    "bool_parsing": "true or false",
    "int_parsing": "a port number from 1 to 65535",
    "less_than_equal": "a port number from 1 to 65535",
    "greater_than_equal": "a port number from 1 to 65535",
    "string_pattern_mismatch": "an address that starts with http:// or https://",
    "value_error": "people such as slack:U123,discord:456",
    "string_too_short": "a name",
}
_KEPT = f"a number of days from 1 to {_LONGEST_DAYS:,}, or nothing to keep them"
_ALLOWED_BY_NAME = {
    "CITEWISE_ANSWERER": "extractive, phi3, server or langchain:provider:model",
    "CITEWISE_RERANKER": (
        "a folder, a model of the hub such as cross-encoder/ms-marco-MiniLM-L6-v2, or an address such as "
        "http://127.0.0.1:8000/v1/rerank or tei:http://127.0.0.1:8080; a key goes into CITEWISE_RERANKER_KEY"
    ),
    "CITEWISE_MODEL_URL": "an address such as http://127.0.0.1:8000/v1; a key goes into CITEWISE_MODEL_KEY",
    "CITEWISE_KEEP_QUESTIONS": _KEPT,
    "CITEWISE_KEEP_REMOVED": _KEPT,
    "CITEWISE_MONITORING": "an address and a port, such as 127.0.0.1:9464 or 0.0.0.0:9464",
    "CITEWISE_DIGEST": "admins, or channels such as slack:channel:C024BE91L, parted by commas",
    "CITEWISE_THRESHOLD": "a number from 0 to 1",
    "DISCORD_GUILDS": "ids of servers, parted by commas",
    "DISCORD_THREADS": "ids of channels, or all, parted by commas",
    "DISCORD_GATEWAY_URL": "an address that starts with wss:// or ws://",
}
# What is wrong with days is told with them: there is more than one way to write them.
_ALLOWED_DAYS = {
    "CITEWISE_WORKING_DAYS": "allowed are: mon-fri, or mon,wed,sat, or sun-thu",
    "CITEWISE_DAYS_OFF": (
        "allowed are, parted by commas: 2026-12-24, 12-25 (in each year) and 2026-12-24..2027-01-01"
    ),
}


def load_settings(home: Path | None = None) -> Settings:
    """Read the environment, `.env` and files of secrets; `home` (from the command line) goes before all.

    Raises UsageError with the variable, its value and what is allowed.
    """
    try:
        secrets: Any = {"_secrets_dir": _secrets_folder()}
        settings = Settings(**secrets)
    except ValidationError as error:
        raise UsageError(_sentence(error)) from error
    except UnicodeDecodeError as error:
        raise UsageError("The file .env is not UTF-8 text: save it as UTF-8.") from error
    except SettingsError as error:
        fault = error.__cause__
        if not isinstance(fault, OSError):
            raise
        raise UsageError(
            f"The secrets in {fault.filename} can't be read ({(fault.strerror or '').lower()}): "
            "give this user the right to."
        ) from error
    except OSError as error:
        raise UsageError(
            f"The file {error.filename or '.env'} can't be read ({(error.strerror or '').lower()}): "
            "give this user the right to, or call citewise in another folder."
        ) from error
    settings = settings if home is None else settings.model_copy(update={"home": home})
    try:
        str(settings.home).encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            f"The home {str(settings.home)!r} has letters in its name that are not UTF-8: "
            "choose another with --home or CITEWISE_HOME."
        ) from error
    return settings


def _secrets_folder() -> Path | None:
    """Where files lie that are named as settings, such as `slack_bot_token`, and hold their values.

    systemd names a folder for its LoadCredential; Docker and others have one that is always the same.
    """
    named = os.environ.get("CREDENTIALS_DIRECTORY")
    if named:
        return Path(named) if Path(named).is_dir() else None
    # What lies there may be for others: who may not look into it has no secrets there.
    return _SECRETS if os.access(_SECRETS, os.R_OK | os.X_OK) and _SECRETS.is_dir() else None


def _sentence(error: ValidationError) -> str:
    fault: Any = error.errors()[0]
    name = str(fault["loc"][0])
    if name in _ALLOWED_DAYS:
        return f"In {name}, {fault['ctx']['error']}; {_ALLOWED_DAYS[name]}."
    if name in _ALLOWED_BY_NAME:
        allowed = _ALLOWED_BY_NAME[name]
    elif fault["type"] == "literal_error":
        allowed = str(fault["ctx"]["expected"]).replace("'", "")
    else:
        allowed = _ALLOWED_BY_ERROR.get(fault["type"], "another value")
    given = str(fault["input"])
    secret = any(word in name for word in ("TOKEN", "SECRET", "KEY")) or "@" in given
    secret = secret or ("://" in given and "?" in given)
    shown = "" if secret else f" to {given!r}"
    return f"{name} is set{shown}; allowed is: {allowed}."


def unknown_settings() -> list[str]:
    """Names in the environment or `.env` that look like settings of citewise and are none."""
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    written = dotenv_values(".env", encoding="utf-8") if Path(".env").is_file() else {}
    return sorted(
        name for name in {*os.environ, *written} if name.startswith("CITEWISE_") and name not in known
    )


def setting_name(field: str) -> str:
    """A setting as it is named in the environment."""
    return str(Settings.model_fields[field].validation_alias)


def about_answers(settings: Settings) -> dict[str, str]:
    """What was set about reading and answering, by field; nothing secret."""
    return {name: str(getattr(settings, name)) for name in _OF_ANSWERS if name in settings.model_fields_set}


def notify_socket() -> str:
    """Where systemd wants to be told that a service is ready; empty where it does not."""
    return os.environ.get("NOTIFY_SOCKET", "")


def terminal_variables() -> dict[str, str]:
    """The variables by which rich decides about colour and width."""
    return {name: os.environ[name] for name in _OF_TERMINALS if name in os.environ}


def revealed(secret: SecretStr | None) -> str | None:
    """The text of a secret, for whoever hands it on to where it is meant for."""
    return secret.get_secret_value() if secret else None
