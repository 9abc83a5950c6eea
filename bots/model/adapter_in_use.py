"""Which adapter answers: the one that is set, else the promoted one, where it belongs to the model."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bots.settings import Settings
from brain.catalog.home import Home
from brain.errors import CitewiseError

if TYPE_CHECKING:
    from bots.wiring import Citewise
    from brain.tuning.versions import Version


@dataclass(frozen=True, slots=True)
class AdapterInUse:
    """`adapter` is a folder, or a model server's name for it; `version` the promoted one, if that is it.

    `unused` says why a promoted version does not answer, where one does not.
    """

    adapter: Path | None = None
    version: "Version | None" = None
    unused: str = ""


def adapter_in_use(settings: Settings) -> AdapterInUse:
    """What the answerer that is set writes with; raises StorageFailed where the record can't be read."""
    from brain.tuning.versions import Versions

    return answering_with(settings, Versions(Home(settings.home).tuning).current())


def answering_with(settings: Settings, version: "Version | None") -> AdapterInUse:
    """What the answerer that is set writes with, once this version is the promoted one."""
    from brain.tuning.versions import Versions

    if settings.adapter is not None:
        unused = f"CITEWISE_ADAPTER is set, which wins over version {version.number}" if version else ""
        return AdapterInUse(settings.adapter, unused=unused)
    if version is None:
        return AdapterInUse()
    if settings.answerer not in ("phi3", "server"):
        return AdapterInUse(unused=f"CITEWISE_ANSWERER is {settings.answerer}, which has no adapter")
    if settings.answerer == "phi3" and Path(settings.model).expanduser().is_file():
        # llama.cpp's format has the adapter in the file.
        if merged_in(settings).startswith(f"{version.name} ("):
            return AdapterInUse()
        return AdapterInUse(
            unused=f"CITEWISE_MODEL is a GGUF file, to which version {version.number} can't be added; "
            f"`citewise tune export {version.number} --to FOLDER --format gguf` writes one that it is part of"
        )
    if not _belongs(settings, version):
        return AdapterInUse(
            unused=f"version {version.number} was trained for {version.base_model}, and CITEWISE_MODEL is "
            f"{settings.model}"
        )
    if settings.answerer == "server":
        return AdapterInUse(Path(version.name), version)
    return AdapterInUse(Versions(Home(settings.home).tuning).folder(version.number), version)


def merged_in(settings: Settings) -> str:
    """Which adapter `citewise tune export` merged into the model that is set; empty where none is known."""
    model = Path(settings.model).expanduser()
    if settings.answerer != "phi3":
        return ""
    if model.is_file():
        from brain.llamacpp.header import read_header

        try:
            return read_header(model).adapter
        except CitewiseError:  # a damaged one is told where it would be loaded
            return ""
    from brain.phi3.merged_before import merged_before

    return merged_before(model)


def swap_in(citewise: "Citewise", adapter: Path | None) -> None:
    """Have a running brain answer with this adapter, where its answerer takes any.

    Raises UsageError, WeightsUnavailable or ModelUnavailable where it can't, NeedsRestart where only this
    model as it was loaded can't, and goes on with the one before.
    """
    from brain.answering.writing.swappable import SwappableAnswerer

    answerer = citewise.brain.answerer
    if isinstance(answerer, SwappableAnswerer) and answerer.adapter != adapter:
        answerer.use(adapter)


def serving(citewise: "Citewise") -> Path | None:
    """What a running brain's next answer is written with; None without an adapter."""
    from brain.answering.writing.swappable import SwappableAnswerer

    answerer = citewise.brain.answerer
    return answerer.adapter if isinstance(answerer, SwappableAnswerer) else None


def _belongs(settings: Settings, version: "Version") -> bool:
    """Whether it was trained for the model that is set; of a server's model, only the name is known."""
    if settings.answerer == "server":
        return settings.model == version.base_model
    return base_of(settings) == version.base


def base_of(settings: Settings) -> str:
    """The fingerprint of the model that is set; UsageError or WeightsUnavailable where it isn't here."""
    from brain.answering.factory import need_phi3_extra
    from brain.errors import WeightsUnavailable

    need_phi3_extra()
    from brain.phi3.fingerprint import fingerprint
    from brain.phi3.opening import model_folder

    folder = model_folder(settings.model)
    try:
        return fingerprint(folder)
    except OSError as error:
        raise WeightsUnavailable(
            f"The model in {folder} can't be read: see to its permissions.", detail=repr(error)
        ) from error
