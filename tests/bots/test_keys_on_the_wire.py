"""Keys that go over plain http: told where others could read them, and only there."""

import pytest
from command_kit import Run

from bots.checks import Verdict
from bots.keys_on_the_wire import examine_keys
from bots.settings import Settings

NAMES = {
    "models.example.org": ("93.184.215.14",),
    "gpu.internal": ("10.0.3.7",),
    "half.internal": ("10.0.3.7", "2606:2800:21f:cb07::14"),
    "box.tailnet": ("100.101.102.103",),
    "mapped.example.org": ("::ffff:93.184.215.14",),
}


def resolver(host: str, port: int) -> tuple[str, ...]:
    if host in NAMES:
        return NAMES[host]
    if host.replace(".", "").isdecimal():
        return (host,)
    raise OSError("Name or service not known")


def told(**values: str) -> list[str]:
    settings = Settings(_env_file=None, **values)  # type: ignore[arg-type]
    found = list(examine_keys(settings, resolver))
    assert all(check.verdict is Verdict.FAULT and "https://" in check.mend for check in found)
    assert not any("hidden" in f"{check.found}{check.mend}" for check in found)
    return [check.found for check in found]


@pytest.mark.parametrize(
    ("host", "readable"),
    [
        ("models.example.org", True),
        ("93.184.215.14", True),
        ("mapped.example.org", True),
        ("half.internal", True),
        ("nowhere.example.org", True),  # nobody knows where that leads
        ("127.0.0.1", False),
        ("localhost", False),
        ("192.168.7.20", False),
        ("gpu.internal", False),
        ("box.tailnet", False),
    ],
)
def test_a_key_is_told_that_leaves_the_network_readable(host: str, readable: bool) -> None:
    address = f"http://{host}:8000/v1"
    model = {"CITEWISE_ANSWERER": "server", "CITEWISE_MODEL_URL": address, "CITEWISE_MODEL_KEY": "hidden"}
    assert (
        told(**model)
        == [f"CITEWISE_MODEL_KEY goes to http://{host} unencrypted: whoever is on the way can read it"]
        * readable
    )
    for form in (address, f"tei:{address}"):
        assert len(told(CITEWISE_RERANKER=form, CITEWISE_RERANKER_KEY="hidden")) == readable


def test_nothing_is_told_where_no_key_goes_or_it_goes_encrypted() -> None:
    plain, safe = "http://models.example.org/v1", "https://models.example.org/v1"
    assert told(CITEWISE_ANSWERER="server", CITEWISE_MODEL_URL=plain) == []
    assert told(CITEWISE_MODEL_URL=plain, CITEWISE_MODEL_KEY="hidden") == []  # the answerer is another
    assert told(CITEWISE_RERANKER=plain) == []
    assert told(CITEWISE_RERANKER="vendor/model", CITEWISE_RERANKER_KEY="hidden") == []
    assert told(CITEWISE_RERANKER=safe, CITEWISE_RERANKER_KEY="hidden") == []
    assert told(SLACK_BOT_TOKEN="hidden", DISCORD_BOT_TOKEN="hidden") == []


def test_a_chat_s_token_is_told_too() -> None:
    slack = told(SLACK_BOT_TOKEN="hidden", SLACK_API_URL="http://models.example.org/api/")
    assert [found.split(" goes")[0] for found in slack] == ["SLACK_BOT_TOKEN"]
    discord = told(
        DISCORD_BOT_TOKEN="hidden",
        DISCORD_API_URL="http://models.example.org/api",
        DISCORD_GATEWAY_URL="ws://models.example.org",
    )
    assert [found.split(" goes to ")[1].split(" ")[0] for found in discord] == [
        "http://models.example.org",
        "ws://models.example.org",
    ]


@pytest.mark.parametrize("address", ["http://models.example.org:99999/v1", "http://[::1/v1"])
def test_an_address_that_can_t_be_read_is_a_fault_of_its_own(address: str, here: Run) -> None:
    wrong = {"CITEWISE_ANSWERER": "server", "CITEWISE_MODEL_URL": address, "CITEWISE_MODEL_KEY": "hidden"}
    (found,) = told(**wrong)
    assert found.startswith("CITEWISE_MODEL_URL is no address: ")
    done = here("doctor", **wrong)
    assert done.code == 1
    assert "CITEWISE_MODEL_URL is no address" in " ".join(done.out.split())


def test_doctor_tells_it(here: Run) -> None:
    # A name of the reserved domain, which leads nowhere.
    named = {"SLACK_BOT_TOKEN": "hidden", "SLACK_API_URL": "http://slack.invalid/api/"}
    done = here("doctor", **named)
    assert done.code == 1
    assert "SLACK_BOT_TOKEN goes to http://slack.invalid unencrypted" in " ".join(done.out.split())
