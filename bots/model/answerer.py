"""What writes answers, as the settings say, and whether it can."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bots.checks import Check, Verdict
from bots.settings import Settings
from brain.errors import CitewiseError

if TYPE_CHECKING:
    from brain.answering.factory import AnswererChoice


def choice(settings: Settings) -> "AnswererChoice":
    """The answerer that is set."""
    from bots.model.adapter_in_use import adapter_in_use
    from brain.answering.factory import AnswererChoice

    key = settings.model_key
    return AnswererChoice(
        settings.answerer,
        model=settings.model,
        adapter=None if settings.answerer == "extractive" else adapter_in_use(settings).adapter,
        quantization=settings.quantization,
        url=settings.model_url,
        key=key.get_secret_value() if key else None,
        patience=float(settings.model_patience),
    )


def examine(settings: Settings, *, loaded: bool = False) -> Iterator[Check]:
    """Whether the answerer that is set can write, without loading it, and where it sends text.

    `loaded`: this process has it in memory already.
    """
    yield from _adapter(settings)
    try:
        chosen = choice(settings)
    except CitewiseError as error:
        yield Check("answerer", Verdict.FAULT, error.sentence)
        return
    if chosen.name == "extractive":
        return
    from brain.answering.factory import langchain_model, server_health

    if chosen.name == "phi3":
        yield _attempt(lambda: _phi3(chosen, loaded=loaded))
        return
    if chosen.name == "server":
        yield _attempt(lambda: server_health(chosen))
        where = f"to {chosen.url}"
    else:
        provider = chosen.name.removeprefix("langchain:")
        yield _attempt(lambda: f"{provider} ({type(langchain_model(provider)).__name__})")
        where = f"to where {provider} runs"
    found = f"questions and the passages found for them are sent {where}"
    yield Check("privacy", Verdict.NOTE, found, "CITEWISE_ANSWERER=extractive keeps them here")


def _adapter(settings: Settings) -> Iterator[Check]:
    """The adapter that was promoted, where one was: whether it answers, and is still what was promoted."""
    from bots.model.adapter_in_use import adapter_in_use
    from brain.catalog.home import Home
    from brain.tuning.versions import Versions

    try:
        found = adapter_in_use(settings)
    except CitewiseError as error:
        yield Check("adapter", Verdict.FAULT, error.sentence)
        return
    if found.unused:
        yield Check("adapter", Verdict.NOTE, found.unused, "citewise tune status shows what answers")
    if found.version is not None:
        version = found.version
        told = f"version {version.number} from {version.run}, promoted {version.when[:10]}"
        if Versions(Home(settings.home).tuning).is_sound(version):
            yield Check("adapter", Verdict.GOOD, told)
        else:
            mend = "go back with `citewise tune rollback`"
            yield Check("adapter", Verdict.FAULT, f"{told}: its files are missing or were changed", mend)


def _phi3(chosen: "AnswererChoice", *, loaded: bool) -> str:
    from brain.answering.writing.gguf_answerer import check_gguf, is_gguf

    if is_gguf(chosen):
        header = check_gguf(chosen, loaded=loaded)
        of = f" with {header.adapter}" if header.adapter else ""
        return f"phi3 from {header.path}{of} (mostly {header.numbers}), through llama.cpp"
    from brain.answering.factory import need_phi3_extra

    need_phi3_extra()
    from brain.phi3.opening import check
    from brain.phi3.quantising import Quantization

    packed = Quantization(chosen.quantization)
    found = check(chosen.model, chosen.adapter, packed, loaded=loaded)
    return f"phi3 from {found}{f' with {chosen.adapter}' if chosen.adapter else ''}"


def _attempt(look: Callable[[], str]) -> Check:
    try:
        return Check("answerer", Verdict.GOOD, look())
    except CitewiseError as error:
        return Check("answerer", Verdict.FAULT, error.sentence)
