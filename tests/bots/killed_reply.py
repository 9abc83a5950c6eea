"""`python killed_reply.py FOLDER CASE`: press Send reply, and be killed before it is delivered."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from desk_kit import desk_home
from triage_kit import KIM, pressed


async def _press(folder: Path, ref: str) -> None:
    with desk_home(folder) as here:
        reply = await pressed(here, KIM, "case_send", ref)
        assert reply.elsewhere
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(_press(Path(sys.argv[1]), sys.argv[2]))
