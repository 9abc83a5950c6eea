"""The pages that need no token, since nothing in them names a document, a question or a person."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from bots.serving.services import ServiceReport

HEALTH, READY, METRICS = "/healthz", "/readyz", "/metrics"
CAN_DO_WITHOUT = ("model server",)
"""Services whose trouble leaves the rest ready: the documents' own sentences answer then."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is answered to a look."""

    status: HTTPStatus
    content_type: str
    body: bytes


Pages = Mapping[str, Callable[[], Page]]


def health(*, well: bool, version: str) -> Page:
    """Whether the process is up and takes commands; not while it starts or stops."""
    return _json({"ok": well, "version": version}, good=well)


def readiness(*, well: bool, services: Sequence[ServiceReport], opening: str = "") -> Page:
    """Whether questions come in and are answered: the index in order, every chat connected.

    `opening` says how far the index is where it is still being made.
    Services are named, and their sentences kept back, in which a bot or a server may be named.
    """
    parts = {"commands": well, **{service.name: service.well for service in services}}
    ready = all(fine for name, fine in parts.items() if name not in CAN_DO_WITHOUT)
    said = {"ready": ready, "parts": parts, **({"opening": opening} if opening else {})}
    return _json(said, good=ready)


def _json(said: object, *, good: bool) -> Page:
    status = HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
    return Page(status, "application/json", json.dumps(said).encode() + b"\n")
