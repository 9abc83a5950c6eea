"""The export itself: everything is written beside, synced, and put in place when it is whole."""

import errno
import hashlib
import json
import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from brain.durable import rename, sync_folder
from brain.errors import StorageFailed, UsageError
from brain.phi3.adapters import read_deltas
from brain.phi3.merged_before import RECORD
from brain.phi3.weights import check_files, checked_config
from brain.tuning.export.gguf_file import write_gguf
from brain.tuning.export.merging import Progress, Weights, write_safetensors
from brain.tuning.export.precision import Precision
from brain.tuning.export.source import Source


class Format(StrEnum):
    """What an export consists of."""

    SAFETENSORS = "safetensors"
    GGUF = "gguf"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Exported:
    """Where an export lies: the folder, the GGUF file in it if there is one, and the bytes of all."""

    folder: Path
    gguf: Path | None
    size: int


def export(source: Source, target: Path, form: Format, precision: Precision, progress: Progress) -> Exported:
    """Merge the adapter into its base and write it into the new folder `target`.

    Raises UsageError where that is not empty or the adapter doesn't fit, WeightsUnavailable for damaged
    weights, StorageFailed where it can't be written; nothing half-written stays.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is there already: name a new folder to export to.")
    checked_config(source.base)
    check_files(source.base)
    weights = Weights(source.base, read_deltas(source.adapter))
    beside = target.parent / f".{target.name}.partial"
    name = f"{source.name}-{precision.value}.gguf" if form is not Format.SAFETENSORS else ""
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        _need_room(weights, form, beside)
        if form is not Format.GGUF:
            write_safetensors(weights, beside, progress)
        if name:
            write_gguf(weights, beside / name, precision, progress, adapter=identity(source))
        _write_record(source, precision if name else None, beside / RECORD)
        size = sum(path.stat().st_size for path in beside.iterdir())
        sync_folder(beside)
        if target.exists():
            target.rmdir()  # empty, as was seen above
        rename(beside, target)
    except OSError as error:
        raise StorageFailed(
            f"The export could not be written to {target} ({_reason(error)}): free some disk space, or name "
            "another folder.",
            detail=repr(error),
        ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Exported(target, target / name if name else None, size)


def identity(source: Source) -> str:
    """What is merged in, to be told wherever it answers: the adapter's name and the hash of its weights."""
    digest = hashlib.sha256((source.adapter / "adapter_model.safetensors").read_bytes()).hexdigest()
    return f"{source.name} ({digest[:12]})"


def _need_room(weights: Weights, form: Format, folder: Path) -> None:
    """Raise OSError before minutes are spent on what can't be written; a GGUF of few bits is the least."""
    base = sum(path.stat().st_size for path in weights.files)
    needed = base if form is Format.SAFETENSORS else base // 3 if form is Format.GGUF else base * 4 // 3
    free = shutil.disk_usage(folder).free
    if free < needed:
        said = f"about {needed / 1e6:,.0f} MB are needed, and {free / 1e6:,.0f} MB are free"
        raise OSError(errno.ENOSPC, said, str(folder))


def _reason(error: OSError) -> str:
    found = error.strerror or "not all of it could be written"  # as NumPy says it, without a number
    return found[0].lower() + found[1:]


def _write_record(source: Source, precision: Precision | None, path: Path) -> None:
    record = {
        "adapter": identity(source),
        "base": str(source.base.name),
        "gguf": precision.value if precision else None,
    }
    path.write_text(json.dumps(record, indent=2) + "\n", "utf-8")
