"""A model that reads pairs, fetched from the hub once, and each file held against the hub's own hash.

What was fetched stays as it is, whatever the hub shows later: it is known by the commit that it is from.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brain.cross_encoding.files import (
    CONFIG,
    GRAPHS,
    PICKLES,
    SAFETENSORS,
    TOKENIZER,
    has_torch,
    need_torch,
    only_pickles,
)
from brain.embedding.hub import CONNECT_SECONDS, READ_SECONDS, Digest, blocks
from brain.embedding.pinned_files import is_intact, put_in_place, sha256_of, staging
from brain.embedding.weights import Progress
from brain.errors import UsageError, WeightsUnavailable

if TYPE_CHECKING:
    import httpx

HUB = "https://huggingface.co"
FETCHED = "fetched.json"
"""Written last: the commit and each file's SHA-256."""
_FOLDER = "cross-encoders"


@dataclass(frozen=True, slots=True)
class _Listed:
    """A file of the hub: its size in bytes, and its SHA-256 or, if it is small, git's own hash."""

    name: str
    size: int
    sha256: str | None
    git_sha1: str | None

    def digest(self) -> Digest:
        if self.sha256:
            return hashlib.sha256()
        return hashlib.sha1(f"blob {self.size}\0".encode(), usedforsecurity=False)

    @property
    def expected(self) -> str | None:
        return self.sha256 or self.git_sha1


def is_hub_name(name: str) -> bool:
    """Whether it is written as the hub's models are, `owner/model`."""
    parts = name.split("/")
    return len(parts) == 2 and all(p and p[0] not in ".~" and set(p) <= _LETTERS for p in parts)


_LETTERS = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def fetched_folder(name: str, cache: Path) -> Path | None:
    """The folder of a model that was fetched whole and is intact; None where it has to be fetched."""
    folder = cache / _FOLDER / name.replace("/", "--")
    files = _fetched(folder).get("files")
    if not isinstance(files, dict) or not files:
        return None
    return folder if all(is_intact(folder / path, str(sha)) for path, sha in files.items()) else None


def ensure_model(
    name: str,
    cache: Path,
    *,
    setting: str,
    progress: Progress | None = None,
    offline: bool = False,
    hub: str = HUB,
) -> Path:
    """The folder in `cache` in which the hub's model lies intact; what is missing or damaged is fetched.

    `setting` is what names it, for sentences about what is wrong.
    Raises UsageError for a model that can't be used, WeightsUnavailable where it can't be fetched,
    StorageFailed where it can't be kept.
    """
    if (known := fetched_folder(name, cache)) is not None:
        return known
    folder = cache / _FOLDER / name.replace("/", "--")
    if offline:
        raise _unavailable(name, setting, "Fetching is switched off.")
    import httpx

    before = _fetched(folder).get("commit")
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    try:
        with httpx.Client(follow_redirects=True, timeout=timeout) as client:
            commit, listed = _listing(client, hub, name, setting, str(before) if before else "main")
            wanted = _wanted(name, listed)
            with staging(folder) as temporary:
                _download(client, f"{hub}/{name}/resolve/{commit}", wanted, temporary, progress)
                _keep(folder, temporary, commit, wanted)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _unavailable(name, setting, "The model hub could not be reached.", repr(error)) from error
    return folder


def _fetched(folder: Path) -> Mapping[str, object]:
    try:
        found = json.loads((folder / FETCHED).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _listing(
    client: "httpx.Client", hub: str, name: str, setting: str, revision: str
) -> tuple[str, dict[str, _Listed]]:
    """The commit and its files, by name."""
    response = client.get(f"{hub}/api/models/{name}/revision/{revision}", params={"blobs": "true"})
    if response.status_code in (401, 403, 404):  # the hub says 401 of what doesn't exist, too
        raise UsageError(
            f"{setting} is {name}: there is neither such a folder here nor such a model on the hub "
            "that everybody may read."
        )
    response.raise_for_status()
    try:
        told = response.json()
        return str(told["sha"]), {file["rfilename"]: _listed(file) for file in told["siblings"]}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise _unavailable(name, setting, "The model hub does not answer as one.", repr(error)) from error


def _listed(file: Mapping[str, Any]) -> _Listed:
    large = file.get("lfs") or {}
    return _Listed(
        file["rfilename"],
        int(large.get("size") or file.get("size") or 0),
        large.get("sha256"),
        file.get("blobId"),
    )


def _wanted(name: str, listed: Mapping[str, _Listed]) -> list[_Listed]:
    if TOKENIZER not in listed:
        raise UsageError(f"{name} has no {TOKENIZER}, without which it can't be used: choose another model.")
    graph = next((path for path in GRAPHS if path in listed), None)
    if graph is None and SAFETENSORS not in listed:
        pickled = any(path in listed for path in PICKLES)
        nothing = f"{name} has neither {GRAPHS[0]} nor {SAFETENSORS}: choose another model."
        raise UsageError(only_pickles(name) if pickled else nothing)
    if graph is None and not has_torch():
        need_torch(name)
    # A graph of more than 2 GB has its numbers in a file beside it.
    names = (TOKENIZER, CONFIG, *((graph, f"{graph}_data") if graph else (SAFETENSORS,)))
    return [listed[path] for path in names if path in listed]


def _download(
    client: "httpx.Client", address: str, wanted: Sequence[_Listed], into: Path, progress: Progress | None
) -> None:
    total, done = sum(file.size for file in wanted), 0
    report: Callable[[str, int, int], object] = progress or (lambda *_: None)
    for file in wanted:
        target = into / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = file.digest()
        for got in blocks(client, f"{address}/{file.name}", target, file.size, digest):
            report(file.name, done + got, total)
        if file.expected is None or digest.hexdigest() != file.expected:
            raise WeightsUnavailable(
                f"The model hub's {file.name} is not the file that it lists (wrong hash). Try again."
            )
        done += file.size


def _keep(folder: Path, temporary: Path, commit: str, wanted: Sequence[_Listed]) -> None:
    """Put all in place, and last what says that all is there."""
    hashes = {file.name: sha256_of(temporary / file.name) for file in wanted}
    for file in wanted:
        (folder / file.name).parent.mkdir(exist_ok=True)
        put_in_place(temporary / file.name, folder / file.name)
    fresh = temporary / FETCHED
    fresh.write_text(json.dumps({"commit": commit, "files": hashes}, indent=1), encoding="utf-8")
    put_in_place(fresh, folder / FETCHED)


def _unavailable(name: str, setting: str, reason: str, detail: str = "") -> WeightsUnavailable:
    return WeightsUnavailable(
        f"The model {name} could not be fetched. {reason} To do without a network, download it elsewhere "
        f"and set {setting} to its folder; to do without it, leave {setting} empty.",
        detail=detail,
    )
