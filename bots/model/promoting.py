"""Another adapter in use: recorded, named on disk in one step, answering from the next question on."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bots.model.adapter_in_use import AdapterInUse, answering_with, swap_in
from bots.model.adapter_in_use import serving as in_memory
from brain.errors import CitewiseError, NeedsRestart, UsageError

if TYPE_CHECKING:
    from bots.wiring import Citewise
    from brain.tuning.versions import Version, Versions


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
    citewise: "Citewise", number: int | None, *, actor: str, action: str, serving: bool, back: bool = False
) -> Change:
    """Answer with a version, or with the base model; where anything fails, the one before stays.

    `actor` is who wants that, as the audit log names them. `serving`: this is a running `citewise serve`,
    whose brain goes on with it. The model in memory comes first, since only it can refuse; then the audit
    log; last the name on disk, which changes in one step and counts from then on. Raises UsageError,
    WeightsUnavailable, ModelUnavailable or StorageFailed.
    """
    versions = versions_of(citewise)
    version = None if number is None else versions.version(number)
    if version is not None and not versions.is_sound(version):
        raise UsageError(
            f"The files of version {version.number} are missing or were changed: choose another, or promote "
            f"{version.run} again."
        )
    _ask_server(citewise, versions, version)
    found = answering_with(citewise.settings, version)
    before = in_memory(citewise) if serving else None
    already = versions.in_use().version == number
    late = ""
    try:
        if serving:
            swap_in(citewise, found.adapter)
    except NeedsRestart as error:
        late = error.sentence
    try:
        if not already:
            _record(citewise, versions, version, actor, action)
            (versions.go_back if back else versions.use)(number)
    except BaseException:  # whatever it is: what answers and what is named must not differ
        if serving:
            swap_in(citewise, before)
        raise
    return Change(version, late or _effect(citewise, found, serving=serving, already=already))


def _record(
    citewise: "Citewise", versions: "Versions", version: "Version | None", actor: str, action: str
) -> None:
    if citewise.home.exists:
        was = {"from": versions.in_use().version}
        about = was | {"run": version.run, "adapter": version.adapter} if version else was
        named = f"version {version.number}" if version else "base model"
        citewise.catalog.audit.append(actor, action, named, about)


def _effect(citewise: "Citewise", found: AdapterInUse, *, serving: bool, already: bool) -> str:
    settings = citewise.settings
    if settings.adapter is not None:
        return "CITEWISE_ADAPTER is set, which wins over it."
    if found.unused:
        return f"It does not answer yet: {found.unused}."
    if serving and not already:
        return "The running `citewise serve` answers with it from the next question on."
    if settings.answerer == "phi3" and found.version:
        from brain.phi3.opening import check
        from brain.phi3.quantising import Quantization

        try:
            check(settings.model, found.adapter, Quantization(settings.quantization))
        except CitewiseError as error:
            return f"As things are, it could not answer: {error.sentence}"
    return "It answers already." if already else "It answers from now on."


def _ask_server(citewise: "Citewise", versions: "Versions", version: "Version | None") -> None:
    """A model server must have an adapter before it is asked for it: else every answer would fail."""
    settings = citewise.settings
    if settings.answerer != "server" or settings.adapter is not None or version is None:
        return
    from bots.model.answerer import choice
    from brain.answering.factory import served_models

    if version.name not in served_models(choice(settings)):
        raise UsageError(
            f"Version {version.number} is kept, and the model server does not have it yet, so what answers "
            f"now goes on. Load it, then run this again: {load_step(citewise, versions, version)}"
        )


def load_step(citewise: "Citewise", versions: "Versions", version: "Version") -> str:
    """The command that gives a version to a running vLLM, which must have been told that it may take some."""
    import json
    import shlex

    folder: Path = versions.folder(version.number)
    said = json.dumps({"lora_name": version.name, "lora_path": str(folder)})
    settings = citewise.settings
    key = ' -H "Authorization: Bearer $CITEWISE_MODEL_KEY"' if settings.model_key else ""
    where = f"{(settings.model_url or '').rstrip('/')}/load_lora_adapter"
    return f"curl {where} -H 'Content-Type: application/json'{key} -d {shlex.quote(said)}"
