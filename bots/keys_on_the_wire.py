"""Whether a key is sent where others can read it: over plain http, out of this machine and its network."""

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bots.checks import Check, Verdict
from bots.settings import Settings, setting_name
from brain.loopback import is_loopback
from ingest.addresses import AddressPolicy, Resolve, resolve

_ENCRYPTED = ("https", "wss")
_USUAL_PORT = 80
_WRITTEN = "write it as https://host/path or https://host:port/path, the port from 1 to 65535"


@dataclass(frozen=True, slots=True)
class _Sent:
    """A secret that is set, the setting of the address that it goes to, and that address."""

    secret: str
    setting: str
    address: str


def examine_keys(settings: Settings, resolver: Resolve = resolve) -> Iterator[Check]:
    """A fault for each key or token that goes over networks of others as plain text.

    What stays on this machine or in private networks is left alone: who named an address there knows that
    network. A name that can't be looked up may lead anywhere.
    """
    for sent in _sent(settings):
        try:
            parts = urlsplit(sent.address)
            port = parts.port or _USUAL_PORT
        except ValueError as error:  # brackets that don't close, a port beyond 65535
            yield Check("keys", Verdict.FAULT, f"{sent.setting} is no address: {error}", _WRITTEN)
            continue
        if parts.scheme in _ENCRYPTED or is_loopback(parts.hostname):
            continue
        if _leaves(parts.hostname or "", port, resolver):
            where = f"{parts.scheme}://{parts.hostname}"
            found = f"{sent.secret} goes to {where} unencrypted: whoever is on the way can read it"
            mend = (
                f"give {sent.setting} an https:// address; where the server has none, put a proxy with a "
                "certificate before it, or reach it by a tunnel that ends on this machine"
            )
            yield Check("keys", Verdict.FAULT, found, mend)


def _sent(settings: Settings) -> Iterator[_Sent]:
    if settings.reranker and settings.reranker_key and "://" in settings.reranker:
        address = settings.reranker.removeprefix("tei:")
        yield _Sent(setting_name("reranker_key"), setting_name("reranker"), address)
    if settings.answerer == "server" and settings.model_key and settings.model_url:
        yield _Sent(setting_name("model_key"), setting_name("model_url"), settings.model_url)
    if settings.slack_bot_token:
        yield _Sent(setting_name("slack_bot_token"), setting_name("slack_api_url"), settings.slack_api_url)
    if settings.discord_bot_token:
        token = setting_name("discord_bot_token")
        yield _Sent(token, setting_name("discord_api_url"), settings.discord_api_url)
        if settings.discord_gateway_url:
            yield _Sent(token, setting_name("discord_gateway_url"), settings.discord_gateway_url)


def _leaves(host: str, port: int, resolver: Resolve) -> bool:
    """Whether an address of that host is a public one, or none is known."""
    found: Sequence[str]
    try:
        found = resolver(host, port)
    except (OSError, UnicodeError):
        return True
    return not found or any(_is_public(address.partition("%")[0]) for address in found)


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return AddressPolicy().permits(address)
