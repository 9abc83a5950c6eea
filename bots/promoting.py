"""Another adapter in use: recorded, named on disk in one step, answering from the next question on."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bots.adapter_in_use import adapter_in_use, swap_in
from brain.errors import CitewiseError, UsageError

if TYPE_CHECKING:
    from bots.wiring import Citewise
    from brain.tuning.versions import Version, Versions

ACTOR = "owner"


@dataclass(frozen=True, slots=True)
class Change:
    """What answers now (None: the base model), and from when on, in words."""

    version: "Version | None"
    effect: str


def versions_of(citewise: "Citewise") -> "Versions":
    """The versions of a home."""
    from brain.tuning.versions import Versions

    return Versions(citewise.home.tuning)


def put_in_use(
    citewise: "Citewise", number: int | None, *, action: str, serving: bool, back: bool = False
) -> Change:
    """Answer with a version, or with the base model.

    `serving`: this is a running `citewise serve`, whose brain goes on with it. The order is that of what
    must not be lost: the audit log first, then the name on disk, which changes in one step, then the
    model in memory. Raises UsageError for a version that can't be served, and the one before stays.
    """
    versions = versions_of(citewise)
    version = None if number is None else versions.version(number)
    if version is not None and not versions.is_sound(version):
        raise UsageError(
            f"The files of version {version.number} are missing or were changed: choose another, or promote "
            f"{version.run} again."
        )
    _ask_server(citewise, versions, version)
    was = versions.in_use().version
    if citewise.home.exists:
        about = {"from": was, "run": version.run, "adapter": version.adapter} if version else {"from": was}
        named = "base model" if number is None else f"version {number}"
        citewise.catalog.audit.append(ACTOR, action, named, about)
    if back:
        versions.go_back(number)
    else:
        versions.use(number)
    return Change(version, _effect(citewise, serving=serving))


def _effect(citewise: "Citewise", *, serving: bool) -> str:
    settings = citewise.settings
    if settings.answerer not in ("phi3", "server"):
        return f"It answers once CITEWISE_ANSWERER is phi3 or server; it is {settings.answerer}."
    if unused := adapter_in_use(settings).unused:
        return f"It does not answer yet: {unused}."
    if not serving:
        return "It answers from now on."
    try:
        swap_in(citewise)
    except CitewiseError as error:
        return f"The running `citewise serve` goes on with the one before: {error.sentence}"
    return "The running `citewise serve` answers with it from the next question on."


def _ask_server(citewise: "Citewise", versions: "Versions", version: "Version | None") -> None:
    """A model server must have an adapter before it is asked for it: else every answer would fail."""
    settings = citewise.settings
    if settings.answerer != "server" or settings.adapter is not None or version is None:
        return
    from bots.answerer import choice
    from brain.answering.factory import served_models

    if version.name not in served_models(choice(settings)):
        raise UsageError(
            f"Version {version.number} is kept, and the model server does not have it yet, so the one before "
            f"stays. Load it, then run this again: {load_step(settings.model_url or '', versions, version)}"
        )


def load_step(url: str, versions: "Versions", version: "Version") -> str:
    """The command that gives a version to a running vLLM, which must be told that it may take some."""
    import json
    import shlex

    folder: Path = versions.folder(version.number)
    said = json.dumps({"lora_name": version.name, "lora_path": str(folder)})
    header = "-H 'Content-Type: application/json'"
    return f"curl -X POST {url.rstrip('/')}/load_lora_adapter {header} -d {shlex.quote(said)}"
