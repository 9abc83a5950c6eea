"""Which adapter is meant by a run, a version or a folder, and the base model that it belongs to."""

import json
from dataclasses import dataclass
from pathlib import Path

from brain.errors import CitewiseError, UsageError
from brain.phi3.adapters import read_deltas
from brain.phi3.opening import model_folder

CURRENT = "current"
_ADAPTER = "adapter_model.safetensors"
_UNDER = ("adapters", "runs")


@dataclass(frozen=True, slots=True)
class Source:
    """An adapter's folder, the base model's folder, and what the adapter is called."""

    adapter: Path
    base: Path
    name: str


def source(meant: str, place: Path, tuning: Path, base: str) -> Source:
    """The adapter that `meant` means: `place` as a folder, or a name under the home's `tuning` folder.

    `current` is the version that answers. The base is the model that the adapter was trained on, as far as
    it is on this machine, else `base`. Raises UsageError where there is none.
    """
    adapter, name = _adapter(meant, place, tuning)
    read_deltas(adapter)  # says what is wrong with it before the base is looked for
    return Source(adapter, _base(adapter, base), name)


def current_version(tuning: Path) -> str | None:
    """The name of the version that answers, as `promote` wrote it down; None where there is none."""
    try:
        content = json.loads((tuning / "current.json").read_text("utf-8"))
        name = content.get("version")
    except (OSError, ValueError, AttributeError):
        return None
    return str(name) if name else None


def _adapter(meant: str, place: Path, tuning: Path) -> tuple[Path, str]:
    name = meant
    if meant == CURRENT:
        found = current_version(tuning)
        if found is None:
            raise UsageError("No version was promoted yet: name a run, or a folder with an adapter.")
        name = found
    folders = [place] if meant != CURRENT else []
    if Path(name).name == name:  # a name, not a path that leads out of the home
        folders += [tuning / under / name for under in _UNDER]
    for folder in folders:
        if (adapter := _inside(folder)) is not None:
            return adapter, Path(name).resolve().name
    raise UsageError(
        f"There is no adapter called {meant}: name a run or version under {tuning}, or a folder that holds "
        f"{_ADAPTER}."
    )


def _inside(folder: Path) -> Path | None:
    """The folder itself, its `adapter`, or what a run called its best."""
    candidates = [folder, folder / "adapter", folder / "best"]
    return next((path for path in candidates if (path / "adapter_config.json").is_file()), None)


def _base(adapter: Path, otherwise: str) -> Path:
    config = json.loads((adapter / "adapter_config.json").read_text("utf-8"))
    if told := str(config.get("base_model_name_or_path") or ""):
        try:
            return model_folder(told)
        except CitewiseError:
            pass  # trained on another machine: the model that is set is held against the adapter's shapes
    return model_folder(otherwise)
