"""A look at a running `citewise serve` from another process of this machine."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bots.serving.address import LOOPBACK, published
from brain.catalog.home import Home
from brain.errors import ServiceStopped

SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Found:
    """What it said of itself."""

    well: bool
    said: Mapping[str, object]

    @property
    def sentence(self) -> str:
        """In words."""
        parts = self.said.get("parts")
        ill = [name for name, well in parts.items() if not well] if isinstance(parts, dict) else []
        if not self.well and (opening := self.said.get("opening")):
            return f"`citewise serve` is not ready: {opening}."
        if not self.well:
            return f"`citewise serve` is not ready: {', '.join(ill) or 'it starts or stops'}."
        but = f", though not its {', '.join(ill)}" if ill else ""
        return f"`citewise serve` is well{but}."


def looked_at(home: Path, page: str) -> Found:
    """What the `citewise serve` of a home answers there; ServiceStopped where none answers."""
    at = published(Home(home))
    if at is None or not at[0].lives:
        raise ServiceStopped(f"No `citewise serve` that this user could ask serves the home {home}.")
    connection = HTTPConnection(LOOPBACK, at[0].port, timeout=SECONDS)
    try:
        connection.request("GET", page)
        response = connection.getresponse()
        return Found(response.status == HTTPStatus.OK, json.loads(response.read()))
    except (OSError, HTTPException, ValueError) as error:
        raise ServiceStopped(
            f"The `citewise serve` of the home {home} does not answer.", detail=str(error)
        ) from error
    finally:
        connection.close()
