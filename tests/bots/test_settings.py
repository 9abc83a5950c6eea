"""What can be set, how a wrong value is told, and that `.env.example` says the same."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from bots.settings import Settings, load_settings, revealed, unknown_settings
from brain.errors import UsageError

EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
    return


def example() -> dict[str, str]:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))


def test_the_example_lists_every_setting_with_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    written = example()
    defaults = load_settings()
    assert list(written) == [str(field.validation_alias) for field in Settings.model_fields.values()]
    Path(".env").write_bytes(EXAMPLE.read_bytes())
    assert load_settings() == defaults
    for name, value in written.items():
        monkeypatch.setenv(name, value)
    assert load_settings() == defaults


def test_each_setting_of_the_example_stands_under_a_comment() -> None:
    blocks = EXAMPLE.read_text("utf-8").split("\n\n")
    for block in blocks:
        if re.search(r"^[A-Z_]+=", block, re.MULTILINE):
            assert block.startswith("# "), block


def test_the_environment_goes_before_the_file_and_the_command_line_before_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("CITEWISE_HOME=from-file\nCITEWISE_ALLOW_PRIVATE_URLS=true\n", "utf-8")
    assert load_settings().home == Path("from-file")
    assert load_settings().allow_private_urls
    monkeypatch.setenv("CITEWISE_HOME", "from-environment")
    assert load_settings().home == Path("from-environment")
    assert load_settings(Path("from-option")).home == Path("from-option")


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings().home = Path("elsewhere")  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("CITEWISE_QUANTIZATION", "3bit", "none, 8bit, 4bit or auto"),
        ("CITEWISE_ANSWERER", "magic", "extractive"),
        ("CITEWISE_ALLOW_PRIVATE_URLS", "perhaps", "true or false"),
        ("CITEWISE_MODEL_URL", "localhost:8000", "http"),
        ("CITEWISE_ANSWERER", "langchain:openai", "extractive, phi3, server or langchain:provider:model"),
        ("CITEWISE_RERANKER", "tei:localhost:8080", "tei:http://127.0.0.1:8080"),
        ("CITEWISE_RERANKER", "ftp://models/reranker", "a model of the hub"),
        ("CITEWISE_THRESHOLD", "1.5", "0 to 1"),
        ("CITEWISE_THRESHOLD", "high", "0 to 1"),
        ("CITEWISE_CONTROL_PORT", "99999", "1 to 65535"),
        ("SLACK_HTTP_PORT", "http", "1 to 65535"),
        ("SLACK_MODE", "carrier pigeon", "socket or http"),
        ("CITEWISE_ADMINS", "anna", "slack:U123"),
        ("CITEWISE_ADMINS", "slack:group:S1", "slack:U123"),
        ("DISCORD_GATEWAY_URL", "gateway", "wss://"),
        ("DISCORD_GUILDS", "northwind", "ids of servers"),
        ("DISCORD_THREADS", "#help", "or all"),
        ("CITEWISE_MONITORING", "9464", "0.0.0.0:9464"),
        ("CITEWISE_WORKING_DAYS", "mon-fry", "'mon-fry' is no weekday; allowed are: mon-fri"),
        ("CITEWISE_WORKING_DAYS", ",", "no weekday is named; allowed are: mon-fri"),
        ("CITEWISE_DAYS_OFF", "31.12.2026", "'31.12.2026' is no date; allowed are"),
        ("CITEWISE_MONITORING", "0.0.0.0:99464", "0.0.0.0:9464"),
    ],
)
def test_a_wrong_value_is_told_with_its_name_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError) as told:
        load_settings()
    assert name in told.value.sentence
    assert value in told.value.sentence
    assert allowed in told.value.sentence


def test_a_key_in_the_model_server_s_address_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for address in ("http://me:hidden@localhost:8000/v1", "https://host/v1?key=hidden"):
        monkeypatch.setenv("CITEWISE_MODEL_URL", address)
        with pytest.raises(UsageError, match="a key goes into CITEWISE_MODEL_KEY") as told:
            load_settings()
        assert "hidden" not in told.value.sentence


def test_a_reranker_is_a_folder_a_model_of_the_hub_or_an_address_without_a_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = ("models/ours", "owner/model", "http://h:1/v1/rerank", "tei:https://h")
    for name in named:
        monkeypatch.setenv("CITEWISE_RERANKER", name)
        assert load_settings().reranker == name
    for address in ("https://me:hidden@h/rerank", "https://h/rerank?key=hidden", "tei:https://h?key=hidden"):
        monkeypatch.setenv("CITEWISE_RERANKER", address)
        with pytest.raises(UsageError, match="a key goes into CITEWISE_RERANKER_KEY") as told:
            load_settings()
        assert "hidden" not in told.value.sentence


def test_admins_are_parted_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWISE_ADMINS", "slack:U1, discord:2 ,")
    assert load_settings().admins == ("slack:U1", "discord:2")
    monkeypatch.setenv("CITEWISE_ADMINS", "slack:user:U1,discord:user:2")  # as people stand in the spaces
    assert load_settings().admins == ("slack:U1", "discord:2")


def test_servers_and_channels_of_discord_are_parted_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_GUILDS", "1, 2")
    monkeypatch.setenv("DISCORD_THREADS", "all")
    assert (load_settings().discord_guilds, load_settings().discord_threads) == ((1, 2), ("all",))


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-very-secret")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    assert "very-secret" not in repr(load_settings())


def test_a_misspelt_setting_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unknown_settings() == []
    monkeypatch.setenv("CITEWISE_HOMEE", "x")
    Path(".env").write_text("CITEWISE_ANSWERRER=extractive\nOTHER=1\n", "utf-8")
    assert unknown_settings() == ["CITEWISE_ANSWERRER", "CITEWISE_HOMEE"]


def test_a_file_that_is_no_text_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_bytes(b"CITEWISE_HOME=\xff\xfe\x00")
    with pytest.raises(UsageError, match="UTF-8"):
        load_settings()


def test_secrets_may_lie_in_files_and_what_is_set_otherwise_goes_before_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "slack_bot_token").write_text("xoxb-1\n", "utf-8")
    (folder / "discord_bot_token").write_text("of-the-file", "utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    monkeypatch.setenv("DISCORD_BOT_TOKEN", "of-the-environment")
    Path(".env").write_text("SLACK_BOT_TOKEN=\n", "utf-8")  # as in .env.example
    settings = load_settings()
    assert revealed(settings.slack_bot_token) == "xoxb-1"
    assert revealed(settings.discord_bot_token) == "of-the-environment"
    (folder / "slack_mode").write_text("pigeon", "utf-8")
    with pytest.raises(UsageError, match="SLACK_MODE is set to 'pigeon'"):
        load_settings()


def test_a_folder_of_secrets_that_is_not_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/nowhere")
    assert load_settings().slack_bot_token is None


def test_secrets_that_this_user_may_not_read_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> Iterator[Path]:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.setattr(Path, "iterdir", refuse)  # root, as whom tests may run, may read everything
    with pytest.raises(UsageError, match=r"The secrets in .* can't be read \(permission denied\)"):
        load_settings()
