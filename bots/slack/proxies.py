"""Slack's libraries use the proxy of the environment also where it is not to be used: that is put right."""

from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from brain.loopback import is_loopback

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient


class _Proxied(Protocol):
    proxy: str | None


def past_proxy(client: _Proxied, url: str) -> None:
    """Let a client ask an address directly that is this machine's own, or that `NO_PROXY` names."""
    parts = urlsplit(url)
    host, with_port = parts.hostname or "", parts.netloc.rpartition("@")[2]
    if is_loopback(host) or proxy_bypass(host) or proxy_bypass(with_port):
        client.proxy = None


def web_client(token: str, url: str, **options: object) -> "AsyncWebClient":
    """A client of Slack's methods at that address, without retries of its own."""
    from slack_sdk.web.async_client import AsyncWebClient

    client = AsyncWebClient(token=token, base_url=url, retry_handlers=[], **options)  # type: ignore[arg-type]
    past_proxy(client, url)
    return client
