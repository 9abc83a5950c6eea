"""How the model behind the answers is: what is loaded and where, with which adapter, and how fast."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bots.checks import Check, Verdict
from bots.model.adapter_in_use import AdapterInUse, adapter_in_use, merged_in
from bots.model.answerer import choice, examine
from bots.settings import Settings
from brain.errors import CitewiseError

if TYPE_CHECKING:
    from brain.answering.writing.facts import AnswererState
    from brain.llamacpp.header import Header


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """`memory` in bytes, `window` in tokens; what is not known is None.

    `fault` says why the model could not be loaded, or that the server is down; empty where all is well.
    """

    answerer: str
    model: str
    loaded: bool
    where: str = ""
    device: str = ""
    quantization: str = ""
    adapter: str = ""
    adapter_version: int | None = None
    memory: int | None = None
    window: int | None = None
    answers_timed: int = 0
    first_token_seconds: float | None = None
    tokens_per_second: float | None = None
    quotes_first: bool = False
    fault: str = ""

    def as_dict(self) -> dict[str, object]:
        """For programs."""
        return asdict(self)


def status_of(settings: Settings, answerer: object | None, fault: str = "") -> ModelStatus:
    """Of the answerer that is loaded; with None, of the one that would be, as far as can be seen.

    `fault` is what is known to be wrong with it already.
    """
    from brain.answering.writing.facts import Watched

    state = answerer.state() if isinstance(answerer, Watched) else None
    if settings.answerer == "extractive":
        where = "the documents' own sentences: no language model"
        return ModelStatus("extractive", "", answerer is not None, where)
    try:
        adapter = adapter_in_use(settings)
        named, version = _adapter(adapter, answerer)
        header = _gguf_header(settings)
        named = named or merged_in(settings)
    except CitewiseError as error:
        named, version, header, fault = "", None, None, fault or error.sentence
    if state is None or settings.answerer == "server":
        fault = fault or _fault(settings)
    if state is None:
        return ModelStatus(
            settings.answerer,
            _model(settings),
            answerer is not None,
            _where(settings),
            adapter=named,
            adapter_version=version,
            quantization=_numbers(settings, header),
            fault=fault,
        )
    return _loaded(settings, state, named, version, fault)


def _adapter(wanted: AdapterInUse, answerer: object | None) -> tuple[str, int | None]:
    """Folder or name of the adapter, and its version, where it is a promoted one.

    What is in memory counts: a quantised model may take the promoted one only with the next start.
    """
    from brain.answering.writing.swappable import SwappableAnswerer

    if isinstance(answerer, SwappableAnswerer) and answerer.adapter != wanted.adapter:
        return str(answerer.adapter or ""), None
    return str(wanted.adapter or ""), wanted.version.number if wanted.version else None


def _loaded(
    settings: Settings, state: "AnswererState", adapter: str, version: int | None, fault: str
) -> ModelStatus:
    facts, pace = state.facts, state.pace
    fault = fault or (facts.fault if facts else "")
    if state.rests:
        fault = (
            fault or "It failed a moment ago: the documents' own sentences answer until it is tried again."
        )
    return ModelStatus(
        settings.answerer,
        _model(settings),
        loaded=True,
        where=facts.where if facts else _where(settings),
        device=facts.device if facts else "",
        quantization=facts.quantization if facts else "",
        adapter=(facts.adapter if facts else "") or adapter,
        adapter_version=version,
        memory=facts.memory if facts else None,
        window=facts.window if facts else None,
        answers_timed=pace.answers,
        first_token_seconds=pace.first_token_seconds,
        tokens_per_second=pace.tokens_per_second,
        quotes_first=state.quotes_first,
        fault=fault,
    )


def _model(settings: Settings) -> str:
    return settings.answerer.partition(":")[2] or settings.model


def _where(settings: Settings) -> str:
    if settings.answerer == "server":
        return settings.model_url or "nowhere: CITEWISE_MODEL_URL is not set"
    if settings.answerer != "phi3":
        return "where its provider runs it"
    of_llamacpp = settings.model.lower().endswith(".gguf")
    return "llama.cpp in a process of its own" if of_llamacpp else "in this process"


def _fault(settings: Settings) -> str:
    """Why it could not be loaded, as `citewise doctor` finds."""
    return next((check.found for check in examine(settings) if check.verdict is Verdict.FAULT), "")


def _gguf_header(settings: Settings) -> "Header | None":
    """What the model says of itself, where it is a GGUF file."""
    from brain.answering.writing.gguf_answerer import is_gguf
    from brain.llamacpp.header import read_header

    chosen = choice(settings)
    return read_header(Path(chosen.model).expanduser()) if is_gguf(chosen) else None


def _numbers(settings: Settings, header: "Header | None") -> str:
    if header is not None:
        return f"mostly {header.numbers}"
    return settings.quantization if settings.answerer == "phi3" else ""


def as_check(status: ModelStatus) -> Check:
    """For `citewise doctor`: the model of a running `citewise serve`, in a line."""
    return Check("model", Verdict.FAULT if status.fault else Verdict.GOOD, summary(status))


def summary(status: ModelStatus) -> str:
    """The model in a line: what is wrong with it, or where and how it runs."""
    if status.fault:
        return status.fault
    words = dict(in_words(status))
    chosen = ("model", "adapter", "where", "device", "numbers", "memory", "speed")
    return "; ".join(words[name] for name in chosen if name in words)


def in_words(status: ModelStatus) -> list[tuple[str, str]]:
    """What is known, a line each: its name and the words."""
    extractive = status.answerer == "extractive"
    memory = f"{status.memory / 1e6:,.0f} MB" if status.memory else ""
    speed = ""
    if status.tokens_per_second is not None and status.first_token_seconds is not None:
        speed = (
            f"{status.tokens_per_second:,.0f} tokens/s, first token after "
            f"{status.first_token_seconds:,.2f} s (median of {status.answers_timed})"
        )
    elif status.loaded and not extractive:
        speed = "nothing was written yet"
    version = "" if status.adapter_version is None else f"version {status.adapter_version}"
    between = " as " if status.answerer == "server" else " in "
    adapter = between.join(part for part in (version, status.adapter) if part)
    rows = [
        ("answerer", status.answerer),
        ("model", status.model),
        ("state", "" if extractive else "loaded" if status.loaded else "not loaded by this command"),
        ("where", status.where),
        ("device", status.device),
        ("numbers", status.quantization),
        ("adapter", adapter or ("" if extractive else "none")),
        ("memory", memory),
        ("window", f"{status.window:,} tokens" if status.window else ""),
        ("speed", speed),
        ("while it writes", "the documents' own sentences are shown" if status.quotes_first else ""),
        ("fault", status.fault),
    ]
    return [(name, words) for name, words in rows if words]
