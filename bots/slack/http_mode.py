"""HTTP mode: the web application that Slack posts to, which reads nothing that Slack has not signed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_sdk.signature import SignatureVerifier

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

_LARGEST = 2_000_000  # bytes of a request
_SECONDS = 10.0  # for a request to come in: nobody is known by a signature before, so nobody may take longer


def application(
    app: "AsyncApp", signing_secret: str, status: Callable[[], Awaitable[str]], patience: float = _SECONDS
) -> web.Application:
    """What answers at `/slack/events`, and says at `/healthz` how it is.

    A request that has not come in whole within `patience` seconds is turned away.
    """
    verifier = SignatureVerifier(signing_secret)

    async def take(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(patience):
                body = await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        if b"ssl_check=1" in body.split(b"&"):  # Slack looks at the certificate now and then, unsigned
            return web.Response()
        if not _signed(verifier, body, request.headers):
            return web.json_response({"error": "invalid request"}, status=401)
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    async def healthy(request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "status": await status()})

    server = web.Application(client_max_size=_LARGEST)
    server.router.add_post("/slack/events", take)
    server.router.add_get("/healthz", healthy)
    return server


def _signed(verifier: SignatureVerifier, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether Slack signed a request; anything may be sent by anyone, so that a broken one is no error."""
    try:
        return verifier.is_valid_request(body, headers)
    except (TypeError, ValueError):  # a time that is no number, a signature or body that is no text
        return False
