"""Attachments: fetched however long they take, as long as something comes."""

import asyncio

import aiohttp
from aiohttp import web

from bots.discord.files import Files


async def test_a_large_file_may_take_longer_than_a_call() -> None:
    async def slowly(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(6):
            await response.write(b"piece ")
            await asyncio.sleep(0.05)
        return response

    app = web.Application()
    app.router.add_get("/cdn/large.txt", slowly)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    base = f"http://{host}:{port}/cdn"
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.1)) as session:
        file = {"name": "large.txt", "url": f"{base}/large.txt", "size": 36}
        fetched = await Files(session, [base]).fetch(file)
    await runner.cleanup()
    assert fetched.content == b"piece " * 6
