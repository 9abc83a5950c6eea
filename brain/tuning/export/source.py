"""Which adapter is meant by a version, a run or a folder, and the base model that it belongs to."""

import json
from dataclasses import dataclass
from pathlib import Path

from brain.errors import UsageError, WeightsUnavailable
from brain.phi3.adapters import read_deltas
from brain.phi3.opening import model_folder
from brain.tuning.runs import run_names
from brain.tuning.trained import trained_run
from brain.tuning.versions import Versions

CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Source:
    """An adapter's folder, the base model's folder, and what the adapter is called."""

    adapter: Path
    base: Path
    name: str


def source(meant: str, place: Path, tuning: Path, base: str | None, otherwise: str) -> Source:
    """The adapter that `meant` means: a version's number, a run's name, or the folder `place`.

    `current` is the version that answers. The base model is `base`, or else the one that the adapter was
    trained on as far as it is on this machine, or else `otherwise`. Raises UsageError where there is none.
    """
    adapter, name, told = _adapter(meant, place, tuning)
    read_deltas(adapter)  # says what is wrong with it before the base is looked for
    if base is None:
        base = next((known for known in (told, _told_by(adapter)) if _is_here(known)), otherwise)
    return Source(adapter, model_folder(base), name)


def _adapter(meant: str, place: Path, tuning: Path) -> tuple[Path, str, str]:
    """Its folder, its name, and the model that its record says it was trained on."""
    versions = Versions(tuning)
    version = None
    if meant == CURRENT:
        version = versions.current()
        if version is None:
            raise UsageError("No version was promoted yet: name a run, or a folder with an adapter.")
    elif meant.isdecimal():
        version = versions.version(int(meant))
    if version is not None:
        if not versions.is_sound(version):
            raise WeightsUnavailable(
                f"The files of version {version.number} are missing or were changed: export another, or "
                f"promote {version.run} again."
            )
        return versions.folder(version.number), version.name, version.base_model
    if meant in run_names(tuning):
        run = trained_run(tuning, meant)
        return run.folder.adapter, run.name, run.record.base.model
    for folder in (place, place / "adapter"):
        if (folder / "adapter_config.json").is_file():
            return folder, place.resolve().name, ""
    known = ", ".join(run_names(tuning)) or "none yet"
    raise UsageError(
        f"There is no adapter called {meant}: name a version's number, a run ({known}), or a folder that an "
        "adapter was saved in."
    )


def _told_by(adapter: Path) -> str:
    """The base model that PEFT noted when it saved the adapter."""
    config = json.loads((adapter / "adapter_config.json").read_text("utf-8"))
    return str(config.get("base_model_name_or_path") or "")


def _is_here(model: str) -> bool:
    try:
        return bool(model) and model_folder(model).is_dir()
    except (UsageError, WeightsUnavailable):
        return False  # trained on another machine
